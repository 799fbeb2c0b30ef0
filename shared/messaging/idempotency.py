"""A write that comes twice with one key is done once and answered alike (SPEC O5)."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from shared import clock
from shared.errors import IdempotencyKeyReused
from shared.messaging.inbox import insert_or_skip
from shared.messaging.tables import idempotency_keys

_THIS = (idempotency_keys.c.actor == bindparam("who")) & (idempotency_keys.c.key == bindparam("what"))
_KEPT, _KEEP = select(idempotency_keys).where(_THIS), update(idempotency_keys).where(_THIS)


def once(session: Session, actor: str, key: str, body: Any, do: Callable[[], Any]) -> Any:
    """Run `do` and keep its JSON answer, or give the kept answer.

    The key's row is written first: a concurrent double waits for this transaction, then finds the answer. A
    refusal rolls the key back with everything else, so a corrected try may use it again.
    """
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    is_new = insert_or_skip(session, idempotency_keys, actor=actor, key=key, body_hash=digest, recorded_at=clock.now())
    this = {"who": actor, "what": key}
    if is_new:
        answer = do()
        session.execute(_KEEP, {**this, "answer": answer})
        return answer
    kept = session.execute(_KEPT, this).one()
    if kept.body_hash != digest:
        raise IdempotencyKeyReused("Idempotency-Key")
    return kept.answer
