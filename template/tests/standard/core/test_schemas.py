"""What schemas say of values is what they take."""

import json
from decimal import Decimal
from typing import Annotated, Any

import pytest
from openapi_schema_validator import OAS31Validator
from pydantic import Field, StringConstraints, ValidationError, create_model

from app.kit.comparisons import both_or_neither, compared
from app.kit.countries import Country
from app.kit.currencies import Currency
from app.kit.moments import Duration, TimeOfDay
from app.kit.numbers import BIGGEST, BigInteger, FiniteFloat
from app.kit.phones import Phone
from app.kit.schemas import Schema
from app.kit.slugs import UrlSlug
from app.kit.texts import Name

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=9)]
TYPES: dict[str, Any] = {
    "big": BigInteger,
    "float": FiniteFloat,
    "decimal": Annotated[Decimal, Field(max_digits=5, decimal_places=2)],
    "described": Annotated[Decimal, Field(max_digits=5, decimal_places=2, description="In EUR.")],
    "line": Line,
    "longer": Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)],
    "name": Name,
    "lines": list[Line],
    "time": TimeOfDay,
    "duration": Duration,
    "slug": UrlSlug,
    "phone": Phone,
    "country": Country,
    "currency": Currency,
}
NUMBERS = [0, -1, 0.5, 0.001, 999.99, 1000, 1e300, 5e-324, 2**31, BIGGEST, BIGGEST + 1, -BIGGEST]
TEXTS = ["", " ", "\u200b", "a", " a", "a b", "  a", " a b ", "0", "+1", ".5", "1.", "0.001", "1e3"]
CODES = [
    "DE",
    "de",
    "ZZ",
    "EUR",
    "+4930123456",
    "a-b",
    "a--b",
    "09:30",
    "24:00",
    "P1D",
    "PT",
    "P1Y",
]
VALUES: list[Any] = [None, True, [], {}, [" "], ["a"], *NUMBERS, *TEXTS, *CODES]


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


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize("kind", TYPES)
def test_a_value_is_taken_as_it_is_described(kind: str, *, optional: bool) -> None:
    annotation = TYPES[kind] | None if optional else TYPES[kind]
    schema = create_model("One", __base__=Schema, value=(annotation, ...))
    validator = OAS31Validator(schema.model_json_schema())

    for value in VALUES:
        is_described = validator.is_valid({"value": value})
        is_taken = _is_taken({"value": value}, schema)
        assert is_taken or not is_described, value
        if not isinstance(value, str):  # more texts are taken: blanks are removed, "de" is DE
            assert is_described or not is_taken, value


@pytest.mark.parametrize("kind", TYPES)
def test_an_optional_value_has_flat_alternatives(kind: str) -> None:
    schema = create_model("One", __base__=Schema, value=(TYPES[kind] | None, ...))
    described = schema.model_json_schema()["properties"]["value"]

    assert [part for part in described["anyOf"] if "anyOf" in part] == []
    assert ("description" in described) == (kind == "described")


class Fee(Schema):
    model_config = both_or_neither(("fee", "fee_currency"))

    fee: Decimal | None = None
    fee_currency: Currency | None = None


class FeeChange(Fee):
    model_config = both_or_neither(("fee", "fee_currency"), changes=True)


@pytest.mark.parametrize(
    ("values", "of_new", "of_changed"),
    [
        ({}, True, True),
        ({"fee": 1, "fee_currency": "EUR"}, True, True),
        ({"fee": None, "fee_currency": None}, True, True),
        ({"fee": 1, "fee_currency": None}, False, False),
        ({"fee": None, "fee_currency": "EUR"}, False, False),
        ({"fee": 1}, False, True),
        ({"fee_currency": "EUR"}, False, True),
        ({"fee": None}, True, True),
        ({"fee_currency": None}, True, True),
    ],
)
def test_a_pair_is_described(values: dict[str, Any], *, of_new: bool, of_changed: bool) -> None:
    assert OAS31Validator(Fee.model_json_schema()).is_valid(values) == of_new
    assert OAS31Validator(FeeChange.model_json_schema()).is_valid(values) == of_changed


def test_a_comparison_is_said() -> None:
    assert Share.model_json_schema()["properties"]["most"]["description"] == (
        "Greater than or equal to least."
    )
    assert _is_taken({"least": 2, "most": 2})
    assert not _is_taken({"least": 2, "most": 1})


def _is_taken(values: dict[str, Any], schema: type[Schema] = Share) -> bool:
    try:
        schema.model_validate_json(json.dumps(values))
    except ValidationError:
        return False
    return True
