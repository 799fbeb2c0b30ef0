"""DISTRIBUTIONS: planning, changing, cancelling (SPEC S2-S7)."""


def test_the_administrator_sees_the_sales_as_a_timeline(visitor, town):  # SPEC S1
    guest = visitor("nadege")

    guest.open(f"{town.home}/distributions")

    guest.reads("Ouverte")
    guest.ensure_pleasant("distributions")


def test_a_single_distribution_is_planned_from_its_defaults(visitor, town):  # SPEC S2
    guest = visitor("nadege")
    guest.open(f"{town.home}/distributions/new")
    guest.ensure_pleasant("distribution-new")

    guest.press("Planifier la distribution")

    guest.reads("La distribution est planifiée.")


def test_a_cycle_shows_every_date_before_it_is_planned(visitor, town):  # SPEC S3
    guest = visitor("nadege")
    guest.open(f"{town.home}/distributions/cycle")
    guest.page.fill("[name=first_on]", "2027-06-01")
    guest.page.fill("[name=until]", "2027-06-22")

    guest.press("Voir les dates")
    guest.reads("4 dates")
    guest.ensure_pleasant("cycle")
    guest.page.locator("[name=keep]").nth(1).uncheck()
    guest.press("Planifier ces distributions")

    guest.reads("3 distributions planifiées.")


def test_the_pages_of_a_sale_are_pleasant(visitor, town):  # SPEC S5 S7 F2
    guest = visitor("nadege")

    for name in ("edit", "referent", "cancellation", "catalogs", "money"):
        guest.open(f"{town.home}/distributions/{town.sale_id}/{name}")
        guest.ensure_pleasant(f"distribution-{name}")
    guest.open(f"{town.home}/distributions/trouble")
    guest.ensure_pleasant("distribution-trouble")
