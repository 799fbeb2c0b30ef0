"""What leaves packed, what does not, and what a browser need not fetch again (docs/decisions/0090)."""

import gzip
import re

import pytest

from tests.gateway.test_pages import HTML, Browser

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
STYLES = "/static/css/every.css"


def is_packed(answer):
    return answer.headers.get("Content-Encoding") == "gzip"


@pytest.mark.parametrize("path", ["/group/{number}", "/static/vendor/icons.svg", STYLES, "/api/openapi.json"])
def test_texts_leave_packed_for_who_takes_it(town, path):
    plain = town.app.test_client().get(path.format(**town.ids), headers={"Accept-Encoding": "identity"})
    packed = town.app.test_client().get(path.format(**town.ids), headers=GZIP)

    assert not is_packed(plain)
    assert is_packed(packed)
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) == packed.content_length < len(plain.data) / 2
    assert len(gzip.decompress(packed.data)) == pytest.approx(len(plain.data), rel=0.1)


def test_gzip_that_is_declined_is_not_sent(town):
    assert not is_packed(town.app.test_client().get(STYLES, headers={"Accept-Encoding": "gzip;q=0, identity"}))


def test_pictures_fonts_and_short_answers_leave_as_they_are(town):
    photo = town.farmer.get(f"/products/{town.ids['product_id']}")["photo_id"]
    for path in (f"/api/v1/photos/{photo}", "/static/vendor/vollkorn-latin.woff2", "/healthz"):
        assert not is_packed(town.app.test_client().get(path, headers=GZIP)), path


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_a_page_that_a_foreign_page_may_have_asked_for_is_not_packed_for_who_is_known(town, site):  # SPEC X4
    member = Browser(town, town.member)
    said = {"Sec-Fetch-Site": site} if site else {}

    assert not is_packed(member.get("/account", **GZIP, **said))
    assert is_packed(member.http.get("/account", headers=HTML | GZIP | OWN_PAGE))
    assert is_packed(member.http.get("/account", headers=HTML | GZIP | {"Sec-Fetch-Site": "none"}))


def test_no_two_pages_hold_the_same_token_and_each_is_good(town):  # SPEC X4
    guest = Browser(town)
    tokens = [re.search(r'name="csrf_token" value="(\w+)"', guest.get("/log-in").text)[1] for _ in range(2)]

    assert tokens[0] != tokens[1]
    for token in tokens:
        assert guest.http.post("/language", data={"csrf_token": token, "language": "fr"}).status_code == 303


@pytest.mark.parametrize("token", ["", "é", "0" * 64, "0" * 128, "g" * 128])
def test_a_token_that_no_page_of_ours_made_is_refused(town, token):  # SPEC X4
    answer = Browser(town).http.post("/language", data={"csrf_token": token, "language": "fr"}, headers=HTML)

    assert answer.status_code == 403


@pytest.mark.parametrize("path", [STYLES, "/static/vendor/vollkorn-latin.woff2"])
def test_a_static_file_that_is_known_is_not_sent_again(town, path):
    http = town.app.test_client()
    tag = http.get(path, headers=GZIP).headers["ETag"]

    again = http.get(path, headers=GZIP | {"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag


def test_style_sheets_name_files_by_their_hashes(town):
    http = town.app.test_client()
    text = http.get(STYLES).text
    page = Browser(town).get("/log-in").text

    named = re.findall(r'url\("(/static/[^"]+)"\)', text)
    fonts = [each for each in named if "vollkorn-latin.woff2" in each]

    assert all("?v=" in each for each in named)
    assert fonts[0] in page  # what is preloaded is what is used
    for each in named:
        assert http.get(each).headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/../app.py", "/static/css", "/static/css/%00"])
def test_what_is_no_static_file_is_not_there(town, path):
    assert town.app.test_client().get(path).status_code == 404


def test_pages_of_people_are_kept_by_nobody_else(town):
    for path in ("/group/{number}", "/group/{number}/shop/{open_sale_id}", "/account"):
        answer = Browser(town, town.member).get(path.format(**town.ids))

        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Cookie" in answer.headers["Vary"]


def test_robots_are_told_what_is_for_them(town):
    answer = town.app.test_client().get("/robots.txt")

    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert "Disallow: /api/" in answer.text
    assert "Disallow: /\n" not in answer.text


def test_every_page_describes_itself(town):
    for path in ("/", "/group/{number}", "/group/{number}/shop/{open_sale_id}"):
        text = Browser(town).get(path.format(**town.ids)).text

        assert len(re.search(r'<meta name="description" content="([^"]+)"', text)[1]) > 40


def test_a_shop_fetches_first_what_one_sees_first_and_in_the_size_of_its_cards(town):
    text = Browser(town).get("/group/{number}/shop/{open_sale_id}".format(**town.ids)).text

    pictures = re.findall(r'<img src="/api/v1/photos/([^"]+)"([^>]*)>', text)

    assert pictures
    assert all(address.endswith("?small=true") for address, _ in pictures)
    assert 'fetchpriority="high"' in pictures[0][1]
    assert "lazy" not in pictures[0][1]
