"""Folders that tests keep between runs."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / ".data" / "test-postgres"
"""The data folder of the tests' embedded PostgreSQL."""
