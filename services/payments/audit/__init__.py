"""The audit of the books: one query per rule, which answers the rows at fault. Read-only, at any time, on either database.

A rule compares what the tables say was agreed with what the journal says was booked, so that neither can be wrong alone.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from services.payments import domain
from services.payments.audit.sums import (
    AsText,
    Query,
    difference,
    first_word,
    id_in_key,
    is_card,
    is_credit,
    member_account,
    of_kind,
    of_member,
    of_parts,
    per_member,
)
from services.payments.models import (
    Dispute,
    Entry,
    MemberAccount,
    Movement,
    Orphan,
    Payment,
    Payout,
    Posting,
    RefundPart,
    SettledBasket,
    Settlement,
    Share,
    Transfer,
)

MOST_SHOWN = 50


def audit(session: Session) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each rule with the rows at fault, the first 50: {subject, cents} or whatever names them."""
    for rule, query in rules().items():
        yield rule, [dict(row) for row in session.execute(query.limit(MOST_SHOWN)).mappings()]


def rules() -> dict[str, Query]:
    return {
        "every entry sums to zero and moves something": _balanced(),
        "payments: captured and booked are the same": _charges(),
        "payments: no more is given back than was captured": _given_back(),
        "refunds: accepted by the provider and booked are the same": _refunds(),
        "credits: given, taken back and booked are the same": _credits(),
        "balances due: told by validations and booked are the same": _dues(),
        "members: each account is the sum of balances due, credits, payments and lost disputes": _members(),
        "members: balances due count as paid as far as the account is": _paid_dues(),
        "sales: charges and balances due = refunds, producers, commission, fees and what is left": _sales(),
        "sales: whoever shared out more than came in is held from payouts": _overdrawn(),
        "shares: owed to producers and booked are the same": _shares(),
        "disputes: taken by banks and booked are the same": _disputed(),
        "disputes: lost and booked are the same": _lost(),
        "disputes: what producers bear and booked are the same": _losses(),
        "orphans: found, given back and booked are the same": _orphans(),
        "provider: what a reconciliation has found in its list and booked are the same": _listed(),
        "payouts: made of the shares attached to them": _made_of(Share),
        "payouts: made of their transfers": _made_of(Transfer),
        "transfers: sent and booked are the same": _transfers(),
        "payouts: sent and booked are the same": _payouts(),
        "connected accounts: nobody is paid out more than was transferred": _connected(),
    }


def _balanced() -> Query:
    total = func.coalesce(func.sum(Posting.amount_cents), 0)
    joined = select(Entry.key.label("subject"), total.label("cents")).outerjoin(Posting, Posting.entry_id == Entry.id)
    return joined.group_by(Entry.key).having((total != 0) | (func.count(Posting.id) == 0))


def _charges() -> Query:
    paid = (Payment.status == domain.SUCCEEDED,)
    card = Payment.captured_cents - Payment.credit_cents + Payment.balance_cents
    member = Payment.credit_cents - Payment.balance_cents
    sides = (("provider", card), ("sale", -Payment.captured_cents), ("member", member))
    told = [
        select((AsText(Payment.id) + f" {side}").label("s"), cents.label("c")).where(*paid) for side, cents in sides
    ]
    booked = [of_kind("charge", first_word(side), subject=func.substr(Entry.key, 8) + f" {side}") for side, _ in sides]
    return difference(told, booked)


def _given_back() -> Query:
    part = func.coalesce(func.sum(case((RefundPart.status != domain.FAILED, RefundPart.amount_cents), else_=0)), 0)
    by_card = func.coalesce(
        func.sum(case((is_card(RefundPart.status != domain.FAILED), RefundPart.amount_cents), else_=0)), 0
    )
    return (
        select(
            Payment.id.label("payment_id"), Payment.captured_cents, Payment.refunded_cents, part.label("parts_cents")
        )
        .outerjoin(RefundPart, RefundPart.payment_id == Payment.id)
        .group_by(Payment.id, Payment.status, Payment.captured_cents, Payment.refunded_cents, Payment.credit_cents)
        .having(
            (part != Payment.refunded_cents)
            | (Payment.refunded_cents > Payment.captured_cents)
            | ((Payment.status == domain.SUCCEEDED) & (by_card > Payment.captured_cents - Payment.credit_cents))
        )
    )


