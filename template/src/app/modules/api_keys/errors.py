from app.core.errors import Conflict, Forbidden


class TooManyKeys(Conflict):
    """A tenant has a limited number of API keys, expired ones included. Revoke one that nobody
    uses any more.
    """

    slug = "too-many-api-keys"
    title = "Too many API keys"
    detail = "There are {most} API keys already. Revoke one first."


class PermissionsTooHigh(Forbidden):
    """You cannot give a key permissions that you do not have yourself."""

    title = "These permissions are above your own"
    detail = "You do not have {missing} yourself."
