"""Refusals: the answers "no" that a caller can act on. Everything else that is raised is a bug."""

import json
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


class NotAPicture(Refusal):
    """No JPEG, PNG or WebP that can be read, or too large a one."""

    status = 422


class VersionConflict(Refusal):
    """The object changed since it was read. details["current"]: its version now."""

    status = 412


class ServiceUnavailable(Refusal):
    """The service's database is away. A write may or may not have happened: ask again with the same key."""

    status = 503


class IdempotencyKeyReused(Refusal):
    """The same key came with another body."""

    status = 422


class Refused(Exception):
    """How a refusal crosses RPC: nameko turns every argument into a string, so it is one JSON string."""

    def __init__(self, wire: str) -> None:
        super().__init__(wire)
        body = json.loads(wire)
        self.code: str = body["code"]
        self.status: int = body["status"]
        self.field: str | None = body["field"]
        self.details: dict[str, Any] = body["details"]

    @classmethod
    def of(cls, refusal: Refusal) -> "Refused":
        body = {"code": refusal.code(), "status": refusal.status, "field": refusal.field, "details": refusal.details}
        return cls(json.dumps(body, default=str))
