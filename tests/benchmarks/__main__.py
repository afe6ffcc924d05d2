"""Run `make bench`: compare the generated project with the limit and with a typical app.

Other load on the machine makes the numbers meaningless: look at the column ± first.
"""

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.benchmarks import environment, report
from tests.benchmarks.cases import CASES, REAL_CASES
from tests.benchmarks.environment import Project
from tests.benchmarks.measure import Results, collect, load_generator, new_results, run_round
from tests.benchmarks.servers import reference, serve
from tools.snapshot import ROOT, git

TENANTS, ROWS = 1000, 100
TOKENS_LAST_SECONDS = 480  # tokens are valid for ten minutes


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        project = environment.rendered(Path(folder))
        with environment.database(project, Path(folder) / "postgres", tenants=TENANTS, rows=ROWS) as data:
            results, names = _measure(project, data, Path(folder), options)
            versions = _versions(project, data)
    _write(results, names, versions, options)


def _measure(
    project: Project, data: dict[str, Any], folder: Path, options: argparse.Namespace
) -> tuple[Results, list[str]]:
    results = new_results()
    data["tokens"] = environment.tokens(project, data)
    with ExitStack() as closing:
        servers = [closing.enter_context(each) for each in _servers(project, data, folder)]
        servers = [server for server in servers if not options.only or server.name in options.only]
        load = closing.enter_context(load_generator(project.python, data))
        cases = [case for case in CASES if not options.case or case.name in options.case]
        made_at = time.monotonic()
        for number in range(options.rounds + 1):
            if time.monotonic() - made_at > TOKENS_LAST_SECONDS / 2:
                load.tell({"tokens": environment.tokens(project, data)})
                made_at = time.monotonic()
            seconds = options.seconds if number else options.seconds / 2
            answers = run_round(load, servers, cases, seconds=seconds, seed=number)
            collect(results if number else new_results(), answers)  # the first round only warms up
    return results, [server.name for server in servers]


def _servers(project: Project, data: dict[str, Any], folder: Path) -> list[Any]:
    common = {**project.variables(), **environment.production(data)}
    limit, typical = reference(project.python, "limit"), reference(project.python, "typical")

    def server(name: str, command: list[str], **more: str) -> Any:
        return serve(name, command, {**common, **more}, project.folder, folder / f"{name}.log")

    plain = {"APP_DATABASE_URL": data["plain_url"]}
    return [
        server("limit", limit, **plain),
        server("limit with row security", limit, ROW_SECURITY="1"),
        server("typical", typical, **plain),
        server("project", project.serve_command()),
    ]


def _versions(project: Project, data: dict[str, Any]) -> dict[str, str]:
    return {**environment.versions(project), "PostgreSQL": f"{data['postgres'] // 10000}.{data['postgres'] % 10000}"}


def _write(results: Results, names: list[str], versions: dict[str, str], options: argparse.Namespace) -> None:
    cases = [case for case in CASES if not options.case or case.name in options.case]
    commit = git(ROOT, "describe", "--always", "--dirty").strip()
    terms = (
        f"{TENANTS} tenants × {ROWS} rows, 16 connections, one worker each, {options.rounds} rounds of"
        f" {options.seconds} s, interleaved; medians. ± is the spread of the middle half of the rounds."
    )
    text = report.heading(commit, versions, terms) + report.table(results, names, cases)
    print(text)
    if options.out:
        title = f"Requests per second, as a part of the limit ({commit})"
        real = [case for case in cases if case in REAL_CASES]
        drawing, short = report.plot(results, names, cases, title), report.summary(results, names, real)
        report.write(options.out, text, drawing, short)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes: few and short rounds")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--only", action="append", help="this application; repeatable")
    parser.add_argument("--case", action="append", help="this case; repeatable")
    parser.add_argument(
        "--out",
        type=Path,
        help="write benchmark.md and benchmark.svg into this folder, and the table in the README beside it",
    )
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 3, 0.3
    return options


if __name__ == "__main__":
    main()
