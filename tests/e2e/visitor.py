"""Somebody with a browser, who notices what people would: errors, what a policy blocks, what cannot be read."""

import os
import re
from contextlib import contextmanager
from pathlib import Path

from clayette.seed import PASSWORD

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
LOOKS = Path(os.environ.get("CLAYETTE_LOOKS", "var/looks"))
PATIENCE_MILLISECONDS = 30_000
WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}
SCHEMES = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = "tags => axe.run(document, {runOnly: tags}).then(found => found.violations)"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Visitor:
    """`page` is Playwright's. `troubles` is checked when the visit ends; take out what a test provokes on purpose."""

    def __init__(self, context, url, *, scripts=True):
        self.context, self.url, self.scripts = context, url, scripts
        self.page = context.new_page()
        self.troubles = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))

    def _hear(self, message):
        if message.type == "error" and message.location["url"].startswith(self.url):
            self.troubles.append(f"console: {message.text} {message.location['url']}")

    def open(self, path):
        return self.page.goto(f"{self.url}{path}")

    def log_in(self, email, password):
        self.open("/log-in")
        self.fill(email=email, password=password)
        self.press("Se connecter")
        self.page.wait_for_url(lambda url: "/log-in" not in url)

    def fill(self, **values):
        """By the names of fields; `__` stands for a dot."""
        for name, value in values.items():
            self.page.locator(f"[name='{name.replace('__', '.')}']:not([type=hidden])").fill(value)

    def press(self, words):
        self.page.get_by_role("main").get_by_role("button", name=words).first.click()

    def follow(self, words):
        self.page.get_by_role("main").get_by_role("link", name=words).first.click()

    def turn_to(self, words):
        """An entry of a menu."""
        self.page.get_by_role("navigation").get_by_role("link", name=words, exact=True).first.click()

    def reads(self, words):
        """The page shows these words (waits for them)."""
        self.page.get_by_text(words).first.wait_for()

    def forget(self, pattern):
        """Troubles that the test meant to make."""
        self.troubles = [each for each in self.troubles if not re.search(pattern, each)]

    def ensure_pleasant(self, name):
        """On a phone and at a desk, by day and at night: a picture of each, nothing cut off, no finding of axe."""
        found = []
        assert self.scripts, "axe needs scripts: look at the same page with them"
        for width, (across, down) in WIDTHS.items():
            self.page.set_viewport_size({"width": across, "height": down})
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.page.wait_for_timeout(60)
                self._picture(f"{name}-{width}-{scheme}")
                found += self._findings(f"{width} {scheme}")
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.page.set_viewport_size({"width": 390, "height": 844})
        assert not found, "\n".join(found)

    def _picture(self, name):
        LOOKS.mkdir(parents=True, exist_ok=True)
        self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=LOOKS / f"{name}.png", full_page=True)

    def _findings(self, where):
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found = [
            f"{where}: {violation['id']}: {violation['help']}: {node['target']} {node['html'][:160]}"
            for violation in self.page.evaluate(RUN_AXE, TAGS)
            for node in violation["nodes"]
        ]
        too_wide = self.page.evaluate(WIDER)
        return found + ([f"{where}: {too_wide} pixels wider than the screen"] if too_wide > 0 else [])


@contextmanager
def visits(browser, url):
    """What `visitor` is; all that annoyed them fails at the end."""
    contexts, visitors = [], []

    def come(name=None, *, person=None, scripts=True, language="fr-FR"):
        context = browser.new_context(
            java_script_enabled=scripts,
            locale=language,
            viewport={"width": 390, "height": 844},
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        visitors.append(Visitor(context, url, scripts=scripts))
        if name:
            visitors[-1].log_in(f"{name}@clayette.example", PASSWORD)
        if person:
            visitors[-1].log_in(person.email, person.password)
        return visitors[-1]

    yield come
    troubles = [trouble for each in visitors for trouble in each.troubles]
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)
