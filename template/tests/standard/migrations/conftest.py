from tests.support.scratch import migrated, scratch, server

__all__ = ["migrated", "scratch", "server"]
