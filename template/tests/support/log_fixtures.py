"""Fixtures of the tests of logging, for a conftest.py to import."""

import logging
from collections.abc import Iterator

import pytest
import structlog

__all__ = ["restored_logging"]


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """Configure logging after the test as it was before."""
    root = logging.getLogger()
    before = (structlog.get_config(), root.handlers[:], root.level)
    yield
    structlog.configure(**before[0])
    root.handlers[:] = before[1]
    root.setLevel(before[2])
