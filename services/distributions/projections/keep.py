"""The row of a sale that may not have been told yet."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.distributions.models import Distribution
from shared.messaging.inbox import insert_or_skip


def locked_sale(session: Session, sale_id: UUID, market_id: UUID, *, exclusively: bool = True) -> Distribution:
    """The sale's row, made if nobody has told of the sale yet (its version is then 0)."""
    chosen = select(Distribution).where(Distribution.sale_id == sale_id)
    chosen = chosen.with_for_update(read=not exclusively).execution_options(populate_existing=True)
    sale = session.scalar(chosen)
    if sale is None:
        insert_or_skip(
            session,
            Distribution.__table__,
            sale_id=sale_id,
            market_id=market_id,
            version=0,
            state="open",
            orders_settled=False,
            round=0,
        )
        sale = session.scalars(chosen).one()
    return sale
