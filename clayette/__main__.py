"""The command line: `python -m clayette …`. Heavy imports happen inside the commands."""

from uuid import UUID

import click


@click.group()
def main() -> None:
    """Clayette: an open farmers'-market suite."""


@main.command()
@click.option("--seed/--no-seed", default=True, help="Load the demo market at the first start.")
def up(*, seed: bool) -> None:
    """Run the whole suite in this process (embedded bus, SQLite under var/)."""
    import os

    os.environ.setdefault("CLAYETTE_CLOCK_FILE", f"{os.environ.get('CLAYETTE_VAR', 'var')}/clock")
    from clayette import up as embedded

    embedded.up(seed=seed)


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


if __name__ == "__main__":
    main()
