"""« Définir un logo »: one picture a market, shown to everybody, changed by its administrators."""

import base64
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from services.markets import commands
from shared.errors import Refused
from shared.events.markets import MarketChanged


def picture(mode="RGB", color="tomato"):
    out = BytesIO()
    Image.new(mode, (1600, 900), color).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def set_logo(world, by, market, content):
    return world.call("set_logo", by, market_id=market["market_id"], content=content)


def test_a_market_has_one_logo_and_shows_it_to_everybody(world, anne, market):  # SPEC M4
    first = set_logo(world, anne, market, picture())
    second = set_logo(world, anne, market, picture(color="teal"))

    home = world.call("market", market_id=market["market_id"])
    shown = Image.open(BytesIO(base64.b64decode(world.call("logo", logo_id=home["logo_id"])["content"])))
    assert home["logo_id"] == second["logo_id"] != first["logo_id"]
    assert (shown.format, shown.size) == ("WEBP", (1200, 675))
    assert [event.version for event in world.told(MarketChanged)] == [2, 3]
    with pytest.raises(Refused, match="not_found"):
        world.call("logo", logo_id=first["logo_id"])


def test_a_logo_keeps_what_is_transparent(world, anne, market):  # SPEC M4
    logo_id = set_logo(world, anne, market, picture("RGBA", (255, 0, 0, 0)))["logo_id"]

    shown = Image.open(BytesIO(base64.b64decode(world.call("logo", logo_id=logo_id)["content"])))

    assert shown.convert("RGBA").getpixel((5, 5))[3] == 0


def test_a_logo_can_be_taken_away(world, anne, market):  # SPEC M4
    set_logo(world, anne, market, picture())

    gone = [world.call("remove_logo", by=anne, market_id=market["market_id"]) for _ in range(2)]

    assert [(one["logo_id"], one["version"]) for one in gone] == [(None, 3), (None, 3)]


def test_a_logo_that_was_taken_away_is_seen_by_nobody_and_can_be_put_back(world, anne, market):  # SPEC M4 P3
    logo_id = set_logo(world, anne, market, picture())["logo_id"]
    logo = {"market_id": market["market_id"], "logo_id": logo_id}
    world.call("remove_logo", by=anne, market_id=market["market_id"])

    with pytest.raises(Refused):
        world.call("logo", logo_id=logo_id)
    with pytest.raises(Refused, match="forbidden"):
        world.call("restore_logo", by=world.person(), **logo)
    back = [world.call("restore_logo", by=anne, **logo) for _ in range(2)]

    assert [(one["logo_id"], one["version"]) for one in back] == [(logo_id, 4), (logo_id, 4)]
    assert world.call("logo", logo_id=logo_id)["logo_id"] == logo_id
    with pytest.raises(Refused, match="not_found"):
        world.call("restore_logo", by=anne, market_id=world.market(anne)["market_id"], logo_id=logo_id)


@pytest.mark.parametrize("gone", ["another was set", "an hour is over"])
def test_a_logo_is_not_put_back_for_ever(world, anne, market, gone):  # SPEC M4
    logo_id = set_logo(world, anne, market, picture())["logo_id"]
    world.call("remove_logo", by=anne, market_id=market["market_id"])
    if gone == "another was set":
        set_logo(world, anne, market, picture(color="teal"))
    world.moment.move(timedelta(minutes=61))
    world.step(commands.forget_removed_logos)

    with pytest.raises(Refused, match="not_found"):
        world.call("restore_logo", by=anne, market_id=market["market_id"], logo_id=logo_id)


@pytest.mark.parametrize(("who", "code"), [("other", "forbidden"), ("nobody", "log_in_required")])
def test_only_administrators_set_it(world, anne, market, who, code):  # SPEC P3
    by = world.person() if who == "other" else None

    with pytest.raises(Refused, match=code):
        set_logo(world, by, market, picture())


def test_what_is_no_picture_is_refused_and_the_logo_stays(world, anne, market):  # SPEC X1 X4
    kept = set_logo(world, anne, market, picture())["logo_id"]

    with pytest.raises(Refused, match="not_a_picture"):
        set_logo(world, anne, market, base64.b64encode(b"<svg/>").decode())

    assert world.call("market", market_id=market["market_id"])["logo_id"] == kept
