"""Who may call which route of the API: one row each. A route without a row fails a test, so that nobody opens one
by oversight.
"""

from dataclasses import dataclass, field
from typing import Any

OUTSIDERS = ("stranger", "other_member", "other_admin", "other_farmer", "other_referent")


@dataclass(frozen=True)
class Row:
    """`nobody`: the answer without log-in; `outsiders`: to everybody who has nothing to do with the object, but for
    those named in `also`. `by`: who may (for reads, and for writes that `then` says the harmless answer to).
    """

    nobody: int
    outsiders: int
    body: Any = None
    query: str = ""
    by: str = ""
    then: int = 200
    also: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    raw: str | None = None


class Public(Row):
    """Anybody, on purpose; `why` says so."""

    def __init__(self, why, nobody=200, body=None, query=""):
        super().__init__(nobody, nobody, body, query)
        object.__setattr__(self, "why", why)


class OwnThings(Row):
    """Anybody with an account, for what is the own: nothing of others is answered."""

    def __init__(self, body=None, query="", outsiders=200):
        super().__init__(401, outsiders, body, query)


class AnyAccount(Row):
    """Anybody with an account; `why` says so."""

    def __init__(self, why):
        super().__init__(401, 200)
        object.__setattr__(self, "why", why)


def hidden(body=None, **more):
    """Whoever may not, does not learn that it exists."""
    return Row(401, 404, body, **more)


def refused(body=None, **more):
    """A public thing that only some may change."""
    return Row(401, 403, body, **more)


PLACE = {"name": "Z", "commune": "Cambes", "postcode": "33880"}
MARKET = {"name": "X", "kind": "company", "place": PLACE}
STALE = {"If-Match": '"999"'}
TIMES = {"starts_at": "2030-01-05T09:00:00+01:00"}
YEAR = "?from=2026-01-01&to=2026-12-31"
CYCLE = {"rhythm": "weekly", "first_on": "2030-01-05", "until": "2030-02-05", "starts": "09:00", "ends": "11:00"}

