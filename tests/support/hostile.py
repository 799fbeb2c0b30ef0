"""What people type to do harm, or only by being themselves; and what of a page would do harm."""

import re
from html.parser import HTMLParser

TEXTS = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(2)>',
    "attribute": "' onmouseover='alert(3)' x='",
    "template": "{{7*7}} ${7*7} {% raw %} %(x)s {0}",
    "link": "javascript:alert(4)",
    "reversed": "lait \u202eerutif\u202c",
    "invisible": "a\u200bb\u2060c\ufeffd",
    "emoji": "👩‍🌾🥕 Zoé",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "plus": "+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd",
    "typst": "#panic() $x$ *b* _i_ `c` <l> \\ // [z",
    "wild": "100%_\\",
    "long": "W" * 80,
}
"""All of one line, 80 characters at the most."""
LINES = "Un\r\nBcc: vole@evil.example\r\n\r\nDeux"
PARAGRAPH = "\n\n".join([*TEXTS.values(), "W" * 500])
LINKS = {"href", "src", "action", "formaction", "hx-get", "hx-post"}
HARMLESS = re.compile(r"^(?:https?:|mailto:|tel:|webcal:|geo:|[/#?]|$)")


class Seen(HTMLParser):
    """`text`: what a reader sees; `harm`: what would run, or lead to what runs."""

    def __init__(self, html):
        super().__init__()
        self.harm, self._texts, self._quiet = [], [], 0
        self.feed(html)
        self.text = one_line(" ".join(self._texts))

    def handle_starttag(self, tag, attributes):
        named = {name: value or "" for name, value in attributes}
        self._quiet += tag in {"script", "style"}
        if tag in {"iframe", "object", "embed", "base"} or (
            tag == "script" and not named.get("src", "").startswith("/static/")
        ):
            self.harm.append((tag, named))
        self.harm += [(name, value) for name, value in named.items() if name.startswith(("on", "hx-on"))]
        self.harm += [(name, named[name]) for name in LINKS & set(named) if not HARMLESS.match(named[name])]
        if tag in {"input", "textarea", "option"}:
            self._texts.append(named.get("value", ""))

    def handle_endtag(self, tag):
        self._quiet -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self._quiet:
            self._texts.append(data)


def one_line(text):
    """As a browser shows it; French typography's narrow blanks are blanks."""
    return " ".join(re.sub(r"[\u00a0\u202f]", " ", text).split())
