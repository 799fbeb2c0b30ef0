"""Refusals, in the shape and with the words of the real API."""

from typing import Any

Body = dict[str, Any]


class ApiError(Exception):
    """A refusal: answered with `status`; `saved` tells whether an idempotency key keeps it.

    The real API keeps the answer of whatever began to run, refusals included, and forgets what failed before that
    (bad parameters, a bad key, a conflict), so that the same key may be used again.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = True,
        **more: Any,
    ) -> None:
        """Build a refusal; `more` is added to the error object."""
        super().__init__(message)
        self.status = status
        self.saved = saved
        named = {"code": code, "param": param, **more}
        self.error: Body = {"type": kind, "message": message, **{k: v for k, v in named.items() if v is not None}}

    @property
    def body(self) -> Body:
        """The whole answer."""
        return {"error": self.error}


def bad_parameter(message: str, param: str, code: str | None = None) -> ApiError:
    """Refuse a parameter before anything runs."""
    return ApiError(message, code=code, param=param, saved=False)


def missing(noun: str, object_id: str, param: str = "id") -> ApiError:
    """Refuse the id of an object that is not there."""
    message = f"No such {noun}: '{object_id}'"
    return ApiError(message, status=404, code="resource_missing", param=param)
