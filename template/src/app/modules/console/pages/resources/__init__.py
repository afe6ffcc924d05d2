"""What there is to show: the resources of the API, found in its routes and their schemas.

Nothing is declared for the console. It calls the same routes as every client, in the unit of work
of its page, so that services check permissions and values, and rows come in no other way.
"""

from ._calls import Answer, call, whole
from ._fields import Field, Kind, fields_of, title_of
from ._find import Action, Resource, find_action, find_resources
from ._forms import Sent, raw_of, read_form
from ._labels import Labels, label_of
from ._texts import find_texts

__all__ = [
    "Action",
    "Answer",
    "Field",
    "Kind",
    "Labels",
    "Resource",
    "Sent",
    "call",
    "fields_of",
    "find_action",
    "find_resources",
    "find_texts",
    "label_of",
    "raw_of",
    "read_form",
    "title_of",
    "whole",
]
