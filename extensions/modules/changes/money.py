"""Apply what a description says of `money` to both of its columns, the amount and the currency."""

import re
from dataclasses import replace

from ..fields import Module
from .words import Words

_MONEY = re.compile(r"""["']?(?P<amount>-?[\d.]+) +(?P<currency>[A-Z]{3})["']?""")


def with_currencies(words: Words, before: Module, after: Module) -> Words:
    """`was cost` renames the currency's column too, and `backfill '12.50 EUR'` fills both."""
    old, new = ({field.name: field.kind for field in module.fields} for module in (before, after))
    renamed, filled = dict(words.renamed), dict(words.filled)
    for name, former in words.renamed.items():
        theirs, ours = f"{former}_currency", f"{name}_currency"
        if (old.get(theirs), new.get(ours)) == ("currency",) * 2 and theirs not in new and ours not in old:
            renamed.setdefault(ours, theirs)
    for name, value in words.filled.items():
        if new.get(f"{name}_currency") == "currency" and (found := _MONEY.fullmatch(value)):
            filled |= {name: found["amount"], f"{name}_currency": found["currency"]}
    return replace(words, renamed=renamed, filled=filled)
