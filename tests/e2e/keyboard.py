"""Somebody who has a keyboard and nothing else: presses keys, and must always see where the focus is."""

MOST_STOPS = 250
LOOK = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one.id === "main") return {name: "", trouble: ""};
  const name = one.ariaLabel || one.labels?.[0]?.innerText || one.innerText || one.value || one.name || one.tagName;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one), trouble = [];
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) trouble.push("no outline");
  const across = Math.min(innerWidth, box.right) / 2 + Math.max(0, box.left) / 2;
  if (across < 0 || across > innerWidth || box.width < 2) trouble.push("beside the screen");
  const heights = box.height < innerHeight / 2 ? [box.top + box.height / 4, box.bottom - box.height / 4] : [Math.min(innerHeight, box.bottom) / 2 + Math.max(0, box.top) / 2];
  for (const down of heights) {
    const seen = document.elementFromPoint(across, down);
    if (!seen) trouble.push(`above or below the screen (${Math.round(down)} of ${innerHeight})`);
    else if (!one.contains(seen) && !seen.contains(one) && !one.closest("label")?.contains(seen)) trouble.push(`behind ${seen.tagName}.${seen.className}`);
  }
  return {name: name.trim().replace(/\\s+/g, " "), trouble: trouble.join(", ")};
}"""


class Keyboard:
    """`visitor`: whose page it is. Every stop of the focus is looked at."""

    def __init__(self, visitor):
        self.page = visitor.page
        self.unseen = {}

    @property
    def at(self):
        """The name of what has the focus."""
        self.page.wait_for_load_state()
        found = self.page.evaluate(LOOK)
        if found["trouble"]:
            self.unseen[self.page.url, found["name"][:60]] = found["trouble"]
        return found["name"]

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.type(text)

    def tab_to(self, words, *, back=False):
        """On by Tab until the focus is on what has these words in its name."""
        passed = []
        for _stop in range(MOST_STOPS):
            self.press("Shift+Tab" if back else "Tab")
            passed.append(self.at)
            if words in passed[-1]:
                return self
        raise AssertionError(f"« {words} » is not reached: {passed[:40]}")

    def enter(self, words):
        """On to a link or button, and Enter."""
        self.tab_to(words).press("Enter")
