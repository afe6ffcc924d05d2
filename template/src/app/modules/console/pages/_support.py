"""Support as a member: a superuser sees the pages of a member, read-only, with a banner."""

from uuid import UUID

from starlette.responses import Response

from app.core.auth import SUPPORT_LIFETIME
from app.core.errors import AppError, NotFound
from app.core.languages import Text, message
from app.core.permissions import PUBLIC, SUPERUSER, ends_support
from app.modules.users import SupportService

from ._own import Act, Part, id_of, own_page
from ._platform import PEOPLE
from .resources import Field, Kind
from .web import PREFIX, Pages, Visit, Words, begin_session, end_support_cookie, role_name

pages = Pages()

BACK = Act(label=Text("People"), path=PEOPLE)
ABOUT = message(
    "You see what this person sees and can change nothing, for {number} minutes. Who looked, why,"
    " and until when stands in the audit log of the tenant, and in the system's."
)


@pages.get("/platform/people/{row_id}/support", SUPERUSER)
async def show_support(visit: Visit) -> Response:
    return await _form(visit)


@pages.post("/platform/people/{row_id}/support", SUPERUSER)
async def begin_support(visit: Visit) -> Response:
    form = await visit.form()
    try:
        tenant_id = UUID(form.get("tenant_id", ""))
    except ValueError as error:
        raise NotFound from error
    try:
        pair = await SupportService(visit.work).begin(
            id_of(visit), tenant_id, reason=form.get("reason", "")[:500]
        )
    except AppError as error:
        await visit.work.close()
        return await _form(visit, problem=visit.sentence(error), status=error.status)
    return begin_session(visit, visit.go(PREFIX), pair)


@pages.post("/support/end", PUBLIC, mark=ends_support)
async def end_support(visit: Visit) -> Response:
    """End the support, and go on with the superuser's own log-in."""
    support = visit.request.scope["state"].get("support")
    if support is not None:
        await SupportService(visit.work).end(support)
    return end_support_cookie(visit, visit.go(f"{PREFIX}/renew?next={PEOPLE}"))


async def _form(visit: Visit, *, problem: Words = "", status: int = 200) -> Response:
    found = await SupportService(visit.work).places(id_of(visit))
    names = {
        str(each.tenant_id): Text(
            "{tenant} ({role})", tenant=each.tenant_name, role=role_name(each.role)
        )
        for each in found.places
    }
    tenant = Field("tenant_id", Text("Tenant"), Kind.CHOICE, required=True, choices=tuple(names))
    lasts = min(visit.work.runtime.tokens.seconds_left(), SUPPORT_LIFETIME.total_seconds())
    if not names:
        return own_page(
            visit,
            Text("Support of {name}", name=found.full_name),
            Part(about=Text("This person is a member of no tenant.")),
            back=BACK,
        )
    return own_page(
        visit,
        Text("Support of {name}", name=found.full_name),
        Part(about=Text(ABOUT, number=int(lasts // 60))),
        back=BACK,
        fields=[tenant, Field("reason", Text("Reason"), Kind.TEXT, required=True)],
        raw={"tenant_id": next(iter(names)), "reason": (await visit.form()).get("reason", "")},
        labelled={"tenant_id": names},
        button=Text("Look"),
        problem=problem,
        status=status,
    )
