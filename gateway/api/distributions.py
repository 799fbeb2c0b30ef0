"""The day of the distribution: baskets, refunds, validation, sign-off sheet."""

from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import ask, command, query, reply
from gateway.documents import codes, papers
from gateway.documents.labels import LabelOptions
from gateway.sheets import XLSX, as_file
from services.distributions import schemas

blp = Blueprint("distributions", __name__, description="Baskets of the day, refunds, validation, sign-off sheet")
Args = dict[str, Any]


@blp.route("/sales/<uuid:sale_id>/distribution")
@blp.response(200, schemas.Distribution)
def distribution(sale_id: UUID) -> Response:
    return query("distributions.distribution", {"sale_id": sale_id})


@blp.route("/markets/<uuid:market_id>/turnovers")
@blp.arguments(schemas.TurnoversQuery, location="query")
@blp.response(200, schemas.Turnovers)
def turnovers(args: Args, market_id: UUID) -> Response:
    """What the baskets of these sales are worth, for the market's administrators."""
    return query("distributions.turnovers", args | {"market_id": market_id})


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
    return as_file(ask("distributions.sign_off_table", args | {"sale_id": sale_id}), "csv")


@blp.route("/sales/<uuid:sale_id>/sign-off-sheet.xlsx")
@blp.arguments(schemas.SheetOptions, location="query")
@blp.response(200, content_type=XLSX)
def sign_off_xlsx(args: Args, sale_id: UUID) -> Response:
    """« Liste d'émargement », for a spreadsheet."""
    return as_file(ask("distributions.sign_off_table", args | {"sale_id": sale_id}), "xlsx")


@blp.route("/sales/<uuid:sale_id>/sign-off-sheet.pdf")
@blp.arguments(schemas.SheetOptions, location="query")
@blp.response(200, content_type=papers.PDF)
def sign_off_pdf(args: Args, sale_id: UUID) -> Response:
    """« Liste d'émargement », on paper."""
    return papers.sign_off(sale_id, args)


@blp.route("/sales/<uuid:sale_id>/lot-labels")
@blp.arguments(schemas.LabelsQuery, location="query")
@blp.response(200, schemas.Labels)
def lot_labels(args: Args, sale_id: UUID) -> Response:
    """One label per producer and basket, with what its QR code says; a producer sees the own ones."""
    labels = ask("distributions.lot_labels", args | {"sale_id": sale_id})
    items = [lot | {"qr": codes.address(lot["basket_id"])} for lot in labels["items"]]
    return reply(labels | {"items": items})


@blp.route("/sales/<uuid:sale_id>/lot-labels.pdf")
@blp.arguments(LabelOptions, location="query")
@blp.response(200, content_type=papers.PDF)
def lot_labels_pdf(args: Args, sale_id: UUID) -> Response:
    """For sheets of labels that one buys, from the first free label on."""
    return papers.lot_labels(sale_id, args)


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


@blp.route("/baskets/<uuid:basket_id>/not-collected", methods=["POST"])
@blp.arguments(schemas.VersionBody)
@blp.response(200, schemas.Basket)
def mark_not_collected(args: Args, basket_id: UUID) -> Response:
    """« Non retiré », from the start of the distribution on; the basket stays paid."""
    return command("distributions.mark_not_collected", args | {"basket_id": basket_id}, if_match=True)


@blp.route("/baskets/<uuid:basket_id>/not-collected", methods=["DELETE"])
@blp.response(200, schemas.Basket)
def mark_collected(basket_id: UUID) -> Response:
    """Somebody came after all."""
    return command("distributions.mark_collected", {"basket_id": basket_id}, if_match=True)


@blp.route("/baskets/<uuid:basket_id>/not-collected/refund", methods=["POST"])
@blp.arguments(schemas.VersionBody)
@blp.response(200, schemas.Basket)
def refund_not_collected(args: Args, basket_id: UUID) -> Response:
    """An administrator gives a basket that was not collected back whole, until the producers have been paid."""
    return command("distributions.refund_not_collected", args | {"basket_id": basket_id}, if_match=True)


@blp.route("/baskets/<uuid:basket_id>/trail")
@blp.response(200, schemas.Trail)
def trail(basket_id: UUID) -> Response:
    """Who changed what: oldest first."""
    return query("distributions.trail", {"basket_id": basket_id})
