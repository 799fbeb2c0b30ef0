"""Photos of farms and products."""

import base64
from uuid import UUID

from flask import Response, request

from gateway.api import Blueprint
from gateway.backend import ask, command, reply
from services.catalogs import schemas
from shared.fields import MOST_PHOTO_BYTES

blp = Blueprint("photos", __name__, description="Photos of farms and products")
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


@blp.route("/photos/<uuid:photo_id>", methods=["DELETE"])
@blp.response(200, schemas.PhotoGone)
def remove_photo(photo_id: UUID) -> Response:
    return command("catalogs.remove_photo", {"photo_id": photo_id})


@blp.route("/photos/<uuid:photo_id>")
@blp.response(200, content_type="image/webp")
def photo(photo_id: UUID) -> Response:
    """A WebP of 1,200 pixels a side at the most; it never changes."""
    found = ask("catalogs.photo", {"photo_id": photo_id})
    answer = Response(base64.b64decode(found["content"]), mimetype="image/webp")
    answer.headers["Cache-Control"] = FOREVER
    answer.set_etag(str(photo_id))
    answer.make_conditional(request)
    return answer


def _picture() -> str:
    request.max_content_length = MOST_PHOTO_BYTES
    return base64.b64encode(request.get_data(cache=False)).decode()
