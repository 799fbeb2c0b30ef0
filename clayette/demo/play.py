"""`clayette demo`: plays every step in turn; the exit code says whether the suite kept its promises."""

from zoneinfo import ZoneInfo

import click

from clayette.demo import accounts, day, sale, story
from clayette.demo.api import DemoFailed, World

PARIS = ZoneInfo("Europe/Paris")
STEPS = (
    story.open_market,
    story.bring_producers,
    story.open_payment_accounts,
    sale.plan_sale,
    story.gather_members,
    sale.let_it_open,
    sale.order,
    sale.let_it_close,
    day.settle,
    day.pay_producers,
    accounts.check_the_cents,
    accounts.audit_the_books,
)


def play(url: str, mailbox: str) -> int:
    """0 when everything held, 1 when something did not."""
    world = World(url, mailbox)
    world.wait_until_ready()
    tale = story.new_story(world, lambda text: click.echo(f"{world.now().astimezone(PARIS):%a %d %b %Y %H:%M}  {text}"))
    try:
        for step in STEPS:
            step(tale)
        _show_mails(tale)
    except DemoFailed as failure:
        click.secho(f"The story broke off: {failure}", fg="red", err=True)
        return 1
    click.secho("The story is told; every cent is where it belongs.", fg="green")
    return 0


def _show_mails(tale: story.Story) -> None:
    people = [tale.admin, *[farm.person for farm in tale.farms], *tale.members]
    for person in people:
        click.echo(f"Mails to {person.name}:")
        for mail in tale.world.mails(person.email):
            click.echo(f"  {mail['subject']}")
