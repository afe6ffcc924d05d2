"""The queue with sample jobs (tests/support/queue_fixtures.py)."""

from tests.support.queue_fixtures import queue, queue_runtime, queue_settings

__all__ = ["queue", "queue_runtime", "queue_settings"]
