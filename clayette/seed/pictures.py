"""Pictures of the demo market: open-licensed illustrations (see illustrations/LICENCE.md) arranged on soft grounds."""

import hashlib
import random
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

FOLDER = Path(__file__).parent / "illustrations"
GROUNDS = ("#F3E9D8", "#E7EFDC", "#F8E3D6", "#E3ECEF", "#F6EAC8", "#EFE1E6", "#E4EDE6", "#F1E4CF")
SKIES = ("#DDEBF0", "#F7E7C6", "#E6EEF5", "#F9E2D0")
HILLS = (("#CFE0B8", "#B5CF9A"), ("#D9DFB0", "#BFCB8D"), ("#C7DCC0", "#A9C8A2"))
SQUARE, WIDE = (480, 480), (720, 480)
SHADOW = (70, 50, 30)
Spot = tuple[float, float, float, float]
"""Centre x, y and size as parts of the picture's height, and a turn in degrees."""
ONE: tuple[Spot, ...] = ((0.5, 0.5, 0.66, 0),)
PAIR: tuple[Spot, ...] = ((0.69, 0.38, 0.40, 10), (0.42, 0.56, 0.58, -4))
TRIO: tuple[Spot, ...] = ((0.27, 0.40, 0.38, -10), (0.74, 0.39, 0.38, 10), (0.5, 0.60, 0.54, 0))
TWINS: tuple[Spot, ...] = ((0.64, 0.42, 0.47, 14), (0.37, 0.57, 0.50, -10))
HEAP: tuple[Spot, ...] = ((0.5, 0.33, 0.42, 4), (0.31, 0.61, 0.44, -14), (0.68, 0.61, 0.44, 12))
SCENE: tuple[Spot, ...] = ((0.33, 0.57, 0.42, -3), (1.17, 0.57, 0.42, 3), (0.75, 0.60, 0.56, 0))


def of_product(name: str, drawn: list[str]) -> bytes:
    """A square JPEG. The first of `drawn` is the product itself, the others stand behind it."""
    chance = _chance(name)
    ground = chance.choice(GROUNDS)
    picture = Image.new("RGB", SQUARE, ground)
    _glow(picture, chance)
    for illustration, spot in zip(reversed(drawn), _spots(drawn), strict=True):
        _place(picture, illustration, spot, chance)
    return _jpeg(picture)


def of_farm(name: str, drawn: list[str]) -> bytes:
    """A landscape JPEG: what the farm is about, on its hill."""
    chance = _chance(f"{name} {drawn}")
    picture = Image.new("RGB", WIDE, chance.choice(SKIES))
    _glow(picture, chance)
    _hills(picture, chance)
    for illustration, spot in zip([*drawn[1:], drawn[0]], SCENE[-len(drawn) :], strict=True):
        _place(picture, illustration, spot, chance)
    return _jpeg(picture)


def _chance(words: str) -> random.Random:
    """The same picture for the same words, at every run."""
    return random.Random(hashlib.sha256(words.encode()).digest())  # noqa: S311 - decoration


def _spots(drawn: list[str]) -> tuple[Spot, ...]:
    if len(set(drawn)) == 1:
        return (ONE, TWINS, HEAP)[len(drawn) - 1]
    return (ONE, PAIR, TRIO)[len(drawn) - 1]


def _glow(picture: Image.Image, chance: random.Random) -> None:
    """A lighter disc, off the middle: paper in morning light."""
    width, height = picture.size
    x, y, r = width * chance.uniform(0.35, 0.65), height * chance.uniform(0.3, 0.5), height * chance.uniform(0.38, 0.46)
    mask = Image.new("L", (width // 4, height // 4))
    ImageDraw.Draw(mask).ellipse([part / 4 for part in (x - r, y - r, x + r, y + r)], fill=120)
    mask = mask.filter(ImageFilter.GaussianBlur(6)).resize(picture.size)
    picture.paste("#FFFDF8", (0, 0), mask)


def _hills(picture: Image.Image, chance: random.Random) -> None:
    far, near = chance.choice(HILLS)
    width, height = picture.size
    draw = ImageDraw.Draw(picture)
    middle = width * chance.uniform(0.2, 0.8)
    draw.ellipse((middle - width, height * 0.52, middle + width, height * 1.9), fill=far)
    draw.ellipse((-middle - width * 0.2, height * 0.68, width * 2.2 - middle, height * 2.3), fill=near)


def _place(picture: Image.Image, name: str, spot: Spot, chance: random.Random) -> None:
    x, y, size, turn = spot
    height = picture.size[1]
    drawing = _turned(name, round(size * height), round(turn + chance.uniform(-4, 4)))
    left, top = round(x * height - drawing.width / 2), round(y * height - drawing.height / 2)
    _cast_shadow(picture, drawing, left, top)
    picture.paste(drawing, (left, top), drawing)


def _cast_shadow(picture: Image.Image, drawing: Image.Image, left: int, top: int) -> None:
    width, depth = drawing.width, max(8, drawing.height // 7)
    mask = Image.new("L", (width + 40, depth + 40))
    ImageDraw.Draw(mask).ellipse((30, 20, width + 10, depth + 20), fill=70)
    picture.paste(SHADOW, (left - 20, top + drawing.height - depth // 2 - 28), mask.filter(ImageFilter.GaussianBlur(9)))


def _turned(name: str, size: int, turn: int) -> Image.Image:
    drawing = _drawing(name)
    scale = size / max(drawing.size)
    scaled = drawing.resize((round(drawing.width * scale), round(drawing.height * scale)), Image.Resampling.LANCZOS)
    turned = scaled.rotate(turn, Image.Resampling.BILINEAR, expand=True)
    return turned.crop(turned.getbbox())


@cache
def _drawing(name: str) -> Image.Image:
    with Image.open(FOLDER / f"{name}.webp") as drawing:
        return drawing.convert("RGBA")


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
