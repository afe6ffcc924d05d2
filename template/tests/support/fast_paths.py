"""Skip tests of fast paths if `APP_FAST_PATHS=false` turns these off."""

import pytest

from app.config import Settings

needs_fast_paths = pytest.mark.skipif(
    not Settings().fast_paths, reason="APP_FAST_PATHS turns the fast paths off"
)
