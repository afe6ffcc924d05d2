"""For tests about a fast path itself, which `APP_FAST_PATHS=false` turns off."""

import pytest

from app.config import Settings

needs_fast_paths = pytest.mark.skipif(
    not Settings().fast_paths, reason="APP_FAST_PATHS turns the fast paths off"
)
