from app.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthenticated,
)


class WrongCredentials(Unauthenticated):
    """The e-mail address or the password is wrong. For safety, we do not say which of the two."""

    slug = "wrong-credentials"
    title = "Wrong e-mail or password"


class CredentialsChanged(Unauthenticated):
    """Your password, e-mail address, second factor or linked accounts changed while you were
    logging in. Log in again.
    """

    title = "The credentials were changed meanwhile"
    detail = "The credentials were changed meanwhile: log in again."


class ConfirmationIncomplete(Unauthenticated):
    """The link proves that you can read the mail of this address, but not that the account is
    yours: log in as the user whom the link is for, or send the password of the account with it.
    """

    title = "This link needs its user"
    detail = "Log in as the user whom this link is for, or send the account's password with it."


class LastLoginMethod(Conflict):
    """You could not log in any more without this account. Set a password first: ask for a link with
    "forgot password".
    """

    title = "This is the last way to log in"
    detail = "Set a password before you unlink this account, with the link for a forgotten one."


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, expired, revoked or was used before. Log in again."""

    slug = "refresh-refused"
    title = "This refresh token is not valid"


class WrongCode(Unauthenticated):
    """The code of the second factor is wrong or was used before, or the log-in took too long."""

    title = "Wrong code"
    detail = "This code is not valid."


class SecondFactorLocked(TooManyRequests):
    """Too many wrong codes. The header `Retry-After` says how many seconds to wait."""

    title = "Too many wrong codes"
    detail = "Too many wrong codes were tried."


class SecondFactorExists(Conflict):
    """You have a second factor already. Remove it before you set up another device."""

    title = "There is a second factor already"
    detail = "Remove the second factor before you set up another one."


class NoSecondFactor(NotFound):
    """You have no second factor, or none that waits to be confirmed."""

    title = "There is no second factor"
    detail = "There is no second factor."


class UnknownProvider(NotFound):
    """This app has no such log-in provider. `GET /api/v1/auth/oidc` lists the available ones."""

    title = "Unknown provider"
    detail = "There is no log-in with this provider."


class ExternalLoginFailed(Unauthenticated):
    """The log-in with the provider failed or took too long, or the provider has not verified your
    e-mail address.
    """

    slug = "external-login-failed"
    title = "The log-in elsewhere did not succeed"


class UserSuspended(Forbidden):
    """An administrator of the platform has suspended this user."""

    slug = "user-suspended"
    title = "This user is suspended"


class RegistrationByInvitation(Forbidden):
    """People cannot register here without an invitation. Ask somebody who can invite you, and use
    the link in the e-mail that you get.
    """

    title = "Registration is by invitation"
    detail = "Registration is by invitation: ask somebody who works with this app to invite you."


class DomainNotAllowed(Forbidden):
    """Only addresses of certain domains may register here. Register with the address that your
    organisation gave you, or ask somebody to invite you.
    """

    title = "This e-mail address may not register"
    detail = "Registration is for e-mail addresses of {domains}. Others need an invitation."


class ConfirmationMissing(Forbidden):
    """Only confirmed e-mail addresses may log in here. Use the link in our e-mail, or choose a new
    password with "forgot password", which confirms the address too.
    """

    title = "This e-mail address is not confirmed"
    detail = "Confirm your e-mail address first, with the link in our e-mail."


class SupportWithoutReason(Invalid):
    """Support needs a reason, which the tenant reads in its audit log."""

    pointer = "/body/reason"
    title = "Say why"
    detail = "Say why you look: the tenant reads it in its audit log."


class EmailTaken(Conflict):
    """A user with this e-mail address exists. Log in instead."""

    slug = "email-taken"
    title = "This e-mail is taken"


class EmailNotConfirmed(Conflict):
    """This e-mail address is not confirmed. Use the link in the e-mail first."""

    slug = "email-not-confirmed"
    title = "This e-mail is not confirmed"


class LinkInvalid(Invalid):
    """The link in the e-mail was used, replaced by a later one, or has expired. Ask for another."""

    slug = "link-invalid"
    pointer = "/body/token"
    title = "This link is not valid"


class WeakPassword(Invalid):
    """The password is too short, too common, or contains the e-mail address or the product's name.
    Length counts; digits and special characters do not. Four unrelated words make a good password.
    """

    slug = "weak-password"
    pointer = "/body"
    title = "Choose another password"
