"""The demo market that the first `clayette up` loads, through the API as anybody would."""

from datetime import UTC, datetime

import click
import requests

from clayette.demo.api import DemoFailed, World
from clayette.seed import goods
from clayette.seed.progress import Progress
from clayette.seed.story import Chapter, chapters
from clayette.seed.town import PARIS, PASSWORD, Calendar, Town
from shared import clock
from shared.config import Config

SIZES = ("small", "full")


def begin(config: Config, size: str) -> Progress | None:
    """Before the suite starts: what is to be loaded, or to be gone on with. None where others' data are.

    A full market has a past: the clock of a suite that holds nothing yet begins some weeks ago (docs/decisions/0085).
    """
    file = config.var / "demo.json"
    if file.exists():
        return Progress.read(file)
    if size == "full" and (config.database_url or any(config.var.glob("*.sqlite"))):
        click.echo("The demo market is loaded into an empty suite only; this one holds something already.")
        return None
    progress = Progress(file, size, datetime.fromtimestamp(clock.wall_seconds(), UTC).replace(microsecond=0))
    if size == "full":
        clock.begin_at(Calendar(progress.anchor).beginning)
    progress.keep()
    return progress


def load(url: str, progress: Progress) -> None:
    """Play the chapters that are not done yet; print how to look at the market."""
    world = World(url, f"{url}/dev/mailbox.json")
    town = Town(world, progress, goods.farms(small=progress.size == "small"))
    try:
        world.wait_until_ready()
        _play(town)
    except (DemoFailed, requests.RequestException) as failure:
        click.secho(f"The demo market could not be loaded: {failure}", fg="red", err=True)
        click.secho("Start again to go on where it stopped.", fg="red", err=True)
        return
    _print_next_steps(url, progress)


def _play(town: Town) -> None:
    todo = [chapter for chapter in chapters(town) if chapter.name not in town.progress.done]
    for chapter in todo:
        _play_chapter(town, chapter, len(chapters(town)))
    if todo and not town.small:
        town.world.move_to(datetime.fromtimestamp(clock.wall_seconds(), UTC))


def _play_chapter(town: Town, chapter: Chapter, count: int) -> None:
    if chapter.at is not None:
        town.world.move_to(chapter.at)
    day = town.world.now().astimezone(PARIS)
    click.echo(f"  {len(town.progress.done) + 1:>2}/{count}  {day:%d/%m/%Y %H:%M}  {chapter.name}")
    chapter.play(town)
    town.progress.finish(chapter.name)
    if chapter.usable:
        url = town.world.url
        click.echo(f"         The first shop is open: {url}/group/{town.facts['number']}. The rest loads behind it.")


def _print_next_steps(url: str, progress: Progress) -> None:
    rows = [
        ("nadege", "administrator of the market of the hall"),
        ("bertrand", "administrator of the market next door"),
        ("odile", "référent of its distributions"),
        ("awa", "member, with paid orders"),
        ("producteur1", "producer (to producteur21; 20 has no payment account, 21 no products)"),
    ]
    if progress.size == "small":
        rows = [rows[0], ("awa", "member, with a paid order"), ("producteur1", "producer (to producteur4)")]
    people = "\n".join(f"  {name + '@clayette.example':<30} {role}" for name, role in rows)
    click.echo(f"""
The demo market: {url}/group/{progress.facts["number"]}
Log-ins (password {PASSWORD}):
{people}
Look at:
  {url}/api/docs                 the API, to try out
  {url}/dev/mailbox              every mail that was sent
  make demo                      in another terminal: the guide's story, to the Monday payout
Ctrl-C stops; `make up` goes on where it stopped.""")
