"""A small town for the tests of the API: two markets, two farms, a sale in each state, everything paid for real
(at the stand-in). Built through the API, once for all tests of this folder.
"""

from datetime import datetime, timedelta

import requests

from shared import clock
from tests.gateway.people import Client, wait_for

HOUR = timedelta(hours=1)
PLACE = {"name": "Halle", "address": "1 place de la Mairie", "postcode": "33880", "commune": "Cambes"}
CARROTS = {"name": "Carottes", "category": "vegetables.root", "unit": "kg", "on_hand": "50"}
LETTUCE = {"name": "Batavia", "category": "vegetables.leafy", "unit": "piece", "on_hand": "40"}
CHEESE = {"name": "Tomme", "category": "dairy.cow_cheese", "unit": "kg", "weighed": True, "allergens": ["milk"]}
RADISH = {"name": "Radis", "category": "vegetables.root", "unit": "bunch", "on_hand": "2"}
PRICES = {"carrots": 280, "lettuce": 120, "cheese": 2150, "radish": 150}
TINY_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"


class Town:
    """`ids`: the names that paths use → ids of the first market's things."""

    def __init__(self, suite, mails):
        self.suite, self.app, self.mails = suite, suite.app, mails
        self.nobody = Client(self.app)
        names = ("admin", "member", "farmer", "referent", "other_referent")
        strangers = ("stranger", "other_member", "other_admin", "other_farmer")
        self.people = {name: Client(self.app, name.replace("_", "-")) for name in names + strangers}
        self.ids = {}
        self.goods = {}
        self.payment_pages = {}

    def __getattr__(self, name):
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def build(self):
        self._farms()
        self._markets()
        self._past_sale()
        self._distribution_day()
        self._open_sale()
        self._other_sales()
        self._mail_tokens()
        return self

    def _farms(self):
        goods = {"carrots": CARROTS, "lettuce": LETTUCE, "cheese": CHEESE, "radish": RADISH}
        self.ids |= self._farm(self.farmer, "Les Jardins du Moulin", goods)
        other = self._farm(self.other_farmer, "Ferme des Trois Chênes", {"foreign_carrots": CARROTS})
        self.ids |= {f"foreign_{name}": value for name, value in other.items()}
        self.ids["product_id"] = self.goods["cheese"]
        photo = {"product_id": self.ids["product_id"], "content": TINY_PICTURE}
        self.ids |= self.suite.call("catalogs.set_product_photo", self.farmer.account_id, **photo)
        unlinked = {"name": "Ailleurs", "items": []}
        path = f"/producers/{self.ids['producer_id']}/catalogs"
        self.ids["unlinked_catalog_id"] = self.farmer.ok("POST", path, unlinked)["catalog_id"]

    def _farm(self, person, name, goods):
        farm = person.ok("POST", "/producers", {"name": name, "commune": "Cambes", "postcode": "33880"})
        path = f"/producers/{farm['producer_id']}"
        for key, facts in goods.items():
            self.goods[key] = person.ok("POST", f"{path}/products", facts)["product_id"]
        items = [{"product_id": self.goods[key], "price_cents": PRICES.get(key, 300)} for key in goods]
        catalog = person.ok("POST", f"{path}/catalogs", {"name": "Au marché", "items": items})
        self._open_payment_account(person, path)
        return {
            "producer_id": farm["producer_id"],
            "catalog_id": catalog["catalog_id"],
            "catalog_number": catalog["number"],
        }

    def _open_payment_account(self, person, path):
        page = wait_for("payments to know the farm", lambda: person.ok("POST", f"{path}/payment-account"))["url"]
        requests.post(page, data={"answer": "active"}, timeout=20, allow_redirects=False).raise_for_status()
        wait_for("the payment account", lambda: person.get(f"{path}/payment-account")["active"])

    def _markets(self):
        self.ids |= self._market(self.admin, "Marché de la Halle", self.ids["catalog_id"])
        other = self._market(self.other_admin, "Marché d’ailleurs", self.ids["foreign_catalog_id"])
        self.ids |= {f"foreign_{name}": value for name, value in other.items()}
        for person in (self.member, self.referent, self.other_referent):
            person.ok("POST", f"/markets/{self.ids['market_id']}/members")
        self.other_member.ok("POST", f"/markets/{self.ids['foreign_market_id']}/members")
        self.ids["account_id"] = self.member.account_id
        closed = {"registration": "closed"}
        self.other_admin.ok("PATCH", f"/markets/{self.ids['foreign_market_id']}", closed)

    def _market(self, admin, name, catalog_id):
        market = admin.ok("POST", "/markets", {"name": name, "kind": "association", "place": PLACE})
        path = f"/markets/{market['market_id']}"
        wait_for("the catalogue", lambda: admin.ok("POST", f"{path}/catalogs", {"catalog_id": catalog_id}))
        return {"market_id": market["market_id"], "number": market["number"]}

    def plan(self, opens, closes, *, admin=None, market_id=None, catalog_id=None, farmer=None):
        """A sale with the farm taking part; `opens` and `closes` hours from now, distributed an hour later."""
        now = clock.now()
        times = {"opens_at": opens, "closes_at": closes, "starts_at": closes + 1, "ends_at": closes + 2}
        body = {name: (now + hours * HOUR).isoformat() for name, hours in times.items()}
        path = f"/markets/{market_id or self.ids['market_id']}/sales"
        sale_id = (admin or self.admin).ok("POST", path, body)["sale_id"]
        catalog_id = catalog_id or self.ids["catalog_id"]
        (farmer or self.farmer).ok("PUT", f"/sales/{sale_id}/participations/{catalog_id}")
        return sale_id

    def wait_until_open(self, sale_id, offers=4):
        def look():
            shop = self.member.get(f"/sales/{sale_id}/shop")
            return shop["takes_orders"] and len(shop["offers"]) >= offers

        wait_for("the shop", look)

    def place(self, person, sale_id, **wanted):
        return person.ok("POST", "/orders", self.lines(sale_id, **wanted))

    def lines(self, sale_id, **wanted):
        lines = [
            {"product_id": self.goods[name], "quantity": quantity, "unit_price_cents": PRICES.get(name, 300)}
            for name, quantity in wanted.items()
        ]
        return {"sale_id": sale_id, "lines": lines}

    def buy(self, person, sale_id, **wanted):
        order = self.place(person, sale_id, **wanted)
        self.pay(person, order["order_id"])
        return order

    def pay(self, person, order_id):
        path = f"/orders/{order_id}"
        page = person.ok("POST", f"{path}/payment")["url"]
        card = {"card": "4242424242424242"}
        requests.post(page.replace("/pay/", "/test/pay/", 1), json=card, timeout=20).raise_for_status()
        wait_for("the confirmation", lambda: person.get(path)["status"] == "confirmed")

    def move(self, step):
        clock.move_to(clock.now() + step)

    def _distributed(self, **wanted):
        """A sale whose distribution day has come, with one paid basket."""
        sale_id = self.plan(0, 1)
        self.wait_until_open(sale_id)
        order = self.buy(self.member, sale_id, **wanted)
        self.move(timedelta(hours=2, minutes=1))
        wait_for("the basket", lambda: self.admin.get(f"/baskets/{order['basket_id']}"))
        wait_for("the last orders", lambda: self.admin.get(f"/sales/{sale_id}/distribution")["orders_settled"])
        return sale_id, order

    def _past_sale(self):
        """Adjusted, refunded, validated, paid out on Monday."""
        sale_id, order = self._distributed(carrots="2", cheese="0.5")
        path = f"/baskets/{order['basket_id']}"
        basket = self.admin.get(path)
        cheese = next(line for line in basket["lines"] if line["product_id"] == self.goods["cheese"])
        lines = {"version": basket["version"], "lines": [{"line_id": cheese["line_id"], "delivered": "0.4"}]}
        adjusted = self.admin.ok("PATCH", path, lines)
        refunded = self.admin.ok("POST", f"{path}/refund", {"version": adjusted["version"]})
        self.admin.ok("POST", f"/sales/{sale_id}/validation")
        shares = wait_for("the shares", lambda: self.admin.get(f"/sales/{sale_id}/payouts")["items"])
        clock.move_to(datetime.fromisoformat(f"{shares[0]['pay_on']}T08:00:00+00:00"))
        payouts = f"/producers/{self.ids['producer_id']}/payouts"
        payout = wait_for("the payout", lambda: self.farmer.get(payouts)["items"])[0]
        self.ids |= {"past_sale_id": sale_id, "payout_id": payout["payout_id"], "past_basket_id": order["basket_id"]}
        self.ids["monday"] = payout["paid_on"]
        invoices = wait_for("the invoice", lambda: self.member.get("/me/invoices")["items"])
        self.ids["invoice_id"] = invoices[0]["invoice_id"]
        self.ids["refund_id"] = refunded["refunds"][0]["refund_id"]

    def _distribution_day(self):
        sale_id, order = self._distributed(carrots="1", cheese="0.3", lettuce="2")
        self.ids |= {"sale_id": sale_id, "basket_id": order["basket_id"], "closed_order_id": order["order_id"]}
        self.admin.ok("PUT", f"/sales/{sale_id}/referent", {"account_id": self.referent.account_id})
        wait_for("the referent", lambda: self.referent.get(f"/sales/{sale_id}/baskets"))

    def _open_sale(self):
        sale_id = self.plan(0, 100)
        self.wait_until_open(sale_id)
        self.admin.ok("PUT", f"/sales/{sale_id}/referent", {"account_id": self.other_referent.account_id})
        self.ids["order_id"] = self.buy(self.member, sale_id, carrots="0.5", lettuce="1")["order_id"]
        self.ids["unpaid_order_id"] = self.place(self.member, sale_id, lettuce="1")["order_id"]
        self.ids["open_sale_id"] = sale_id
        cart = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
        self.nobody.ok("PUT", f"/carts/{cart}", self.lines(sale_id, carrots="1.5"))
        self.ids["cart_id"] = cart

    def _other_sales(self):
        self.ids["planned_sale_id"] = self.plan(200, 300)
        other = {"market_id": self.ids["foreign_market_id"], "catalog_id": self.ids["foreign_catalog_id"]}
        sale_id = self.plan(0, 100, admin=self.other_admin, farmer=self.other_farmer, **other)
        self.wait_until_open(sale_id, offers=1)
        self.ids["foreign_sale_id"] = sale_id
        path = f"/sales/{sale_id}/referent"
        self.other_admin.ok("PUT", path, {"account_id": self.other_admin.account_id})

    def _mail_tokens(self):
        invited = {"addresses": ["invitee@example.org"], "consent": True}
        self.admin.ok("POST", f"/markets/{self.ids['market_id']}/invitations", invited)
        mail = wait_for("the invitation", lambda: self.mails.to("invitee@example.org"))[0]
        self.ids["invitation_token"] = text_of(mail).split("/invitations/")[1].split()[0].strip(">)")
        opened = wait_for("the mail of the opening", self._openings)[0]
        self.ids["token"] = opened["List-Unsubscribe"].split("/unsubscribe/")[1].split(">")[0]
        sessions = self.member.get("/sessions")["items"]
        self.ids["session_id"] = sessions[0]["session_id"]
        self.ids["role"] = "message_sender"

    def _openings(self):
        return [mail for mail in self.mails.to(self.member.email) if mail["List-Unsubscribe"]]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()
