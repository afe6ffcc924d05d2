from tests.support.notes_fixtures import settings

__all__ = ["settings"]
