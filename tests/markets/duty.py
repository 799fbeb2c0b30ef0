"""A market with a sale that needs hands: for the tests of duty shifts."""

from datetime import timedelta

from services.markets import commands

DAY = timedelta(days=1)


class Stall:
    """Anne administers, Paul's farm takes part, Zoé and Luc are members; the distribution is in 30 days, at 12:00 in Paris."""

    def __init__(self, world):
        self.world = world
        self.anne, self.paul = world.person(), world.person("Paul", "Alain")
        self.zoe, self.luc = world.person("Zoé", "Bernard"), world.person("Luc", "Carrère")
        self.market = world.market(self.anne)
        for member in (self.zoe, self.luc):
            world.call("join", member, market_id=self.market["market_id"])
        self.sale = world.sale(self.anne, self.market)
        self.producer_id, self.catalog_id = world.farm(9481, self.paul)
        world.call("link_catalog", self.anne, market_id=self.market["market_id"], number=9481)
        self.say("participate", self.paul, catalog_id=self.catalog_id)
        world.forget()

    def say(self, method, by, **args):
        return self.world.call(method, by, sale_id=self.sale["sale_id"], **args)

    def set(self, *shifts, by=None, **args):
        return self.say("set_duty_shifts", by or self.anne, shifts=list(shifts), **args)["shifts"]

    def sign_up(self, by, shift):
        return self.say("sign_up_for_duty", by, shift_id=shift["shift_id"])["shifts"]

    def withdraw(self, by, shift):
        return self.say("withdraw_from_duty", by, shift_id=shift["shift_id"])["shifts"]

    def shifts(self, by=None):
        return self.say("duty_shifts", by)["shifts"]

    def tick(self):
        for work in (commands.call_vacancies, commands.remind_of_duty):
            while self.world.step(work):
                pass

    def wait(self, **step):
        self.world.moment.move(timedelta(**step))
        self.tick()

    def told(self, kind):
        return [event for event in self.world.told() if isinstance(event, kind)]


def shift(role="Accueil", starts="11:00", ends="13:00", places=2, **more):
    return {"role": role, "starts": starts, "ends": ends, "places": places} | more


def same(shown, **changes):
    """The shift as it is read, as one sets it again."""
    hours = {name: f"{int(shown[f'{name}_at'][11:13]) + 2}:00" for name in ("starts", "ends")}
    return {name: shown[name] for name in ("shift_id", "role", "places")} | hours | changes
