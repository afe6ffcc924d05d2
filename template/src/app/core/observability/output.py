"""The stream of log lines. A line that cannot be written is lost; nothing that logs fails."""

import os
import sys
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, Any, TextIO


class Output:
    """Wraps a stream whose reader may have gone (EPIPE), or whose disk may be full."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream

    def write(self, line: Any) -> None:
        try:
            self._stream.write(line)
        except UnicodeEncodeError as error:  # the terminal has no such character
            charset = error.encoding
            with suppress(OSError, ValueError):
                self._stream.write(line.encode(charset, "backslashreplace").decode(charset))
        except (OSError, ValueError):
            return

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            return


@lru_cache(maxsize=8)
def output_of(stream: IO[Any]) -> Output:
    """Return the same Output for a stream each time: structlog has one lock for each."""
    return Output(stream)


def standard_output() -> TextIO:
    """Return standard output; a process may be started without one."""
    return sys.stdout or _nowhere()


@cache
def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
