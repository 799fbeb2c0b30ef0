"""Whatever is sent, the API answers as its document says, and never with a fault of its own.

Cases are made from the OpenAPI document, always the same ones. Ids that have the right shape become ids that exist,
and the caller is somebody who may, so that cases reach the rules behind the door. It is the last file of the folder,
since what it sends changes the town.
"""

import os
import uuid

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.config import ChecksConfig, GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.config._checks import NegativeDataRejectionConfig
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from werkzeug.exceptions import ServiceUnavailable

from clayette.documents import openapi
from tests.gateway.people import refusal
from tests.gateway.routes import ROUTES

MOST_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
"""For each operation, beside those that cover each part of it; FUZZ_EXAMPLES=500 digs deeper."""
ENDS_THE_SESSION = "accounts.log_out"
REJECTED = ["400", "401", "403", "404", "409", "410", "412", "415", "422", "429"]
# a rule may refuse what has the right shape, and services that are busy may say so
checks.load_all_checks()
NOT_CHECKED = {"positive_data_acceptance", "not_a_server_error", "ignored_auth", "use_after_free"}


class Door:
    """The town's app, once there is a town: operations are known earlier, when the tests are collected."""

    app = None

    def __call__(self, environ, start_response):
        return (self.app or ServiceUnavailable())(environ, start_response)


def _schema():
    generation = GenerationConfig(deterministic=True, max_examples=MOST_EXAMPLES, no_shrink=True)
    rejection = NegativeDataRejectionConfig(expected_statuses=REJECTED)
    project = ProjectConfig(generation=generation, checks=ChecksConfig(negative_data_rejection=rejection))
    config = SchemathesisConfig(seed=1, projects=ProjectsConfig(default=project))
    schema = schemathesis.openapi.from_dict(openapi(), config=config)
    schema.app = Door()
    return schema.exclude(operation_id=ENDS_THE_SESSION)


schema = _schema()


@schema.parametrize()
@settings(max_examples=MOST_EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_documented(case, town):  # SPEC X1
    case.operation.schema.app.app = town.app
    endpoint = case.operation.definition.raw["operationId"]
    aim(case, town, endpoint)
    person = town.people[ROUTES[endpoint].by or "admin"]

    headers = person.headers | {"Accept-Encoding": "identity"}  # this way of asking unpacks nothing
    answer = case.call_and_validate(headers=headers, excluded_checks=not_checked(case))

    assert answer.status_code < 500 or answer.status_code in {503, 504}, answer.text
    if answer.status_code >= 400:
        refusal(Answer(answer))


class Answer:
    """As werkzeug's test client gives it."""

    def __init__(self, answer):
        self.status_code, self.text, self.json = answer.status_code, answer.text, answer.json()
        self.mimetype = answer.headers["content-type"][0].partition(";")[0]


def not_checked(case):
    """An empty body is right where nothing in it is required; the tool takes it for a wrong one."""
    left_out = NOT_CHECKED | ({"negative_data_rejection"} if case.body is NOT_SET else set())
    return [check for check in checks.CHECKS.get_all() if check.__name__ in left_out]


def aim(case, town, endpoint):
    """Put ids that exist where ids were meant; leave alone what is wrong on purpose."""
    ids = town.ids | {"line_id": town.ids["basket_id"]}
    if endpoint.startswith("sales."):
        ids["sale_id"] = ids["planned_sale_id"]
    if endpoint.startswith("orders."):
        ids["sale_id"] = ids["open_sale_id"]
    if is_meant(case, ParameterLocation.PATH):
        case.path_parameters = {name: ids.get(name, value) for name, value in (case.path_parameters or {}).items()}
    if is_meant(case, ParameterLocation.BODY):
        case.body = aimed(case.body, ids)


def is_meant(case, location):
    component = case.meta.components.get(location) if case.meta else None
    return component is not None and component.mode == GenerationMode.POSITIVE


def aimed(value, ids, name=""):
    if isinstance(value, dict):
        return {key: aimed(item, ids, key) for key, item in value.items()}
    if isinstance(value, list):
        return [aimed(item, ids, name.removesuffix("s")) for item in value]
    return ids[name] if name in ids and _is_id(value) else value


def _is_id(value):
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False