ROUTES = {
    # accounts
    "accounts.register": Public("how one gets an account", 422, {}),
    "accounts.verify_email": Public("the token of the mail proves it", 410, {"token": "none"}),
    "accounts.request_verification": OwnThings(outsiders=202),
    "accounts.request_reset": Public("whoever has lost a password", 422, {}),
    "accounts.reset": Public("the token of the mail proves it", 410, {"token": "none", "password": "assez de lettres"}),
    "accounts.me": OwnThings(),
    "photos.set_product_photo": hidden(),
    "photos.add_farm_photo": hidden(),
    "photos.remove_photo": hidden(),
    "photos.restore_photo": hidden({"place": 0}),
    "photos.set_logo": refused(by="admin", then=422),
    "photos.remove_logo": refused(by="admin"),
    "photos.restore_logo": refused({"logo_id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427"}, by="admin", then=404),
    "photos.logo": Public("M4: what a home page shows", 404),
    "photos.photo": Public("what a shop shows"),
    "accounts.delete_me": Row(401, 401, {"password": "not mine"}),
    "accounts.change_me": OwnThings({"last_name": "Dupont"}),
    "accounts.log_in": Public("how one logs in", 422, {}),
    "accounts.sessions": OwnThings(),
    "accounts.log_out": Row(401, 0),
    "accounts.revoke": hidden(),
    # farms, products, catalogues
    "catalogs.open_producer": OwnThings({"name": "X", "commune": "Y", "postcode": "33880"}, outsiders=0),
    "catalogs.producer": Public("C1: showcase page"),
    "catalogs.producers": AnyAccount("C5: the directory; no phone or e-mail in it"),
    "catalogs.suggest_producers": AnyAccount("C5: of a public market, out of the directory"),
    "catalogs.change_producer": hidden({"name": "À moi"}, by="farmer", then=412, headers=STALE),
    "catalogs.my_producers": OwnThings(),
    "catalogs.add_product": hidden({"name": "X", "category": "vegetables.root", "unit": "kg"}),
    "catalogs.products": hidden(by="farmer"),
    "catalogs.product": Public("C2: ingredients, allergens, origin"),
    "catalogs.change_product": hidden({"name": "X"}, by="farmer", then=412, headers=STALE),
    "catalogs.withdraw_product": hidden(),
    "catalogs.restore_product": hidden(by="farmer"),
    "catalogs.set_stock": hidden({"on_hand": "3"}, by="farmer", then=412, headers=STALE),
    "catalogs.create_catalog": hidden({"name": "X"}),
    "catalogs.catalogs_of": hidden(by="farmer"),
    "catalogs.my_catalogs": OwnThings(),
    "catalogs.catalog": Public("C3: /catalog/<number>"),
    "catalogs.catalog_by_number": Public("C3: /catalog/<number>"),
    "catalogs.change_catalog": hidden({"name": "X"}, by="farmer", then=412, headers=STALE),
    "catalogs.replace_items": hidden({"items": []}, by="farmer", then=412, headers=STALE),
    "catalog_sheets.export_csv": hidden(by="farmer"),
    "catalog_sheets.export_xlsx": hidden(by="farmer"),
    "catalog_sheets.preview_import": hidden(raw="Nom;Prix\nRadis;2", by="farmer"),
    "catalog_sheets.apply_import": hidden(raw="Nom;Prix\nRadis;2", query=f"?seen={'0' * 64}", by="farmer", then=412),
    "catalogs.taxonomy": Public("words and rates"),
    # markets
    "markets.create_market": OwnThings(MARKET, outsiders=0),
    "markets.search_markets": Public("M5: found from the front page", query="?near=33880"),
    "markets.market_map": Public("M5: the map of the front page"),
    "markets.market": Public("M3: the home page"),
    "markets.market_by_number": Public("M5: /group/<number>"),
    "markets.change_market": refused({"name": "X"}, by="admin", then=412, headers=STALE),
    "markets.my_markets": OwnThings(),
    "markets.find_catalog": AnyAccount("C6: a catalogue is public, and so is whom it serves"),
    "markets.linked_catalogs": Public("M3: the market's producers"),
    "markets.my_links": OwnThings(),
    "markets.link_catalog": refused({"number": 1}, by="admin"),
    "markets.unlink_catalog": refused(),
    # members
    "members.join": OwnThings(outsiders=0),
    "members.leave": Row(401, 404, also={"other_referent": 0}),
    "members.members": refused(by="admin"),
    "members.members_csv": refused(by="admin"),
    "members.members_xlsx": refused(by="admin"),
    "members.decide_waiting": refused({"accept": True}, by="admin", then=409),
    "members.grant_role": refused(),
    "members.revoke_role": refused(by="admin", then=404),
    "members.invite": refused({"addresses": ["x@example.org"], "consent": True}),
    "members.invitations": refused(by="admin"),
    "members.accept_invitation": OwnThings({"token": "none"}, outsiders=404),
    # sales
    "sales.sale_defaults": refused(by="admin"),
    "sales.plan_sale": refused({}),
    "sales.preview_cycle": refused(CYCLE, by="admin"),
    "sales.plan_cycle": refused(CYCLE),
    "sales.sales": Public("M3: the planning"),
    "sales.sale": Public("M3: the planning"),
    "sales.reschedule_sale": refused(TIMES, by="admin", then=412, headers=STALE),
    "sales.cancel_sale": refused({"reason": "Neige"}),
    "sales.appoint_referent": refused({"account_id": "{account_id}"}),
    "sales.invite_producer": refused({}),
    "sales.producer_sales": OwnThings(),
    "sales.participate": refused(by="farmer", then=409),
    "sales.withdraw": refused(by="farmer", then=409),
    # duty shifts
    "duty.duty_shifts": Public("M7: places to fill; who fills them is for administrators and the référent"),
    "duty.set_duty_shifts": refused({"shifts": []}, by="admin", then=412, headers=STALE),
    "duty.sign_up_for_duty": refused(by="member", then=404, also={"other_referent": 404}),
    "duty.withdraw_from_duty": refused(by="member", then=404, also={"other_referent": 404}),
    "duty.my_duty": OwnThings(),
    # shop, orders
    "orders.shop": Public("M5: the shop"),
    "orders.running_out": Public("M5: the shop"),
    "orders.put_cart": Public("O1: a cart needs no account, its id is the secret", 422, {}),
    "orders.change_cart": Public("O1: a cart needs no account, its id is the secret", 422, {}),
    "orders.cart": Public("O1: a cart needs no account, its id is the secret"),
    "orders.place": Row(401, 0, {"cart_id": "{cart_id}"}),
    "orders.order": hidden(by="member"),
    "orders.give_up": hidden(by="member", then=409),
    "orders.my_basket": hidden(by="member"),
    "orders.amend_basket": hidden({"lines": []}, by="member", then=409, headers=STALE),
    "orders.preview_basket": hidden({"lines": []}, by="member", then=409, headers=STALE),
    "orders.cancel_basket": hidden(by="member", then=409),
    "orders.my_orders": OwnThings(),
    "orders.sale_orders": hidden(by="admin"),
    "orders.order_sheet_csv": hidden(query="?producer_id={producer_id}", by="farmer"),
    "orders.order_sheet_xlsx": hidden(query="?producer_id={producer_id}", by="farmer"),
    "orders.order_sheet_pdf": hidden(query="?producer_id={producer_id}", by="farmer"),
    "orders.order_sheet": hidden(query="?producer_id={producer_id}", by="farmer"),
    # payments
    "payments.checkout": hidden(by="member", then=409),
    "payments.payment": hidden(by="member"),
    "payments.my_balances": OwnThings(),
    "payments.pay_balance": OwnThings(outsiders=409),
    "payments.market_balances": hidden(by="admin"),
    "payments.stripe_webhook": Public("the provider's signature proves it", 400, {}),
    "payments.sale_ledger": hidden(by="admin"),
    "payments.sale_payouts": hidden(by="admin"),
    "payments.sale_refunds": hidden(by="referent"),
    "payments.payout_date": Public("a calendar"),
    "payments.refunds_needing_attention": hidden(by="admin"),
    "payments.market_disputes": hidden(by="admin"),
    "payments.retry_refund": hidden(by="admin", then=409),
    "payments.open_account": hidden(),
    "payments.account_state": hidden(by="farmer"),
    "payments.my_payouts": hidden(by="farmer"),
    "payments.payout": hidden(by="farmer"),
    # documents of money
    "documents.receipt": hidden(by="member"),
    "documents.receipt_pdf": hidden(by="member"),
    "documents.invoice": hidden(by="farmer"),
    "documents.invoice_pdf": hidden(by="member"),
    "documents.my_invoices": OwnThings(),
    "documents.invoices_of": hidden(by="farmer"),
    "documents.statement": hidden(by="farmer"),
    "documents.statement_pdf": hidden(by="farmer"),
    "documents.statement_csv": hidden(by="farmer"),
    "documents.statements_of": hidden(by="farmer"),
    "documents.statement_on": hidden(by="farmer"),
    "documents.statement_on_pdf": hidden(by="farmer"),
    "documents.statement_on_csv": hidden(by="farmer"),
    "documents.market_accounting": hidden(query=YEAR, by="admin"),
    "documents.producer_accounting": hidden(query=YEAR, by="farmer"),
    # the day of the distribution
    "distributions.distribution": hidden(by="referent"),
    "distributions.turnovers": hidden(query="?sale_ids={sale_id}", by="admin"),
    "distributions.baskets": hidden(by="referent"),
    "distributions.validate_distribution": hidden(),
    "distributions.missing_product": hidden({"product_id": "{product_id}"}),
    "distributions.declarations": hidden(by="farmer"),
    "distributions.declare": hidden({"lines": []}, by="farmer"),
    "distributions.confirm_declarations": hidden({}, by="referent", then=409),
    "distributions.sign_off_sheet": hidden(by="referent"),
    "distributions.sign_off_csv": hidden(by="referent"),
    "distributions.sign_off_xlsx": hidden(by="referent"),
    "distributions.sign_off_pdf": hidden(by="referent"),
    "distributions.lot_labels": hidden(by="farmer"),
    "distributions.lot_labels_pdf": hidden(by="farmer"),
    "distributions.basket": hidden(by="referent"),
    "distributions.adjust": hidden(
        {"version": 999, "lines": [{"line_id": "{basket_id}", "delivered": "1"}]}, by="referent", then=412
    ),
    "distributions.refund": hidden({"version": 999}, by="referent", then=412),
    "distributions.validate_basket": hidden({"version": 999}, by="referent", then=412),
    "distributions.reopen_basket": hidden(by="admin", then=409),
    "distributions.mark_not_collected": hidden({"version": 999}, by="referent", then=412),
    "distributions.mark_collected": hidden(by="referent", then=409),
    "distributions.refund_not_collected": hidden({"version": 999}, by="admin", then=412),
    "distributions.trail": hidden(by="referent"),
    # notices and mail
    "notifications.my_notices": OwnThings(),
    "notifications.mark_read": OwnThings({}),
    "notifications.preferences": OwnThings(),
    "notifications.change_preferences": OwnThings({"pickup_4h": False}),
    "notifications.subscription": Public("N3: the token of the mail proves it"),
    "notifications.unsubscribe": Public("N3: RFC 8058, the token of the mail proves it"),
    "notifications.deliveries": hidden(by="admin"),
}
