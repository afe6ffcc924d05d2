"""The patterns of texts: characters and [classes] with counts, which mean the same to Python, PostgreSQL and clients.

[A-Z]{3}-[0-9]{4,6}
"""

import re
from dataclasses import dataclass

_PART = re.compile(
    r"(?:\[(?P<set>[A-Za-z0-9 ._/+#-]+)\]|(?P<digit>\\d)|\\?(?P<one>[.\-+/])|(?P<plain>[A-Za-z0-9 _#:@]))"
    r"(?:\{(?P<least>\d{1,3})(?P<comma>,(?P<most>\d{1,3})?)?\}|(?P<sign>[?+*]))?"
)
_SIGNS = {"?": (0, 1), "+": (1, None), "*": (0, None), None: (1, 1)}


@dataclass(frozen=True)
class Part:
    """Some characters of a set; `most` is None if there may be any number."""

    characters: str
    least: int
    most: int | None

    @property
    def written(self) -> str:
        return self._set + self._count

    @property
    def _set(self) -> str:
        if len(self.characters) == 1 and re.fullmatch(r"[A-Za-z0-9 _#@-]", self.characters):
            return self.characters
        return f"[{_ranges(self.characters)}]"

    @property
    def _count(self) -> str:
        match self.least, self.most:
            case 1, 1:
                return ""
            case least, most if least == most:
                return f"{{{least}}}"
            case least, most:
                return f"{{{least},{'' if most is None else most}}}"


def read_pattern(text: str) -> list[Part]:
    """Return the parts, or an empty list if the pattern has something else."""
    bare = text.removeprefix("^").removesuffix("$")
    parts, place = [], 0
    while place < len(bare):
        found = _PART.match(bare, place)
        if found is None:
            return []
        parts.append(_part(found))
        place = found.end()
    return parts if all(part.characters and (part.most is None or part.least <= part.most) for part in parts) else []


def written_pattern(parts: list[Part]) -> str:
    return f"^{''.join(part.written for part in parts)}$"


def longest(parts: list[Part]) -> int | None:
    """Return the length of the longest text that matches, or None if it has no limit."""
    counts = [part.most for part in parts]
    return None if None in counts else sum(count for count in counts if count is not None)


def shortest(parts: list[Part]) -> int:
    return sum(part.least for part in parts)


def alphabets(parts: list[Part]) -> list[str]:
    """Return characters for each place of the shortest text, at least one place; every collation sorts them alike."""
    found = [_alike(part.characters) for part in parts for _ in range(part.least)]
    return found or [_alike(parts[0].characters)]


def numbered(number: int, choices: list[str]) -> str:
    """Return the text with this number, in the order of the texts."""
    text = ""
    for characters in reversed(choices):
        number, place = divmod(number, len(characters))
        text = characters[place] + text
    return text


def _alike(characters: str) -> str:
    kinds = (str.isdigit, str.isupper, str.islower)
    groups = ("".join(sorted(filter(is_kind, characters))) for is_kind in kinds)
    return next(filter(None, groups), characters[0])


def _part(found: re.Match[str]) -> Part:
    if found["sign"] is None and found["least"]:
        least = int(found["least"])
        most = int(found["most"]) if found["most"] else None if found["comma"] else least
    else:
        least, most = _SIGNS[found["sign"]]
    characters = "0123456789" if found["digit"] else found["one"] or found["plain"] or _expanded(found["set"])
    return Part(characters, least, most)


def _expanded(text: str) -> str:
    """Return the characters of a class, without repetition, or nothing if a range is backwards."""
    found = ""
    for first, last, single in re.findall(r"([A-Za-z0-9])-([A-Za-z0-9])|(.)", text):
        if single:
            found += single
        elif first > last or first.isdigit() != last.isdigit() or first.isupper() != last.isupper():
            return ""
        else:
            found += "".join(map(chr, range(ord(first), ord(last) + 1)))
    return "".join(sorted(set(found)))


def _ranges(characters: str) -> str:
    """Write a class; a hyphen stands last, where it means itself."""
    rest = sorted(set(characters) - {"-"})
    runs: list[list[str]] = []
    for character in rest:
        if runs and character.isalnum() and ord(character) == ord(runs[-1][-1]) + 1:
            runs[-1].append(character)
        else:
            runs.append([character])
    text = "".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else "".join(run) for run in runs)
    return text + ("-" if "-" in characters else "")
