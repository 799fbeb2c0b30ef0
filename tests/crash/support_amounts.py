"""Whether the amounts agree: per sale, per member with the card provider, in the mails, and the stock that is left."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.catalogs import models as farms
from services.distributions import models as days
from services.notifications import models as mails
from services.orders import models as orders
from services.payments import models as money
from services.payments.audit import audit
from tests.crash.support_cluster import Cluster
from tests.crash.support_letters import GIVEN_BACK, ORDERED, RECEIVED, TOLD, message_id, texts, told

Faults = list[str]
CAME_IN = {"charge", "balance_due"}
GIVEN = {"refund", "refund_returned", "credit", "credit_returned"}


def amounts(cluster: Cluster, books: dict[str, Any]) -> Faults:
    return [*_audited(cluster), *_sales(cluster), *_members(cluster, books), *_letters(cluster), *_left(cluster)]


def _audited(cluster: Cluster) -> Faults:
    with cluster.databases["payments"].read() as session:
        return [f"{rule}: {rows}" for rule, rows in audit(session) if rows]


def _sales(cluster: Cluster) -> Faults:
    """charges = refunds + producers' shares + commission + fees, but for what members still owe (SPEC F2).

    Before it is shared out: what customers paid and did not get back is what their baskets are worth.
    """
    sums: dict[UUID, Counter[str]] = defaultdict(Counter)
    with cluster.databases["payments"].read() as session:
        postings = select(money.Entry.sale_id, money.Entry.kind, money.Posting.account, money.Posting.amount_cents)
        for sale_id, kind, account, cents in session.execute(postings.join(money.Posting)):
            word = account.partition(":")[0]
            sums[sale_id]["in"] -= cents if kind in CAME_IN and word == "sale" else 0
            sums[sale_id]["back"] += cents if kind in GIVEN and word == "sale" else 0
            sums[sale_id]["shared"] -= cents if kind == "share" and word != "sale" else 0
        owed = func.sum(money.SettledBasket.owed_cents - money.SettledBasket.balance_paid_cents)
        still_open = _pairs(session, select(money.SettledBasket.sale_id, owed).group_by(money.SettledBasket.sale_id))
        validated = set(session.scalars(select(money.Settlement.sale_id).where(money.Settlement.round > 0)))
    with cluster.databases["distributions"].read() as session:
        due = select(days.Basket.sale_id, func.sum(days.Basket.due_cents)).where(days.Basket.order_count > 0)
        worth = _pairs(session, due.group_by(days.Basket.sale_id))
    found = []
    for sale_id, each in sums.items():
        left = still_open.get(sale_id, 0) if sale_id in validated else worth.get(sale_id, 0)
        if sale_id is not None and each["in"] - each["back"] != each["shared"] + left:
            found.append(f"sale {sale_id}: {dict(each)}, and {left} is not to be shared out")
    return found


def _members(cluster: Cluster, books: dict[str, Any]) -> Faults:
    """What a member's cards paid and did not get back is what the baskets are worth, less what is owed, and a credit."""
    with cluster.databases["payments"].read() as session:
        payments = session.scalars(select(money.Payment)).all()
        sums = select(money.Posting.account, func.sum(money.Posting.amount_cents)).group_by(money.Posting.account)
        balances = _pairs(session, sums.where(money.Posting.account.like("member:%")))
    with cluster.databases["distributions"].read() as session:
        due = select(days.Basket.member_id, func.sum(days.Basket.due_cents)).where(days.Basket.order_count > 0)
        worth = _pairs(session, due.group_by(days.Basket.member_id))
    whose = {row.payment_intent: row.member_id for row in payments if row.payment_intent}
    kept: Counter[UUID] = Counter()
    for charge in books["charges"]:
        if charge["paid"] and charge["id"].startswith("ch_"):
            kept[whose[charge["payment_intent"]]] += charge["amount"]
    for refund in books["refunds"]:
        kept[whose[refund["payment_intent"]]] -= refund["amount"]
    owes: Counter[UUID] = Counter()
    for account, cents in balances.items():
        owes[UUID(account.rpartition(":")[2])] += cents
    return [
        f"member {member}: cards paid {kept[member]}, balance due {owes[member]}, baskets of {worth.get(member, 0)}; "
        f"{_in_detail(cluster, member)}"
        for member in {row.member_id for row in payments} | worth.keys()
        if kept[member] + owes[member] != worth.get(member, 0)
    ]


def _in_detail(cluster: Cluster, member: UUID) -> str:
    """What there is to be read of a member whose money is not right."""
    with cluster.databases["payments"].read() as session:
        paid = select(money.Payment.status, money.Payment.captured_cents, money.Payment.refunded_cents)
        back = select(money.Refund.reason, money.Refund.status, money.Refund.amount_cents)
        seen = [
            session.execute(paid.where(money.Payment.member_id == member).order_by(money.Payment.id)).all(),
            session.execute(back.where(money.Refund.member_id == member).order_by(money.Refund.id)).all(),
        ]
    with cluster.databases["distributions"].read() as session:
        trail = select(days.TrailEntry.action, days.TrailEntry.due_after_cents, days.TrailEntry.refunded_after_cents)
        trail = trail.join(days.Basket, days.Basket.id == days.TrailEntry.basket_id)
        seen.append(session.execute(trail.where(days.Basket.member_id == member).order_by(days.TrailEntry.id)).all())
    return f"payments, refunds, trail of the baskets: {seen}"


