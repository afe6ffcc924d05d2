from app.core.errors import Conflict, Forbidden


class TooManyPreferences(Conflict):
    """A user has preferences for a limited number of kinds of notifications."""

    title = "Too many preferences"
    detail = "You have preferences for {most} kinds of notifications already."


class NotAPerson(Forbidden):
    """Only users have notifications. An API key has none."""

    slug = "notifications-are-for-people"
    title = "Notifications are for people"
