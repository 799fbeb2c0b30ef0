"""Marking notices as read."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session as Db

from services.notifications.models import Notice
from shared import clock


def mark_read(session: Db, account_id: UUID, notice_ids: list[UUID] | None = None) -> None:
    """These, or all; what belongs to others is left alone without a word."""
    mine = update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    if notice_ids is not None:
        mine = mine.where(Notice.id.in_(notice_ids))
    session.execute(mine.values(read_at=clock.now()))
