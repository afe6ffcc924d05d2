"""A repository's verbs know the columns and the filters of their model: mypy refuses all others."""

from collections.abc import Callable

import pytest

from tests.clone import Clone

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("boundaries")]

WRONG = {
    'await service.invoices.create(nmber="1")': 'Unexpected keyword argument "nmber"',
    "await service.invoices.create(number=1)": 'incompatible type "int"',
    'await service.invoices.change(row, titel="1")': 'Unexpected keyword argument "titel"',
    "await service.invoices.change(row, number=None)": "incompatible type",
    'await service.invoices.list(limit=1, statsu="sent")': 'Unexpected keyword argument "statsu"',
    'await service.list(limit=1, statsu="sent")': 'Unexpected keyword argument "statsu"',
    'await service.change(row.id, titel="1")': 'Unexpected keyword argument "titel"',
    "await service.list(limit=1, status=1)": 'incompatible type "int"',
}
RIGHT = (
    'await service.invoices.create(number="1", notes=None)',
    'await service.invoices.change(row, status="sent")',
    'await service.list(limit=1, status="sent", client_id=None, sort="-issued_on")',
)
HEAD = """from app.modules.invoices.repositories import Invoice
from app.modules.invoices.services import InvoiceService


async def verbs(service: InvoiceService, row: Invoice) -> None:
"""


class TestVerbs:
    def test_are_typed(self, clone_of: Callable[[str], Clone]) -> None:
        clone = clone_of("fields")
        lines = [*WRONG, *RIGHT]
        body = "".join(f"    {line}\n" for line in lines)
        (clone.folder / "tests" / "test_planted.py").write_text(HEAD + body, encoding="utf-8")

        with pytest.raises(AssertionError) as refused:
            clone.run("mypy")

        for number, line in enumerate(lines, start=HEAD.count("\n") + 1):
            found = [each for each in str(refused.value).splitlines() if f"test_planted.py:{number}: error" in each]
            assert bool(found) == (line in WRONG), (line, found)
            assert WRONG.get(line, "") in " ".join(found)
