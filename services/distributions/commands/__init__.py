"""Writes: one function per thing that someone can do."""

from services.distributions.commands.baskets import adjust, refund, reopen_basket, validate_basket
from services.distributions.commands.declarations import confirm_declarations, declare
from services.distributions.commands.distribution import look_after, missing_product, validate_distribution

__all__ = [
    "adjust",
    "confirm_declarations",
    "declare",
    "look_after",
    "missing_product",
    "refund",
    "reopen_basket",
    "validate_basket",
    "validate_distribution",
]
