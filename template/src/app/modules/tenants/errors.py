from app.core.errors import Conflict, Forbidden, Invalid, NotFound


class TenantSuspended(Forbidden):
    """The tenant was suspended by an administrator of the platform, who can resume it."""

    slug = "tenant-suspended"
    title = "This tenant is suspended"


class NotAMember(NotFound):
    """There is no such tenant, or the person does not work for it."""

    slug = "not-a-member"
    title = "No such membership"


class AlreadyAMember(Conflict):
    """The person already works for this tenant; change the role instead."""

    slug = "already-a-member"
    title = "This person is already a member"


class LastOwner(Conflict):
    """A tenant keeps at least one owner; make somebody else an owner first."""

    slug = "last-owner"
    title = "The last owner cannot go"


class RoleTooHigh(Forbidden):
    """Nobody can hand out, change or take away a role above her own."""

    slug = "role-too-high"
    title = "This role is above your own"


class UnknownRole(Invalid):
    """There is no such role: take viewer, member, admin, owner or one that your tenant made."""

    slug = "unknown-role"
    pointer = "/body/role"
    title = "No such role"
    detail = "There is no such role."


class RoleNameTaken(Conflict):
    """Another role has this name; viewer, member, admin and owner are always there."""

    title = "There is a role with this name"
    detail = "There is a role with this name."


class RoleInUse(Conflict):
    """Somebody has this role, or is invited with it; give her another one first."""

    title = "This role is in use"
    detail = "Somebody has this role, or is invited with it."


class InvitationInvalid(Invalid):
    """The invitation was used, replaced, withdrawn, has expired, or was sent to another address; or
    the person who invited may not do so any more.
    """

    slug = "invitation-invalid"
    pointer = "/body/token"
    title = "This invitation is not valid"
