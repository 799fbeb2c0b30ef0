"""« Espace producteur » in a browser: from opening it to the first sale, the day's sheets, the grid, the money."""

FARM = {"name": "Ferme de Peyrignolles", "commune": "Captieux", "postcode": "33840"}


def test_a_farm_opens_its_space(visitor, town):  # SPEC C1
    person = town.newcomer("Dominique")
    farmer = visitor(person=person)
    farmer.open("/producer")
    farmer.ensure_pleasant("farm-welcome")
    farmer.follow("Ouvrir mon espace producteur")
    farmer.ensure_pleasant("farm-new")
    farmer.fill(name="Ferme de Peyrignolles", postcode="33840", commune="Captieux", siret="123")
    farmer.page.get_by_label("Fruits", exact=True).check()
    farmer.press("Ouvrir mon espace")
    assert farmer.page.locator("[name=siret][aria-invalid=true]").input_value() == "123"
    farmer.ensure_pleasant("farm-refused")
    farmer.fill(siret="")
    farmer.press("Ouvrir mon espace")
    farmer.reads("Vers votre première vente")
    farmer.ensure_pleasant("farm")

    farmer.forget("422")


def test_a_payment_account_is_opened_and_says_what_is_missing(visitor, town, patience):  # SPEC F6
    person = town.newcomer("Lucien")
    farm_id = person.do("POST", "/producers", FARM)["producer_id"]
    farmer, account = visitor(person=person), f"/producers/{farm_id}/payment-account"
    patience(lambda: farmer.page.request.get(f"{town.url}{account}").ok)  # payments has heard of the farm
    farmer.open(f"/producer/{farm_id}/payouts")
    farmer.reads("Vos versements attendent")
    farmer.ensure_pleasant("farm-payouts-none")

    farmer.follow("Mon compte de paiement")
    farmer.ensure_pleasant("farm-account-none")
    farmer.press("Ouvrir mon compte de paiement")
    farmer.page.wait_for_url("**/onboarding/**")
    farmer.open(account)

    farmer.reads("votre RIB")
    farmer.ensure_pleasant("farm-account-begun")


def test_a_farm_makes_its_catalogue_and_its_first_product(visitor, town):  # SPEC C2 C3
    person = town.newcomer("Claude")
    farmer = visitor(person=person)
    farm_id = person.do("POST", "/producers", FARM)["producer_id"]
    farmer.open(f"/producer/{farm_id}")
    farmer.follow("Créer le catalogue")
    farmer.ensure_pleasant("farm-catalogs-none")
    farmer.fill(name="Tarif vente à la ferme")
    farmer.press("Créer le catalogue")
    farmer.reads("est créé")
    farmer.open(f"/producer/{farm_id}/products")
    farmer.ensure_pleasant("farm-products-none")
    farmer.follow("Nouveau produit")
    farmer.fill(name="Huile de noisette", net_quantity="250", price="12,50", on_hand="12")
    farmer.page.locator("[name=category]").select_option("grocery.oil" if _has(farmer, "grocery.oil") else "fruit.nuts")
    farmer.page.locator("[name=unit]").select_option("bottle")
    farmer.page.locator("[name=net_unit]").select_option("ml")
    farmer.ensure_pleasant("farm-product-new")
    farmer.press("Créer le produit")
    farmer.reads("Huile de noisette")
    farmer.page.get_by_role("main").get_by_role("link", name="Fiche").first.click()
    farmer.reads("50,00 €/l")
    farmer.ensure_pleasant("farm-product")
    farmer.open(f"/producer/{farm_id}/catalogs")
    farmer.ensure_pleasant("farm-catalogs")


def test_a_market_takes_a_catalogue_and_the_farm_takes_part(visitor, town, patience):  # SPEC C6 S6
    person = town.newcomer("Andrée")
    farm_id = person.do("POST", "/producers", FARM)["producer_id"]
    catalog = person.do("POST", f"/producers/{farm_id}/catalogs", {"name": "Tarif vente à la ferme", "items": []})
    number = catalog["number"]
    farmer, admin = visitor(person=person), visitor("nadege")
    admin.open(f"/catalog/{number}")
    admin.reads("Relier à mon marché")
    admin.ensure_pleasant("catalog-to-link")
    patience(lambda: _links(admin, number))
    farmer.open("/producer")
    switch = farmer.page.get_by_role("switch").first
    assert switch.get_attribute("aria-checked") == "false"
    farmer.ensure_pleasant("farm-sales")
    switch.click()
    farmer.reads("Vous participez")
    assert farmer.page.get_by_role("switch").first.get_attribute("aria-checked") == "true"
    farmer.open(f"/producer/{farm_id}")
    admin.forget("404")


