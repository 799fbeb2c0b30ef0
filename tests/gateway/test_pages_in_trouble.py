"""What pages say when the bus is away: in words, with what was typed, and nothing else."""

import re

import pytest

from gateway.app import create_app
from gateway.rpc import RpcClient
from shared.config import Config

HTML = {"Accept": "text/html", "Accept-Language": "fr"}


@pytest.fixture(scope="module")
def browser():
    nowhere = "amqp://guest:guest@127.0.0.1:1//"
    client = RpcClient(nowhere, timeout=0.3)
    yield create_app(Config(amqp_uri=nowhere, secret_key="of this test"), client).test_client()
    client.close()


def test_a_page_whose_service_is_away_says_so_and_when_to_come_back(browser):  # SPEC X1 X2
    answer = browser.get("/group/1", headers=HTML)

    assert answer.status_code == 503
    assert "momentanément indisponible" in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Retry-After"]


def test_a_form_that_could_not_be_sent_keeps_what_was_typed_and_its_key(browser):  # SPEC X1 O5
    page = browser.get("/sign-up", headers=HTML).text
    hidden = dict(re.findall(r'name="(csrf_token|idempotency_key)" value="(\w+)"', page))

    answer = browser.post("/sign-up", data=hidden | {"first_name": "Camille", "email": "c@example.org"}, headers=HTML)

    assert answer.status_code == 503
    assert 'value="Camille"' in answer.text
    assert f'name="idempotency_key" value="{hidden["idempotency_key"]}"' in answer.text
    assert "rien ne sera fait deux fois" in answer.text


def test_a_program_still_reads_a_problem_document(browser):  # SPEC X1
    answer = browser.get("/api/v1/markets/by-number/1")

    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
