"""Describe an invalid value in Pydantic's words, without the value itself."""

from collections.abc import Mapping
from typing import Any

# Pydantic's messages for these types contain parts of the value.
QUIET = {
    "uuid_parsing": "Input should be a valid UUID",
    "union_tag_invalid": "Input has a tag that is not expected here",
}


def sentence_of(error: Mapping[str, Any]) -> str:
    """Return the sentence of one of a ValidationError's `errors()`."""
    if error["type"] in QUIET:
        return QUIET[error["type"]]
    message = str(error["msg"]).removeprefix("Value error, ")
    if "reason" in error.get("ctx", {}):
        return message.partition(":")[0]
    return message
