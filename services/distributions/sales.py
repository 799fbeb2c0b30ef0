"""Finding a sale or a basket, with its slot in the market's own time."""

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Exists, exists, select
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.models import Basket, BasketLine, Distribution, Market, NonDelivery
from shared.errors import NotFound

DEFAULT_ZONE = "Europe/Paris"


def find_sale(session: Session, sale_id: UUID) -> Distribution:
    sale = session.get(Distribution, sale_id)
    if sale is None or sale.version == 0:
        raise NotFound(what="sale")
    return sale


def find_basket(session: Session, basket_id: UUID) -> tuple[Distribution, Basket]:
    basket = session.get(Basket, basket_id)
    sale = session.get(Distribution, basket.sale_id) if basket and basket.order_count else None
    if basket is None or sale is None or sale.version == 0:
        raise NotFound(what="basket")
    return sale, basket


def lock_sale(session: Session, sale: Distribution, *, exclusively: bool) -> None:
    """Before any basket of it. Shared for work on one basket, exclusive for work on all of them."""
    session.refresh(sale, with_for_update=True if exclusively else {"read": True})


def lock_baskets(session: Session, *which: object) -> list[Basket]:
    """The baskets as they are now, locked in the order of their ids."""
    chosen = select(Basket).where(*which).order_by(Basket.id).with_for_update()  # type: ignore[arg-type]
    return list(session.scalars(chosen.execution_options(populate_existing=True)))


def absence_awaited(sale_id: UUID, *which: ColumnElement[bool]) -> Exists:
    """Lines that will go to zero once orders has told what is left of them."""
    absent = (NonDelivery.sale_id == sale_id, NonDelivery.awaited, BasketLine.producer_id == NonDelivery.producer_id)
    return exists().where(*absent, BasketLine.sale_id == sale_id, BasketLine.delivered > 0, *which)


def slot_of(session: Session, sale: Distribution) -> domain.Slot:
    market = session.get(Market, sale.market_id)
    instants = (sale.opens_at, sale.closes_at, sale.starts_at, sale.ends_at)
    opens_at, closes_at, starts_at, ends_at = (instant for instant in instants if instant is not None)
    zone = ZoneInfo(market.time_zone if market else DEFAULT_ZONE)
    return domain.Slot(opens_at, closes_at, starts_at, ends_at, zone)


def purse_of(basket: Basket) -> domain.Purse:
    return domain.Purse(basket.paid_cents, basket.refunded_cents, basket.due_cents)
