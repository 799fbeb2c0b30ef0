"""What is told of duty shifts (« permanences »): the call for vacancies, the reminder, and that nobody is needed (SPEC M7)."""

from datetime import timedelta

from sqlalchemy.orm import Session as Db

from services.notifications.commands import telling
from services.notifications.commands.telling import announce, some, tell
from shared.events import markets

ORDERS_FIRST = timedelta(minutes=1)
"""What was ordered at the last moment is known by then: its customer reads of the cancelled sale in one mail."""


def vacancies_called(session: Db, event: markets.DutyVacanciesCalled) -> None:
    announce(
        session,
        "duty_vacancies",
        _occasion(event),
        telling.HELPERS,
        market_id=event.market_id,
        sale_id=event.sale_id,
        facts=some(event, "shifts", telling.SIGNED_UP),
    )


def reminder_due(session: Db, event: markets.DutyReminderDue) -> None:
    """Again when the distribution has moved: then it tells the new hours."""
    about = {"market_id": event.market_id, "sale_id": event.sale_id}
    tell(session, "duty_reminder", _occasion(event), event.account_id, **about, facts=some(event, "shifts"))


def sale_cancelled(session: Db, event: markets.SaleCancelled) -> None:
    if event.on_duty:
        announce(
            session,
            "duty_cancelled",
            f"sale:{event.sale_id}",
            telling.ON_DUTY,
            market_id=event.market_id,
            sale_id=event.sale_id,
            facts=some(event, "reason") | {telling.SIGNED_UP: [str(person) for person in event.on_duty]},
            delay=ORDERS_FIRST,
        )


def _occasion(event: markets.DutyVacanciesCalled | markets.DutyReminderDue) -> str:
    return f"sale:{event.sale_id}:{event.starts_at.isoformat()}"
