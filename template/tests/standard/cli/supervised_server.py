"""A small application under the supervisor of `app serve --workers`: supervised_server.py PORT HOW.

Its workers import for longer than uvicorn's own limit (slow), or cannot start: never (broken), or
not while the file HOW exists. They import little, to start quickly on a busy machine.
"""

import logging
import sys
import time
from pathlib import Path
from typing import Any

logging.basicConfig(level="INFO", stream=sys.stdout)
HOW = sys.argv[2]
IMPORT_SECONDS = 8

if __name__ == "__mp_main__" and HOW == "slow":  # in a worker, before it can answer
    time.sleep(IMPORT_SECONDS)  # slow on purpose


def cannot_start() -> bool:
    return HOW == "broken" or Path(HOW).is_file()


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        result = "failed" if cannot_start() else "complete"
        await send({"type": f"lifespan.startup.{result}"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ready"})


def main() -> None:
    import uvicorn  # noqa: PLC0415 - only in the supervisor's own process

    from app.cli import _supervisor  # noqa: PLC0415 - only in the supervisor's own process
    from app.cli._serve import _supervise  # noqa: PLC0415 - only in the supervisor's own process

    if Path(HOW).is_absolute():
        _supervisor.PROVEN_SECONDS = 0
    here = "tests.standard.cli.supervised_server:app"
    _supervise(uvicorn.Config(here, port=int(sys.argv[1]), workers=2, log_config=None))


if __name__ == "__main__":
    main()
