"""What the chapters of the guide share: its people, each with a browser, their mails, and the clock."""

import re
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from clayette.demo.api import World, wait_for
from tests.e2e.test_shop import add

PARIS = ZoneInfo("Europe/Paris")
PASSWORD = "panier du samedi matin"
DAYS = {"opens_at": (2, 8), "closes_at": (4, 20), "starts_at": (6, 9), "ends_at": (6, 12)}
"""The sale of the story: days from its beginning, hours of Paris. All of it, to the payout, in one session's life."""


class Tale:
    """`suite`: Embedded or Cluster; `come`: another browser. What a chapter leaves for the next is kept here."""

    def __init__(self, suite, come):
        self.suite, self._come, self.everybody = suite, come, []
        self.world = World(suite.url, suite.mailbox)
        self.world.wait_until_ready()
        midnight = self.world.now().astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
        self.times = {name: midnight.replace(hour=hour) + timedelta(days=days) for name, (days, hour) in DAYS.items()}

    def come(self):
        self.everybody.append(self._come())
        return self.everybody[-1]

    def newcomer(self, first_name, last_name):
        """Somebody at the front page who makes an account and confirms the address by the mail."""
        somebody = self.come()
        somebody.open("/")
        somebody.page.get_by_role("link", name="Se connecter").click()
        somebody.follow("Créer un compte")
        self.sign_up(somebody, first_name, last_name)
        self.follow_mail(somebody, "Confirmez votre adresse")
        somebody.press("Confirmer mon adresse")
        somebody.reads("confirmée")
        return somebody

    def sign_up(self, somebody, first_name, last_name):
        somebody.email = f"{last_name}@example.org".lower()
        somebody.fill(first_name=first_name, last_name=last_name, email=somebody.email, password=PASSWORD)
        somebody.fill(phone="06 11 22 33 44")
        somebody.press("Créer mon compte")
        somebody.page.wait_for_url(lambda url: "/sign-up" not in url)

    def follow_mail(self, somebody, words):
        """Opens the first address of the mail whose subject has these words."""
        mail = self.world.wait_for_mail(somebody.email, words)
        path = re.search(re.escape(self.suite.url) + r"(/\S*)", mail["text"]).group(1)
        somebody.open(path)

    def follow_notice(self, somebody, words):
        """By the bell."""
        somebody.page.get_by_role("link", name="Notifications").click()
        self.waits_for(somebody, words)
        somebody.press(words)

    def waits_for(self, somebody, words):
        """Looks at the page again until it shows what one service has yet to tell another."""

        def look():
            somebody.page.reload()
            return somebody.page.get_by_text(words).count()

        wait_for(f"« {words} » at {somebody.page.url}", look)

    def order(self, somebody, *products, total, names=None):
        """From the shop to the paid order. `names`: of whoever makes an account on the way."""
        for index, product in enumerate(products):
            if product in products[:index]:
                somebody.page.get_by_role("button", name=f"Plus : {product}").click()
            else:
                add(somebody, product)
        somebody.page.locator("#basket-bar").get_by_text(f"{total} €").wait_for()
        somebody.page.locator("#basket-bar a").click()
        if names:
            somebody.follow("Créer un compte")
            self.sign_up(somebody, *names)
        somebody.press(f"Commander avec obligation de paiement — {total} €")
        self.pay(somebody, "Votre commande est payée")

    def pay(self, somebody, words):
        """At the provider's page; then back at the order's until the bank's word has arrived."""
        somebody.page.wait_for_url("**/pay/**")
        somebody.page.get_by_label("Numéro de carte").fill("4242 4242 4242 4242")
        somebody.page.get_by_role("button", name=re.compile("^Payer")).click()
        somebody.page.wait_for_url(f"{self.suite.url}/**")
        somebody.reads(words)

    def move_to(self, name, **later):
        self.world.move_to(self.times[name].astimezone(UTC) + timedelta(**later))

    def clock_field(self, name):
        """As a datetime-local field takes it."""
        return self.times[name].strftime("%Y-%m-%dT%H:%M")

    def date_field(self, days):
        return (self.times["ends_at"] + timedelta(days=days)).strftime("%Y-%m-%d")

    def move_to_the_payout(self):
        """The first Monday run at or after three days from the validation, and a little more."""
        available = self.world.now().astimezone(PARIS) + timedelta(days=3)
        monday = available.replace(hour=6, minute=0) + timedelta(days=-available.weekday() % 7)
        run = monday if monday >= available else monday + timedelta(days=7)
        self.world.move_to(run + timedelta(minutes=5))
