from app.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthenticated,
)


class WrongCredentials(Unauthenticated):
    """The e-mail or the password is wrong; which of the two is not told."""

    slug = "wrong-credentials"
    title = "Wrong e-mail or password"


class CredentialsChanged(Unauthenticated):
    """What you proved has changed meanwhile: the password, the address, the second factor or an
    account elsewhere. Log in again.
    """

    title = "The credentials were changed meanwhile"
    detail = "The credentials were changed meanwhile: log in again."


class ConfirmationIncomplete(Unauthenticated):
    """The link proves that you read the mail of this address, and not that the account is yours:
    log in as the user whom the link is for, or send her password with it.
    """

    title = "This link needs its user"
    detail = "Log in as the user whom this link is for, or send her password with it."


class LastWayIn(Conflict):
    """You could not log in any more: set a password first, with the link for a forgotten one."""

    title = "This is the last way to log in"
    detail = "Set a password before you unlink this account, with the link for a forgotten one."


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, expired, revoked or was used before; log in again."""

    slug = "refresh-refused"
    title = "This refresh token is not valid"


class WrongCode(Unauthenticated):
    """The code of the second factor is wrong, was used before, or the log-in took too long."""

    title = "Wrong code"
    detail = "This code is not valid."


class SecondFactorLocked(TooManyRequests):
    """Too many wrong codes. The header `Retry-After` says how many seconds to wait."""

    title = "Too many wrong codes"
    detail = "Too many wrong codes were tried."


class SecondFactorExists(Conflict):
    """There is a second factor already; remove it before you set up another device."""

    title = "There is a second factor already"
    detail = "Remove the second factor before you set up another one."


class NoSecondFactor(NotFound):
    """No second factor is set up, or none that waits for its first code."""

    title = "There is no second factor"
    detail = "There is no second factor."


class UnknownProvider(NotFound):
    """Nobody can log in with this provider here. `GET /api/v1/auth/oidc` lists those there are."""

    title = "Unknown provider"
    detail = "There is no log-in with this provider."


class ForeignLogInRefused(Unauthenticated):
    """The log-in with the provider failed, took too long, or proves no confirmed address."""

    slug = "foreign-log-in-refused"
    title = "The log-in elsewhere did not succeed"


class UserSuspended(Forbidden):
    """The user was suspended by an administrator of the platform."""

    slug = "user-suspended"
    title = "This user is suspended"


class EmailTaken(Conflict):
    """A user with this e-mail exists; log in instead."""

    slug = "email-taken"
    title = "This e-mail is taken"


class LinkInvalid(Invalid):
    """The link in the letter was used, replaced by a later one, or has expired. Ask for another."""

    slug = "link-invalid"
    pointer = "/body/token"
    title = "This link is not valid"


class WeakPassword(Invalid):
    """The password is too short, too common, or contains what everybody knows: the e-mail address
    or the product's name. Length counts, digits and special characters do not: four words that
    have nothing to do with each other make a good one.
    """

    slug = "weak-password"
    pointer = "/body"
    title = "Choose another password"
