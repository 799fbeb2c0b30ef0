"""After the trouble: wait until nothing moves, then count everything in every book against every other book."""

import time
from collections import Counter
from decimal import Decimal
from typing import Any

from kombu import Connection
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.distributions import models as days
from services.notifications import models as mails
from services.orders import models as orders
from services.payments import models as money
from shared import clock
from shared.events import CONSUMERS, SERVICES, queue_of
from shared.messaging.tables import failed_events, outbox
from tests.crash.support_amounts import Faults, amounts
from tests.crash.support_cluster import Cluster
from tests.crash.support_letters import letters, message_id

QUIET_LOOKS = 3
WITHOUT_PAYMENT = {("confirmed", 0), ("cancelled", 0)}
"""Orders that an exchange for something cheaper added."""


def wait_until_quiet(cluster: Cluster, seconds: float = 90) -> None:
    """Nothing waits in an outbox, a queue or among the failures, nothing is due, and that is so for a while."""
    ends, looks = time.monotonic() + seconds, 0
    while looks < QUIET_LOOKS:
        busy = _busy(cluster)
        looks = 0 if busy else looks + 1
        assert time.monotonic() < ends, f"does not come to rest in {seconds:.0f} s: {busy}"
        time.sleep(0.4)


def _busy(cluster: Cluster) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for service in SERVICES:
        with cluster.databases[service].read() as session:
            found[f"{service}: in the outbox"] = _count(session, outbox)
            found[f"{service}: failed"] = _count(session, failed_events, failed_events.c.dead.is_(False))
    with cluster.databases["payments"].read() as session:
        for model in (money.Payment, money.Refund, money.RefundPart, money.Payout, money.Transfer, money.Account):
            found[f"payments: due {model.__tablename__}"] = _count(session, model, model.try_at <= clock.now())
    with cluster.databases["notifications"].read() as session:
        due = (mails.Delivery.state == "waiting", mails.Delivery.due_at <= clock.now())
        found["notifications: due deliveries"] = _count(session, mails.Delivery, *due)
        found["notifications: due announcements"] = _count(
            session, mails.Announcement, mails.Announcement.due_at <= clock.now()
        )
    found["queues"] = _queued(cluster)
    found["stand-in: webhooks"] = cluster.stand_in("webhooks")["deliveries"].get("due", 0)
    return {what: number for what, number in found.items() if number}


def _queued(cluster: Cluster) -> int:
    with Connection(cluster.broker, connect_timeout=60) as connection:
        channel = connection.channel()
        names = [queue_of(event, consumer) for event, consumers in CONSUMERS.items() for consumer in consumers]
        return sum(channel.queue_declare(name, passive=True).message_count for name in names)


def _count(session: Session, table: Any, *which: Any) -> int:
    return session.execute(select(func.count()).select_from(table).where(*which)).scalar_one()


def faults(cluster: Cluster) -> Faults:
    """Every invariant that does not hold, in words; empty when all is well."""
    books = cluster.stand_in("books")
    return [
        *_events(cluster),
        *_orders(cluster, books),
        *_stock(cluster),
        *_baskets(cluster),
        *_ledger(cluster, books),
        *_payouts(cluster, books),
        *_mails(cluster),
        *amounts(cluster, books),
    ]


def _events(cluster: Cluster) -> Faults:
    """No event is dead, unroutable or left over."""
    found = []
    for service in SERVICES:
        with cluster.databases[service].read() as session:
            for row in session.execute(select(failed_events)):
                last = row.error.strip().splitlines()[-1]
                found.append(f"{service}.{row.handler} cannot digest {row.event_id}: {last}")
            found += [f"{service} did not send {row.type} {row.id}" for row in session.execute(select(outbox))]
    return found


