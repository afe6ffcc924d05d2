"""The functions of routes, called for each page of an export and each row of an import."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, signature
from typing import Annotated, Any, get_args, get_origin

from fastapi.params import Depends
from pydantic import BaseModel

from app.core.unit_of_work import UnitOfWork

Endpoint = Callable[..., Awaitable[Any]]


class Call:
    """A route's function, with its services by parameter; `others` are its other parameters.

    Raises TypeError for a dependency that cannot be made of a unit of work alone.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.answers: Any = signature(endpoint).return_annotation
        self.services: dict[str, Parameter] = {}
        self.others: dict[str, Parameter] = {}
        for name, parameter in signature(endpoint).parameters.items():
            places = self.services if _is_dependency(parameter) else self.others
            places[name] = parameter.replace(kind=Parameter.KEYWORD_ONLY)

    def services_of(self, work: UnitOfWork) -> dict[str, Any]:
        """Return the services for another unit of work."""
        return {name: get_args(each.annotation)[0](work) for name, each in self.services.items()}

    async def __call__(self, **arguments: Any) -> Any:
        return await self.endpoint(**arguments)

    def body(self) -> tuple[str, type[BaseModel]]:
        """Return the name and the schema of the body. Raises TypeError."""
        for name, parameter in self.others.items():
            kind = parameter.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                return name, kind
        raise TypeError(f"{self.endpoint.__name__} takes no schema as its body")


def _is_dependency(parameter: Parameter) -> bool:
    """Raises TypeError."""
    kind, *metadata = get_args(parameter.annotation) or (None,)
    marks = [each for each in metadata if isinstance(each, Depends)]
    if get_origin(parameter.annotation) is not Annotated or not marks:
        return False
    if not isinstance(kind, type) or marks[0].dependency is not None:
        raise TypeError(f"{parameter.name} must be a service that takes the unit of work alone")
    return True


def with_signature(endpoint: Endpoint, of: Call, parameters: Mapping[str, Parameter]) -> Endpoint:
    """Let FastAPI see these parameters, and take the endpoint for one of the other's module."""
    described = signature(endpoint).replace(parameters=[*parameters.values()])
    vars(endpoint)["__signature__"] = described
    endpoint.__module__ = of.endpoint.__module__
    return endpoint
