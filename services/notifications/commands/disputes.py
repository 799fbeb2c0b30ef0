"""What is told of disputes: to the market's administrators, and to the producers who bear one that is lost. What is told of
the ledger: to the operator.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from services.notifications.commands import telling
from services.notifications.commands.telling import announce, some, tell_address
from services.notifications.models import Account
from shared.events import payments

MOST_DIFFERENCES = 50


def dispute_opened(session: Db, event: payments.DisputeOpened) -> None:
    _tell_administrators(session, "dispute_opened", event, "reason")


def dispute_closed(session: Db, event: payments.DisputeClosed) -> None:
    _tell_administrators(session, "dispute_closed", event, "won")


def dispute_loss_shared(session: Db, event: payments.DisputeLossShared) -> None:
    announce(
        session,
        "dispute_loss",
        f"dispute:{event.dispute_id}:{event.producer_id}",
        telling.PRODUCER,
        market_id=event.market_id,
        sale_id=event.sale_id,
        producer_id=event.producer_id,
        facts=some(event, "amount_cents", "pay_on"),
    )


def ledger_mismatch_found(session: Db, event: payments.LedgerMismatchFound, operator: str) -> None:
    """Without an operator's address it stays in the log. In the language of the operator's account, if there is one."""
    if not operator:
        return
    account = session.scalar(select(Account).where(Account.email == operator).limit(1))
    facts = some(event, "day", "difference_cents", "mismatches")
    facts |= {"count": len(event.mismatches), "mismatches": facts["mismatches"][:MOST_DIFFERENCES]}
    language = account.language if account else "fr"
    tell_address(
        session, "ledger_mismatch", f"reconciliation:{event.reconciliation_id}", operator, language, facts=facts
    )


def _tell_administrators(
    session: Db, kind: str, event: payments.DisputeOpened | payments.DisputeClosed, *names: str
) -> None:
    announce(
        session,
        kind,
        f"dispute:{event.dispute_id}",
        telling.ADMINISTRATORS,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=some(event, "amount_cents", "member_id", *names),
    )
