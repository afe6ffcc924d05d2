from app.core.errors import Conflict, Invalid


class EndpointRefused(Invalid):
    """An endpoint must be a public `https://` address, without user and password."""

    slug = "webhook-endpoint-refused"
    pointer = "/body/url"
    title = "This address is refused"
    detail = "{reason}"


class TooManyEndpoints(Conflict):
    """A tenant has a limited number of endpoints, because each event is sent to all that ask for
    it. Delete one, or let one endpoint receive more events.
    """

    slug = "webhook-too-many-endpoints"
    title = "Too many endpoints"
    detail = "There are {most} endpoints already. Delete one first."


class EndpointDisabled(Conflict):
    """The endpoint is disabled: by a user, or because it failed for days. Enable it first."""

    slug = "webhook-endpoint-disabled"
    title = "This endpoint is disabled"


class DeliveryUnderWay(Conflict):
    """The delivery is already waiting for its next attempt."""

    slug = "webhook-delivery-under-way"
    title = "This delivery is under way"