def _refunds() -> Query:
    accepted = select(AsText(RefundPart.id).label("s"), RefundPart.amount_cents.label("c"))
    accepted = accepted.where(is_card(RefundPart.status == domain.SUCCEEDED))
    return difference([accepted], [of_parts("refund", -1), of_parts("refund_returned", -1)])


def _credits() -> Query:
    given = select(AsText(RefundPart.id).label("s"), RefundPart.amount_cents.label("c")).where(is_credit())
    return difference([given], [of_parts("credit", -1, "member"), of_parts("credit_returned", -1, "member")])


def _dues() -> Query:
    owed = select(AsText(SettledBasket.id).label("s"), SettledBasket.owed_cents.label("c"))
    return difference([owed], [of_kind("balance_due", first_word("member"), subject=id_in_key("balance_due"))])


def _members() -> Query:
    owed = select(member_account(SettledBasket).label("s"), SettledBasket.owed_cents.label("c"))
    paid = select(member_account(Payment).label("s"), (Payment.credit_cents - Payment.balance_cents).label("c"))
    credited = select(member_account(Payment).label("s"), (-RefundPart.amount_cents).label("c"))
    credited = credited.join(Payment, Payment.id == RefundPart.payment_id).where(is_credit())
    again = select(member_account(Payment).label("s"), _owed_again().label("c"))
    again = again.join(Dispute, Dispute.payment_id == Payment.id).where(Dispute.settled)
    booked = select(Posting.account.label("s"), Posting.amount_cents.label("c")).where(first_word("member"))
    return difference([owed, paid.where(Payment.status == domain.SUCCEEDED), credited, again], [booked])


def _paid_dues() -> Query:
    """A credit that an open page holds counts as used."""
    due, still_open = SettledBasket.owed_cents, SettledBasket.owed_cents - SettledBasket.balance_paid_cents
    columns = {
        name: per_member(query).label(name)
        for name, query in (
            ("balance", select(func.sum(Posting.amount_cents)).where(Posting.account == MemberAccount.account)),
            ("held", select(func.sum(Payment.credit_cents)).where(*of_member(Payment), *Payment.page_is_open())),
            ("owed", select(func.sum(due)).where(*of_member(SettledBasket))),
            ("open", select(func.sum(still_open)).where(*of_member(SettledBasket))),
        )
    }
    seen = select(MemberAccount.account.label("subject"), *columns.values()).subquery()
    total = seen.c.balance + seen.c.held
    right = case((total <= 0, 0), (total > seen.c.owed, seen.c.owed), else_=total)
    return select(seen).where(seen.c.open != right)


def _sales() -> Query:
    charges = select(AsText(Payment.sale_id).label("s"), (-Payment.captured_cents).label("c"))
    charges = charges.where(Payment.sale_id.is_not(None), Payment.status == domain.SUCCEEDED)
    owed = select(AsText(SettledBasket.sale_id).label("s"), (-SettledBasket.owed_cents).label("c"))
    back = select(AsText(Payment.sale_id).label("s"), RefundPart.amount_cents.label("c"))
    back = back.join(Payment, Payment.id == RefundPart.payment_id)
    back = back.where((RefundPart.status == domain.SUCCEEDED) | (RefundPart.status == domain.CREDITED))
    shared = select(AsText(Share.sale_id).label("s"), Share.gross_cents.label("c")).where(Share.dispute_id.is_(None))
    kinds = ("charge", "balance_due", "refund", "refund_returned", "credit", "credit_returned", "share")
    booked = select(func.substr(Posting.account, 6).label("s"), Posting.amount_cents.label("c"))
    booked = booked.join(Entry, Entry.id == Posting.entry_id).where(first_word("sale"), Entry.kind.in_(kinds))
    return difference([charges, owed, back, shared], [booked])


def _overdrawn() -> Query:
    account = literal("sale:") + AsText(Settlement.sale_id)
    left = select(func.coalesce(func.sum(Posting.amount_cents), 0)).where(Posting.account == account)
    still_open = select(func.coalesce(func.sum(SettledBasket.owed_cents - SettledBasket.balance_paid_cents), 0))
    still_open = still_open.where(SettledBasket.sale_id == Settlement.sale_id)
    over = left.correlate(Settlement).scalar_subquery() + still_open.correlate(Settlement).scalar_subquery()
    overdrawn = select(AsText(Settlement.sale_id).label("subject"), over.label("cents"))
    return overdrawn.where(Settlement.round > 0, Settlement.short.is_(False), over > 0)