def _letters(cluster: Cluster) -> Faults:
    """Each mail says an amount that the ledger says, and each amount that it says has its mail."""
    with cluster.databases["notifications"].read() as session:
        which = (mails.Delivery.state == "sent", mails.Delivery.kind.in_([*TOLD, "basket_settled"]))
        rows = session.scalars(select(mails.Delivery).where(*which)).all()
        addresses = _pairs(session, select(mails.Account.id, mails.Account.email))
    arrived = texts(cluster, {message_id(row) for row in rows})
    said: Counter[tuple[str, str, int]] = Counter()
    found = []
    for row in rows:
        address, text = arrived.get(message_id(row), ("", ""))
        if address != addresses[row.account_id]:
            found.append(f"{row.kind} for {row.person} went to {address}")
        if row.kind == "basket_settled":
            found += _settled(cluster, row, text)
        elif row.kind != "order_cancelled" and (cents := told(text, TOLD[row.kind])):
            said[row.kind, str(row.account_id), cents] += 1
    booked = Counter(_to_tell(cluster))
    found += [f"{times} mails tell {what}, which the ledger does not" for what, times in (said - booked).items()]
    return found + [f"{times} mails lack that tell {what}" for what, times in (booked - said).items()]


def _settled(cluster: Cluster, row: mails.Delivery, text: str) -> Faults:
    """What is given back is what lacks of the order, less what something else was dearer."""
    basket_id, version = row.occasion.split(":")[1:]
    with cluster.databases["payments"].read() as session:
        basket = session.get(money.SettledBasket, UUID(basket_id))
    if basket is None or str(basket.version) != version:
        return []
    ordered, received, back = (told(text, how) for how in (ORDERED, RECEIVED, GIVEN_BACK))
    right = (received, back) == (basket.due_cents, ordered - received + basket.owed_cents)
    due = f"due {basket.due_cents}, owed {basket.owed_cents}"
    return [] if right else [f"basket {basket_id}: the mail says {ordered} ordered, {received}, {back} back; {due}"]


Telling = tuple[str, str, int]
"""Kind of the mail, member, cents."""


def _to_tell(cluster: Cluster) -> Iterable[Telling]:
    with cluster.databases["orders"].read() as session:
        is_top_up = {row.id: row.amends is not None for row in session.scalars(select(orders.Order))}
        was_confirmed = set(session.scalars(select(orders.Order.id).where(orders.Order.confirmed_at.is_not(None))))
    with cluster.databases["payments"].read() as session:
        postings = select(money.Entry.key, money.Posting.account, money.Posting.amount_cents).join(money.Posting)
        booked = {(key, account.partition(":")[0]): cents for key, account, cents in session.execute(postings)}
        for row in session.scalars(select(money.Payment).where(money.Payment.order_id.in_(was_confirmed))):
            kind = "order_changed" if is_top_up[row.order_id] else "order_confirmed"
            yield kind, str(row.member_id), -booked.get((f"charge:{row.id}", "sale"), 0)
        yield from _refunds(session, booked)
        yield from _dues(session)


def _refunds(session: Session, booked: dict[tuple[str, str], int]) -> Iterable[Telling]:
    """Of a cancelled sale a mail of its own tells; of what failed only what became a credit."""
    given: Counter[UUID] = Counter()
    refunds = {row.id: row for row in session.scalars(select(money.Refund))}
    for part in session.scalars(select(money.RefundPart)):
        credit, card = (booked.get((f"{kind}:{part.id}", "sale"), 0) for kind in ("credit", "refund"))
        given[part.refund_id] += credit + card
        if credit and not part.to_credit:
            yield "credit", str(refunds[part.refund_id].member_id), credit
    for refund_id, cents in given.items():
        refund = refunds[refund_id]
        if refund.reason == "late_payment":
            yield "late_payment_refused", str(refund.member_id), cents
        if cents and refund.status == "succeeded" and refund.reason != "sale_cancelled":
            yield "refund", str(refund.member_id), cents


def _dues(session: Session) -> Iterable[Telling]:
    """A balance due is told if something is to be paid then: a credit may have been there."""
    balances: Counter[str] = Counter()
    postings = select(money.Entry.kind, money.Posting.account, money.Posting.amount_cents).join(money.Posting)
    which = money.Posting.account.like("member:%")
    for kind, account, cents in session.execute(postings.where(which).order_by(money.Entry.id)):
        balances[account] += cents
        if kind == "balance_due" and cents > 0 and balances[account] > 0:
            yield "balance_due", account.rpartition(":")[2], cents


def _left(cluster: Cluster) -> Faults:
    """What left the stock is what was handed over; the farm and the shop have the same figure, not below zero."""
    with cluster.databases["distributions"].read() as session:
        of = select(days.BasketLine.product_id, func.sum(days.BasketLine.delivered)).group_by(
            days.BasketLine.product_id
        )
        over = select(days.Distribution.sale_id).where(days.Distribution.round > 0)
        handed_over = _pairs(session, of.where(days.BasketLine.sale_id.in_(over)))
    with cluster.databases["orders"].read() as session:
        shop = {row.product_id: row for row in session.scalars(select(orders.StockLevel))}
    with cluster.databases["catalogs"].read() as session:
        stocks = session.scalars(select(farms.Stock)).all()
    found = []
    for stock in stocks:
        level, gone = shop[stock.product_id], handed_over.get(stock.product_id, Decimal(0))
        seen = {stock.delivered, level.delivered, gone}
        if len(seen) != 1 or stock.supplied != level.supplied or (stock.on_hand or 0) < 0:
            found.append(f"product {stock.product_id}: {stock.supplied}, {level.supplied} there were, {seen} are gone")
    return found


def _pairs(session: Session, asked: Any) -> dict[Any, Any]:
    return {key: int(value) if isinstance(value, int) else value for key, value in session.execute(asked).tuples()}
