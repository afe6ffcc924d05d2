"""Columns whose value changes only from step to step, such as draft, sent, paid."""

from collections.abc import Collection

from app.core.errors import Conflict


class WrongStep(Conflict):
    """Some values follow only after certain others, and the current one is none of them.

    Somebody else may have changed it meanwhile. Read it again.
    """

    title = "This step does not follow"
    detail = "{field} is {current}: {value} follows only after {after}."


def check_step(field: str, current: str, value: str, *, after: Collection[str]) -> None:
    """Check that the value may follow the current one. Lock the row first. Raises WrongStep."""
    if current not in after:
        raise WrongStep(field=field, current=current, value=value, after=" or ".join(after))
