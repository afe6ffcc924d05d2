from tests.support.scratch import scratch, server

__all__ = ["scratch", "server"]
