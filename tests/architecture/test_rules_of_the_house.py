"""Written rules that a machine can check."""

import ast
import importlib
import json
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from clayette import documents, migrations
from clayette.processes import service_class
from shared.config import Config
from shared.db import Database
from shared.errors import Refusal
from shared.events import CONSUMERS, SERVICES

ROOT = Path(__file__).resolve().parents[2]
CODE = ("shared", "services", "gateway", "clayette", "sandbox")
MOST_LINES = 300
MOST_FUNCTION_LINES = 40
SHARED_BUDGET = 1_850


def sources():
    for package in CODE:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "versions" not in file.parts:
                yield file


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_handles_exactly_the_events_that_the_catalogue_gives_it(service):
    listed = {event.handler_name() for event, consumers in CONSUMERS.items() if service in consumers}

    assert set(service_class(service).event_handlers()) == listed


def test_every_event_of_the_catalogue_is_told_by_its_emitter():
    for event in CONSUMERS:
        code = "\n".join(f.read_text("utf-8") for f in (ROOT / "services" / event.emitter()).rglob("*.py"))
        assert re.search(rf"\b{event.wire_name()}\b", code), f"{event.emitter()} never tells {event.wire_name()}"


def test_every_event_is_described():
    missing = [
        event.wire_name()
        for event in CONSUMERS
        if (event.__doc__ or f"{event.__name__}(").startswith(f"{event.__name__}(")
    ]

    assert missing == []


def test_every_refusal_has_a_sentence_in_french_and_english():  # SPEC X1
    for service in SERVICES:
        for module in (ROOT / "services" / service).rglob("*.py"):
            if "migrations" not in module.parts:
                importlib.import_module(
                    ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                )
    known = {}
    for file in (ROOT / "gateway" / "sentences").glob("*.json"):
        known |= json.loads(file.read_text("utf-8"))

    def all_of(kind):
        return {kind} | {one for sub in kind.__subclasses__() for one in all_of(sub)}

    codes = {refusal.code() for refusal in all_of(Refusal) - {Refusal} if not refusal.__module__.startswith("tests")}
    assert codes - set(known) == set()
    assert [code for code, texts in known.items() if set(texts) != {"fr", "en"} or not all(texts.values())] == []


def test_only_the_clock_reads_the_time():
    reads = re.compile(r"\b(time\.time|datetime\.now|datetime\.utcnow|date\.today|time\.time_ns)\(")
    guilty = [str(f.relative_to(ROOT)) for f in sources() if reads.search(f.read_text("utf-8"))]

    assert [f for f in guilty if f != "shared/clock.py" and not f.startswith("sandbox/")] == []


def test_files_and_functions_fit_one_look():
    too_long = []
    for file in sources():
        text = file.read_text("utf-8")
        lengths = {"file": (len(text.splitlines()), MOST_LINES)}
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        lengths |= {f.name: ((f.end_lineno or 0) - f.lineno + 1, MOST_FUNCTION_LINES) for f in functions}
        too_long += [f"{file.relative_to(ROOT)}: {name}: {n}" for name, (n, most) in lengths.items() if n > most]

    assert too_long == []


def test_what_services_share_stays_small():
    code = [file for file in (ROOT / "shared").rglob("*.py") if file.parent.name != "events"]

    assert sum(len(file.read_text("utf-8").splitlines()) for file in code) <= SHARED_BUDGET


@pytest.mark.parametrize("service", SERVICES)
def test_every_foreign_key_is_indexed(service):
    for table in migrations.metadata_of(service).tables.values():
        led = {next(iter(index.columns)).name for index in table.indexes} | {next(iter(table.primary_key.columns)).name}
        led |= {next(iter(c.columns)).name for c in table.constraints if type(c).__name__ == "UniqueConstraint"}
        for key in table.foreign_keys:
            assert key.parent.name in led, f"{table.name}.{key.parent.name}"


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_make_the_tables_of_the_models(service, tmp_path):
    config = Config(database_url=f"sqlite:///{tmp_path}/{{service}}.sqlite")

    migrations.upgrade([service], config)

    db = Database(config.database_of(service))
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, migrations.metadata_of(service)) == []
    db.close()


def test_documents_are_those_of_the_code(tmp_path):
    documents.write(tmp_path)

    for made in tmp_path.iterdir():
        assert made.read_text("utf-8") == (ROOT / "docs" / made.name).read_text("utf-8"), (
            f"run: clayette documents ({made.name})"
        )


def test_packages_are_pinned_with_hashes_and_without_addresses():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        pins = re.findall(r"^([\w.-]+)==\S+", text, re.MULTILINE)
        assert len(pins) > 20
        assert "://" not in text
        for block in re.split(r"\n(?=[\w.-]+==)", text.strip()):
            assert "--hash=sha256:" in block or not re.match(r"[\w.-]+==", block), block