def _orders(cluster: Cluster, books: dict[str, Any]) -> Faults:
    """Confirmed = captured once, whole. Captured and not confirmed = given back whole. Nothing in between."""
    charges = [each for each in books["charges"] if each["paid"] and each["id"].startswith("ch_")]
    charged = {each["payment_intent"]: each["amount"] for each in charges}
    found = [
        f"{intent} was charged {times} times"
        for intent, times in Counter(each["payment_intent"] for each in charges).items()
        if times > 1
    ]
    with cluster.databases["payments"].read() as session:
        every = session.scalars(select(money.Payment)).all()
    payments = {row.order_id: row for row in every if row.order_id is not None}
    balances = [row for row in every if row.order_id is None]
    with cluster.databases["orders"].read() as session:
        ordered = session.scalars(select(orders.Order)).all()
    for order in ordered:
        payment = payments.pop(order.id, None)
        if payment is None:
            if (order.status, order.total_cents) not in WITHOUT_PAYMENT:
                found.append(f"order {order.id} is unknown to payments")
            continue
        taken = charged.pop(payment.payment_intent, 0) if payment.payment_intent else 0
        by_card = payment.captured_cents - payment.credit_cents + payment.balance_cents if payment.captured_at else 0
        if taken != by_card:
            found.append(f"order {order.id}: charged {taken}, captured {by_card}")
        if order.status == "confirmed" and not order.total_cents == payment.captured_cents == payment.amount_cents:
            found.append(f"order {order.id} is confirmed: {order.total_cents} ordered, {payment.captured_cents} paid")
        if order.status != "confirmed" and payment.captured_cents != payment.refunded_cents:
            found.append(f"order {order.id} is {order.status} and paid {payment.captured_cents}")
        if order.status == "placed":
            found.append(f"order {order.id} still waits")
    found += [
        f"balance {row.id} of {row.balance_cents} was charged otherwise"
        for row in balances
        if row.payment_intent and charged.pop(row.payment_intent, 0) != row.balance_cents
    ]
    found += [f"payments knows an order {order_id} that is none" for order_id in payments]
    return found + [f"{intent}: {amount} charged for no order" for intent, amount in charged.items()]


def _stock(cluster: Cluster) -> Faults:
    """committed = what living orders of undelivered sales hold; never more than there is."""
    held = (
        select(orders.Line.product_id, func.sum(orders.Line.quantity))
        .join(orders.Order, orders.Order.id == orders.Line.order_id)
        .join(orders.Sale, orders.Sale.id == orders.Order.sale_id)
        .where(orders.Order.status.in_(["placed", "confirmed"]), orders.Sale.validated_round == 0)
        .group_by(orders.Line.product_id)
    )
    found = []
    with cluster.databases["orders"].read() as session:
        wanted = dict(session.execute(held).tuples().all())
        for level in session.scalars(select(orders.StockLevel)):
            if level.committed != wanted.get(level.product_id, Decimal(0)):
                found.append(f"product {level.product_id}: {level.committed} committed, {wanted} ordered")
            if level.supplied is not None and level.supplied - level.delivered - level.committed < 0:
                found.append(f"product {level.product_id} is oversold")
    return found


def _baskets(cluster: Cluster) -> Faults:
    """One number per basket, the same everywhere, and the baskets of the day hold what was ordered and paid."""
    with cluster.databases["orders"].read() as session:
        confirmed = (
            select(orders.Order.basket_id, func.sum(orders.Order.total_cents))
            .where(orders.Order.status == "confirmed")
            .group_by(orders.Order.basket_id)
        )
        totals = dict(session.execute(confirmed).tuples().all())
        numbered = {
            row.id: row for row in session.scalars(select(orders.Basket).where(orders.Basket.number.is_not(None)))
        }
    with cluster.databases["distributions"].read() as session:
        collected = {row.id: row for row in session.scalars(select(days.Basket).where(days.Basket.order_count > 0))}
    numbers = Counter((row.sale_id, row.number) for row in numbered.values())
    found = [f"basket number {number} is given {times} times" for number, times in numbers.items() if times > 1]
    found += [f"basket {basket_id} is missing on the day" for basket_id in totals.keys() - collected.keys()]
    for basket_id, basket in collected.items():
        if basket.number != numbered[basket_id].number or basket.paid_cents != totals.get(basket_id):
            found.append(
                f"basket {basket_id}: {basket.number}, {basket.paid_cents} on the day, "
                f"{numbered[basket_id].number}, {totals.get(basket_id)} ordered"
            )
    return found


