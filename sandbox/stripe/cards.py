"""The provider's published test cards and what each of them does."""

from dataclasses import dataclass, replace
from typing import Any

from sandbox.stripe.errors import ApiError


@dataclass(frozen=True)
class Card:
    """A card; `refusal` empty if its bank says yes, `challenged` if the bank asks its holder first."""

    number: str
    refusal: str | None = None
    decline_code: str | None = None
    challenged: bool = False
    disputed: bool = False

    def shown(self) -> dict[str, Any]:
        """What a charge says of it."""
        expiry = {"exp_month": 12, "exp_year": 2034}
        kind = {"brand": "visa", "country": "FR", "funding": "credit", "network": "visa"}
        secure = (
            {"authentication_flow": "challenge", "result": "authenticated", "version": "2.2.0"}
            if self.challenged
            else None
        )
        return {**kind, **expiry, "last4": self.number[-4:], "three_d_secure": secure, "wallet": None}

    def unapproved(self) -> "Card":
        """The same card after its holder has failed to say who he is."""
        return replace(self, refusal="payment_intent_authentication_failure")


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("5555555555554444"),
        Card("4000002500000003"),
        Card("4000000000000077"),
        Card("4000000000000002", "card_declined", "generic_decline"),
        Card("4000000000009995", "card_declined", "insufficient_funds"),
        Card("4000000000000069", "expired_card"),
        Card("4000000000000127", "incorrect_cvc"),
        Card("4000002500003155", challenged=True),
        Card("4000000000003220", challenged=True),
        Card("4000002760003184", challenged=True),
        Card("4000000000000259", disputed=True),
    )
}


def card(number: str) -> Card:
    """Return the test card with that number, spaces or not; any other number is refused."""
    found = CARDS.get("".join(number.split()))
    if found is None:
        raise ApiError("Your card number is incorrect.", status=402, kind="card_error", code="incorrect_number")
    return found
