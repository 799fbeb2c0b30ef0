"""The tokens in unsubscribe links, and the key that signs them."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.models import Market, SigningKey
from shared.errors import NotFound
from shared.messaging.inbox import insert_or_skip

UNSUBSCRIBE_KEY = "unsubscribe"


def read_link(session: Db, token: str) -> domain.Subscription:
    secret = session.scalar(select(SigningKey.secret).where(SigningKey.name == UNSUBSCRIBE_KEY))
    subscription = domain.read_token(token, secret) if secret else None
    if subscription is None or session.get(Market, subscription.market_id) is None:
        raise NotFound("token", what="subscription")
    return subscription


def signing_secret(session: Db) -> str:
    """The key of unsubscribe links, made at first use; all replicas agree on it."""
    insert_or_skip(session, SigningKey.__table__, name=UNSUBSCRIBE_KEY, secret=secrets.token_hex(32))
    return session.execute(select(SigningKey.secret).where(SigningKey.name == UNSUBSCRIBE_KEY)).scalar_one()
