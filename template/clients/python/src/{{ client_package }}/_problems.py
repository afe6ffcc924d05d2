from typing import TypeVar

import httpx2

from .generated.models import FieldProblem, Problem, ValidationProblem
from .generated.problem_slugs import ProblemSlug

T = TypeVar("T")


class ProblemError(Exception):
    """A refusal of the API (RFC 9457); docs/errors.md. `slug` tells the kinds apart."""

    def __init__(self, response: httpx2.Response, problem: Problem | None) -> None:
        answered = f"The server answered {response.status_code} {response.reason_phrase}"
        super().__init__(problem.detail if problem else answered)
        self.status = response.status_code
        self.problem = problem
        self.response = response

    @property
    def slug(self) -> ProblemSlug | str:
        """The last part of `type`, such as `validation`."""
        return self.problem.type_.rpartition("/")[2] if self.problem else ""

    @property
    def errors(self) -> list[FieldProblem]:
        return (self.problem.errors or []) if self.problem else []

    @property
    def trace_id(self) -> str:
        """Identifies the request in the API's log."""
        return self.response.headers.get("x-trace-id", "")

    @property
    def retry_after(self) -> int | None:
        """Seconds to wait before the next attempt."""
        asked = self.response.headers.get("Retry-After")
        return None if asked is None else int(asked)

    def of(self, field: str) -> str | None:
        """Return what is wrong with one value of the body: `problem.of("email")`."""
        return next((each.detail for each in self.errors if each.pointer == f"/body/{field}"), None)


def raise_for_problem(response: httpx2.Response) -> None:
    """Raises ProblemError; a proxy in between may have answered with a page of its own."""
    is_problem = response.headers.get("Content-Type", "").startswith("application/problem+json")
    raise ProblemError(response, Problem.from_dict(response.json()) if is_problem else None)


def ok(answer: T | Problem | ValidationProblem | None) -> T:
    """Return the answer without the problems, which were raised: for type checkers."""
    if answer is None or isinstance(answer, Problem | ValidationProblem):
        raise TypeError(f"{answer!r} is no answer with a body")
    return answer
