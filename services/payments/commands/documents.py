"""Invoices are issued for what was delivered.

A validated basket is invoiced a moment later, together with others: whatever their number, the statements are the same.
The producers' series are locked in one order, so that replicas wait for each other and never in a circle.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from services.payments import domain
from services.payments.models import (
    DeliveredLine,
    Invoice,
    InvoiceRate,
    Market,
    Person,
    Producer,
    SettledBasket,
)
from shared import clock
from shared.messaging.tables import sequences

BATCH = 50


@dataclass(frozen=True)
class Draft:
    """An invoice that lacks its number only."""

    kind: str
    producer_id: UUID
    basket: SettledBasket
    content: dict[str, Any]
    issued_on: date
    corrects_id: UUID | None = None

    @property
    def series(self) -> str:
        return f"invoices:{self.producer_id}:{self.issued_on.year}"


def issue(session: Session) -> bool:
    """Issue the invoices of baskets that were validated and not yet invoiced; says whether there may be more."""
    baskets = session.scalars(_to_invoice()).all()
    if not baskets:
        return False
    drafts = _drafts(session, baskets)
    _issue(session, drafts)
    done = update(SettledBasket).where(SettledBasket.id.in_([basket.id for basket in baskets]))
    done = done.values(invoiced_version=SettledBasket.version)
    session.execute(done.execution_options(synchronize_session=False))
    return len(baskets) == BATCH


def _to_invoice() -> Select[SettledBasket]:
    """Baskets whose market, producers and member are known: what payments keeps of others may be late."""
    named = select(DeliveredLine.producer_id).where(DeliveredLine.basket_id == SettledBasket.id)
    unknown = named.where(~exists().where(Producer.id == DeliveredLine.producer_id))
    known_member = exists().where(Person.id == SettledBasket.member_id)
    waited = SettledBasket.settled_at < clock.now() - domain.WAIT_FOR_NAME
    ready: tuple[ColumnElement[bool], ...] = (
        exists().where(Market.id == SettledBasket.market_id),
        ~unknown.exists(),
        or_(known_member, waited),
    )
    pending = select(SettledBasket).where(SettledBasket.invoiced_version < SettledBasket.version, *ready)
    return pending.order_by(SettledBasket.settled_at).limit(BATCH).with_for_update(skip_locked=True)


def _drafts(session: Session, baskets: Sequence[SettledBasket]) -> list[Draft]:
    """Per basket and producer: what takes the former invoice back, and what replaces it, where they differ."""
    ids = [basket.id for basket in baskets]
    lines = session.scalars(
        select(DeliveredLine).where(DeliveredLine.basket_id.in_(ids)).order_by(DeliveredLine.line_id)
    )
    by_part: dict[tuple[UUID, UUID], list[DeliveredLine]] = defaultdict(list)
    for line in lines:
        by_part[line.basket_id, line.producer_id].append(line)
    former = {(row.basket_id, row.producer_id): row for row in session.scalars(_standing(ids))}
    names = _Names.of(session, baskets, {producer for _, producer in by_part})
    of_basket = {basket.id: basket for basket in baskets}
    drafts: list[Draft] = []
    for part in sorted(by_part.keys() | former.keys(), key=lambda key: (of_basket[key[0]].settled_at, *key)):
        drafts += _part(of_basket[part[0]], part[1], former.get(part), by_part.get(part, []), names)
    return drafts


def _standing(basket_ids: Sequence[UUID]) -> Select[Invoice]:
    """Invoices that no credit note has taken back."""
    note = aliased(Invoice)
    of_baskets = select(Invoice).where(Invoice.basket_id.in_(basket_ids), Invoice.kind == domain.INVOICE)
    return of_baskets.where(~exists().where(note.corrects_id == Invoice.id))


@dataclass(frozen=True)
class _Names:
    """Who is who at this moment."""

    now: datetime
    markets: Mapping[UUID, Market]
    producers: Mapping[UUID, Producer]
    people: Mapping[UUID, Person]

    @classmethod
    def of(cls, session: Session, baskets: Sequence[SettledBasket], producers: Iterable[UUID]) -> "_Names":
        markets = {basket.market_id for basket in baskets}
        members = {basket.member_id for basket in baskets}
        return cls(
            clock.now(),
            {row.id: row for row in session.scalars(select(Market).where(Market.id.in_(markets)))},
            {row.id: row for row in session.scalars(select(Producer).where(Producer.id.in_(producers)))},
            {row.id: row for row in session.scalars(select(Person).where(Person.id.in_(members)))},
        )

    def day(self, market_id: UUID, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.markets[market_id].time_zone)).date()

    def buyer(self, member_id: UUID) -> str:
        person = self.people.get(member_id)
        return person.name if person is not None and person.name else domain.pseudonym(member_id)


def _part(
    basket: SettledBasket, producer_id: UUID, former: Invoice | None, delivered: list[DeliveredLine], names: _Names
) -> list[Draft]:
    exempt = bool(delivered) and names.producers[producer_id].vat_exempt
    lines = [_line(line, exempt=exempt) for line in delivered]
    if not domain.is_changed(former.content if former else None, lines):
        return []
    day = names.day(basket.market_id, names.now)
    drafts = []
    if former is not None:
        content = domain.taken_back(former.content) | {"corrects": _reference(former)}
        drafts.append(Draft(domain.CREDIT_NOTE, producer_id, basket, content, day, former.id))
    if any(line["gross_cents"] for line in lines):  # an invoice of zero is not issued
        content = _content(basket, names.producers[producer_id], lines, names)
        content["replaces"] = _reference(former) if former else None
        drafts.append(Draft(domain.INVOICE, producer_id, basket, content, day))
    return drafts


def _content(basket: SettledBasket, seller: Producer, lines: list[dict[str, Any]], names: _Names) -> dict[str, Any]:
    market = names.markets[basket.market_id]
    facts = ("name", "commune", "postcode", "siret", "vat_exempt")
    return {
        "seller": {"producer_id": str(seller.id), **{name: getattr(seller, name) for name in facts}},
        "buyer": {"name": names.buyer(basket.member_id)},
        "market_name": market.name,
        "basket_number": basket.number,
        "delivered_on": names.day(basket.market_id, basket.settled_at).isoformat(),
        "lines": lines,
        "rates": [vars(rate) | {"net_cents": rate.net_cents} for rate in domain.rates(lines)],
        "corrects": None,
        "replaces": None,
    }


def _reference(former: Invoice) -> dict[str, str]:
    return {"invoice_id": str(former.id), "number": former.number, "issued_on": former.issued_on.isoformat()}


def _line(line: DeliveredLine, *, exempt: bool) -> dict[str, Any]:
    return {
        "name": line.name,
        "unit": line.unit,
        "quantity": f"{line.quantity.normalize():f}",
        "unit_price_cents": line.unit_price_cents,
        "vat_bp": 0 if exempt else line.vat_bp,
        "gross_cents": line.gross_cents,
    }


def _issue(session: Session, drafts: Sequence[Draft]) -> None:
    if not drafts:
        return
    next_of = _take(session, Counter(draft.series for draft in drafts))
    invoices, rates, now = [], [], clock.now()
    for draft in drafts:
        row = _row(draft, next_of[draft.series], now)
        next_of[draft.series] += 1
        invoices.append(row)
        names = ("vat_bp", "gross_cents", "vat_cents")
        rates += [{"invoice_id": row["id"]} | {name: rate[name] for name in names} for rate in draft.content["rates"]]
    session.execute(insert(Invoice), invoices)
    session.execute(insert(InvoiceRate), rates)


def _row(draft: Draft, sequence: int, now: datetime) -> dict[str, Any]:
    of_basket = {name: getattr(draft.basket, name) for name in ("sale_id", "market_id", "member_id")}
    return of_basket | {
        "id": clock.new_id(),
        "kind": draft.kind,
        "producer_id": draft.producer_id,
        "year": draft.issued_on.year,
        "sequence": sequence,
        "number": domain.number(draft.producer_id, draft.issued_on.year, sequence),
        "basket_id": draft.basket.id,
        "basket_version": draft.basket.version,
        "issued_at": now,
        "issued_on": draft.issued_on,
        "gross_cents": sum(rate["gross_cents"] for rate in draft.content["rates"]),
        "vat_cents": sum(rate["vat_cents"] for rate in draft.content["rates"]),
        "corrects_id": draft.corrects_id,
        "content": draft.content,
    }


def _take(session: Session, counts: Mapping[str, int]) -> dict[str, int]:
    """{series: its first free number}, `counts` of them taken: the rows stay locked, in one order, to the end."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"name": name, "last": counts[name]} for name in sorted(counts)]
    take: Any = dialect.insert(sequences).values(rows)
    more = {"last": sequences.c.last + take.excluded.last}
    take = take.on_conflict_do_update(index_elements=["name"], set_=more).returning(sequences.c.name, sequences.c.last)
    return {name: last - counts[name] + 1 for name, last in session.execute(take)}
