"""The reconciliation as an operator asks for it: a table of what differs, and of what is told apart from that."""

from collections.abc import Iterable
from datetime import datetime

import click

from clayette import sandboxes
from services.payments.commands import reconciliation
from services.payments.commands.reconciliation import Report
from services.payments.commands.reconciliation.comparing import Difference
from services.payments.models import Orphan
from services.payments.provider import Provider, ProviderRefused, ProviderUnavailable
from shared.config import Config
from shared.db import Database
from shared.money import Cents

AGREES, DIFFERS, NO_ANSWER = 0, 1, 2


def reconcile(since: datetime | None) -> int:
    """The exit code."""
    sandboxes.use_stripe_stand_in()
    config = Config()
    provider = Provider(config.stripe_api_key, config.stripe_api_base, config.stripe_webhook_secret)
    db = Database(config.database_of("payments"))
    try:
        report = reconciliation.run(db, provider, since)
    except (ProviderUnavailable, ProviderRefused) as error:
        click.echo(f"The card provider does not answer ({error}); what was compared so far is kept.", err=True)
        return NO_ANSWER
    finally:
        db.close()
    click.echo("\n".join(lines(report)))
    return DIFFERS if report.differs else AGREES


def lines(report: Report) -> list[str]:
    flying = sum(each.cents for each in report.in_flight if each.account == "provider")
    difference = report.provider_cents - report.ledger_cents - flying
    return [
        f"{'balance at the provider':<40} {_euros(report.provider_cents):>14}",
        f"{'account provider in the ledger':<40} {_euros(report.ledger_cents):>14}",
        f"{'in flight':<40} {_euros(flying):>14}",
        f"{'difference':<40} {_euros(difference):>14}",
        *_section("heard of only now", report.heard),
        *_section("in flight (done there, not yet told here, or the other way round)", map(_row, report.in_flight)),
        *_section("asked for and not yet done", (f"{kind:<40} {n:>14}" for kind, n in report.pending.items())),
        *_section("charges of nobody", map(_orphan, report.orphans)),
        *_section(f"differences (provider, ledger): {len(report.differences)}", map(_row, report.differences)),
    ]


def _section(title: str, rows: Iterable[str]) -> list[str]:
    shown = [f"  {row}" for row in rows]
    return ["", title, *shown] if shown else []


def _row(each: Difference) -> str:
    return f"{_euros(each.provider_cents):>14} {_euros(each.ledger_cents):>14}  {each.name}"


def _orphan(row: Orphan) -> str:
    return f"{_euros(row.amount_cents):>14}  {row.charge_id} {row.status} {row.error or ''}".rstrip()


def _euros(cents: Cents) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d} EUR"
