"""The chores that `jobs` keeps, and the sessions whose time is over."""

from sandbox.stripe import jobs
from sandbox.stripe.nouns import payouts, refunds, sessions
from sandbox.stripe.store import Tx

_DO = {"refund_fails": refunds.fail, "payout_arrives": payouts.arrive, "payout_fails": payouts.fail}


def do_due(tx: Tx) -> None:
    """Do what is due now."""
    for kind, object_id in jobs.take_due(tx):
        _DO[kind](tx, object_id)
    sessions.close_overdue(tx)
