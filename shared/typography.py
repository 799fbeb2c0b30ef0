"""Spaces of French print, which keep a line from ending where it should not."""

import re

NBSP, NARROW = "\u00a0", "\u202f"


def french_spaces(text: str) -> str:
    """No line ends before « ; : ! ? » », nor after « « »."""
    text = re.sub(r" ([;!?])", NARROW + r"\1", text)
    text = re.sub(r" ([:»])", NBSP + r"\1", text)
    return text.replace("« ", f"«{NBSP}")
