"""Statements on Procrastinate's tables, which have no models of ours."""

from sqlalchemy import TextClause, text


def queue_sql(statement: str) -> TextClause:
    return text(statement).execution_options(raw_sql="the queue serves all tenants")
