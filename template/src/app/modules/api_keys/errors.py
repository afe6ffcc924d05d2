from app.core.errors import Forbidden


class PermissionsTooHigh(Forbidden):
    """You cannot give a key permissions that you do not have yourself."""

    title = "These permissions are above your own"
    detail = "You do not have {missing} yourself."
