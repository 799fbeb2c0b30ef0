"""The command line: `python -m clayette …`. Heavy imports happen inside the commands."""

from datetime import UTC, datetime
from uuid import UUID

import click


@click.group()
def main() -> None:
    """Clayette: an open farmers'-market suite."""


@main.command()
@click.option("--seed/--no-seed", default=True, help="Load the demo market at the first start.")
@click.option("--demo", type=click.Choice(["small", "full"]), default="full", show_default=True, help="Its size.")
def up(*, seed: bool, demo: str) -> None:
    """Run the whole suite in this process (embedded bus, SQLite under var/)."""
    import os

    os.environ.setdefault("CLAYETTE_CLOCK_FILE", f"{os.environ.get('CLAYETTE_VAR', 'var')}/clock")
    from clayette import up as embedded

    embedded.up(seed=seed, demo=demo)


@main.command()
@click.argument("names", nargs=-1, required=True)
def run(names: tuple[str, ...]) -> None:
    """Run one or more services (or: gateway, stripe, mailbox) on the bus that AMQP_URI names."""
    from clayette import running

    running.run(names)


@main.command()
@click.argument("name")
def healthy(name: str) -> None:
    """Exit 0 when the service (or gateway, stripe, mailbox) of this machine or container is alive."""
    from clayette import health

    raise SystemExit(0 if health.is_alive(name) else 1)


@main.command()
@click.argument("names", nargs=-1)
def migrate(names: tuple[str, ...]) -> None:
    """Bring the databases of the named services (default: all) to the current tables."""
    from clayette import migrations

    migrations.upgrade(names)


@main.command()
@click.argument("name")
@click.argument("message")
def revision(name: str, message: str) -> None:
    """Write the next migration of one service from its models."""
    from clayette import migrations

    migrations.write_revision(name, message)


@main.command()
@click.option("--url", envvar="CLAYETTE_URL", default="http://127.0.0.1:8000", show_default=True)
@click.option("--mailbox", envvar="CLAYETTE_MAILBOX", default="", help="The mailbox as JSON, if not under the gateway.")
def demo(url: str, mailbox: str) -> None:
    """Play the guide's story against a running suite whose clock can be moved."""
    from clayette.demo.play import play

    raise SystemExit(play(url, mailbox or f"{url}/dev/mailbox.json"))


@main.command()
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Ask for the provider's transactions from that day on."
)
def reconcile(since: datetime | None) -> None:
    """Compare the card provider's books with the ledger, now; exits 1 when something differs, 2 without an answer."""
    import os

    if not os.environ.get("AMQP_URI"):  # as `up` sets it
        os.environ.setdefault("CLAYETTE_CLOCK_FILE", f"{os.environ.get('CLAYETTE_VAR', 'var')}/clock")
    from clayette import reconciling

    raise SystemExit(reconciling.reconcile(since.replace(tzinfo=UTC) if since else None))


@main.command()
def documents() -> None:
    """Write docs/events.md, docs/asyncapi.json and docs/openapi.json from the code."""
    from clayette import documents

    documents.write()


@main.group()
def events() -> None:
    """Events that could not be digested or routed."""


@events.command()
@click.option("--all", "all_failed", is_flag=True, help="Also those that are still being retried.")
def dead(*, all_failed: bool) -> None:
    """One line per event and handler; exits 1 when there are any."""
    from clayette import events
    from shared.config import Config

    rows = events.troubled(Config(), all_failed=all_failed)
    for row in rows:
        click.echo(events.line(row))
    raise SystemExit(1 if rows else 0)


@events.command()
@click.argument("event_id", type=click.UUID)
def show(event_id: UUID) -> None:
    """The envelope and the whole error of one event."""
    from clayette import events
    from shared.config import Config

    for row in events.show(Config(), event_id):
        click.echo(events.in_full(row))


@events.command()
@click.argument("event_id", type=click.UUID)
def replay(event_id: UUID) -> None:
    """Try an event again now, in every handler where it failed."""
    from clayette import events
    from shared.config import Config

    count = events.replay(Config(), event_id)
    click.echo(f"{count} to be tried again")
    raise SystemExit(0 if count else 1)


@main.group()
def ledger() -> None:
    """The books of the money."""


@ledger.command("check")
@click.option("--url", default="", help="The database of payments, if not the one of the environment.")
def check_ledger(*, url: str) -> None:
    """Audit the journal against all that was agreed: each rule, and the rows at fault; exits 1 when there are any."""
    from clayette import ledger
    from shared.config import Config

    lines = list(ledger.check(url or Config().database_of("payments")))
    for text, _ in lines:
        click.echo(text)
    raise SystemExit(0 if all(fine for _, fine in lines) else 1)


if __name__ == "__main__":
    main()
