from app.core.errors import Forbidden


class NotAPerson(Forbidden):
    """Notifications are for people. An API key has none."""

    slug = "notifications-are-for-people"
    title = "Notifications are for people"
