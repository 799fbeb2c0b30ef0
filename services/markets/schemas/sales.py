"""Shapes of sales, cycles, participation."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.markets.schemas.common import Day, Hour, Instant, MarketId, PageBody, Place, SaleId, Version
from shared.fields import ExactInteger, Text

STATES = ["planned", "open", "closed", "distributed", "validated", "cancelled"]


class PlanSaleBody(Schema):
    """Times that are left out are the defaults of the form; the place that is left out is the market's."""

    opens_at = Instant(load_default=None, allow_none=True)
    closes_at = Instant(load_default=None, allow_none=True)
    starts_at = Instant(load_default=None, allow_none=True)
    ends_at = Instant(load_default=None, allow_none=True)
    place = fields.Nested(Place, load_default=None, allow_none=True)


class PlanSale(PlanSaleBody, MarketId):
    pass


class RescheduleSaleBody(Schema):
    opens_at = Instant()
    closes_at = Instant()
    starts_at = Instant()
    ends_at = Instant()
    place = fields.Nested(Place)

    @validates_schema
    def _something(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not set(data) - {"version", "sale_id"}:
            raise ValidationError("Nothing to change.")


class RescheduleSale(RescheduleSaleBody, SaleId, Version):
    pass


class CycleBody(Schema):
    """`first_on` sets the weekday and, for a monthly rhythm, which one of the month (a missing 5th is the last).

    Hours are wall-clock times in the market's own time zone, at every date; an offset is refused.
    """

    rhythm = fields.String(
        required=True, validate=validate.OneOf(["weekly", "every_2_weeks", "every_3_weeks", "monthly"])
    )
    first_on = Day(required=True)
    until = Day(required=True)
    starts = Hour(required=True)
    ends = Hour(required=True)
    opens_days_before = ExactInteger(load_default=10, validate=validate.Range(0, 90))
    opens = Hour(load_default=None, allow_none=True)
    closes_days_before = ExactInteger(load_default=2, validate=validate.Range(0, 90))
    closes = Hour(load_default=None, allow_none=True)
    skip = fields.List(Day(), load_default=list, validate=validate.Length(max=400))
    place = fields.Nested(Place, load_default=None, allow_none=True)


class Cycle(CycleBody, MarketId):
    pass


class SaleTimes(Schema):
    opens_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()


class SaleDefaults(SaleTimes):
    time_zone = fields.String()
    place = fields.Nested(Place)


class CycleDate(SaleTimes):
    """`problem`: the code of the refusal that this date would meet, or null. `holiday`: its name, or null."""

    on = fields.Date()
    problem = fields.String(allow_none=True)
    holiday = fields.String(allow_none=True)


class CyclePreview(Schema):
    time_zone = fields.String()
    items = fields.List(fields.Nested(CycleDate))


class Sale(SaleTimes):
    sale_id = fields.UUID(attribute="id")
    market_id = fields.UUID()
    cycle_id = fields.UUID(allow_none=True)
    state = fields.String()
    place = fields.Nested(Place)
    referent_id = fields.UUID()
    cancel_reason = fields.String()
    version = fields.Integer()


class PlannedCycle(Schema):
    cycle_id = fields.UUID()
    items = fields.List(fields.Nested(Sale))


class PublicSale(SaleTimes):
    sale_id = fields.UUID(attribute="id")
    market_id = fields.UUID()
    state = fields.String()
    place = fields.Nested(Place)
    cancel_reason = fields.String()
    version = fields.Integer()


class ParticipationFacts(Schema):
    """`state`: null (not asked), invited, confirmed, withdrawn, declined or not_delivering. `photo_id`: of the farm."""

    catalog_id = fields.UUID()
    number = fields.Integer()
    catalog_name = fields.String()
    producer_id = fields.UUID()
    producer_name = fields.String()
    photo_id = fields.UUID(allow_none=True)
    state = fields.String(allow_none=True)
    invited_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    order_count = fields.Integer()


class SaleAdministration(Schema):
    """For administrators and catalogue managers. `unvalidated`: the sales that block this one."""

    cycle_id = fields.UUID(allow_none=True)
    referent_id = fields.UUID()
    referent_name = fields.String()
    blocked_at = fields.AwareDateTime(allow_none=True)
    unvalidated = fields.List(fields.UUID())
    order_count = fields.Integer()
    catalogs = fields.List(fields.Nested(ParticipationFacts))


class SaleProducer(Schema):
    producer_id = fields.UUID()
    name = fields.String()
    commune = fields.String()


class SalePage(PublicSale):
    market_name = fields.String()
    market_number = fields.Integer()
    time_zone = fields.String()
    organisation_mode = fields.String()
    organisation = fields.String()
    producers = fields.List(fields.Nested(SaleProducer), metadata={"description": "Those who take part."})
    administration = fields.Nested(SaleAdministration, allow_none=True)


class SalesPage(PageBody):
    """By date of distribution. `state`: one or several; without it, all that the asker may see."""

    state = fields.List(fields.String(validate=validate.OneOf(STATES)), load_default=list)
    newest_first = fields.Boolean(load_default=False)


class SalesAsked(SalesPage, MarketId):
    pass


class ListedSale(PublicSale):
    """`button`: see_orders, or from the morning of the distribution validate_distribution. It, `order_count`, `blocked_at`
    and `catalogs` are null for people who do not administer the market.
    """

    button = fields.String(allow_none=True)
    referent_id = fields.UUID(allow_none=True)
    blocked_at = fields.AwareDateTime(allow_none=True)
    order_count = fields.Integer(allow_none=True)
    catalogs = fields.List(fields.Nested(ParticipationFacts), allow_none=True)


class Sales(Schema):
    items = fields.List(fields.Nested(ListedSale))
    next = fields.UUID(allow_none=True)


class CancelSaleBody(Schema):
    reason = Text(500, 1, required=True)


class CancelSale(CancelSaleBody, SaleId):
    pass


class InviteProducerBody(Schema):
    """Without `catalog_ids`: every linked catalogue that has not answered."""

    catalog_ids = fields.List(fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(1, 200))


class InviteProducer(InviteProducerBody, SaleId):
    pass


class InvitedCatalogs(Schema):
    invited = fields.List(fields.UUID())


class Participate(SaleId):
    catalog_id = fields.UUID(required=True)


class WithdrawBody(Schema):
    not_delivering = fields.Boolean(load_default=False)


class Withdraw(WithdrawBody, Participate):
    pass


class Participation(Schema):
    sale_id = fields.UUID()
    catalog_id = fields.UUID()
    producer_id = fields.UUID()
    state = fields.String()
    invited_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class ProducerSalesAsked(PageBody):
    pass


class ProducerSale(PublicSale):
    """`blocked_at`: when it should have opened and could not."""

    blocked_at = fields.AwareDateTime(allow_none=True)
    market_name = fields.String()
    market_number = fields.Integer()
    time_zone = fields.String()
    organisation_mode = fields.String()
    catalogs = fields.List(fields.Nested(ParticipationFacts))


class ProducerSales(Schema):
    items = fields.List(fields.Nested(ProducerSale))
    next = fields.UUID(allow_none=True)


class AppointReferentBody(Schema):
    account_id = fields.UUID(required=True)


class AppointReferent(AppointReferentBody, SaleId):
    pass
