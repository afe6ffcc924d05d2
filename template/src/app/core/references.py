"""References to other rows in requests: what is unknown is named."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import FieldError, NotFound
from app.database.repository import RowNotFound


class ReferenceNotFound(NotFound):
    """The request refers to something that does not exist, or that you may not see.

    The member `errors` names the value.
    """

    title = "Unknown reference"
    detail = "There is nothing that {field} refers to."


@contextmanager
def reference(field: str) -> Iterator[None]:
    """Wrap the look-up of the row that a field of the body refers to. Raises ReferenceNotFound."""
    try:
        yield
    except (RowNotFound, NotFound) as error:
        raise unknown_reference(field) from error


def unknown_reference(field: str) -> ReferenceNotFound:
    """Return the error for a field of the body that refers to nothing, also `lines.product_id`."""
    named = FieldError.at("body", *field.split("."), detail="There is no such row.")
    return ReferenceNotFound(field=field, errors=[named])
