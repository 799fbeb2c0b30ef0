"""Who may open which page: one row per address and method outside of the API. A page without a row fails a test."""

from dataclasses import dataclass, field

EVERYBODY = (
    *("stranger", "member", "other_member", "admin", "other_admin", "farmer", "other_farmer", "referent"),
    *("other_referent", "catalog_manager", "message_sender"),
)
"""Of the town, each with an account. `other_…` have to do with the other market, farm, or sale."""


@dataclass(frozen=True)
class Row:
    """`may`: who is answered, with `then` (None: not tried, it would change the town); `others`: what all the others with
    an account get. `form`: what is posted. `ids`: {name in the address: name in `town.ids`}, where they differ.
    `tells`: what is public and stands on a page that is the own.
    """

    may: tuple[str, ...]
    others: int
    then: int | None = 200
    query: str = ""
    form: dict[str, str] = field(default_factory=dict)
    tells: tuple[str, ...] = ()
    ids: dict[str, str] = field(default_factory=dict)


class Public(Row):
    """Anybody, on purpose; `why` says so."""

    def __init__(self, why, then=200, **more):
        super().__init__(EVERYBODY, 0, then, **more)
        object.__setattr__(self, "why", why)


class Own(Row):
    """Anybody with an account, for what is the own: of others' things nothing is answered."""

    def __init__(self, then=200, **more):
        super().__init__(EVERYBODY, 0, then, **more)


def run(then=200, **more):
    """A public market that only its administrators run."""
    return Row(("admin",), 403, then, **more)


def catalogs(then=200, **more):
    return Row(("admin", "catalog_manager"), 403, then, **more)


def settle(then=200, **more):
    """The day of a sale: whoever may not settle it does not learn that there is one."""
    return Row(("admin", "referent"), 404, then, **more)


def farm(then=200, **more):
    return Row(("farmer",), 404, then, **more)


def looked_after(then=200, **more):
    """A member's, which the market's administrators see too."""
    return Row(("member", "admin"), 404, then, **more)


def bought(then=200, **more):
    return Row(("member",), 404, then, **more)


OPEN = {"sale_id": "open_sale_id"}
PAID_OUT = {"monday": "monday"}
UNPAID = {"order_id": "unpaid_order_id"}
NEW_MARKET = {"name": "", "place.commune": "Cambes"}
CYCLE = {"rhythm": "weekly", "first_on": "2030-01-05", "until": "2030-02-05", "starts": "09:00", "ends": "11:00"}
CYCLE |= {"opens": "08:00", "closes": "23:55", "opens_days_before": "9", "closes_days_before": "2", "do": "preview"}
PRODUCT = {"name": "Volé", "category": "vegetables.root", "unit": "kg"}

