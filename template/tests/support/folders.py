"""Where the tests keep what they keep."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / ".data" / "test-postgres"
"""The data of the embedded PostgreSQL of the tests."""
