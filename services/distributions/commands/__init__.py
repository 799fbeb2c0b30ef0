"""Writes: one function per thing that someone can do."""

from services.distributions.commands.baskets import adjust, refund, reopen_basket, validate_basket
from services.distributions.commands.collection import mark_collected, mark_not_collected, refund_not_collected
from services.distributions.commands.declarations import confirm_declarations, declare
from services.distributions.commands.distribution import look_after, missing_product, validate_distribution

__all__ = [
    "adjust",
    "confirm_declarations",
    "declare",
    "look_after",
    "mark_collected",
    "mark_not_collected",
    "missing_product",
    "refund",
    "refund_not_collected",
    "reopen_basket",
    "validate_basket",
    "validate_distribution",
]