PAGES = {
    # for everybody
    "front.front": Public("M5: markets are found from here", query="?near=33880"),
    "front.language": Public("a choice of this browser", 303, form={"language": "xx"}),
    "static": Public("pictures, styles and scripts of ours", 404, ids={"name": "role"}),
    "robots": Public("what machines that search may read"),
    "healthz": Public("a probe"),
    "readyz": Public("a probe"),
    "api-docs.openapi_json": Public("the description of the API"),
    "docs.page": Public("the description of the API"),
    "docs.part": Public("the description of the API", 404, ids={"name": "role"}),
    "docs.start": Public("the description of the API"),
    "market.home": Public("M2: the home page"),
    "market.producers": Public("M3: « Voir tous les producteurs »"),
    "market.qr": Public("M3: the link as a picture"),
    "market.poster": Public("M3: the poster"),
    "producers.producer": Public("C1: showcase page"),
    "farm_catalogs.catalog": Public("C3: /catalog/<number>", ids={"number": "catalog_number"}),
    "shop.shop": Public("M5: the shop", ids=OPEN),
    "shop.now": Public("M5: the shop", ids=OPEN),
    "shop.product": Public("C2: ingredients, allergens, origin", ids=OPEN),
    "shop.change_cart": Public("O1: a cart needs no account; it is the visit's own", None, ids=OPEN),
    "checkout.checkout": Public("O1: a cart needs no account; it is the visit's own", ids=OPEN),
    "checkout.agree": Public("O1: a cart needs no account; it is the visit's own", 303, ids=OPEN),
    "notices.unread": Public("a number, none for who has no account"),
    # accounts
    "account.log_in_page": Public("how one logs in", None),
    "account.log_in": Public("how one logs in", None),
    "account.sign_up_page": Public("how one gets an account"),
    "account.sign_up": Public("how one gets an account", 422),
    "account.verify_page": Public("the token of the mail proves it"),
    "account.verify": Public("the token of the mail proves it", 410, form={"token": "none"}),
    "account.reset_page": Public("whoever has lost a password"),
    "account.ask_reset": Public("whoever has lost a password", 422),
    "account.reset": Public("the token of the mail proves it", 410, form={"token": "none", "password": "assez longue"}),
    "account.log_out": Public("harmless to who is not logged in", None),
    "account.account_page": Own(),
    "account.change": Own(422, form={"first_name": ""}),
    "account.send_verification": Own(None),
    "account.sessions_page": Own(),
    "account.revoke": Own(None, form={"session_id": "{session_id}"}),
    "own_data.export": Own(),
    "account.delete_page": Own(),
    "account.delete": Own(401, form={"password": "not mine"}),
    "notices.notices": Own(),
    "notices.mark_read": Own(303),
    "notices.preferences_page": Own(),
    "notices.preferences": Own(303, form={"pickup_4h": "1"}),
    # buying
    "checkout.order": Own(None, ids=OPEN),
    "orders_pages.orders": Own(),
    "orders_pages.order": looked_after(),
    "orders_pages.state": looked_after(ids=UNPAID),
    "orders_pages.pay": bought(None),
    "orders_pages.give_up": bought(None),
    "orders_pages.refill": looked_after(None),
    "orders_pages.pickup": looked_after(),
    "my_basket.basket": bought(ids=OPEN),
    "my_basket.change": bought(None, ids=OPEN),
    "my_basket.ask_to_cancel": bought(ids=OPEN),
    "my_basket.cancel": bought(None, ids=OPEN),
    "receipts.receipt": looked_after(),
    "receipts.receipt_pdf": looked_after(),
    "receipts.invoice_pdf": Row(("member", "farmer", "admin"), 404),
    "balances.balances": Own(),
    "balances.balance": Own(tells=("Halle",)),
    "balances.state": Own(303),
    "balances.pay": Own(409, tells=("Halle",)),
    "market.join": Own(None),
    "market.leave": Own(None),
    "market.invitation": Own(ids={"token": "invitation_token"}),
    "market.accept": Own(404, ids={"token": "role"}),
    "my_markets.mine": Own(),
    "my_markets.new": Own(),
    "my_markets.create": Own(422, form=NEW_MARKET),
    # running a market
    "market_members.members": run(),
    "market_members.waiting": run(),
    "market_members.invitations": run(),
    "market_members.balances": run(),
    "market_members.export": run(),
    "market_members.new": run(),
    "market_members.invite": run(422, form={"addresses": "vole@example.org"}),
    "market_members.decide": run(None, form={"accept": "1"}),
    "market_members.change_role": run(None, form={"grant": "administrator"}),
    "market_settings.settings": run(),
    "market_settings.show": run(),
    "market_settings.change": run(None, form={"name": "Volé", "place.name": "Ailleurs", "payment_fee_bp": "0"}),
    "market_settings.set_logo": run(422),
    "market_settings.remove_logo": run(303),
    "market_catalogs.catalogs": catalogs(query="?number=1"),
    "market_catalogs.directory": catalogs(),
    "market_catalogs.link": catalogs(404, form={"number": "999999"}),
    "market_catalogs.ask_removal": catalogs(),
    "market_catalogs.unlink": catalogs(None),
    "farm_catalogs.link": catalogs(None, form={"market_id": "{market_id}"}, ids={"number": "catalog_number"}),
    "distribution_pages.timeline": run(),
    "distribution_pages.new": run(),
    "distribution_pages.plan": run(422, form={"opens_at": "hier"}),
    "distribution_pages.new_cycle": run(),
    "distribution_pages.plan_cycle": run(form=CYCLE),
    "distribution_pages.edit": run(ids=OPEN),
    "distribution_pages.reschedule": run(412, ids=OPEN, form={"version": "999", "starts_at": "2030-01-05T09:00"}),
    "distribution_pages.referent_page": run(),
    "distribution_pages.appoint": run(422, ids=OPEN, form={"account_id": "nobody"}),
    "distribution_pages.cancel_page": run(ids=OPEN),
    "distribution_pages.cancel": run(422, ids=OPEN, form={"reason": ""}),
    "distribution_pages.refunds": run(),
    "distribution_pages.catalogs": run(ids=OPEN),
    "distribution_pages.invite": catalogs(None, ids=OPEN, form={"catalog_id": "{catalog_id}"}),
    "distribution_pages.money": run(),
    "distribution_pages.trouble": run(),
    "distribution_pages.retry": Row(("admin",), 404, 303, form={"refund_id": "{refund_id}"}),
    # the day of a distribution
    "day.baskets": settle(query="?search=m"),
    "day.validation_page": settle(),
    "day.validate": settle(None),
    "day.missing_page": settle(),
    "day.missing": settle(422, form={"product_id": "none"}),
    "day.declarations_page": settle(),
    "day.confirm": settle(409),
    "day_papers.sheet": settle(),
    "day_papers.sheet_file": settle(),
    "day_papers.sheet_pdf": settle(),
    "day_papers.labels": Row(("admin", "referent", "farmer"), 404),  # of the own lots
    "day_papers.labels_pdf": Row(("admin", "referent", "farmer"), 404),
    "baskets.basket": settle(),
    "baskets.settle": settle(412, form={"do": "refund", "version": "999"}),
    "baskets.trail": settle(),
    # farms
    # duty shifts: whoever has an account sees where hands are needed, not who has signed up
    "duty_pages.shifts": Row(EVERYBODY, 0),
    "duty_pages.answer": Row(EVERYBODY, 0, None),
    "duty_pages.edit": run(),
    "duty_pages.save": run(None),
    "farm_sales.sales": Own(),
    "farm.new": Own(),
    "farm.open_farm": Own(422, form={"name": ""}),
    "farm_money.payouts_of_mine": Own(303),
    "farm.farm": farm(),
    "farm.change": farm(422, form={"name": ""}),
    "farm.add_photo": farm(None, form={"photo": "file"}),
    "farm.remove_photo": farm(None),
    "farm.account": farm(),
    "farm.open_account": farm(None),
    "farm_products.products": farm(query="?search=car"),
    "farm_products.save_cell": farm(None, form={"column": "stock", "value": "3"}),
    "farm_products.new": farm(),
    "farm_products.add": farm(None, form=PRODUCT),
    "farm_products.product": farm(),
    "farm_products.change": farm(None, form=PRODUCT),
    "farm_products.set_photo": farm(None, form={"photo": "file"}),
    "farm_products.withdraw": farm(None),
    "farm_catalogs.catalogs": farm(),
    "farm_catalogs.create": farm(422, form={"name": ""}),
    "farm_catalogs.prices": farm(),
    "farm_catalogs.change": farm(422, form={"name": ""}),
    "farm_catalogs.export": farm(),
    "farm_catalogs.ask_sheet": farm(),
    "farm_catalogs.import_sheet": farm(form={"file": "file", "missing": "keep"}),
    "farm_sales.sheet": Row(("farmer", "other_farmer"), 404, ids=OPEN),
    "farm_sales.sheet_file": Row(("farmer", "admin"), 404),
    "farm_sales.sheet_pdf": Row(("farmer", "admin"), 404),
    "farm_sales.answer": Row(("farmer",), 403, 303, form={"takes_part": "0"}, ids=OPEN),
    "farm_sales.ask_not_delivering": farm(ids=OPEN),
    "farm_sales.not_deliver": Row(("farmer",), 403, None, ids=OPEN),
    "farm_sales.declarations": farm(),
    "farm_sales.declare": farm(422, form={"line.none": "1"}),
    "farm_sales.labels": farm(),
    "farm_sales.labels_pdf": Row(("farmer", "admin", "referent"), 404, ids={"farm": "producer_id"}),
    "farm_money.payouts": farm(),
    "farm_money.statement": farm(ids=PAID_OUT),
    "farm_money.statement_pdf": farm(ids=PAID_OUT),
    "farm_money.statement_csv": farm(ids=PAID_OUT),
    "farm_money.invoices": farm(),
    "farm_money.invoice": farm(),
    "farm_money.invoice_pdf": farm(),
}
