"""What pages say: every French text in templates and code, and which of them has no English."""

from pathlib import Path

from babel.messages.extract import extract_from_file

from gateway.web.words import catalogue

GATEWAY = Path(__file__).resolve().parents[2] / "gateway"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}


def spoken():
    """{message: [where]}: a message is a text, or (singular, plural)."""
    found = {}
    for file in sorted([*GATEWAY.rglob("*.html"), *(GATEWAY / "web").rglob("*.py")]):
        method = "jinja2.ext.babel_extract" if file.suffix == ".html" else "python"
        options = {"trimmed": "true", "silent": "false"}
        for line, message, _comments, _context in extract_from_file(method, file, KEYWORDS, options=options):
            found.setdefault(message, []).append(f"{file.relative_to(GATEWAY.parent)}:{line}")
    return found


def missing(language):
    known = catalogue(language)

    def told(message):
        entry = known.get(message[0] if isinstance(message, tuple) else message)
        texts = entry.string if entry is not None else ()
        return all((texts,) if isinstance(texts, str) else texts) and bool(texts)

    return [message for message in spoken() if not told(message)]


def unused(language):
    said = {message[0] if isinstance(message, tuple) else message for message in spoken()}
    ids = {entry.id[0] if isinstance(entry.id, tuple) else entry.id for entry in catalogue(language) if entry.id}
    return sorted(ids - said)
