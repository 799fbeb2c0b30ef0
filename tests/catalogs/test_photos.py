"""Photos of farms and products: made anew, shown to everybody, changed by the farm alone."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select, update

from services.catalogs import commands
from services.catalogs.domain import MOST_FARM_PHOTOS
from services.catalogs.models import Photo
from shared import pictures
from shared.errors import NotAPicture, NotFound
from tests.catalogs import conftest
from tests.support.bus import forget_told, told

PERSON = {
    "email": "claire@example.org",
    "password": "vingt vaches jersiaises",
    "first_name": "Claire",
    "last_name": "E",
}
CARROT = {"name": "Carottes", "category": "vegetables.root", "unit": "kg"}


def a_picture(kind="JPEG", size=(1600, 900), **options):
    out = BytesIO()
    Image.new("RGB", size, "tomato").save(out, kind, **options)
    return out.getvalue()


def opened(content):
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_made_anew_as_a_small_webp(kind):  # SPEC X4 C2
    made = opened(pictures.remade(a_picture(kind)))

    assert (made.format, made.size) == ("WEBP", (1200, 675))


def test_where_and_with_what_it_was_taken_stays_behind_and_it_stands_upright():  # SPEC X4
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"

    made = opened(pictures.remade(a_picture(exif=exif)))

    assert made.size == (675, 1200)
    assert dict(made.getexif()) == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        b"\xff\xd8\xff not really",
        a_picture()[:200],
        a_picture("GIF"),
        a_picture("PNG", (9000, 9000)),
    ],
    ids=["nothing", "svg", "garbage", "cut off", "another kind", "too many pixels"],
)
def test_what_is_no_picture_is_refused(content):  # SPEC X1 X4
    with pytest.raises(NotAPicture):
        pictures.remade(content)


class Farm:
    """Claire's farm and carrots, through the API."""

    def __init__(self, suite):
        self.suite = suite("accounts", "catalogs")
        self.http = self.suite.http
        self.headers = self.log_in(PERSON)
        self.producer_id = self.post(
            "/producers", json={"name": "Ferme", "commune": "Cambes", "postcode": "33880"}
        ).json["producer_id"]
        self.product_id = self.post(f"/producers/{self.producer_id}/products", json=CARROT).json["product_id"]

    def log_in(self, person):
        self.http.post("/api/v1/accounts", json=person)
        session = self.http.post("/api/v1/sessions", json={k: person[k] for k in ("email", "password")})
        return {"Authorization": f"Bearer {session.json['token']}"}

    def post(self, path, **options):
        return self.http.post(f"/api/v1{path}", headers=self.headers, **options)

    def put_photo(self, content, headers=None):
        path = f"/api/v1/products/{self.product_id}/photo"
        return self.http.put(path, data=content, content_type="image/jpeg", headers=headers or self.headers)

    def get(self, path):
        return self.http.get(f"/api/v1{path}")


@pytest.fixture
def farm(suite):
    return Farm(suite)


def test_everybody_sees_the_photo_of_a_product_until_another_replaces_it(farm):  # SPEC C2
    first = farm.put_photo(a_picture()).json["photo_id"]
    seen = farm.get(f"/photos/{first}")
    second = farm.put_photo(a_picture(size=(300, 300))).json["photo_id"]

    assert (seen.status_code, seen.mimetype) == (200, "image/webp")
    assert "immutable" in seen.headers["Cache-Control"]
    assert opened(seen.data).size == (1200, 675)
    assert farm.get(f"/products/{farm.product_id}").json["photo_id"] == second != first
    assert farm.get(f"/photos/{first}").status_code == 404


def test_lists_show_a_small_picture_of_the_same(farm):  # SPEC C2
    photo_id = farm.put_photo(a_picture()).json["photo_id"]
    whole, small = (farm.get(f"/photos/{photo_id}{query}") for query in ("", "?small=true"))

    assert opened(small.data).size == (400, 225)
    assert small.mimetype == "image/webp"
    assert "immutable" in small.headers["Cache-Control"]
    assert small.headers["ETag"] != whole.headers["ETag"]


def test_a_photo_from_before_there_were_small_ones_is_shown_whole(farm):
    photo_id = farm.put_photo(a_picture()).json["photo_id"]
    with farm.suite.databases["catalogs"].write() as session:
        session.execute(update(Photo).values(small=None))

    assert opened(farm.get(f"/photos/{photo_id}?small=true").data).size == (1200, 675)


