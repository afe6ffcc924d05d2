"""Derive every form of a module's name from the client's word."""

from dataclasses import dataclass
from functools import cache

from .plurals import ENGLISH, is_noun

# Plurals by singular where inflect is wrong or has none; users may type either form.
_CORRECTIONS = {
    "bureau": "bureaus",
    "cpu": "cpus",
    "data": "data",
    "economics": "economics",
    "feedback": "feedback",
    "goods": "goods",
    "gpu": "gpus",
    "guru": "gurus",
    "hardware": "hardware",
    "mathematics": "mathematics",
    "media": "media",
    "menu": "menus",
    "metadata": "metadata",
    "money": "money",
    "physics": "physics",
    "plateau": "plateaus",
    "premises": "premises",
    "sku": "skus",
    "sms": "sms",
    "software": "software",
    "staff": "staff",
    "taxi": "taxis",
}
_SINGULAR_OF = {plural: singular for singular, plural in _CORRECTIONS.items()} | {
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
}


@dataclass(frozen=True)
class Names:
    """A singular and a plural in snake_case; all other forms derive from them."""

    singular: str
    plural: str

    @property
    def package(self) -> str:
        return self.plural

    @property
    def table(self) -> str:
        return self.plural

    @property
    def url(self) -> str:
        return self.plural.replace("_", "-")

    @property
    def class_name(self) -> str:
        return pascal(self.singular)

    @property
    def plural_class_name(self) -> str:
        return pascal(self.plural)

    @property
    def label(self) -> str:
        return self.singular.replace("_", " ")

    @property
    def plural_label(self) -> str:
        return self.plural.replace("_", " ")

    @property
    def label_with_article(self) -> str:
        return str(ENGLISH.a(self.label))


def names_of(name: str, plural: str | None = None) -> Names:
    """Return both forms of a snake_case name, which may be either of them unless a plural is given."""
    if plural is not None:
        return Names(singular=name, plural=plural)
    *before, last = name.split("_")
    singular, plural = _forms(last)
    return Names("_".join([*before, singular]), "_".join([*before, plural]))


def is_english(name: str) -> bool:
    """True if the last word is an English noun in either form; only such names get an English plural."""
    word = name.split("_")[-1]
    return word in _CORRECTIONS or word in _SINGULAR_OF or is_noun(word) or is_noun(_forms(word)[0])


@cache
def _forms(word: str) -> tuple[str, str]:
    if word in _CORRECTIONS:
        return word, _CORRECTIONS[word]
    if word in _SINGULAR_OF:
        return _SINGULAR_OF[word], word
    singular = ENGLISH.singular_noun(word) or word
    plural = str(ENGLISH.plural_noun(word))
    # inflect "finds" a singular for any word in -s (an analysi, a campu), but only a real plural gains another -s.
    if singular != word and plural == f"{word}s":
        return str(singular), word
    return word, plural


def pascal(name: str) -> str:
    """Return the name in CamelCase: `IssuedOn` for `issued_on`."""
    return "".join(part.capitalize() for part in name.split("_"))
