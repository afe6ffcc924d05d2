"""Validate a job's arguments when it is enqueued (to JSON) and again when it runs (from JSON)."""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.errors import PydanticSchemaGenerationError

from .errors import JobRefused, WrongArguments


class Arguments:
    """A model of a job's parameters. Raises TypeError for types that JSON cannot carry."""

    def __init__(self, job_name: str, function: Callable[..., Any]) -> None:
        self.job_name = job_name
        self.parameters = list(signature(function).parameters.values())[1:]
        self.model = self._model(function.__module__)

    def pack(self, *values: Any, **named: Any) -> dict[str, Any]:
        """Validate and serialise. Raises WrongArguments with a sentence that names each error."""
        if len(values) > len(self.parameters):
            raise WrongArguments(f"{self.job_name} takes {len(self.parameters)} arguments")
        places = (parameter.name for parameter in self.parameters)
        given = dict(zip(places, values, strict=False)) | named
        try:
            return self.model.model_validate(given).model_dump(mode="json")
        except ValidationError as error:
            raise WrongArguments(f"{self.job_name} refuses {_complaints(error)}") from None

    def unpack(self, packed: dict[str, Any]) -> dict[str, Any]:
        """Validate and parse. Raises JobRefused: another release may have written the row."""
        try:
            return dict(self.model.model_validate(packed))
        except ValidationError as error:
            raise JobRefused(f"{self.job_name} refuses {_complaints(error)}") from None

    def _model(self, module: str) -> type[BaseModel]:
        fields: dict[str, Any] = {each.name: self._field(each) for each in self.parameters}
        config = ConfigDict(extra="forbid")
        try:
            return create_model(self.job_name, __config__=config, __module__=module, **fields)
        except PydanticSchemaGenerationError as error:
            raise TypeError(f"{self.job_name}: {error.message}. Pass an id instead.") from None

    def _field(self, parameter: Parameter) -> tuple[Any, Any]:
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            raise TypeError(f"{self.job_name}: a job names its arguments, it takes no stars")
        if parameter.annotation is Parameter.empty:
            raise TypeError(f"{self.job_name}: say the type of {parameter.name}")
        missing = parameter.default is Parameter.empty
        return parameter.annotation, ... if missing else parameter.default


def _complaints(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in each['loc'])}: {each['msg'].lower()}"
        for each in error.errors(include_input=False, include_url=False)
    )
