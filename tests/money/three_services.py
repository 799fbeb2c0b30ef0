"""Orders, distributions and payments over one sale, with every event between them held until it is let through."""

from collections import Counter
from uuid import UUID

from sqlalchemy import delete, func, select

from services.distributions.models import Basket
from services.distributions.service import DistributionsService
from services.orders.models import Line, Order, Participation
from services.orders.service import OrdersService
from services.payments.commands import orders as charges
from services.payments.commands import refunds
from services.payments.models import Payment, Posting, RefundPart
from services.payments.provider import Refund as Made
from services.payments.service import PaymentsService
from shared import clock
from shared.db import Database
from shared.events import BY_NAME, CONSUMERS
from shared.messaging import outbox
from shared.messaging.tables import failed_events
from shared.messaging.tables import outbox as outbox_table
from tests.orders.world import D, World
from tests.support.bus import HandlerFailed, deliver_wire

SERVICES = {"orders": OrdersService, "distributions": DistributionsService, "payments": PaymentsService}
AT_ONCE = {("OrderPlaced", "payments"), ("PaymentSucceeded", "orders")}
"""Nobody pays before the page knows the order, nor changes a basket that is not paid yet."""


class Sale:
    """Of two farms: the second takes part with a catalogue of its own, from which it may withdraw."""

    def __init__(self, databases: dict[str, Database]) -> None:
        self.databases = databases
        self.on_the_way: list[tuple[str, dict]] = []
        self.world = World(databases["orders"]).set_up()
        self.farm, self.catalog = clock.new_id(), clock.new_id()
        self.world.tell(self.world.taking_part(self.catalog, self.farm))
        self.products = [self.world.product(f"P{n}", price=price) for n, price in enumerate((133, 450, 710, 90))]
        for product_id in self.products[2:]:
            self.world.tell(self.world.product_is(product_id, producer_id=self.farm))
        self.members = [self.world.person(), self.world.person("Jean")]

    # what people do

    def buy(self, who: int, *quantities: int) -> None:
        self._pay(self.world.place(self.members[who], self._lines(quantities)))

    def change(self, who: int, *quantities: int, pays: bool = True) -> None:
        basket = self.world.amend(self.members[who], self._lines(quantities))
        for top_up in basket["pending"]:
            if pays:
                self._pay(top_up)
            else:
                self.world.ask("give_up", self.members[who], order_id=top_up["order_id"])

    def cancel(self, who: int) -> None:
        self.world.cancel(self.members[who])

    def give_up(self) -> None:
        """« Je ne livre pas », said by the second farm: told to all."""
        wire = outbox.envelope(self.world.not_delivering(self.catalog, self.farm))
        self.on_the_way += [("orders", wire), ("distributions", wire)]

    def tick(self) -> None:
        self.world.service.tell_absences()
        self._collect()

    # what arrives

    def arrive(self, which: int) -> bool:
        """One of the events that are on the way; back to the others if it came too early."""
        self._collect()
        if not self.on_the_way:
            return False
        consumer, wire = self.on_the_way.pop(which % len(self.on_the_way))
        try:
            deliver_wire(self.databases[consumer], SERVICES[consumer], wire)
        except HandlerFailed as failed:
            assert "NotToldYet" in str(failed)  # noqa: PT017
            with self.databases[consumer].write() as session:
                session.execute(delete(failed_events))
            self.on_the_way.append((consumer, wire))
            return False
        return True

    def all_arrive(self, shuffle) -> None:
        self.tick()
        while self.on_the_way:
            shuffle(self.on_the_way)
            arrived = [self.arrive(0) for _ in list(self.on_the_way)]
            assert any(arrived)
            self.tick()
        self._refund_at_the_provider()

    # what has come of it

    def worth(self) -> Counter:
        """By member: paid lines of farms that deliver."""
        with self.databases["orders"].read() as session:
            absent = select(Participation.producer_id).where(
                Participation.sale_id == self.world.sale, Participation.not_delivering
            )
            standing = (Order.sale_id == self.world.sale, Order.status == "confirmed", Line.producer_id.not_in(absent))
            sums = select(Order.member_id, func.sum(Line.gross_cents)).join(Line, Line.order_id == Order.id)
            return Counter(dict(session.execute(sums.where(*standing).group_by(Order.member_id)).tuples().all()))

    def baskets(self) -> list[Basket]:
        with self.databases["distributions"].read() as session:
            return list(session.scalars(select(Basket).where(Basket.sale_id == self.world.sale)))

    def kept(self) -> Counter:
        """By member: what the card provider has had and not given back."""
        with self.databases["payments"].read() as session:
            kept = func.sum(Payment.captured_cents - Payment.refunded_cents)
            sums = select(Payment.member_id, kept).where(Payment.sale_id == self.world.sale)
            return Counter(dict(session.execute(sums.group_by(Payment.member_id)).tuples().all()))

    def booked(self) -> int:
        """The sale's account in the ledger."""
        with self.databases["payments"].read() as session:
            of_it = Posting.account == f"sale:{self.world.sale}"
            return int(session.scalar(select(func.coalesce(func.sum(Posting.amount_cents), 0)).where(of_it)) or 0)

    def _lines(self, quantities):
        return {product: D(n) for product, n in zip(self.products, quantities, strict=False) if n}

    def _pay(self, order) -> None:
        self._collect()
        with self.databases["payments"].write() as session:
            payment = session.scalars(select(Payment).where(Payment.order_id == UUID(order["order_id"]))).one()
            charges.capture(session, payment.id, f"pi {payment.id}", amount=order["total_cents"], at=clock.now())
        self._collect()

    def _collect(self) -> None:
        """From the outboxes; round again while what goes at once has made something new."""
        for emitter in SERVICES:
            with self.databases[emitter].write() as session:
                rows = session.execute(select(outbox_table).order_by(outbox_table.c.id)).all()
                session.execute(delete(outbox_table))
            for row in rows:
                self._send(row.envelope)

    def _send(self, wire) -> None:
        for consumer in CONSUMERS[BY_NAME[wire["type"]]]:
            if (wire["type"], consumer) in AT_ONCE:
                deliver_wire(self.databases[consumer], SERVICES[consumer], wire)
                self._collect()
            elif consumer in SERVICES:
                self.on_the_way.append((consumer, wire))

    def _refund_at_the_provider(self) -> None:
        with self.databases["payments"].write() as session:
            for part in session.scalars(select(RefundPart).where(RefundPart.status == "pending")).all():
                refunds.answered(session, part.id, Made(f"re {part.id}", "succeeded", part.amount_cents))
        self._collect()
