"""The OpenAPI document and its page; and that every fault of a field has a French sentence."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from marshmallow import Schema, validate
from openapi_spec_validator import validate as validate_document

from clayette.documents import openapi
from gateway.field_sentences import OTHERWISE, in_french
from shared.events import SERVICES
from tests.gateway.routes import ROUTES

ROOT = Path(__file__).resolve().parents[2]
PROBLEM = "#/components/schemas/gateway.ProblemSchema"
SEVERAL_LINES = {"addresses[]", "description", "ingredients", "presentation", "reason", "welcome"}
OTHERWISE_LIMITED = {"email", "second_email", "password", "token", "starts", "ends", "opens", "closes"}
OTHERWISE_LIMITED |= {"category", "unit", "net_unit", "grows", "grows[]", "labels[]", "allergens[]"}
"""Of a form of their own, one of a list, or never shown."""


@pytest.fixture(scope="module")
def document():
    return openapi()


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield path, method, operation


def test_the_document_is_valid_openapi(document):
    validate_document(document)

    assert document["openapi"].startswith("3.1")
    assert {operation["operationId"] for *_, operation in operations(document)} == set(ROUTES)


def test_every_operation_documents_its_refusals(document):  # SPEC X1
    responses = document["components"]["responses"]
    kinds = {kind for response in responses.values() for kind in response["content"]}

    assert kinds == {"application/problem+json"}
    assert {response["content"]["application/problem+json"]["schema"]["$ref"] for response in responses.values()} == {
        PROBLEM
    }
    for path, method, operation in operations(document):
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}, (path, method)


def test_the_headers_that_a_view_heeds_are_described(document):  # SPEC O5 D8
    described = {}
    for _, _, operation in operations(document):
        refs = [parameter.get("$ref", "").rpartition("/")[2] for parameter in operation.get("parameters", [])]
        described[operation["operationId"]] = set(refs) - {""}

    assert described["orders.place"] == {"RequiredIdempotencyKey"}
    assert described["distributions.adjust"] == {"IdempotencyKey", "IfMatch"}
    assert described["orders.order"] == set()
    for file in sorted((ROOT / "gateway" / "api").glob("*.py")):
        for name, code in re.findall(r"\ndef (\w+)\((.*?)(?=\n\n\n|\Z)", file.read_text("utf-8"), re.DOTALL):
            assert ("if_match=True" in code) == ("IfMatch" in described.get(f"{file.stem}.{name}", set())), name


def test_each_text_that_people_send_is_one_line_unless_named_here(document):  # SPEC X1 X4
    one_line = {path: text for path, text in texts_sent(document) if path.rpartition(".")[2] not in OTHERWISE_LIMITED}
    several = {path for path in one_line if path.rpartition(".")[2] in SEVERAL_LINES}

    for text in ("a\nb", "Marie\u2028", "\x7f", "12 34\r56"):
        allowing = {path for path, sent in one_line.items() if re.search(sent.get("pattern", ""), text)}
        assert allowing == several, text
    assert len(one_line) > 50


def texts_sent(document):
    """(name.of.the.field, schema) of every free text in bodies and addresses."""
    for *_, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield from texts_of(document, content["schema"], operation["operationId"])
        for parameter in operation.get("parameters", []):
            where = f"{operation['operationId']}.{parameter.get('name')}"
            yield from texts_of(document, parameter.get("schema", {}), where)


def texts_of(document, schema, path):
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for part in schema.get("anyOf", []):
        yield from texts_of(document, part, path)
    for name, part in schema.get("properties", {}).items():
        yield from texts_of(document, part, f"{path}.{name}")
    if "items" in schema:
        yield from texts_of(document, schema["items"], f"{path}[]")
    if "string" in schema.get("type", "") and "enum" not in schema and schema.get("format", "email") == "email":
        yield path, schema


def test_the_page_of_the_document_has_nothing_inline_and_its_parts_are_here(town):  # SPEC X4
    http = town.app.test_client()
    page = http.get("/api/docs")

    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert len(parts) == 3
    assert all(part.startswith("/api/docs/") for part in parts)
    assert {http.get(part).status_code for part in parts} == {200}
    assert re.findall(r"<script>|<script [^>]*>[^<]|<style| on\w+=|style=", page.text) == []
    assert http.get("/api/openapi.json").json["info"]["title"] == "Clayette"
    assert http.get("/api/docs/../app.py").status_code == 404


def test_every_fault_that_a_schema_can_find_has_a_french_sentence():  # SPEC X1
    said = faults_of_fields() | faults_in_code()

    assert len(said) > 40
    assert {text for text in said - {"Invalid value."} if in_french(text) == OTHERWISE} == set()


def test_several_faults_of_a_field_are_told_one_after_the_other():  # SPEC X1
    assert in_french("Not a valid string. Shorter than minimum length 3.") == (
        "Ce texte n’est pas valable. C’est trop court\u00a0: au moins 3."
    )
    assert in_french("Must be one of: kg, l.") == "Les choix possibles sont\u00a0: kg, l."
    assert in_french("Something that nobody translated.") == OTHERWISE


def schemas():
    for service in SERVICES:
        importlib.import_module(f"services.{service}.schemas")

    def below(kind):
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return {kind for kind in below(Schema) if kind.__module__.startswith("services.")}


def faults_of_fields():
    """What the fields and validators of all schemas can say, their {words} filled in."""
    found = set(Schema._default_error_messages.values())
    for kind in schemas():
        for field in kind._declared_fields.values():
            for one in (field, getattr(field, "inner", None)):
                if one is not None:
                    found |= {text for name, text in one.error_messages.items() if name != "format"}
                    found |= {text for validator in one.validators for text in faults_of(validator)}
    words = {"input": "x", "obj_type": "datetime", "awareness": "aware", "choices": "a, b", "regex": "x"}
    return {text.format(**words, min=1, max=2, equal=3) for text in found}


def faults_of(validator):
    if isinstance(validator, validate.And):
        return [text for one in validator.validators for text in faults_of(one)]
    names = ("error", "message_min", "message_max", "message_all", "message_equal", "default_message")
    return [getattr(validator, name) for name in names if isinstance(getattr(validator, name, None), str)]


def faults_in_code():
    """Sentences given to ValidationError, and those in a variable `message`."""
    found = set()
    files = [*(ROOT / "services").glob("*/schemas*.py"), *(ROOT / "services").glob("*/schemas/*.py")]
    for file in [*files, ROOT / "shared" / "fields.py"]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValidationError":
                found |= set(texts(node.args[0]))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message":
                found |= set(texts(node.value))
    return found


def texts(node):
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "5" for part in node.values)]
    return []
