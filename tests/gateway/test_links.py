"""Pages that mails and the payment page lead to are there."""

import pytest
from werkzeug.exceptions import NotFound

from gateway.app import create_app
from gateway.rpc import RpcClient
from services.notifications.letters.links import PATHS
from shared import clock
from shared.config import Config


@pytest.fixture(scope="module")
def pages():
    rpc = RpcClient("memory://localhost/")
    yield create_app(Config(secret_key="of this test"), rpc).url_map.bind("localhost")
    rpc.close()


@pytest.mark.parametrize("path", sorted({*PATHS.values(), "/orders/{order}"}))
def test_a_link_of_a_mail_leads_to_a_page(pages, path):
    one = clock.new_id()
    address = path.format(number=1, sale=one, order=one, market=one, token="abc").partition("?")[0].partition("#")[0]

    try:
        endpoint, _ = pages.match(address)
    except NotFound:
        pytest.fail(f"{address} leads nowhere")

    assert not endpoint.startswith("api")
