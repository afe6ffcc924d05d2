"""Values of fields that a request leaves out: who acts, and when."""

from datetime import date, datetime
from uuid import UUID

from app.core.errors import FieldError, Invalid
from app.core.work import Work
from app.kit import clock


class UserRequired(Invalid):
    """No user acts here, whom the app could write down: name one."""

    title = "A user is required"
    detail = "No user acts here: send {field}."


def default_moment() -> datetime:
    return clock.now()


def default_day() -> date:
    """Return today in UTC."""
    return clock.today()


def default_user(work: Work, field: str) -> UUID:
    """Return the user who acts, or who made the API key that acts. Raises UserRequired."""
    user_id = work.actor.user_id or work.actor.made_by
    if user_id is None:
        named = FieldError.at("body", field, detail="Name a user.")
        raise UserRequired(field=field, errors=[named])
    return user_id
