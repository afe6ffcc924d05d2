from app.core.errors import Forbidden


class NotAPerson(Forbidden):
    """Only users have notifications. An API key has none."""

    slug = "notifications-are-for-people"
    title = "Notifications are for people"
