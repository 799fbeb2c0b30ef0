"""Where a producer's account at the provider stands: what its holder is to do next."""

NOT_OPENED, TO_COMPLETE, IN_VERIFICATION = "not_opened", "to_complete", "in_verification"
ACTIVE, DISABLED = "active", "disabled"

PASSING = ("requirements.", "under_review", "action_required.")
"""Beginnings of the provider's reasons that end when its holder has answered, or when it has looked."""


def standing(*, opened: bool, active: bool, is_asked: bool, disabled_reason: str | None) -> str:
    """An active account may be asked for more too: then it is active until the day on which that is due."""
    if not opened:
        return NOT_OPENED
    if active:
        return ACTIVE
    if disabled_reason and not disabled_reason.startswith(PASSING):
        return DISABLED
    return TO_COMPLETE if is_asked else IN_VERIFICATION
