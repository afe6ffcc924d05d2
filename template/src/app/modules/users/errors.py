from app.core.errors import Conflict, Forbidden, Unauthenticated


class WrongCredentials(Unauthenticated):
    """The e-mail or the password is wrong; which of the two is not told."""

    slug = "wrong-credentials"
    title = "Wrong e-mail or password"


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, expired, revoked or was used before; log in again."""

    slug = "refresh-refused"
    title = "This refresh token is not valid"


class UserSuspended(Forbidden):
    """The user was suspended by an administrator of the platform."""

    slug = "user-suspended"
    title = "This user is suspended"


class EmailTaken(Conflict):
    """A user with this e-mail exists; log in instead."""

    slug = "email-taken"
    title = "This e-mail is taken"
