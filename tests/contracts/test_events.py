"""An event that was told once can be told and understood for ever: changes are additive, anything else is a new name."""

import copy

import pytest

from clayette.documents import asyncapi, json_schema
from shared.events import CONSUMERS, queue_of
from tests.contracts import golden

EVENTS = list(CONSUMERS)
NAMES = [event.wire_name() for event in EVENTS]


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_the_event_is_still_what_its_golden_file_says(event):
    kept = golden.read(event)

    assert golden.breaks(kept["schema"], json_schema(event.schema())) == []
    assert (event.emitter(), event.subject) == (kept["emitter"], kept["subject"])


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_an_event_of_the_golden_file_is_read_and_told_alike(event):
    kept = golden.read(event)["data"]

    told = event.load(kept).dump()

    assert {name: told[name] for name in kept} == kept


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_a_field_of_a_newer_version_is_passed_over(event):
    kept = golden.read(event)["data"]

    assert event.load(kept | {"added_later": 1}) == event.load(kept)


def test_no_golden_file_is_left_of_an_event_that_is_no_more():
    assert {file.stem for file in golden.FOLDER.glob("*.json")} == set(NAMES)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"].pop("sale_id"),
        lambda s: s["properties"].update(total_cents={"type": "string"}),
        lambda s: s["required"].append("added"),
        lambda s: s["required"].remove("order_id"),
        lambda s: s["properties"]["lines"]["items"]["properties"].pop("quantity"),
    ],
    ids=["field removed", "type changed", "new field required", "promise taken back", "nested field removed"],
)
def test_a_breaking_change_is_seen(change):
    event = next(event for event in EVENTS if event.wire_name() == "OrderPlaced")
    before = golden.read(event)["schema"]
    now = copy.deepcopy(before)
    change(now)

    assert golden.breaks(before, now) != []


def test_an_added_optional_field_is_no_break():
    event = next(event for event in EVENTS if event.wire_name() == "OrderPlaced")
    before = golden.read(event)["schema"]
    now = copy.deepcopy(before)
    now["properties"]["note"] = {"type": "string"}

    assert golden.breaks(before, now) == []


def test_the_asyncapi_document_names_every_event_and_every_queue():
    document = asyncapi()
    described = " ".join(str(operation.get("description")) for operation in document["operations"].values())

    assert set(document["channels"]) == set(NAMES)
    for event, consumers in CONSUMERS.items():
        for consumer in consumers:
            assert queue_of(event, consumer) in described
