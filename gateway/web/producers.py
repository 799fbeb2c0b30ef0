"""A farm's public page (SPEC C1)."""

from uuid import UUID

from flask import Blueprint

from gateway.backend import ask
from gateway.web.pages import Answer, page

blp = Blueprint("producers", __name__)


@blp.get("/producers/<uuid:producer_id>")
def producer(producer_id: UUID) -> Answer:
    """With what it sells, at the prices of its largest catalogue."""
    farm = ask("catalogs.producer", {"producer_id": producer_id})
    largest = max(farm["catalogs"], key=lambda card: card["item_count"], default=None)
    goods = ask("catalogs.catalog", {"catalog_id": largest["catalog_id"]})["items"] if largest else []
    return page("producers/producer.html", farm=farm, goods=[each for each in goods if not each["withdrawn"]])
