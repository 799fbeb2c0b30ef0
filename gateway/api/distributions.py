"""The day of the distribution: baskets, refunds, validation, sign-off sheet."""

from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import ask, command, query, reply
from services.distributions import schemas

blp = Blueprint("distributions", __name__, description="Baskets of the day, refunds, validation, sign-off sheet")
Args = dict[str, Any]


@blp.route("/sales/<uuid:sale_id>/distribution")
@blp.response(200, schemas.Distribution)
def distribution(sale_id: UUID) -> Response:
    return query("distributions.distribution", {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/baskets")
@blp.arguments(schemas.BasketSearch, location="query")
@blp.response(200, schemas.BasketList)
def baskets(args: Args, sale_id: UUID) -> Response:
    return query("distributions.baskets", args | {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/validation", methods=["POST"])
@blp.response(200, schemas.Distribution)
def validate_distribution(sale_id: UUID) -> Response:
    """« Valider la distribution »: all remaining baskets in one go."""
    return command("distributions.validate_distribution", {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/missing-products", methods=["POST"])
@blp.arguments(schemas.MissingProductBody)
@blp.response(200, schemas.Done)
def missing_product(args: Args, sale_id: UUID) -> Response:
    """Zero on all baskets, and the refunds with it."""
    return command("distributions.missing_product", args | {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/declarations")
@blp.response(200, schemas.Declarations)
def declarations(sale_id: UUID) -> Response:
    """A producer's own lines; for whoever settles the sale, the lines that wait for confirmation."""
    return query("distributions.declarations", {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/declarations", methods=["PUT"])
@blp.arguments(schemas.DeclareBody)
@blp.response(200, schemas.Declarations)
def declare(args: Args, sale_id: UUID) -> Response:
    """A producer's shortages and real weights, replacing what the producer declared before."""
    return command("distributions.declare", args | {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/declarations/confirmation", methods=["POST"])
@blp.arguments(schemas.ConfirmBody)
@blp.response(200, schemas.Done)
def confirm_declarations(args: Args, sale_id: UUID) -> Response:
    return command("distributions.confirm_declarations", args | {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/sign-off-sheet")
@blp.arguments(schemas.SheetOptions, location="query")
@blp.response(200, schemas.SignOffSheet)
def sign_off_sheet(args: Args, sale_id: UUID) -> Response:
    """« Liste d'émargement », for a page that prints."""
    return query("distributions.sign_off_sheet", args | {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/sign-off-sheet.csv")
@blp.arguments(schemas.SheetOptions, location="query")
@blp.response(200, content_type="text/csv")
def sign_off_csv(args: Args, sale_id: UUID) -> Response:
    """« Liste d'émargement », for a spreadsheet: semicolons, decimal commas."""
    sheet = ask("distributions.sign_off_csv", args | {"sale_id": sale_id})
    answer = Response(sheet["text"].encode("utf-8-sig"), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=sheet["file_name"])
    return answer


@blp.route("/baskets/<uuid:basket_id>")
@blp.response(200, schemas.Basket)
def basket(basket_id: UUID) -> Response:
    # not answered with 304: the next customer changes without this basket's version
    return reply(ask("distributions.basket", {"basket_id": basket_id}))


@blp.route("/baskets/<uuid:basket_id>", methods=["PATCH"])
@blp.arguments(schemas.AdjustBody)
@blp.response(200, schemas.Basket)
def adjust(args: Args, basket_id: UUID) -> Response:
    """« Mettre à jour »: the quantities or weights that were really handed over."""
    return command("distributions.adjust", args | {"basket_id": basket_id}, if_match=True)


@blp.route("/baskets/<uuid:basket_id>/refund", methods=["POST"])
@blp.arguments(schemas.VersionBody)
@blp.response(200, schemas.Basket)
def refund(args: Args, basket_id: UUID) -> Response:
    """« Générer le remboursement »."""
    return command("distributions.refund", args | {"basket_id": basket_id}, if_match=True)


@blp.route("/baskets/<uuid:basket_id>/validation", methods=["POST"])
@blp.arguments(schemas.VersionBody)
@blp.response(200, schemas.Basket)
def validate_basket(args: Args, basket_id: UUID) -> Response:
    return command("distributions.validate_basket", args | {"basket_id": basket_id}, if_match=True)


@blp.route("/baskets/<uuid:basket_id>/validation", methods=["DELETE"])
@blp.response(200, schemas.Basket)
def reopen_basket(basket_id: UUID) -> Response:
    return command("distributions.reopen_basket", {"basket_id": basket_id}, if_match=True)


@blp.route("/baskets/<uuid:basket_id>/trail")
@blp.response(200, schemas.Trail)
def trail(basket_id: UUID) -> Response:
    """Who changed what: oldest first."""
    return query("distributions.trail", {"basket_id": basket_id})
