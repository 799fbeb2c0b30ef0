"""What others' facts do to the stock on hand."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from services.catalogs.models import CountedDelivery, CountedSale, Stock
from shared.db import Quantity
from shared.events.distributions import DistributionValidated
from shared.messaging.inbox import insert_or_skip


def distribution_validated(session: Session, event: DistributionValidated) -> None:
    """Count what was handed out; of a later round of the same sale only the difference, of an earlier one nothing.

    No StockSet is told: whoever keeps stock counts deliveries from the same event.
    """
    insert_or_skip(session, CountedSale.__table__, sale_id=event.sale_id, round=0)
    sale = session.get_one(CountedSale, event.sale_id, with_for_update=True)
    if event.round <= sale.round:
        return
    sale.round = event.round
    _subtract(session, _count(session, event))


def _count(session: Session, event: DistributionValidated) -> dict[UUID, Decimal]:
    """Keep this round's figures; answers how much more was delivered than the former round said."""
    rows = session.scalars(select(CountedDelivery).where(CountedDelivery.sale_id == event.sale_id))
    counted = {row.product_id: row for row in rows}
    now = {line.product_id: line.delivered for line in event.products}
    more: dict[UUID, Decimal] = {}
    for product_id in counted.keys() | now.keys():
        row = counted.get(product_id) or CountedDelivery(
            sale_id=event.sale_id, product_id=product_id, delivered=Decimal(0)
        )
        session.add(row)
        more[product_id] = now.get(product_id, Decimal(0)) - row.delivered
        row.delivered += more[product_id]
    return more


def _subtract(session: Session, more: dict[UUID, Decimal]) -> None:
    """In the order of ids, so that two sales at once cannot wait for each other."""
    rows = [{"product": product_id, "more": more[product_id]} for product_id in sorted(more) if more[product_id]]
    handed_out = (
        update(Stock)
        .where(Stock.product_id == bindparam("product"))
        .values(delivered=Stock.delivered + bindparam("more", type_=Quantity()), version=Stock.version + 1)
    )
    if rows:
        session.connection().execute(handed_out, rows)
