"""Uploaded pictures, made anew: whatever came along in the file (places, cameras, scripts) stays behind."""

from io import BytesIO
from typing import Any

from eventlet import tpool
from PIL import Image, ImageOps, UnidentifiedImageError

from services.catalogs.domain import NotAPicture

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 60_000_000
EDGE = 1200
"""The longer side of what is kept, in pixels."""
QUALITY = 82


def remade(content: bytes) -> bytes:
    """A WebP of at most EDGE pixels a side, upright. In a real thread: decoding would hold up all green ones."""
    made: bytes = tpool.execute(_remade, content)
    return made


def _remade(content: bytes) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAPicture("photo")
            return _webp(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NotAPicture("photo") from None


def _webp(picture: Any) -> bytes:
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((EDGE, EDGE))
    out = BytesIO()
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(out, "WEBP", quality=QUALITY)
    return out.getvalue()
