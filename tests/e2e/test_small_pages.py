"""Pages that no other test stays on: nothing cut off, no finding of axe (SPEC X4)."""

import pytest

PAGES = {
    None: ["/verify?token=abc", "/reset?token=abc", "/invitations/abc"],
    "awa": ["/account/sessions", "/account/deletion", "/notices"],
    "nadege": ["{home}/distributions/{sale_id}/refunds", "{home}/catalogs/{catalog_id}/removal"],
    "producteur2": ["/producer/sales/{sale_id}/declarations"],
}


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_a_page_is_pleasant(visitor, town, who, path):
    linked = town.person("nadege").get(f"/markets/{town.market['market_id']}/catalogs")
    guest = visitor(who) if who else visitor()

    guest.open(path.format(home=town.home, sale_id=town.sale_id, catalog_id=linked["items"][0]["catalog_id"]))

    guest.page.get_by_role("heading", level=1).wait_for()
    name = path.partition("?")[0].replace("{", "").replace("}", "").strip("/").replace("/", "-")
    guest.ensure_pleasant(f"small-{name}")
    guest.forget("404|410")  # what a link that is no more answers
