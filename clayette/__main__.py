"""The command line: `python -m clayette …`. Heavy imports happen inside the commands."""

import click


@click.group()
def main() -> None:
    """Clayette: an open farmers'-market suite."""


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


if __name__ == "__main__":
    main()