def _shares() -> Query:
    subject = AsText(Share.sale_id) + " " + AsText(Share.producer_id)
    owed = select(subject.label("s"), (-Share.amount_cents).label("c")).where(Share.dispute_id.is_(None))
    booked = of_kind(
        "share", first_word("producer"), subject=id_in_key("share") + " " + func.substr(Posting.account, 10)
    )
    return difference([owed], [booked])


def _disputed() -> Query:
    taken = select(Dispute.id.label("s"), Dispute.amount_cents.label("c"))
    taken = taken.where(Dispute.opened_at.is_not(None), Dispute.payment_id.is_not(None))
    return difference([taken], [of_kind("dispute", first_word("disputed"))])


def _lost() -> Query:
    """Shared out, or owed again by the member whose balance due the charge had paid."""
    lost = select(Dispute.id.label("s"), Dispute.amount_cents.label("c")).where(Dispute.settled)
    kinds = ("dispute_lost", "dispute_owed")
    return difference([lost], [of_kind(kind, first_word("disputed"), sign=-1) for kind in kinds])


def _owed_again() -> ColumnElement[int]:
    is_part = Dispute.amount_cents < Payment.balance_cents
    return case((is_part, Dispute.amount_cents), else_=Payment.balance_cents)


def _orphans() -> Query:
    held = select(Orphan.charge_id.label("s"), (-Orphan.amount_cents).label("c"))
    held = held.where(Orphan.status != domain.SUCCEEDED)
    kinds = ("orphan", "orphan_refund", "orphan_returned")
    return difference([held], [of_kind(kind, first_word("orphans")) for kind in kinds])


def _listed() -> Query:
    """The provider's fees, and whatever else its list of transactions was compared with."""
    subject = Movement.entry_key + " " + Movement.account
    found = select(subject.label("s"), Movement.amount_cents.label("c")).where(Movement.matched)
    same = (Movement.entry_key == Entry.key, Movement.account == Posting.account, Movement.matched)
    booked = select((Entry.key + " " + Posting.account).label("s"), Posting.amount_cents.label("c"))
    booked = booked.join(Entry, Entry.id == Posting.entry_id).where(select(Movement.id).where(*same).exists())
    return difference([found], [booked])


def _losses() -> Query:
    subject = Share.dispute_id + " " + AsText(Share.producer_id)
    borne = select(subject.label("s"), (-Share.amount_cents).label("c")).where(Share.dispute_id.is_not(None))
    named = func.substr(Entry.key, len("dispute_lost") + 2) + " " + func.substr(Posting.account, 10)
    return difference([borne], [of_kind("dispute_lost", first_word("producer"), subject=named)])


def _made_of(model: type[Share] | type[Transfer]) -> Query:
    total = func.coalesce(func.sum(model.amount_cents), 0)
    return (
        select(AsText(Payout.id).label("subject"), Payout.amount_cents, total.label("parts_cents"))
        .outerjoin(model, model.payout_id == Payout.id)
        .group_by(Payout.id, Payout.amount_cents)
        .having(total != Payout.amount_cents)
    )


def _transfers() -> Query:
    sent = select(AsText(Transfer.id).label("s"), (-Transfer.amount_cents).label("c"))
    return difference([sent.where(Transfer.status == domain.SENT)], [of_kind("transfer", first_word("provider"))])


def _payouts() -> Query:
    sent = select(AsText(Payout.id).label("s"), Payout.amount_cents.label("c"))
    sent = sent.where(Payout.status.in_((domain.SENT, domain.ARRIVED)))
    kinds = ("payout", "payout_returned")
    return difference([sent], [of_kind(kind, first_word("producer"), subject=id_in_key(kind)) for kind in kinds])


def _connected() -> Query:
    total = func.sum(Posting.amount_cents)
    accounts = select(Posting.account.label("subject"), total.label("cents")).where(first_word("connected"))
    return accounts.group_by(Posting.account).having(total < 0)
