import pytest

from app.core.errors import FieldError, NotFound
from app.core.references import ReferenceNotFound, reference
from app.database.repository import RowNotFound


@pytest.mark.parametrize("error", [RowNotFound("Client"), NotFound()])
def test_an_unknown_reference_is_a_404_that_names_the_field(error: Exception) -> None:
    with pytest.raises(ReferenceNotFound) as raised, reference("client_id"):
        raise error

    assert raised.value.status == 404
    assert raised.value.detail == "There is nothing that client_id refers to."
    assert raised.value.errors == (FieldError("/body/client_id", "There is no such row."),)


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), reference("client_id"):
        raise ZeroDivisionError
