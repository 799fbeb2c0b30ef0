"""Uploaded pictures, made anew: whatever came along in the file (places, cameras, scripts) stays behind."""

from io import BytesIO
from typing import Any

from eventlet import tpool
from PIL import Image, ImageOps, UnidentifiedImageError

from shared.errors import NotAPicture

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 60_000_000
EDGE = 1200
"""The longer side of what is kept, in pixels."""
SMALL_EDGE = 400
"""The same of what stands in lists: two abreast on a phone with a fine screen."""
QUALITY = 82


def remade(content: bytes) -> bytes:
    """A WebP of at most EDGE pixels a side, upright. In a real thread: decoding would hold up all green ones."""
    made: bytes = tpool.execute(_remade, content)
    return made


def small(picture: bytes) -> bytes:
    """Of a picture made anew: one of at most SMALL_EDGE pixels a side."""
    made: bytes = tpool.execute(_small, picture)
    return made


def _small(picture: bytes) -> bytes:
    with Image.open(BytesIO(picture)) as whole:
        return _webp(whole, SMALL_EDGE)


def _remade(content: bytes) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAPicture("photo")
            return _webp(picture, EDGE)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NotAPicture("photo") from None


def _webp(picture: Any, edge: int) -> bytes:
    upright = ImageOps.exif_transpose(picture)
    upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    upright.thumbnail((edge, edge))
    out = BytesIO()
    Image.frombytes(upright.mode, upright.size, upright.tobytes()).save(out, "WEBP", quality=QUALITY)
    return out.getvalue()
