from app.core.errors import Conflict, Forbidden, Invalid, NotFound


class TenantSuspended(Forbidden):
    """An administrator of the platform has suspended the tenant, and can resume it."""

    slug = "tenant-suspended"
    title = "This tenant is suspended"


class TenantCreationClosed(Forbidden):
    """People cannot create tenants here. Ask whoever runs this app to create one for you."""

    title = "Tenants are created by whoever runs this app"
    detail = "You cannot create a tenant here: ask whoever runs this app to do it for you."


class StillOwner(Conflict):
    """You are the last owner of a tenant. Make another member an owner, or delete the tenant, and
    try again.
    """

    title = "You are the last owner of a tenant"
    detail = (
        "You are the last owner of {tenants}: make another member an owner there, or delete the"
        " tenant, and try again."
    )


class SlugTaken(Conflict):
    """Another tenant has this slug. Choose another one."""

    title = "This slug is taken"
    detail = "Another tenant has this slug."


class SlugReserved(Invalid):
    """This slug belongs to the platform. Choose another one."""

    pointer = "/body/slug"
    title = "This slug is reserved"
    detail = "This slug is reserved: choose another one."


class UnknownTimeZone(Invalid):
    """This is no time zone of the IANA database. Choose one such as Europe/Berlin."""

    pointer = "/body/time_zone"
    title = "No such time zone"
    detail = "This is no time zone of the IANA database, such as Europe/Berlin."


class LanguageNotOffered(Invalid):
    """The app is not offered in this language. Choose one of those that the answer names."""

    pointer = "/body/language"
    title = "This language is not offered"
    detail = "This language is not offered. Offered are: {offered}."


class NotAMember(NotFound):
    """There is no such tenant, or the user is not a member of it."""

    slug = "not-a-member"
    title = "No such membership"


class AlreadyAMember(Conflict):
    """The user is already a member of this tenant. Change the role instead."""

    slug = "already-a-member"
    title = "This person is already a member"


class LastOwner(Conflict):
    """A tenant needs at least one owner. Make another member an owner first."""

    slug = "last-owner"
    title = "The last owner cannot go"


class TooManyRoles(Conflict):
    """A tenant has a limited number of roles of its own. Delete one that nobody has."""

    title = "Too many roles"
    detail = "There are {most} roles already. Delete one first."


class RoleTooHigh(Forbidden):
    """You cannot give, change or take away a role with permissions that you do not have. Only
    owners can give or take away the role of an owner.
    """

    slug = "role-too-high"
    title = "This role is above your own"


class UnknownRole(Invalid):
    """There is no such role. Use viewer, member, admin, owner or one that your tenant has made."""

    slug = "unknown-role"
    pointer = "/body/role"
    title = "No such role"
    detail = "There is no such role."


class RoleNameTaken(Conflict):
    """Another role has this name; viewer, member, admin and owner always exist."""

    title = "There is a role with this name"
    detail = "There is a role with this name."


class RoleInUse(Conflict):
    """A member has this role, or is invited with it. Give them another one first."""

    title = "This role is in use"
    detail = "Somebody has this role, or is invited with it."


class InvitationInvalid(Invalid):
    """The invitation was used, replaced, withdrawn, has expired, or was sent to another address; or
    the user who made it may no longer do so.
    """

    slug = "invitation-invalid"
    pointer = "/body/token"
    title = "This invitation is not valid"
