"""WRITES of notifications, by noun."""

from services.notifications.commands.announcing import work_one
from services.notifications.commands.reading import mark_read
from services.notifications.commands.reminding import remind_of_closing, remind_of_pickup
from services.notifications.commands.sending import send_batch
from services.notifications.commands.subscribing import change_preferences, unsubscribe

__all__ = [
    "change_preferences",
    "mark_read",
    "remind_of_closing",
    "remind_of_pickup",
    "send_batch",
    "unsubscribe",
    "work_one",
]
