"""Pictures sent by the pages' own forms: a product's photo, a farm's, a market's logo (SPEC C1 C2 M4 X4)."""

import io

import pytest
from PIL import Image

from shared.fields import MOST_PHOTO_BYTES
from tests.gateway.test_pages import Browser

HOSTILE_NAMES = [
    "../../etc/passwd",
    "photo.php\x00.jpg",
    "<img src=x onerror=alert(1)>.jpg",
    "é" * 300 + ".jpg",
    "COM1",
]


class Picture:
    """One place for a picture: the form that sends it, and which ids are kept there."""

    def __init__(self, town, person, form, field, shown):
        self.browser, self.form, self.field, self.shown = Browser(town, person), form, field, shown

    def send(self, content, name="photo.jpg"):
        return self.browser.post(self.form, **{self.field: (io.BytesIO(content), name)})

    def words(self):
        """What the next page says on top."""
        return self.browser.get(self.form.rpartition("/")[0]).text


@pytest.fixture(params=["product", "farm", "logo"])
def place(town, request):
    farm = f"/producer/{town.ids['producer_id']}"
    carrots, market = town.goods["carrots"], f"/markets/{town.ids['foreign_market_id']}"
    if request.param == "product":
        path = f"{farm}/products/{carrots}/photo"
        shown = lambda: [f"photos/{town.farmer.get(f'/products/{carrots}')['photo_id']}"]  # noqa: E731
        return Picture(town, town.farmer, path, "photo", shown)
    if request.param == "farm":
        own = f"/producers/{town.ids['producer_id']}"
        shown = lambda: [f"photos/{each}" for each in town.farmer.get(own)["photo_ids"]]  # noqa: E731
        return Picture(town, town.farmer, f"{farm}/photos", "photo", shown)
    path = f"/group/{town.ids['foreign_number']}/settings/logo"
    shown = lambda: [f"logos/{town.nobody.get(market)['logo_id']}"]  # noqa: E731
    return Picture(town, town.other_admin, path, "logo", shown)


@pytest.fixture(autouse=True)
def _room(town):
    """A farm shows few photos: each test leaves the place as it was."""
    yield
    for photo_id in town.farmer.get(f"/producers/{town.ids['producer_id']}")["photo_ids"]:
        town.farmer.ok("DELETE", f"/photos/{photo_id}")


def a_picture(size=(80, 40), kind="JPEG", **more):
    out = io.BytesIO()
    Image.new("RGB", size, "tomato").save(out, kind, **more)
    return out.getvalue()


def kept(town, place):
    """The newest picture there, as anybody gets it."""
    answer = town.nobody.send("GET", f"/{place.shown()[-1]}")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    return Image.open(io.BytesIO(answer.data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_shown_to_everybody_from_then_on(town, place, kind):  # SPEC C1 C2 M4
    before = place.shown()

    answer = place.send(a_picture(kind=kind))

    assert answer.status_code == 303, answer.text[:400]
    assert place.shown() != before
    assert kept(town, place).size == (80, 40)


def test_it_stands_upright_without_where_and_when_it_was_taken(town, place):  # SPEC X4
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "appareil de Claire"
    exif.get_ifd(0x8825)[1] = "N"

    place.send(a_picture(exif=exif))

    picture = kept(town, place)
    assert picture.size == (40, 80)
    assert dict(picture.getexif()) == {}
    assert "appareil" not in str(picture.info)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_the_name_of_the_file_is_nothing_to_us(town, place, name):  # SPEC X4
    answer = place.send(a_picture(), name)

    assert answer.status_code == 303, answer.text[:400]
    assert kept(town, place).size == (80, 40)
    assert "onerror" not in place.words()


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 menu", b"<svg onload='alert(1)'/>", a_picture()[:300], a_picture(kind="GIF")]
)
def test_what_is_no_picture_changes_nothing_and_is_told(place, content):  # SPEC X1 X4
    before = place.shown()

    answer = place.send(content)
    told = answer.text if answer.status_code == 422 else place.words()

    assert answer.status_code in {303, 422}
    assert "ne peut pas être lue" in told
    assert place.shown() == before


def test_one_too_large_is_refused_before_it_is_looked_at(place):  # SPEC X1 X4
    before = place.shown()

    answer = place.send(b"\xff\xd8" + b"\x00" * (MOST_PHOTO_BYTES + 200_000))

    assert answer.status_code == 413
    assert "trop" in answer.text
    assert "Traceback" not in answer.text
    assert place.shown() == before


def test_sending_nothing_asks_for_a_picture(place):  # SPEC X1
    before = place.shown()

    answer = place.browser.post(place.form)
    told = answer.text if answer.status_code == 422 else place.words()

    assert "Choisissez" in told
    assert place.shown() == before


def test_nobody_else_changes_it(town, place):  # SPEC P3 X4
    before = place.shown()

    answers = [
        Browser(town, stranger).post(place.form, **{place.field: (io.BytesIO(a_picture()), "x.jpg")})
        for stranger in (town.other_farmer, town.member)
    ]

    assert {answer.status_code for answer in answers} <= {403, 404}
    assert place.shown() == before
