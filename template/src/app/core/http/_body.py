"""Read a request's body once, and replay it to the app."""

from starlette.types import Message, Receive


class BufferedBody:
    """A receive callable that replays a body. `body` is None if the client disconnected early."""

    def __init__(self, messages: list[Message], receive: Receive) -> None:
        self._left = iter(messages)
        self._receive = receive
        complete = messages[-1]["type"] == "http.request"
        self.body = b"".join(each.get("body", b"") for each in messages) if complete else None

    async def __call__(self) -> Message:
        for message in self._left:
            return message
        return await self._receive()


async def read(receive: Receive) -> BufferedBody:
    messages = [await receive()]
    while messages[-1]["type"] == "http.request" and messages[-1].get("more_body"):
        messages.append(await receive())
    return BufferedBody(messages, receive)
