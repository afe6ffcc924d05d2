"""SQL on Procrastinate's tables, for which there are no models."""

from sqlalchemy import TextClause, text


def queue_sql(statement: str) -> TextClause:
    return text(statement).execution_options(raw_sql="the queue serves all tenants")
