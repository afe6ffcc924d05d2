"""A small application under the supervisor of `app serve --workers`: supervised_server.py PORT HOW

Its workers import for longer than uvicorn waits by itself (slow), or cannot start (broken). They
import nothing else, to be quick on a busy machine.
"""

import logging
import sys
import time
from typing import Any

logging.basicConfig(level="INFO", stream=sys.stdout)
HOW = sys.argv[2]
IMPORT_SECONDS = 8

if __name__ == "__mp_main__" and HOW == "slow":  # in a worker, before it can answer
    time.sleep(IMPORT_SECONDS)


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        result = "failed" if HOW == "broken" else "complete"
        await send({"type": f"lifespan.startup.{result}"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ready"})


def main() -> None:
    import uvicorn  # noqa: PLC0415 - only in the supervisor's own process

    from app.cli._serve import _supervise  # noqa: PLC0415 - only in the supervisor's own process

    here = "tests.cli.supervised_server:app"
    _supervise(uvicorn.Config(here, port=int(sys.argv[1]), workers=2, log_config=None))


if __name__ == "__main__":
    main()
