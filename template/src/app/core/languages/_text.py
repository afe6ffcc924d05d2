"""Texts of ours that are translated where they are shown: on a page for one person."""

from abc import ABC, abstractmethod
from typing import Any

from ._catalogues import catalogue, written
from ._locale import Locale


class Localized(ABC):
    """Something that each language writes in its own way."""

    @abstractmethod
    def write(self, locale: Locale) -> str: ...


class Text(Localized):
    """A message with the values that stand in it: `Text("Role of {name}", name=user.full_name)`.

    A value that is `Localized` too is written in the same language.
    """

    __slots__ = ("english", "values")

    def __init__(self, english: str, **values: Any) -> None:
        self.english = english
        self.values = tuple(values.items())

    def write(self, locale: Locale) -> str:
        text = catalogue(written(locale.language)).get(self.english, self.english)
        if not self.values:
            return text
        return text.format_map({name: localize(value, locale) for name, value in self.values})

    def __str__(self) -> str:
        return self.write(Locale())

    def __bool__(self) -> bool:
        return bool(self.english)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    @property
    def _key(self) -> tuple[object, ...]:
        return self.english, self.values


def texts(*english: str) -> tuple[Text, ...]:
    return tuple(map(Text, english))


def localize(value: Any, locale: Locale) -> Any:
    """Return what is shown of a value."""
    return value.write(locale) if isinstance(value, Localized) else value
