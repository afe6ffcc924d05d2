"""Statements on Procrastinate's tables, which have no models of ours."""

from sqlalchemy import Executable, text


def queue_sql(statement: str) -> Executable:
    return text(statement).execution_options(raw_sql="the queue serves all tenants")
