"""Photos of farms and products, logos of markets."""

import base64
from typing import Any
from uuid import UUID

from flask import Response, request

from gateway.api import Blueprint
from gateway.backend import ask, command, reply
from services.catalogs import schemas
from services.markets import schemas as markets
from shared.fields import MOST_PHOTO_BYTES

blp = Blueprint("photos", __name__, description="Photos of farms and products, logos of markets")
FOREVER = "public, max-age=31536000, immutable"


@blp.route("/products/<uuid:product_id>/photo", methods=["PUT"])
@blp.response(200, schemas.PhotoKept)
def set_product_photo(product_id: UUID) -> Response:
    """The body is the picture itself (JPEG, PNG or WebP, 12 MB at the most); it replaces the one before."""
    return reply(ask("catalogs.set_product_photo", {"product_id": product_id, "content": _picture()}))


@blp.route("/producers/<uuid:producer_id>/photos", methods=["POST"])
@blp.response(201, schemas.PhotoKept)
def add_farm_photo(producer_id: UUID) -> Response:
    """The body is the picture itself; a farm shows eight at the most."""
    return reply(ask("catalogs.add_farm_photo", {"producer_id": producer_id, "content": _picture()}), 201)


@blp.route("/markets/<uuid:market_id>/logo", methods=["PUT"])
@blp.response(200, markets.Market)
def set_logo(market_id: UUID) -> Response:
    """« Définir un logo »: the body is the picture itself; it replaces the one before."""
    return reply(ask("markets.set_logo", {"market_id": market_id, "content": _picture()}))


@blp.route("/markets/<uuid:market_id>/logo", methods=["DELETE"])
@blp.response(200, markets.Market)
def remove_logo(market_id: UUID) -> Response:
    return command("markets.remove_logo", {"market_id": market_id})


@blp.route("/markets/<uuid:market_id>/logo/restoration", methods=["POST"])
@blp.arguments(markets.LogoId)
@blp.response(200, markets.Market)
def restore_logo(args: dict[str, Any], market_id: UUID) -> Response:
    """The one that was removed, within an hour and while there is no other."""
    return command("markets.restore_logo", args | {"market_id": market_id})


@blp.route("/logos/<uuid:logo_id>")
@blp.response(200, content_type="image/webp")
def logo(logo_id: UUID) -> Response:
    """A WebP of 1,200 pixels a side at the most; it never changes."""
    return _forever(ask("markets.logo", {"logo_id": logo_id})["content"], f"{logo_id}")


@blp.route("/photos/<uuid:photo_id>", methods=["DELETE"])
@blp.response(200, schemas.PhotoGone)
def remove_photo(photo_id: UUID) -> Response:
    return command("catalogs.remove_photo", {"photo_id": photo_id})


@blp.route("/photos/<uuid:photo_id>/restoration", methods=["POST"])
@blp.arguments(schemas.PhotoBackBody)
@blp.response(200, schemas.PhotoKept)
def restore_photo(args: dict[str, Any], photo_id: UUID) -> Response:
    """A farm's that was removed, within an hour."""
    return command("catalogs.restore_photo", args | {"photo_id": photo_id})


@blp.route("/photos/<uuid:photo_id>")
@blp.arguments(schemas.PhotoSize, location="query")
@blp.response(200, content_type="image/webp")
def photo(args: dict[str, Any], photo_id: UUID) -> Response:
    """A WebP of 1,200 pixels a side at the most, or a small one of 400; it never changes."""
    content = ask("catalogs.photo", args | {"photo_id": photo_id})["content"]
    return _forever(content, f"{photo_id}-small" if args["small"] else f"{photo_id}")


def _forever(content: str, tag: str) -> Response:
    answer = Response(base64.b64decode(content), mimetype="image/webp")
    answer.headers["Cache-Control"] = FOREVER
    answer.set_etag(tag)
    answer.make_conditional(request)
    return answer


def _picture() -> str:
    request.max_content_length = MOST_PHOTO_BYTES
    return base64.b64encode(request.get_data(cache=False)).decode()
