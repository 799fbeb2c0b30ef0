"""A town of its own: what other tests buy, link and settle would change who may see what."""

from tests.gateway.conftest import town

__all__ = ["town"]
