"""Rules without a database: when to try again, what is moot, how things are written."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogs import taxonomy
from services.notifications import domain
from services.notifications.domain import Circumstances, SaleDates, Subscription, is_moot, next_try, read_token, sign
from services.notifications.letters import formats
from services.notifications.letters.envelope import WholeSubjects

NOW = datetime(2023, 9, 9, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def plain(text):
    return text.replace(formats.NBSP, " ").replace(formats.NARROW, " ")


def test_pauses_between_tries_grow_and_end_after_a_day():  # SPEC N4
    first, now, attempts, pauses = NOW, NOW, 0, []

    while (at := next_try(attempts := attempts + 1, first, now)) is not None:
        pauses.append(at - now)
        now = at

    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert timedelta(hours=24) <= now - first < timedelta(hours=25)


@pytest.mark.parametrize(("starts_in", "moot"), [(24, False), (1, False), (0, True), (-1, True), (24 * 7, True)])
def test_a_pickup_reminder_is_worth_sending_only_shortly_before_the_pickup(starts_in, moot):  # SPEC N1
    seen = Circumstances(sale=SaleDates(NOW, NOW + starts_in * HOUR, cancelled=False), has_order_in_sale=True)

    assert is_moot("pickup_reminder", seen, NOW) is moot


@pytest.mark.parametrize("kind", ["pickup_reminder", "sale_opened", "sale_closing"])
def test_nothing_invites_to_a_cancelled_sale(kind):
    cancelled = SaleDates(NOW + HOUR, NOW + 2 * HOUR, cancelled=True)

    assert is_moot(kind, Circumstances(sale=cancelled, has_order_in_sale=kind == "pickup_reminder"), NOW)


def test_every_kind_has_its_words_in_both_languages():  # SPEC N2
    from services.notifications.letters import links, writing

    for language in ("fr", "en"):
        assert {file.stem for file in (writing.TEMPLATES / language).glob("*.jinja")} == set(domain.KINDS)
    assert set(links.PATHS) == set(domain.KINDS)


@given(st.uuids(), st.uuids(), st.text())
def test_a_token_is_read_back_and_by_its_own_key_alone(account_id, market_id, other):  # SPEC N3
    subscription = Subscription(account_id, market_id)
    token = sign(subscription, "secret")

    assert read_token(token, "secret") == subscription
    assert read_token(token, "another") is None
    assert read_token(other, "secret") is None


@given(st.integers(0, 63), st.characters(whitelist_categories=["Lu", "Ll", "Nd"], max_codepoint=127))
def test_a_changed_token_is_no_token(position, letter):  # SPEC N3
    token = sign(Subscription(UUID(int=1), UUID(int=2)), "secret")
    changed = token[:position] + letter + token[position + 1 :]

    assert changed == token or read_token(changed, "secret") is None


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (1250, "12,50 €", "€12.50"),
        (5, "0,05 €", "€0.05"),
        (-320, "−3,20 €", "−€3.20"),
        (123456789, "1 234 567,89 €", "€1,234,567.89"),
    ],
)
def test_amounts_are_written_as_readers_expect(cents, french, english):  # SPEC N2
    assert plain(formats.money(cents, "fr")) == french
    assert formats.money(cents, "en") == english


def test_a_slot_is_told_in_the_market_s_own_time():  # SPEC N2
    starts, ends = datetime(2023, 9, 9, 7, 0, tzinfo=UTC), datetime(2023, 9, 9, 10, 30, tzinfo=UTC)

    assert plain(formats.slot(starts, ends, "Europe/Paris", "fr")) == "samedi 9 septembre, 9 h – 12 h 30"
    assert plain(formats.slot(starts, ends, "Indian/Reunion", "fr")) == "samedi 9 septembre, 11 h – 14 h 30"
    assert plain(formats.slot(starts, ends, "Europe/Paris", "en")) == "Saturday 9 September, 9:00 – 12:30"
    assert plain(formats.slot(starts, ends, "Pacific/Noumea", "fr")) == "samedi 9 septembre, 18 h – 21 h 30"


def test_a_slot_over_midnight_names_both_days():
    starts = datetime(2023, 9, 30, 20, 0, tzinfo=UTC)

    assert plain(formats.slot(starts, starts + 4 * HOUR, "Europe/Paris", "fr")) == (
        "samedi 30 septembre, 22 h – dimanche 1er octobre, 2 h"
    )


def test_quantities_are_counted_or_weighed():
    assert plain(formats.quantity(Decimal("1.250"), "kg", "fr")) == "1,25 kg"
    assert plain(formats.quantity(Decimal("1.250"), "kg", "en")) == "1.25 kg"
    assert plain(formats.quantity(Decimal(6), "piece", "fr")) == "6 ×"
    assert plain(formats.quantity(Decimal(1), "bunch", "fr")) == "1 botte"
    assert plain(formats.quantity(Decimal(10), "bunch", "fr")) == "10 bottes"
    assert plain(formats.quantity(Decimal(2), "box", "en")) == "2 boxes"


@pytest.mark.parametrize(("language", "place"), [("fr", 0), ("en", 1)])
def test_mails_and_pages_name_units_alike(language, place):
    for unit, names in taxonomy.UNITS.items():
        expected = formats.TIMES if unit == "piece" else names[place]
        assert plain(formats.quantity(Decimal(1), unit, language)) == f"1 {expected}"


@given(
    st.lists(
        st.sampled_from(["Votre", "commande", "n’a", "été", "payée", "à", "temps\u00a0:", "12,50\u00a0€"]),
        min_size=1,
        max_size=24,
    )
)
def test_a_long_subject_arrives_with_all_its_spaces(words):
    mail = EmailMessage(policy=WholeSubjects())
    mail["Subject"] = " ".join(words)

    sent = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))

    assert message_from_bytes(sent, policy=policy.default)["Subject"] == " ".join(words)
    assert max(len(line) for line in sent.split(b"\r\n")) <= 78
