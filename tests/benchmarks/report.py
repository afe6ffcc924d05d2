"""Write the results as a Markdown table and as a plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from tests.benchmarks.cases import Case
from tests.benchmarks.measure import Results

LIMIT = "limit"
OURS = "project"
TYPICAL = "typical"
BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
COLORS = {"limit": "#8a8f98", "limit with row security": "#b6bbc4", "typical": "#d98c5f", "project": "#2f6fde"}


def table(results: Results, applications: Sequence[str], cases: Sequence[Case]) -> str:
    head = (
        "| | requests/s | ÷ limit | ± | p50 ms | p99 ms | p99 ÷ limit | CPU µs |\n|---|---|---|---|---|---|---|---|\n"
    )
    return "\n".join(
        f"\n**{case.name}**\n\n{head}" + "\n".join(_line(results, name, case) for name in applications)
        for case in cases
    )


def _line(results: Results, application: str, case: Case) -> str:
    series, limit = results[application, case.name], results[LIMIT, case.name]
    p50, p99 = _median(series.p50), _median(series.p99)
    goal = f" (goal {case.goal:.2f})" if application == OURS and case.goal else ""
    wrong = f" ({series.wrong} wrong)" if series.wrong else ""
    return (
        f"| {application}{wrong} | {series.rate:,.0f} | {series.rate / limit.rate:.3f}{goal} | {series.spread:.0%}"
        f" | {p50:.2f} | {p99:.2f} | {p99 / _median(limit.p99):.1f} | {_median(series.cpu):.0f} |"
    )


def summary(results: Results, applications: Sequence[str], cases: Sequence[Case]) -> str:
    """Return a short table: each application's share of the limit, and how far the project is from a typical one."""
    lines = ["| requests ÷ limit | " + " | ".join(case.name for case in cases) + " |", "|---" * (len(cases) + 1) + "|"]
    for application in applications:
        if application != LIMIT:
            shares = [results[application, case.name].rate / results[LIMIT, case.name].rate for case in cases]
            lines.append(f"| {application} | " + " | ".join(f"{share:.2f}" for share in shares) + " |")
    if {OURS, TYPICAL} <= set(applications):
        pairs = [(results[OURS, case.name].rate, results[TYPICAL, case.name].rate) for case in cases]
        times = [f"**{ours / typical:.1f}**" if typical else "–" for ours, typical in pairs]
        lines.append("| **project ÷ typical** | " + " | ".join(times) + " |")
    return "\n".join(lines)


def write(folder: Path, text: str, drawing: str, short: str) -> None:
    """Write the table and the plot into the folder, and the short table into the README beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmark.md").write_text(text + "\n", encoding="utf-8")
    (folder / "benchmark.svg").write_text(drawing, encoding="utf-8")
    readme = folder.parent / "README.md"
    if readme.exists():
        head, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
        if begin:
            readme.write_text(f"{head}{BEGIN}\n{short}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def heading(commit: str, versions: Mapping[str, str], terms: str) -> str:
    listed = ", ".join(f"{name} {number}" for name, number in versions.items())
    return f"Commit {commit}. {listed}. {terms}\n"


def plot(results: Results, applications: Sequence[str], cases: Sequence[Case], title: str) -> str:
    """Return an SVG with one bar per case and application, as long as its share of the limit."""
    bar, gap, left, width = 16, 26, 190, 460
    parts, top = [], 56
    for case in cases:
        limit = results[LIMIT, case.name].rate
        middle = top + bar * len(applications) / 2 + 4
        parts.append(f'<text x="{left - 10}" y="{middle}" text-anchor="end">{escape(case.name)}</text>')
        for application in applications:
            ratio = results[application, case.name].rate / limit
            fill = COLORS.get(application, "#555")
            parts.append(f'<rect x="{left}" y="{top}" width="{ratio * width:.1f}" height="{bar - 3}" fill="{fill}"/>')
            parts.append(f'<text x="{left + ratio * width + 6:.1f}" y="{top + 11}" class="n">{ratio:.2f}</text>')
            top += bar
        top += gap
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 60} {top}" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#333"><style>.n{font-size:11px}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="10" y="20" font-weight="600">{escape(title)}</text>'
        f"{_legend(applications)}{''.join(parts)}</svg>\n"
    )


def _legend(applications: Sequence[str]) -> str:
    return "".join(
        f'<rect x="{10 + 165 * n}" y="31" width="10" height="10" fill="{COLORS.get(name, "#555")}"/>'
        f'<text x="{25 + 165 * n}" y="40" class="n">{escape(name)}</text>'
        for n, name in enumerate(applications)
    )


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
