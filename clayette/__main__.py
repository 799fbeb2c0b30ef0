"""The command line: `python -m clayette …`. Heavy imports happen inside the commands."""

import click


@click.group()
def main() -> None:
    """Clayette: an open farmers'-market suite."""


@main.command()
@click.option("--seed/--no-seed", default=True, help="Load the demo market at the first start.")
def up(*, seed: bool) -> None:
    """Run the whole suite in this process (embedded bus, SQLite under var/)."""
    import os

    os.environ.setdefault("CLAYETTE_CLOCK_FILE", "var/clock")
    from clayette import up as embedded

    embedded.up(seed=seed)


@main.command()
@click.argument("names", nargs=-1, required=True)
def run(names: tuple[str, ...]) -> None:
    """Run one or more services (or: gateway, stripe, mailbox) on the bus that AMQP_URI names."""
    from clayette import running

    running.run(names)


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


if __name__ == "__main__":
    main()
