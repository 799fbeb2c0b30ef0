"""A market and a farm all of whose texts are hostile, made through the API. `ok(method, path, body)` acts as their people."""

from tests.support.hostile import PARAGRAPH, TEXTS

COMMUNE = {"postcode": "33880", "commune": "Cambes"}


def stock_farm(ok):
    texts = {"name": TEXTS["image"] + TEXTS["typst"], "presentation": PARAGRAPH}
    farm = ok("POST", "/producers", texts | COMMUNE)
    path = f"/producers/{farm['producer_id']}"
    products = [ok("POST", f"{path}/products", _product(text)) for text in TEXTS.values()]
    items = [{"product_id": each["product_id"], "price_cents": 300} for each in products]
    catalog = ok("POST", f"{path}/catalogs", {"name": TEXTS["formula"], "items": items})
    ids = [each["product_id"] for each in products]
    told = {"catalog_id": catalog["catalog_id"], "catalog_number": catalog["number"]}
    return {"producer_id": farm["producer_id"], "product_ids": ids, "product_id": ids[0]} | told


def open_market(ok):
    place = {"name": TEXTS["formula"], "address": TEXTS["typst"]} | COMMUNE
    texts = {"name": TEXTS["script"], "welcome": PARAGRAPH, "contact_name": TEXTS["image"]}
    market = ok("POST", "/markets", {"kind": "association", "place": place} | texts)
    return {"market_id": market["market_id"], "number": market["number"]}


def _product(text):
    facts = {"name": text, "category": "vegetables.root", "unit": "kg", "on_hand": "50", "origin": text}
    return facts | {"description": PARAGRAPH, "ingredients": PARAGRAPH, "storage": text}
