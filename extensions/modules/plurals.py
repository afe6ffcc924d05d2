"""Form English plurals and recognise English nouns; imports inflect without its slow type checks."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import typeguard


def _load_engine() -> Any:
    """Import inflect without typeguard, which would instrument every function and add one to two seconds.

    Every `copier copy` and every release in an update pays for the import, and we only ever pass strings.
    """
    checked = typeguard.typechecked
    typeguard.typechecked = lambda each: each  # type: ignore[assignment]  # it is overloaded
    try:
        return import_module("inflect").engine()
    finally:
        typeguard.typechecked = checked


ENGLISH = _load_engine()

# Technical nouns that the dictionary lacks. They only decide whether a name gets an English plural.
_OF_THE_TRADE = frozenset(
    """
    api app checkin cpu crm data erp faq gpu iban iot ip kpi ldap metadata ngo oauth onboarding otp pdf pin poi pos
    posting qr repo rfp rfq rma schema sdk signup sku sla sms sso standup swot takeaway todo ui uri url uuid vat vip vm
    vpn widget
    """.split()
)
_BEFORE_A_NOUN = frozenset(
    "allow check co deny down e fore hot in micro multi off on out over pre re self sign stand sub tele up wait".split()
)


def is_noun(word: str) -> bool:
    """True if the word is a singular English noun, or consists of two, such as `timesheet`."""
    return word in _nouns() or any(_is_compound(word, position) for position in range(1, len(word) - 2))


def _is_compound(word: str, position: int) -> bool:
    before, noun = word[:position], word[position:]
    if noun not in _nouns():
        return False
    return before in _BEFORE_A_NOUN or (before in _nouns() and len(before) >= 3 and len(word) >= 7 and len(noun) >= 3)


@cache
def _nouns() -> frozenset[str]:
    lines = Path(__file__).with_name("english_nouns.txt").read_text(encoding="utf-8").splitlines()
    return _OF_THE_TRADE.union(line for line in lines if not line.startswith("#"))
