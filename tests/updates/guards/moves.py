"""Check updates/table.toml: files that moved need a line, so that clients' edits follow them."""

from collections.abc import Iterator, Mapping

from .source import Source, followed

ALIKE, ANOTHER = 0.6, 0.3
SHORT = 8  # in lines; shorter files are similar by chance


def files_are_found_again(before: Source, after: Source) -> Iterator[str]:
    for path in before.paths - after.paths - before.owned("client"):
        if followed(path, after.table("moved")) not in after.paths and path not in after.table("dropped"):
            yield f"{path} is gone: it needs a line under [moved] or [dropped]"


def moves_end(_: Source, after: Source) -> Iterator[str]:
    moved, dropped = after.table("moved"), after.table("dropped")
    for path in moved:
        end = followed(path, moved)
        if end in moved:
            yield f"[moved] leads {path} in a circle"
        elif end not in after.paths and end not in dropped:
            yield f"[moved] leads {path} to {end}, which is not there"


def dropped_files_are_gone(_: Source, after: Source) -> Iterator[str]:
    for path, instead in after.table("dropped").items():
        if path in after.paths:
            yield f"{path} is under [dropped] and there again: take another name"
        if not instead.strip():
            yield f"{path} is under [dropped] without a word on what to do instead"


def lines_of_the_table_stay(before: Source, after: Source) -> Iterator[str]:
    for section in ("moved", "dropped", "questions"):
        for name in before.table(section).keys() - after.table(section).keys():
            yield f"{name} is no longer under [{section}]: a project may skip years"
    for question, renamed in before.table("choices").items():
        for choice in renamed.keys() - after.table("choices").get(question, {}).keys():
            yield f"{question} {choice} is no longer under [choices]: a project may skip years"


def contents_stay_with_their_path(before: Source, after: Source) -> Iterator[str]:
    """Find paths whose text is in another file now, and that have new text: edits would go to the wrong file."""
    moved = after.table("moved")
    was, now = _lines(before), _lines(after)
    changed = [path for path in was.keys() & now.keys() if was[path] != now[path]]
    for path in changed:
        if _share(was[path], now[path]) >= ANOTHER or len(was[path]) < SHORT:
            continue
        place = max((other for other in now if other != path), key=lambda other: _share(was[path], now[other]))
        if _share(was[path], now[place]) >= ALIKE and followed(path, moved) != place:
            yield f"{path} has become {place}: that needs a line under [moved], and its path is for an alias alone"


def moves_lead_to_the_same_text(before: Source, after: Source) -> Iterator[str]:
    was, now = _lines(before), _lines(after)
    for path, place in ((path, followed(path, after.table("moved"))) for path in was):
        if place != path and place in now and place not in was and len(was[path]) >= SHORT:
            better = max(now, key=lambda other: _share(was[path], now[other]))
            if _share(was[path], now[place]) < ANOTHER and _share(was[path], now[better]) >= ALIKE:
                yield f"[moved] leads {path} to {place}, and its text is in {better}"


def _lines(source: Source) -> Mapping[str, frozenset[bytes]]:
    paths = source.paths - source.owned("client")
    return {path: frozenset(filter(None, map(bytes.strip, source.given(path).split(b"\n")))) for path in paths}


def _share(lines: frozenset[bytes], other: frozenset[bytes]) -> float:
    """Return the share of a text's lines that another text contains."""
    return len(lines & other) / len(lines) if lines else 0.0


RULES = (
    files_are_found_again,
    moves_end,
    dropped_files_are_gone,
    lines_of_the_table_stay,
    contents_stay_with_their_path,
    moves_lead_to_the_same_text,
)