def test_the_grid_saves_as_one_goes_with_the_keyboard_alone(visitor, town, patience):  # SPEC C2
    farmer = visitor("producteur1")
    person = town.person("producteur1")
    farm_id = person.get("/my/producers")["items"][0]["producer_id"]
    farmer.open(f"/producer/{farm_id}/products")
    farmer.ensure_pleasant("farm-grid")
    stocks = farmer.page.locator('[data-column="stock"] input')
    first = stocks.nth(0)

    first.focus()
    first.fill("77")
    first.press("Enter")
    farmer.page.locator('[data-column="stock"][data-mark="saved"]').first.wait_for()
    assert stocks.nth(1).evaluate("field => field === document.activeElement")
    stocks.nth(1).press("ArrowUp")
    assert first.evaluate("field => field === document.activeElement")
    first.fill("beaucoup")
    first.press("Enter")
    farmer.page.locator('[data-column="stock"][data-mark="failed"] .grid-fault').wait_for()
    farmer.ensure_pleasant("farm-grid-refused")
    first.fill("80")
    first.press("Enter")
    first.evaluate(
        "field => { const held = new DataTransfer(); held.setData('text', '61\\n62');"
        " field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: held, bubbles: true, cancelable: true})); }"
    )
    patience(lambda: farmer.page.locator('[data-column="stock"][data-mark="saved"]').count() == 2)

    kept = person.get(f"/producers/{farm_id}/products")["items"]
    assert [each["stock"]["on_hand"] for each in kept[:2]] == ["61", "62"]
    farmer.forget("422")


def test_order_sheets_prices_and_money_read_well(visitor, town):  # SPEC C3 S6 F5
    farmer = visitor("producteur1")
    person = town.person("producteur1")
    farm_id = person.get("/my/producers")["items"][0]["producer_id"]
    catalog = person.get("/my/catalogs")["items"][0]
    farmer.open("/producer")
    farmer.ensure_pleasant("farm-sales-ordered")
    farmer.open(f"/producer/sales/{town.sale_id}")
    farmer.reads("À récolter et préparer")
    farmer.ensure_pleasant("farm-sheet")
    farmer.open(f"/producer/sales/{town.sale_id}/labels?farm={farm_id}")
    farmer.reads("Étiquettes en PDF")
    farmer.ensure_pleasant("farm-labels")
    farmer.open(f"/producer/sales/{town.sale_id}/not-delivering/{catalog['catalog_id']}")
    farmer.reads("sans retour possible")
    farmer.ensure_pleasant("farm-not-delivering")
    farmer.open(f"/producer/{farm_id}/catalogs/{catalog['catalog_id']}")
    farmer.ensure_pleasant("farm-prices")
    farmer.open(f"/producer/{farm_id}/payouts")
    farmer.ensure_pleasant("farm-payouts")
    farmer.open(f"/producer/{farm_id}/invoices")
    farmer.ensure_pleasant("farm-invoices")
    farmer.open(f"/producers/{farm_id}/payment-account")
    farmer.ensure_pleasant("farm-account")


def test_a_sheet_is_seen_before_it_is_imported(visitor, town):  # SPEC C3
    farmer = visitor("producteur1")
    person = town.person("producteur1")
    catalog = person.get("/my/catalogs")["items"][0]
    here = f"/producer/{catalog['producer_id']}/catalogs/{catalog['catalog_id']}"
    sheet = farmer.page.request.get(f"{town.url}{here}/export.csv").body()
    farmer.open(f"{here}/import")
    farmer.ensure_pleasant("farm-import")

    lines = sheet.decode("utf-8-sig").splitlines()
    lines.append(lines[1].replace(lines[1].split(";")[0], ""))
    farmer.page.locator("#f-file").set_input_files(
        {"name": "prix.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode()}
    )
    farmer.press("Voir ce qui changera")

    farmer.reads("Ce que l’import changera")
    farmer.ensure_pleasant("farm-preview")


def test_a_farmer_without_scripts_answers_and_prices(visitor, town):  # SPEC C3 S6
    farmer = visitor("producteur1", scripts=False)
    person = town.person("producteur1")
    catalog = person.get("/my/catalogs")["items"][0]
    farmer.open("/producer")
    farmer.reads("je participe")
    farmer.open(f"/producer/{catalog['producer_id']}/catalogs/{catalog['catalog_id']}")

    price = farmer.page.locator("[name^='price.']").first
    price.fill("beaucoup")
    farmer.press("Enregistrer")

    assert farmer.page.locator("[name^='price.'][aria-invalid=true]").input_value() == "beaucoup"
    farmer.forget("422")


def _has(farmer, code):
    return farmer.page.locator(f"[name=category] option[value='{code}']").count() > 0


def _links(admin, number):
    """Markets hears of a new catalogue a moment after it was made."""
    admin.open(f"/catalog/{number}")
    radios = admin.page.locator("[name=market_id]")
    if radios.count():
        radios.first.check()
    admin.press("Relier ce catalogue")
    admin.page.wait_for_load_state()
    return f"/catalog/{number}" not in admin.page.url
