"""Sample values of tests and seeds, also within narrow limits."""

import re
from decimal import Decimal

import pytest

from extensions.modules.answer import read
from extensions.modules.fields import Module, modules_of
from extensions.modules.fields.samples import beyond_limits, example, json_example
from extensions.modules.validation import modules_problems
from tests.rendered import files_of


def module(**fields: str) -> Module:
    described = {"boats": {"fields": fields}}
    assert modules_problems(described) == []
    return modules_of(read(described))[0]


class TestExample:
    @pytest.mark.parametrize("field", ["bigint >= 9007199254740991", "bigint <= -9007199254740991", "int 5..6"])
    def test_is_within_limits_and_type(self, field: str) -> None:
        [found] = module(seats=field).fields
        low, high = found.bounds

        for number in range(3):
            assert int(low or -(2**53) + 1) <= int(example(found, number)) <= int(high or 2**53 - 1)

    def test_of_a_long_text_is_an_expression(self) -> None:
        [field] = module(notes="str(10000..10000)").fields

        for text in (example(field, 0), json_example(field, 1), *beyond_limits(field)):
            assert len(text) < 40
            assert len(eval(text)) in (9999, 10000)

    @pytest.mark.parametrize("places", [2, 28, 38])
    def test_beyond_limits_is_beyond_them(self, places: int) -> None:
        [field] = module(share=f"decimal({places}, {places}) -0.5..0.5").fields

        below, above = (Decimal(text.strip('"')) for text in beyond_limits(field))

        assert below < Decimal("-0.5")
        assert above > Decimal("0.5")


class TestFactory:
    def test_counts_rows_and_not_values(self) -> None:
        """Two fields that take turns with one counter would each skip values, and repeat the others soon."""
        found = module(code="str(1) unique", home="country unique", zone="timezone unique", seats="int 0..9 unique")

        factory = dict(files_of(found))["tests/factory.py"]

        assert factory.count("next(COUNT)") == 1
        assert len(re.findall(r"\bnumber\b", factory)) == 5
