"""Sales: planning, changing, cancelling; producers taking part; who is in charge of a distribution.

A sale's page nests what changes without it (its state, who takes part): its ETag is good for If-Match only.
"""

from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import ask, command, query, reply
from services.markets import schemas

blp = Blueprint("sales", __name__, description="Sales of a market: the calendar, participation, referents")
Args = dict[str, Any]


@blp.route("/markets/<uuid:market_id>/sales/defaults")
@blp.response(200, schemas.SaleDefaults)
def sale_defaults(market_id: UUID) -> Response:
    """What the form of a « distribution ponctuelle » proposes today."""
    return query("markets.sale_defaults", {"market_id": market_id})


@blp.route("/markets/<uuid:market_id>/sales", methods=["POST"])
@blp.arguments(schemas.PlanSaleBody)
@blp.response(201, schemas.Sale)
def plan_sale(args: Args, market_id: UUID) -> Response:
    """Times with an offset are instants; without one they are wall-clock times in the market's zone."""
    return command("markets.plan_sale", args | {"market_id": market_id}, status=201)


@blp.route("/markets/<uuid:market_id>/cycles/preview", methods=["POST"])
@blp.arguments(schemas.CycleBody)
@blp.response(200, schemas.CyclePreview)
def preview_cycle(args: Args, market_id: UUID) -> Response:
    """The dates of a « cycle de distributions », with problems and public holidays; nothing is written."""
    return query("markets.preview_cycle", args | {"market_id": market_id})


@blp.route("/markets/<uuid:market_id>/cycles", methods=["POST"])
@blp.arguments(schemas.CycleBody)
@blp.response(201, schemas.PlannedCycle)
def plan_cycle(args: Args, market_id: UUID) -> Response:
    """All the dates or none."""
    return command("markets.plan_cycle", args | {"market_id": market_id}, status=201)


@blp.route("/markets/<uuid:market_id>/sales")
@blp.arguments(schemas.SalesPage, location="query")
@blp.response(200, schemas.Sales)
def sales(args: Args, market_id: UUID) -> Response:
    """By date of distribution; `state` may be given several times."""
    return query("markets.sales", args | {"market_id": market_id})


@blp.route("/sales/<uuid:sale_id>")
@blp.response(200, schemas.SalePage)
def sale(sale_id: UUID) -> Response:
    return reply(ask("markets.sale", {"sale_id": sale_id}))


@blp.route("/sales/<uuid:sale_id>", methods=["PATCH"])
@blp.arguments(schemas.RescheduleSaleBody)
@blp.response(200, schemas.Sale)
def reschedule_sale(args: Args, sale_id: UUID) -> Response:
    """Times and place. A start that moves takes its end along, unless that is given too."""
    return command("markets.reschedule_sale", args | {"sale_id": sale_id}, if_match=True)


@blp.route("/sales/<uuid:sale_id>/cancel", methods=["POST"])
@blp.arguments(schemas.CancelSaleBody)
@blp.response(200, schemas.Sale)
def cancel_sale(args: Args, sale_id: UUID) -> Response:
    """Everybody is refunded; customers and producers read the reason."""
    return command("markets.cancel_sale", args | {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/referent", methods=["PUT"])
@blp.arguments(schemas.AppointReferentBody)
@blp.response(200, schemas.Sale)
def appoint_referent(args: Args, sale_id: UUID) -> Response:
    return command("markets.appoint_referent", args | {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/invitations", methods=["POST"])
@blp.arguments(schemas.InviteProducerBody)
@blp.response(200, schemas.InvitedCatalogs)
def invite_producer(args: Args, sale_id: UUID) -> Response:
    """« Inviter sur cette vente »: the catalogues named, or all that have not answered."""
    return command("markets.invite_producer", args | {"sale_id": sale_id})


@blp.route("/my/sales")
@blp.arguments(schemas.ProducerSalesAsked, location="query")
@blp.response(200, schemas.ProducerSales)
def producer_sales(args: Args) -> Response:
    """« Espace producteur » → VENTES: sales to come that the asker's catalogues may take part in."""
    return query("markets.producer_sales", args)


@blp.route("/sales/<uuid:sale_id>/participations/<uuid:catalog_id>", methods=["PUT"])
@blp.response(200, schemas.Participation)
def participate(sale_id: UUID, catalog_id: UUID) -> Response:
    return command("markets.participate", {"sale_id": sale_id, "catalog_id": catalog_id})


@blp.route("/sales/<uuid:sale_id>/participations/<uuid:catalog_id>", methods=["DELETE"])
@blp.arguments(schemas.WithdrawBody, location="query")
@blp.response(200, schemas.Participation)
def withdraw(args: Args, sale_id: UUID, catalog_id: UUID) -> Response:
    """Once ordered from, only with `not_delivering=true` (« je ne livre pas »): orders are set to zero and refunded."""
    return command("markets.withdraw", args | {"sale_id": sale_id, "catalog_id": catalog_id})
