from app.core.events import AnyEvent, subscribe
from app.core.unit_of_work import UnitOfWork

from .services import DeliveryService


@subscribe(AnyEvent, name="webhooks.fan_out", queue="webhooks")
async def fan_out(work: UnitOfWork, event: AnyEvent) -> None:
    await DeliveryService(work).fan_out(event)
