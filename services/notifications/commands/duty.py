"""What is told of duty shifts (« permanences »): the call for vacancies, and the reminder (SPEC M7)."""

from sqlalchemy.orm import Session as Db

from services.notifications.commands import telling
from services.notifications.commands.telling import announce, some, tell
from shared.events import markets


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


def _occasion(event: markets.DutyVacanciesCalled | markets.DutyReminderDue) -> str:
    return f"sale:{event.sale_id}:{event.starts_at.isoformat()}"
