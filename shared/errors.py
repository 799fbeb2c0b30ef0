"""Refusals: the answers "no" that a caller can act on. Everything else that is raised is a bug."""

import re
from typing import Any, ClassVar


class Refusal(Exception):
    """A rule said no. Subclass per reason; the wire code is the class name in snake case.

    `field` names the argument at fault; `details` are JSON values that a person's sentence may quote
    (`{product}`) or a program may read (lacking lines, the current version).
    """

    status: ClassVar[int] = 409

    def __init__(self, field: str | None = None, **details: Any) -> None:
        super().__init__(self.code())
        self.field = field
        self.details = details

    @classmethod
    def code(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class Forbidden(Refusal):
    """The actor is known but has no right to this object."""

    status = 403


class NotFound(Refusal):
    """No such object, or one whose existence the actor may not learn. `what` says of which kind."""

    status = 404


class LogInRequired(Refusal):
    status = 401


class InvalidInput(Refusal):
    """Arguments of the wrong shape. details["errors"]: {field path: sentence}."""

    status = 422


class VersionConflict(Refusal):
    """The object changed since it was read. details["current"]: its version now."""

    status = 412


class IdempotencyKeyReused(Refusal):
    """The same key came with another body."""

    status = 422


class Refused(Exception):  # noqa: N818 - the word of the wire, read by foreign programs
    """How a refusal crosses RPC: only its string and JSON arguments survive the trip."""

    def __init__(self, code: str, status: int, field: str | None, details: dict[str, Any]) -> None:
        super().__init__(code, status, field, details)
        self.code = code
        self.status = status
        self.field = field
        self.details = details

    @classmethod
    def of(cls, refusal: Refusal) -> "Refused":
        return cls(refusal.code(), refusal.status, refusal.field, refusal.details)
