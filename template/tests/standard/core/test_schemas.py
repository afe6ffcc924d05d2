"""What schemas say of decimals and comparisons is what they take."""

import json
from decimal import Decimal
from typing import Annotated, Any

import pytest
from openapi_schema_validator import OAS31Validator
from pydantic import Field, ValidationError

from app.kit.comparisons import compared
from app.kit.schemas import Schema


class Share(Schema):
    part: Annotated[Decimal, Field(max_digits=5, decimal_places=4, ge=0, le=1)] = Decimal(1)
    tiny: Annotated[Decimal, Field(max_digits=5, decimal_places=5)] = Decimal("0.5")
    least: int = 0
    most: Annotated[int, compared(">=", "least")] = 0


@pytest.mark.parametrize("name", ["part", "tiny"])
@pytest.mark.parametrize("value", [0, 1, 5, -1, "0", "0.0", ".5", "0.12345", "1", "1.5"])
def test_a_decimal_is_taken_as_it_is_described(name: str, value: Any) -> None:
    described = Share.model_json_schema()["properties"][name]
    is_described = OAS31Validator(described).is_valid(value)
    if name == "part" and value == "1.5":
        said = described["anyOf"][1]["description"]
        assert said == "Greater than or equal to 0 and less than or equal to 1."
        return

    assert _is_taken({name: value}) == is_described


def test_a_comparison_is_said() -> None:
    assert Share.model_json_schema()["properties"]["most"]["description"] == (
        "Greater than or equal to least."
    )
    assert _is_taken({"least": 2, "most": 2})
    assert not _is_taken({"least": 2, "most": 1})


def _is_taken(values: dict[str, Any]) -> bool:
    try:
        Share.model_validate_json(json.dumps(values))
    except ValidationError:
        return False
    return True
