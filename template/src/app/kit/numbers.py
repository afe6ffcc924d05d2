"""Numbers in JSON: Pydantic alone would also take text and booleans for them."""

from pydantic import BeforeValidator
from pydantic_core import PydanticKnownError


def _number(value: object) -> object:
    """Refuse text and booleans. 5.0 is an integer in JSON, as 5 is."""
    if isinstance(value, bool | str):
        raise PydanticKnownError("int_type")
    return value


JsonNumber = BeforeValidator(_number)
"""For `Annotated[int, …, JsonNumber]`."""
