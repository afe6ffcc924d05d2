"""The queue with sample jobs, and what the tests of logging share."""

from tests.support.log_fixtures import restored_logging
from tests.support.queue_fixtures import queue, queue_runtime, queue_settings

__all__ = ["queue", "queue_runtime", "queue_settings", "restored_logging"]
