"""Tests that share something expensive run in one worker."""

import os

import pytest


@pytest.mark.xdist_group("together")
def test_of_a_group_are_marked_for_it(request: pytest.FixtureRequest) -> None:
    """Incompatible versions of pytest and pytest-xdist lose groups silently."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("there is one worker")

    assert request.node.nodeid.endswith("@together")
