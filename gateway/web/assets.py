"""Static files under an address that carries their content's hash: kept for ever by browsers, renewed by any change."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from gateway import compression

STATIC = Path(__file__).parents[1] / "static"
FOREVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=3600"
TOGETHER = {"css/every.css": ("vendor/pico.min.css", "css/tokens.css", "css/base.css", "css/parts.css")}
"""Style sheets of every page, as one file: each request costs a phone more than the bytes do."""
NAMED_IN_STYLES = re.compile(rb'url\("/static/([^"?]+)"\)')


@dataclass(frozen=True)
class File:
    """`packed`: by gzip, of texts."""

    content: bytes
    packed: bytes | None
    kind: str
    digest: str


def register(app: Flask) -> None:
    app.add_url_rule("/static/<path:name>", "static", serve)
    app.add_url_rule("/robots.txt", "robots", serve, defaults={"name": "robots.txt"})
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """`asset("css/base.css")` → /static/css/base.css?v=1a2b3c4d."""
    return f"/static/{name}?v={_file(name).digest}"


def serve(name: str) -> Response:
    path = safe_join(str(STATIC), name)
    if path is None or not (name in TOGETHER or Path(path).is_file()):
        raise NotFound
    file = _file(name)
    answer = Response(file.content, content_type=file.kind)
    answer.headers["Cache-Control"] = FOREVER if "v" in request.args else A_WHILE
    answer.set_etag(file.digest)
    if file.packed is not None:
        answer.vary.add("Accept-Encoding")
        if compression.is_wanted():
            compression.pack(answer, file.packed)
    answer.make_conditional(request)
    return answer


def _file(name: str) -> File:
    parts = [STATIC / part for part in TOGETHER.get(name, (name,))]
    return _read(name, tuple(parts), max(part.stat().st_mtime_ns for part in parts))


@cache
def _read(name: str, parts: tuple[Path, ...], changed_at: int) -> File:
    """Once, until a file changes. A style sheet names other files by their hashes too, so nothing is fetched twice."""
    content = b"\n".join(part.read_bytes() for part in parts)
    if name.endswith(".css"):
        content = NAMED_IN_STYLES.sub(lambda found: f'url("{asset(found[1].decode())}")'.encode(), content)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = None
    if kind.startswith(compression.KINDS):
        kind, packed = f"{kind}; charset=utf-8", gzip.compress(content, 9, mtime=0)
    return File(content, packed, kind, hashlib.sha256(content).hexdigest()[:8])
