"""Answers packed with gzip for whoever takes it; when not, and why: docs/decisions/0090."""

import gzip

from flask import Flask, Response, request

from gateway.errors import NO_PAGES

LEAST_BYTES = 500
LEVEL = 6
KINDS = ("text/", "application/json", "application/problem+json", "application/xml", "image/svg+xml")


def register(app: Flask) -> None:
    app.after_request(_pack)


def pack(answer: Response, packed: bytes) -> Response:
    """`packed` instead of the answer's own bytes. Its ETag is a weak one from now on: the bytes are others."""
    answer.set_data(packed)
    answer.headers["Content-Encoding"] = "gzip"
    tag, _weak = answer.get_etag()
    if tag:
        answer.set_etag(tag, weak=True)
    return answer


def is_wanted() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _pack(answer: Response) -> Response:
    if answer.is_streamed or answer.direct_passthrough or "Content-Encoding" in answer.headers:
        return answer
    if not (answer.mimetype or "").startswith(KINDS):
        return answer
    answer.vary.add("Accept-Encoding")
    if answer.content_length is None or answer.content_length < LEAST_BYTES or not is_wanted() or not _is_safe():
        return answer
    return pack(answer, gzip.compress(answer.get_data(), LEVEL, mtime=0))


def _is_safe() -> bool:
    """A page of somebody known leaves packed only where no foreign page can have asked for it and watch its size."""
    if request.path.startswith(NO_PAGES) or not request.cookies:
        return True
    return request.headers.get("Sec-Fetch-Site") in {"same-origin", "none"}
