"""models.py: columns, constraints, indexes."""

from ..code import Imports, file, indented, quoted_lines
from ..field import Field
from ..module import Module
from ..types import column_type, optional, python_type

_CONDITION_WIDTH = 82  # of what stands on a line of its own in three levels


def models(module: Module) -> str:
    imports = Imports()
    imports.add("app.database.base", "Base")
    imports.add("app.database.mixins", "TenantMixin", "TimestampMixin", "UUIDMixin")
    imports.add("sqlalchemy.orm", "Mapped")
    head = [
        f"class {module.names.class_name}(UUIDMixin, TimestampMixin, TenantMixin, Base):",
        f'    __tablename__ = "{module.names.table}"',
    ]
    columns = indented(_column(field, imports) for field in module.fields)
    return file(imports, "\n".join([*head, *_table_args(module, imports)]) + f"\n\n{columns}")


def constraints(module: Module, sa: str = "") -> list[str]:
    """Those of its own, as in a model, or with `sa="sa."` as in a migration step."""
    return [
        *(f'{sa}UniqueConstraint("tenant_id", "{field.column}")' for field in module.uniques),
        *(_check(field, sa) for field in module.fields if field.kind == "enum"),
    ]


def delete_rule(field: Field) -> str:
    """SET NULL names its column: tenant_id, the other half of the key, cannot be empty."""
    if field.on_delete == "set null" and not field.to_users:
        return f"SET NULL ({field.column})"
    return field.on_delete.upper()


def _check(field: Field, sa: str) -> str:
    values = ", ".join(f"'{value}'" for value in field.values)
    condition = quoted_lines(f"{field.column} IN ({values})", _CONDITION_WIDTH)
    return f'{sa}CheckConstraint({condition}, name="{field.column}_is_known")'


def _table_args(module: Module, imports: Imports) -> list[str]:
    lines = [
        *constraints(module),
        *(_key(field) for field in module.refs if not field.to_users),
        *(f'Index(None, "tenant_id", "{field.column}", "id")' for field in module.fields if field.has_index),
    ]
    for line in lines:
        name = line.partition("(")[0]
        imports.add("app.database.mixins" if name == "same_tenant" else "sqlalchemy", name)
    if not lines:
        return []
    if len(lines) == 1:
        return [f"    __table_args__ = ({lines[0]},)"]
    return ["    __table_args__ = (", *(f"        {line}," for line in lines), "    )"]


def _key(field: Field) -> str:
    return f'same_tenant("{field.column}", "{field.to.table}", ondelete="{delete_rule(field)}")'


def _column(field: Field, imports: Imports) -> str:
    mapped = f"{field.column}: Mapped[{optional(field, python_type(field, imports))}]"
    kind = f'ForeignKey("users.id", ondelete="{delete_rule(field)}")' if field.to_users else column_type(field)
    if not kind:
        return mapped
    imports.add("sqlalchemy", kind.partition("(")[0])
    imports.add("sqlalchemy.orm", "mapped_column")
    return f"{mapped} = mapped_column({kind})"
