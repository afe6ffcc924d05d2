"""These tests use the module `test_notes` (tests/support/notes.py)."""

from tests.support.notes_fixtures import app, runtime, settings

__all__ = ["app", "runtime", "settings"]
