from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from ._problems import ok
from .generated.models import Problem, ValidationProblem
from .generated.types import UNSET, Unset

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Page(Protocol[T_co]):
    """A page, as each list operation returns it."""

    @property
    def items(self) -> Sequence[T_co]: ...
    @property
    def next_cursor(self) -> str | None: ...


Answer = Page[T] | Problem | ValidationProblem | None


def iterate(read: Callable[[str | Unset], Answer[T]]) -> Iterator[T]:
    """Yield the items of all pages: `iterate(lambda at: users_list.sync(…, cursor=at))`."""
    cursor: str | Unset | None = UNSET
    while cursor is not None:
        page: Page[T] = ok(read(cursor))
        yield from page.items
        cursor = page.next_cursor


async def iterate_async(read: Callable[[str | Unset], Awaitable[Answer[T]]]) -> AsyncIterator[T]:
    """Yield the items of all pages, as `iterate` does, with `asyncio` in place of `sync`."""
    cursor: str | Unset | None = UNSET
    while cursor is not None:
        page: Page[T] = ok(await read(cursor))
        for item in page.items:
            yield item
        cursor = page.next_cursor
