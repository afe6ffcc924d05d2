from app.core.errors import Forbidden


class PermissionsTooHigh(Forbidden):
    """Nobody can give a key permissions that she does not have."""

    title = "These permissions are above your own"
    detail = "You do not have {missing} yourself."
