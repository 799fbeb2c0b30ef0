"""The baskets of a sale, as whoever settles them sees them (SPEC D1-D9)."""


def test_all_baskets_stand_in_a_list_that_is_searched(visitor, town):  # SPEC D1
    guest = visitor("nadege")

    guest.open(f"{town.home}/distributions/{town.sale_id}")

    guest.reads("remis")
    guest.ensure_pleasant("day")
    guest.open(f"{town.home}/distributions/{town.sale_id}?search=personnedecenom")
    guest.reads("Aucun panier ne correspond.")


def test_a_basket_shows_its_lines_and_amounts(visitor, town):  # SPEC D2 D9
    guest = visitor("nadege")
    baskets = town.person("nadege").get(f"/sales/{town.sale_id}/baskets")["items"]

    guest.open(f"/baskets/{baskets[0]['basket_id']}")
    guest.reads("À rembourser")
    guest.ensure_pleasant("basket")
    guest.open(f"/baskets/{baskets[0]['basket_id']}/trail")
    guest.ensure_pleasant("basket-trail")


def test_what_is_done_to_all_baskets_is_pleasant(visitor, town):  # SPEC D3 D4 D5 M6
    guest = visitor("nadege")

    for name in ("validation", "missing", "declarations", "sheet", "labels"):
        guest.open(f"{town.home}/distributions/{town.sale_id}/{name}")
        guest.ensure_pleasant(f"day-{name}")


def test_labels_say_what_is_wrong_with_their_sheet(visitor, town):  # SPEC D5 M6
    guest = visitor("nadege")
    guest.open(f"{town.home}/distributions/{town.sale_id}/labels")
    guest.fill(first="25")
    guest.press("Étiquettes en PDF")

    assert guest.page.locator("[name=first][aria-invalid=true]").input_value() == "25"
    guest.ensure_pleasant("day-labels-refused")
    guest.forget("422")
