"""Who asks. The gateway authenticates; the service that owns the object decides what the actor may do."""

from dataclasses import dataclass
from uuid import UUID

from shared.errors import LogInRequired


@dataclass(frozen=True)
class Actor:
    """`account_id` is None for somebody who is not logged in. `language`: fr or en."""

    account_id: UUID | None = None
    language: str = "fr"

    def must_be_known(self) -> UUID:
        if self.account_id is None:
            raise LogInRequired
        return self.account_id
