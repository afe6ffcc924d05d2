from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.core.events import Event, Subscriptions, subscribe
from app.core.events.event import NewerEvent
from app.core.unit_of_work import UnitOfWork
from app.kit.ids import new_id
from tests.support.samples import CounterMoved, count_moves


@dataclass(frozen=True)
class InvoicePaid(Event):
    invoice_id: UUID
    amount: Decimal
    at: datetime


class TestName:
    def test_is_the_module_and_the_class(self) -> None:
        assert InvoicePaid.name == "tests.standard.test_event.invoice_paid"

    def test_may_be_given(self) -> None:
        assert CounterMoved.name == "samples.counter_moved"


class TestPayload:
    def test_comes_back_as_it_was(self) -> None:
        event = InvoicePaid(new_id(), Decimal("12.50"), datetime(2026, 1, 2, tzinfo=UTC))

        payload = event.to_payload()

        assert payload["amount"] == "12.50"
        assert InvoicePaid.from_payload(payload, version=1) == event

    def test_of_an_older_version_is_translated(self) -> None:
        counter = new_id()

        event = CounterMoved.from_payload({"id": str(counter)}, version=1)

        assert event == CounterMoved(counter)

    def test_of_a_newer_version_waits(self) -> None:
        with pytest.raises(NewerEvent, match="has version 3, this release knows 2"):
            CounterMoved.from_payload({}, version=3)

    def test_that_is_unreadable_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            CounterMoved.from_payload({"counter": "seven"}, version=2)


class TestSubscribe:
    def test_refuses_an_order_that_the_event_does_not_have(self) -> None:
        with pytest.raises(ValueError, match="name a field of it in `ordered_by`"):

            @subscribe(InvoicePaid, ordered=True)
            async def follow(work: UnitOfWork, event: InvoicePaid) -> None: ...

    def test_refuses_a_name_twice(self) -> None:
        with pytest.raises(ValueError, match=r"called samples\.count_moves"):
            Subscriptions([count_moves, count_moves])
