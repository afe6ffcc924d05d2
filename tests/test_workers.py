"""Tests that share something expensive go to one worker."""

import os

import pytest


@pytest.mark.xdist_group("together")
def test_of_a_group_are_marked_for_it(request: pytest.FixtureRequest) -> None:
    """Versions of pytest and pytest-xdist that do not fit lose the group without a word."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("there is one worker")

    assert request.node.nodeid.endswith("@together")
