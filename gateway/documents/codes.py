"""QR codes of baskets, for labels on screens and on paper."""

from functools import lru_cache

import segno

from shared.config import Config

ONE_MASK = 0
"""Any of the eight can be read; to weigh them against each other takes four times as long as the drawing itself."""


def address(basket_id: str) -> str:
    """Where the code of a basket's label leads."""
    return f"{Config().public_url.rstrip('/')}/baskets/{basket_id}"


@lru_cache(1024)
def drawing(basket_id: str) -> str:
    """An SVG of our own making: it holds no text of people."""
    svg: str = segno.make(address(basket_id), error="m", mask=ONE_MASK).svg_inline(border=2, light="#ffffff", scale=3)
    return svg
