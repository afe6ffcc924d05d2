from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem: the object `where` does `what`; `fix` is SQL or a sentence."""

    where: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where} {self.what}.\n    {self.fix}"


async def find(
    connection: AsyncConnection, questions: tuple[str, ...], parameters: Mapping[str, Any]
) -> list[Finding]:
    """Run each query; its rows are findings: where, what, fix."""
    findings = []
    for question in questions:
        rows = await connection.execute(text(question), parameters)
        findings += [Finding(*row) for row in rows]
    return findings
