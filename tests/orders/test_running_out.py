"""What a shop that is being looked at asks for: what is nearly gone, and whether orders are still taken."""


def few(world, **asked):
    """{product_id: what is left of it}."""
    found = world.ask("running_out", sale_id=world.sale, **asked)
    return {each["product_id"]: each["available"] for each in found["few"]}


def test_what_is_nearly_gone_is_told_until_there_is_more(world):  # SPEC C4
    leeks, _plenty, _endless = (
        world.product("Poireaux", stock=6),
        world.product("Choux", stock=60),
        world.product("Ail"),
    )
    before = few(world)

    world.place(world.person(), {leeks: 2})
    short, wider = few(world), few(world, at_most=60)
    world.tell(world.stock_is(leeks, 40))

    assert (before, short) == ({}, {str(leeks): "4"})
    assert len(wider) == 2
    assert few(world) == {}


def test_the_closing_is_told(world, moment):  # SPEC S8
    world.product(stock=1)
    before = world.ask("running_out", sale_id=world.sale)["takes_orders"]

    moment.set(world.times["closes_at"])

    assert (before, world.ask("running_out", sale_id=world.sale)["takes_orders"]) == (True, False)
