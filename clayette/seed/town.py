"""Who lives in the demo market, and its calendar."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from clayette.demo.api import Person, World
from clayette.seed.goods import Farm
from clayette.seed.progress import Progress

PARIS, SATURDAY = ZoneInfo("Europe/Paris"), 5
PASSWORD = "panier-de-demo"  # noqa: S105 - of the demo market, printed at start
MEMBERS = [
    "Awa Diop",
    "Odile Lassalle",
    "Bruno Lacaze",
    "Chloé Martin",
    "Denis Roux",
    "Élodie Garnier",
    "Farid Haddad",
    "Gaëlle Le Bris",
    "Hugo Marchand",
    "Inès Cabral",
    "Jérôme Bouyssou",
    "Karine Dupuy",
    "Léa Fontaine",
    "Marc Delage",
    "Nicole Barthe",
    "Olivier Sarrazin",
    "Pauline Vignaud",
    "Quentin Morel",
    "Rachida Amrani",
    "Sébastien Labat",
    "Thomas Guérin",
    "Ursula Klein",
    "Valérie Courrèges",
    "William Petit",
    "Xavier Duprat",
    "Yasmine Toumi",
    "Zoé Lambert",
    "Alain Seguin",
    "Béatrice Nadeau",
    "Cédric Faure",
    "Delphine Ricaud",
    "Étienne Cassagne",
    "Florence Maury",
    "Guillaume Teyssier",
    "Hélène Brousse",
    "Ibrahim Koné",
    "Joëlle Pradier",
    "Kévin Laborde",
    "Lucie Esparbès",
    "Mickaël Dos Santos",
]


NEXT_DOOR = "next door"
"""The name of the neighbouring market's sale; the market of the hall has three: paid out, to settle, open."""
PAID_OUT, TO_SETTLE, OPEN = "paid out", "to settle", "open"
IN_BOTH_MARKETS = ("moulin", "chenes", "fournil", "plumes", "verger", "abeilles", "truites", "vigne")


@dataclass(frozen=True)
class Calendar:
    """Counted from the day on which the suite was first started, in Paris."""

    anchor: datetime

    @property
    def today(self) -> date:
        return self.anchor.astimezone(PARIS).date()

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(self.today + timedelta(days=days), time(hour, minute), PARIS)

    @property
    def first_saturday(self) -> int:
        """Days from today to the Saturday, two weeks ago and more, of the distribution that has been paid out."""
        return -15 - (self.today - timedelta(days=15 + SATURDAY)).weekday() % 7

    @property
    def next_saturday(self) -> int:
        """Days from today to the next Saturday but the days just before us."""
        return 5 + (SATURDAY - (self.today + timedelta(days=5)).weekday()) % 7

    @property
    def beginning(self) -> datetime:
        return self.at(self.first_saturday - 8, 9)


@dataclass
class Town:
    world: World
    progress: Progress
    farms: list[Farm]
    _people: dict[str, Person] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        return self.progress.facts

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.progress.anchor)

    @property
    def small(self) -> bool:
        return self.progress.size == "small"

    def taking_part(self, sale: str) -> list[Farm]:
        """The farms that sell in the sale of this name."""
        return [farm for farm in self.farms if farm.goods and (sale != NEXT_DOOR or farm.key in IN_BOTH_MARKETS)]

    @property
    def admin(self) -> Person:
        return self.person("Nadège", "Ferrand", "nadege")

    @property
    def neighbour(self) -> Person:
        """Administers the market of the next commune."""
        return self.person("Bertrand", "Caussade", "bertrand")

    @property
    def members(self) -> list[Person]:
        return [self._member(name) for name in (MEMBERS[:1] if self.small else MEMBERS)]

    def _member(self, name: str) -> Person:
        first, last = name.split(" ", 1)
        return self.person(first, last, {"Awa": "awa", "Odile": "odile"}.get(first) or _plain(name))

    def producer(self, farm: Farm) -> Person:
        return self.person(*farm.person, f"producteur{farm.number}")

    def person(self, first: str, last: str, address: str) -> Person:
        """Not logged in yet when met for the first time in this run: see `opening.meet`."""
        if address not in self._people:
            phone = f"06 {sum(map(ord, address)) % 90 + 10} {sum(map(ord, last)) % 90 + 10} 00 {len(self._people) + 10}"
            email = f"{address}@clayette.example"
            self._people[address] = Person(self.world, first, last, phone, email=email, password=PASSWORD)
        return self._people[address]


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.lower()).encode("ascii", "ignore").decode()
    return letters.replace(" ", ".")
