"""Events as the API lists them, for receivers that missed a webhook."""

from stripe.params import EventListParams, EventRetrieveParams

from sandbox.stripe.dispatch import Call, endpoint
from sandbox.stripe.errors import Body, bad_parameter
from sandbox.stripe.listing import PAGING, page


@endpoint("events.list", "GET", "/v1/events", EventListParams, f"{PAGING} created type types")
def index(call: Call) -> Body:
    """List events, of one type or of several."""
    if "types" not in call.params:
        return page(call, "event", "type")
    if "type" in call.params:
        raise bad_parameter("You may pass either type or types, but not both.", "types")
    return page(call, "event", among={"type": call.params["types"]})


@endpoint("events.retrieve", "GET", "/v1/events/<event_id>", EventRetrieveParams)
def retrieve(call: Call, event_id: str) -> Body:
    """Show an event."""
    return call.tx.get("event", event_id, call.account, "id")