def _ledger(cluster: Cluster, books: dict[str, Any]) -> Faults:
    """Every entry sums to zero; every account of the ledger is the provider's, to the cent."""
    with cluster.databases["payments"].read() as session:
        sums = select(money.Posting.entry_id, func.sum(money.Posting.amount_cents)).group_by(money.Posting.entry_id)
        found = [f"entry {entry_id} sums to {total}" for entry_id, total in session.execute(sums) if total]
        by_account = select(money.Posting.account, func.sum(money.Posting.amount_cents)).group_by(money.Posting.account)
        ours = {account: int(total) for account, total in session.execute(by_account)}
        accounts = {row.provider_id: row.producer_id for row in session.scalars(select(money.Account))}
        moved = dict(
            session.execute(
                select(money.Entry.kind, func.sum(money.Posting.amount_cents))
                .join(money.Posting)
                .where(money.Posting.account == "provider")
                .group_by(money.Entry.kind)
            )
            .tuples()
            .all()
        )
    theirs = {account: sum(balance.values()) for account, balance in books["balances"].items()}
    pairs = [("provider", books["platform"])]
    pairs += [(f"connected:{producer_id}", provider_id) for provider_id, producer_id in accounts.items()]
    for account, provider_id in pairs:
        if ours.get(account, 0) != theirs.get(provider_id, 0):
            found.append(
                f"{account}: {ours.get(account, 0)} in the ledger, {theirs.get(provider_id, 0)} at the provider"
            )
    charges = sum(each["amount"] for each in books["charges"] if each["paid"] and each["id"].startswith("ch_"))
    for kind, theirs_in_all in (
        ("charge", charges),
        ("refund", -sum(each["amount"] for each in books["refunds"])),
        ("transfer", -sum(each["amount"] for each in books["transfers"])),
    ):
        if moved.get(kind, 0) != theirs_in_all:
            found.append(f"{kind}: {moved.get(kind, 0)} in the ledger, {theirs_in_all} at the provider")
    return found


def _payouts(cluster: Cluster, books: dict[str, Any]) -> Faults:
    """One transfer per producer and sale, one payout per producer and Monday, each for exactly the shares."""
    transferred = Counter(each["metadata"]["key"] for each in books["transfers"])
    paid = Counter(each["metadata"]["key"] for each in books["payouts"])
    found = [f"{key} was made {times} times" for key, times in (transferred + paid).items() if times > 1]
    with cluster.databases["payments"].read() as session:
        due = dict(
            session.execute(
                select(money.Share.payout_id, func.sum(money.Share.amount_cents)).group_by(money.Share.payout_id)
            )
            .tuples()
            .all()
        )
        for payout in session.scalars(select(money.Payout)):
            sent = [
                each["amount"]
                for each in books["payouts"]
                if each["metadata"]["key"] == f"payout:{payout.producer_id}:{payout.paid_on}"
            ]
            if sent != [payout.amount_cents] or due.get(payout.id) != payout.amount_cents:
                found.append(f"payout {payout.id} of {payout.amount_cents} (shares {due.get(payout.id)}): sent {sent}")
            if payout.status not in {"sent", "arrived"}:
                found.append(f"payout {payout.id} is {payout.status}")
    return found


def _mails(cluster: Cluster) -> Faults:
    """What was to be told was told, to whom it concerns, once.

    A kill in the instant between the mail server's word and our commit sends a mail again: SMTP knows no better. It
    goes out under the same Message-ID, by which mailboxes fold it, and a kill can double one mail at the most.
    """
    arrived = Counter(str(mail["Message-ID"]) for mail in letters(cluster))
    with cluster.databases["notifications"].read() as session:
        told = session.scalars(select(mails.Delivery)).all()
    found = [
        f"{row.kind} to {row.person} is {row.state}: {row.error}"
        for row in told
        if row.state not in {"sent", "dropped"}
    ]
    sent = {message_id(row): row for row in told if row.state == "sent"}
    found += [f"{sent[each].kind} to {sent[each].person} never arrived" for each in sent.keys() - arrived.keys()]
    found += [f"nobody knows of the mail {each}" for each in arrived.keys() - {message_id(row) for row in told}]
    doubles = [each for each, times in arrived.items() if times > 1]
    kills = sum(process.kills for process in cluster.replicas("notifications"))
    if sum(arrived.values()) - len(arrived) > kills:
        found.append(f"{len(doubles)} mails came twice, with {kills} kills: {[sent[each].kind for each in doubles]}")
    return found


def confirmed(cluster: Cluster, sale_id: str) -> list[orders.Order]:
    with cluster.databases["orders"].read() as session:
        which = (orders.Order.sale_id == sale_id, orders.Order.status == "confirmed")
        return list(session.scalars(select(orders.Order).where(*which)))
