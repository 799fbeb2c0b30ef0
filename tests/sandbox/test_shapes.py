"""Objects checked against the SDK's own classes: nothing made up, nothing missing, nothing of the wrong type."""

from collections.abc import Callable, Iterator
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe
from stripe._stripe_object import UntypedStripeObject

from tests.sandbox.conftest import StandIn, wait_for

UNTYPED = (dict, UntypedStripeObject)


def test_every_object_has_the_shape_that_the_sdk_names(start: Callable[..., StandIn]) -> None:  # SPEC F9
    stand_in = start(fee_basis_points=150, fee_fixed_cents=25, dispute_fee_cents=1500)
    made = _one_of_each(stand_in)

    faults = [fault for cls, body in made for fault in _faults(cls, body, cls.__name__)]

    assert faults == []


def test_the_check_sees_what_is_wrong() -> None:
    broken = {"object": "refund", "id": 7, "amount": "x", "currency": "eur", "created": 1, "colour": "red"}

    faults = set(_faults(stripe.Refund, broken, "Refund"))

    assert {"Refund.id: int", "Refund.amount: str", "Refund.colour: unknown"} <= faults
    assert set(_faults(stripe.AccountLink, {}, "Link")) == {
        f"Link.{name}: missing" for name in ("created", "expires_at", "object", "url")
    }


def _one_of_each(stand_in: StandIn) -> list[tuple[Any, dict[str, Any]]]:
    api = stand_in.api
    open_session = api.checkout.sessions.retrieve(stand_in.session().id, {"expand": ["line_items"]})
    declined = stand_in.session()
    stand_in.ask(f"pay/{declined.id}", {"card": "4000000000000002"})
    intent = stand_in.paid("4000002500003155", customer_email="a@example.org").payment_intent
    stand_in.api.refunds.create({"payment_intent": intent, "amount": 20})
    stand_in.paid("4000000000000259")
    charge = api.payment_intents.retrieve(stand_in.paid("4000000000000259").payment_intent).latest_charge
    stand_in.ask(f"disputes/{api.disputes.list({'charge': charge}).data[0].id}", {"outcome": "won"})
    stand_in.ask("fees", {"amount": 30})
    for _ in range(9):
        stand_in.paid()
    account = stand_in.account()
    link = {
        "account": account,
        "type": "account_onboarding",
        "return_url": "http://a.test",
        "refresh_url": "http://a.test",
    }
    transfer = api.transfers.create({"amount": 1000, "currency": "eur", "destination": account})
    api.transfers.reversals.create(transfer.id, {"amount": 100})
    for plan in (None, {"call": "payouts.create", "mode": "fail_later"}):
        if plan:
            stand_in.ask("fail", plan)
        api.payouts.create({"amount": 100, "currency": "eur"}, {"stripe_account": account})
    on_account = {"stripe_account": account}
    wait_for(lambda: {each.status for each in api.payouts.list({}, on_account).data} == {"paid", "failed"})
    everything = {"limit": 100}
    sources = {**everything, "expand": ["data.source"]}
    lists = [
        *(api.checkout.sessions.list(everything), api.payment_intents.list(everything), api.charges.list(everything)),
        *(api.refunds.list(everything), api.accounts.list(everything), api.transfers.list(everything)),
        *(api.transfers.reversals.list(transfer.id), api.payouts.list(everything, on_account)),
        *(api.balance_transactions.list(everything), api.balance_transactions.list(everything, on_account)),
        *(api.balance_transactions.list(sources), api.refunds.list(everything, on_account)),
        *(api.disputes.list(everything), api.events.list(everything), api.events.list(everything, on_account)),
    ]
    single = [open_session, api.account_links.create(link), api.balance.retrieve(), *open_session.line_items.data]
    listed = [each for each_list in lists for each in each_list.data]
    shown = [(type(each), each.to_dict()) for each in [*single, *listed]]
    return [(cls, body) for cls, body in shown if not body.get("id", "").startswith("py_")]


def _faults(cls: Any, body: dict[str, Any], path: str) -> Iterator[str]:
    hints = {name: hint for name, hint in cls.__annotations__.items() if name != "OBJECT_NAME" and name[0] != "_"}
    for name in body.keys() - hints.keys():
        yield f"{path}.{name}: unknown"
    for name, hint in hints.items():
        if name in body:
            yield from _unfit(hint, body[name], f"{path}.{name}")
        elif type(None) not in get_args(hint):
            yield f"{path}.{name}: missing"


def _unfit(hint: Any, value: Any, path: str) -> Iterator[str]:
    members = get_args(hint) if get_origin(hint) is Union else (hint,)
    if value is None:
        if type(None) not in members and Any not in members:
            yield f"{path}: None"
        return
    found = [list(_unfit_member(_resolved(member), value, path)) for member in members if member is not type(None)]
    if all(found):
        yield from min(found, key=len)


def _unfit_member(member: Any, value: Any, path: str) -> Iterator[str]:
    origin = get_origin(member)
    if member is Any or member in UNTYPED or origin in UNTYPED:
        return
    if origin is Literal:
        if value not in get_args(member):
            yield f"{path}: {value}"
    elif origin is list or origin is stripe.ListObject:
        items = value["data"] if isinstance(value, dict) else value
        for index, item in enumerate(items):
            yield from _unfit(get_args(member)[0], item, f"{path}[{index}]")
    elif isinstance(value, dict) and isinstance(member, type) and issubclass(member, stripe.StripeObject):
        yield from _faults(member, value, path)
    elif not (isinstance(member, type) and type(value) is member):
        yield f"{path}: {type(value).__name__}"


def _resolved(member: Any) -> Any:
    name = member.__forward_arg__ if isinstance(member, ForwardRef) else None
    return getattr(stripe, name, Any) if name else member
