"""What other services told, kept in our own tables. A version older than the one kept is ignored, so order does not matter."""

from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from services.orders import models
from services.orders.domain import searchable
from shared import clock
from shared.events import accounts, catalogs, markets
from shared.messaging.inbox import insert_or_skip, keep_newest


def account_changed(session: Session, event: accounts.AccountRegistered) -> None:
    keep_newest(
        session,
        models.Account,
        {"id": event.account_id},
        event.version,
        ~models.Account.deleted,
        first_name=event.first_name,
        last_name=event.last_name,
    )


def account_deleted(session: Session, event: accounts.AccountDeleted) -> None:
    nameless = {"first_name": "", "last_name": "", "deleted": True}
    insert_or_skip(session, models.Account.__table__, id=event.account_id, version=0, **nameless)
    session.execute(update(models.Account).where(models.Account.id == event.account_id).values(nameless))


def market_changed(session: Session, event: markets.MarketChanged) -> None:
    keep_newest(
        session,
        models.Market,
        {"id": event.market_id},
        event.version,
        number=event.number,
        name=event.name,
        time_zone=event.time_zone,
        registration=event.registration,
        reservation_minutes=event.reservation_minutes,
    )


def member_changed(session: Session, event: markets.MemberJoined | markets.MemberLeft) -> None:
    keep_newest(
        session,
        models.Member,
        {"market_id": event.market_id, "account_id": event.account_id},
        event.version,
        joined=isinstance(event, markets.MemberJoined),
    )


def role_changed(session: Session, event: markets.RoleGranted) -> None:
    keep_newest(
        session,
        models.Role,
        {"market_id": event.market_id, "account_id": event.account_id, "role": event.role},
        event.version,
        held=not isinstance(event, markets.RoleRevoked),
    )


def referent_appointed(session: Session, event: markets.ReferentAppointed) -> None:
    keep_newest(session, models.Referent, {"sale_id": event.sale_id}, event.version, account_id=event.account_id)


def sale_planned(session: Session, event: markets.SalePlanned) -> None:
    keep_newest(
        session,
        models.Sale,
        {"id": event.sale_id},
        event.version,
        market_id=event.market_id,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        place=event.place.dump(),
    )


def sale_opened(session: Session, event: markets.SaleOpened) -> None:
    _mark_sale(session, event, {"closes_at": event.closes_at}, opened_at=event.opened_at)


def sale_closed(session: Session, event: markets.SaleClosed) -> None:
    _mark_sale(session, event, {}, closed_at=event.closed_at)


def sale_cancelled(session: Session, event: markets.SaleCancelled) -> None:
    _mark_sale(session, event, {}, cancelled_at=clock.now(), voiding=True)


def participation_changed(session: Session, event: markets.ParticipationConfirmed) -> None:
    keep_newest(
        session,
        models.Participation,
        {"sale_id": event.sale_id, "catalog_id": event.catalog_id},
        event.version,
        producer_id=event.producer_id,
        active=not isinstance(event, markets.ParticipationWithdrawn),
    )
    if isinstance(event, markets.ParticipationWithdrawn) and event.not_delivering:
        told = (models.Participation.sale_id == event.sale_id, models.Participation.catalog_id == event.catalog_id)
        session.execute(update(models.Participation).where(*told).values(not_delivering=True))


def producer_changed(session: Session, event: catalogs.ProducerChanged) -> None:
    is_newest = keep_newest(
        session,
        models.Producer,
        {"id": event.producer_id},
        event.version,
        name=event.name,
        commune=event.commune,
        searchable=searchable(event.name),
    )
    if is_newest:
        people = [{"producer_id": event.producer_id, "account_id": account_id} for account_id in event.account_ids]
        _replace(session, models.ProducerAccount, {"producer_id": event.producer_id}, people)


def product_changed(session: Session, event: catalogs.ProductChanged) -> None:
    keep_newest(
        session,
        models.Product,
        {"id": event.product_id},
        event.version,
        producer_id=event.producer_id,
        name=event.name,
        description=event.description,
        category=event.category,
        unit=event.unit,
        net_quantity=event.net_quantity,
        net_unit=event.net_unit,
        by_weight=event.by_weight,
        weighed=event.weighed,
        organic=event.organic,
        allergens=event.allergens,
        photo_id=event.photo_id,
        vat_bp=event.vat_bp,
        withdrawn=False,
        searchable=searchable(event.name),
    )


def product_withdrawn(session: Session, event: catalogs.ProductWithdrawn) -> None:
    """A product that was never told of before stays unknown but for its version."""
    nothing = {
        "name": "",
        "description": "",
        "category": "",
        "unit": "",
        "by_weight": False,
        "weighed": False,
        "organic": False,
        "allergens": [],
        "vat_bp": 0,
        "searchable": "",
    }
    insert_or_skip(
        session,
        models.Product.__table__,
        id=event.product_id,
        producer_id=event.producer_id,
        version=0,
        withdrawn=True,
        **nothing,
    )
    newer = (models.Product.id == event.product_id, models.Product.version < event.version)
    session.execute(update(models.Product).where(*newer).values(withdrawn=True, version=event.version))


def stock_set(session: Session, event: catalogs.StockSet) -> None:
    """What was delivered is counted apart, so it does not matter which of the two is told first."""
    supplied = event.on_hand if event.supplied is None else event.supplied
    counts = {"delivered": 0, "committed": 0}
    insert_or_skip(session, models.StockLevel.__table__, product_id=event.product_id, version=0, **counts)
    newer = (models.StockLevel.product_id == event.product_id, models.StockLevel.version < event.version)
    session.execute(update(models.StockLevel).where(*newer).values(supplied=supplied, version=event.version))


def catalog_changed(session: Session, event: catalogs.CatalogChanged) -> None:
    is_newest = keep_newest(
        session, models.Catalog, {"id": event.catalog_id}, event.version, producer_id=event.producer_id
    )
    if is_newest:
        items = [
            {"catalog_id": event.catalog_id, "product_id": item.product_id, "price_cents": item.price_cents}
            for item in event.items
        ]
        _replace(session, models.CatalogItem, {"catalog_id": event.catalog_id}, items)


def _replace(session: Session, model: Any, key: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    session.execute(delete(model).filter_by(**key))
    if rows:
        session.execute(insert(model.__table__), rows)


def _mark_sale(session: Session, event: Any, known: dict[str, Any], **marks: Any) -> None:
    """The sale may not have been told of yet: then the rest follows with version 1 or later."""
    insert_or_skip(
        session,
        models.Sale.__table__,
        id=event.sale_id,
        market_id=event.market_id,
        version=0,
        voiding=False,
        settled_round=0,
        validated_round=0,
        **known,
    )
    session.execute(update(models.Sale).where(models.Sale.id == event.sale_id).values(**marks))
