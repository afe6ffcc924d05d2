"""Refuse what fields of a module that all tenants share cannot have, and refs to its rows."""

from collections.abc import Mapping

from ..options import DEFAULT, Options
from .field import Field
from .refs import Link


def shared_problem(field: Field) -> str:
    """Return why the field is not possible, or an empty string."""
    if field.to_shared and field.on_delete != "restrict":
        return f"the rows of {field.to.package} are kept while any tenant refers to them: leave 'on delete' out"
    if not field.is_shared:
        return ""
    if field.kind == "ref" and not field.to_shared:
        return f"a row that all tenants share refers to shared rows only, and {field.to.package} are not: leave it out"
    if field.numbering:
        return "a number is counted for each tenant: use int unique"
    if field.steps:
        return "steps are for members of a tenant: separate the values by commas"
    if field.searched:
        return "the words of a row belong to a tenant: leave search out"
    if field.private:
        return "all tenants read the row: leave private out"
    return ""


def shared_link_problem(link: Link, options: Mapping[str, Options]) -> str:
    """Return why the list of references is not possible, or an empty string."""
    if options.get(link.module.package, DEFAULT).shared:
        return "a list of refs is for rows of a tenant: describe a shared module of its own for it"
    if options.get(link.target.package, DEFAULT).shared:
        own = f"{link.module.singular}: ref {link.module.package}"
        other = f"{link.singular}: ref {link.target.package} unique with {link.module.singular}"
        return (
            f"all tenants share the rows of {link.target.package}, so that a list cannot hold them: describe a module"
            f" of its own, such as {link.table}: {{fields: {{{own}, {other}}}}}"
        )
    return ""
