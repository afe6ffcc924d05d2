"""The step that creates the table, its constraints, its indexes and its protection."""

from ...skeleton import render
from ..code import Imports, file
from ..field import Field
from ..module import Module
from ..types import column_type
from .models import constraints, delete_rule

_TYPES = {
    "int": "Integer()",
    "text": "Text()",
    "bool": "Boolean()",
    "date": "Date()",
    "datetime": "DateTime(timezone=True)",
    "uuid": "Uuid()",
    "ref": "Uuid()",
}


def migration(module: Module, name: str) -> str:
    table = module.names.table
    imports = Imports(sa="sqlalchemy")
    imports.add("alembic", "op")
    imports.add("app.database.rls", "protect")
    columns = [
        f'sa.Column("{field.column}", {_type(field, imports)}, nullable={field.optional})' for field in module.fields
    ]
    lines = [
        'sa.Column("tenant_id", sa.Uuid(), nullable=False)',
        'sa.Column("id", sa.Uuid(), nullable=False)',
        *columns,
        'sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)',
        'sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False)',
        'sa.PrimaryKeyConstraint("tenant_id", "id")',
        *constraints(module, "sa."),
        'sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE")',
        *map(_key, module.refs),
    ]
    upgrade = [
        "def upgrade() -> None:",
        "    op.create_table(",
        f'        "{table}",',
        *(f"        {line}," for line in lines),
        "    )",
        *(_index(table, field) for field in module.fields if field.has_index),
        f'    protect("{table}")',
    ]
    downgrade = f'def downgrade() -> None:\n    op.drop_table("{table}")'
    title = render(module.names, f"migrations/{name}").partition("\n")[0]
    return f"{title}\n\n{file(imports, chr(10).join(upgrade), downgrade)}"


def _type(field: Field, imports: Imports) -> str:
    if field.kind == "json":
        imports.add("sqlalchemy.dialects.postgresql", "JSONB")
        return "JSONB()"
    return f"sa.{_TYPES.get(field.kind) or column_type(field)}"


def _index(table: str, field: Field) -> str:
    name = f"ix_{table}_tenant_id_{field.column}_id"
    return f'    op.create_index("{name}", "{table}", ["tenant_id", "{field.column}", "id"])'


def _key(field: Field) -> str:
    if field.to_users:
        return f'sa.ForeignKeyConstraint(["{field.column}"], ["users.id"], ondelete="{delete_rule(field)}")'
    target = field.to.table
    return (
        f'sa.ForeignKeyConstraint(["tenant_id", "{field.column}"], ["{target}.tenant_id", "{target}.id"],'
        f' ondelete="{delete_rule(field)}")'
    )