def test_a_farm_shows_eight_photos_at_the_most_and_may_take_one_out(farm):  # SPEC C1
    path = f"/producers/{farm.producer_id}/photos"
    added = [
        farm.post(path, data=a_picture(size=(40, 40)), content_type="image/png") for _ in range(MOST_FARM_PHOTOS + 1)
    ]
    ids = [answer.json["photo_id"] for answer in added[:-1]]

    removed = farm.http.delete(f"/api/v1/photos/{ids[0]}", headers=farm.headers)

    assert [answer.status_code for answer in added] == [201] * MOST_FARM_PHOTOS + [409]
    assert added[-1].json["code"] == "too_many_photos"
    assert removed.json["gone"] is True
    assert farm.get(f"/producers/{farm.producer_id}").json["photo_ids"] == ids[1:]


def test_a_photo_that_was_taken_out_is_seen_by_nobody_and_put_back_where_it_stood(farm):  # SPEC C1
    path = f"/producers/{farm.producer_id}"
    ids = [
        farm.post(f"{path}/photos", data=a_picture(size=(40, 40)), content_type="image/png").json["photo_id"]
        for _ in range(2)
    ]
    stranger = farm.log_in(PERSON | {"email": "jean@example.org"})

    place = farm.http.delete(f"/api/v1/photos/{ids[0]}", headers=farm.headers).json["place"]
    hidden = farm.get(f"/photos/{ids[0]}").status_code
    back = f"/photos/{ids[0]}/restoration"
    foreign = farm.http.post(f"/api/v1{back}", json={"place": place}, headers=stranger)
    twice = [farm.post(back, json={"place": place}).status_code for _ in range(2)]

    assert (place, hidden, foreign.status_code, twice) == (0, 404, 404, [200, 200])
    assert farm.get(path).json["photo_ids"] == ids
    assert farm.get(f"/photos/{ids[0]}").status_code == 200


def test_a_photo_is_not_put_back_where_there_is_no_room(farm):  # SPEC C1
    path = f"/producers/{farm.producer_id}/photos"
    send = lambda: farm.post(path, data=a_picture(size=(40, 40)), content_type="image/png")  # noqa: E731
    ids = [send().json["photo_id"] for _ in range(MOST_FARM_PHOTOS)]
    farm.http.delete(f"/api/v1/photos/{ids[0]}", headers=farm.headers)
    send()

    answer = farm.post(f"/photos/{ids[0]}/restoration", json={"place": 0})

    assert (answer.status_code, answer.json["code"]) == (409, "too_many_photos")


def test_a_photo_is_kept_for_an_hour_after_it_was_taken_out(database, moment):  # SPEC C1
    farm = conftest.Farm(database("catalogs"))
    removed, shown = (
        commands.add_farm_photo(farm.db, farm.actor, producer_id=farm.id, content=a_picture(size=(40, 40)))
        for _ in range(2)
    )
    kept = []
    with farm.db.write() as session:
        commands.remove_photo(session, farm.actor, photo_id=removed)

    for _ in range(2):
        moment.move(timedelta(minutes=40))
        with farm.db.write() as session:
            commands.forget_removed_photos(session)
            kept.append({photo.id for photo in session.scalars(select(Photo))})

    assert kept == [{removed, shown}, {shown}]
    with farm.db.write() as session, pytest.raises(NotFound):
        commands.restore_photo(session, farm.actor, photo_id=removed, place=0)


def test_a_file_that_is_no_picture_changes_nothing(farm):  # SPEC X1
    answer = farm.put_photo(b"no picture")

    assert (answer.status_code, answer.json["code"]) == (422, "not_a_picture")
    assert farm.get(f"/products/{farm.product_id}").json["photo_id"] is None


def test_nobody_else_touches_a_farms_photos(farm):  # SPEC P3 X4
    photo_id = farm.put_photo(a_picture()).json["photo_id"]
    stranger = farm.log_in(PERSON | {"email": "jean@example.org"})

    answers = [farm.put_photo(a_picture(), stranger), farm.http.delete(f"/api/v1/photos/{photo_id}", headers=stranger)]

    assert [(answer.status_code, answer.json["code"]) for answer in answers] == [(404, "not_found")] * 2
    assert farm.get(f"/photos/{photo_id}").status_code == 200


def test_a_picture_of_more_than_twelve_megabytes_is_refused(farm):  # SPEC X1
    answer = farm.put_photo(b"x" * (12 * 1024 * 1024 + 1))

    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_photo_is_told_to_the_shop_and_to_the_markets(database):  # SPEC C2
    farm = conftest.Farm(database("catalogs"))
    carrots = farm.add()
    forget_told(farm.db)

    shown = commands.set_product_photo(farm.db, farm.actor, product_id=carrots.id, content=a_picture())
    face = commands.add_farm_photo(farm.db, farm.actor, producer_id=farm.id, content=a_picture())

    assert [event.photo_id for event in told(farm.db) if hasattr(event, "photo_id")] == [shown, face]
