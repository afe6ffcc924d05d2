"""Numbers in JSON: Pydantic alone would also take text and booleans for them."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError


def _number(value: object) -> object:
    """Refuse text and booleans. 5.0 is an integer in JSON, as 5 is."""
    if isinstance(value, bool | str):
        raise PydanticKnownError("int_type")
    return value


def _float(value: object) -> object:
    if isinstance(value, bool | str):
        raise PydanticKnownError("float_type")
    return value


JsonNumber = BeforeValidator(_number)
"""Annotates an int: `Annotated[int, …, JsonNumber]`."""

JsonFloat = BeforeValidator(_float)
"""Annotates a float: `Annotated[float, …, JsonFloat]`."""

BIGGEST = 2**53 - 1
"""The largest integer that readers keep whose numbers are floats, such as JavaScript (RFC 7493)."""

BigIntegerParameter = Annotated[int, Field(ge=-BIGGEST, le=BIGGEST)]
"""An integer of more than 32 bits in a query."""
BigInteger = Annotated[BigIntegerParameter, JsonNumber]
"""The same in JSON."""

FiniteParameter = Annotated[float, Field(allow_inf_nan=False)]
"""A finite number of double precision, in a query."""
FiniteFloat = Annotated[FiniteParameter, JsonFloat]
"""The same in JSON."""
