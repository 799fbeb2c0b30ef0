"""Words of a catalogue's sheet."""


def yes(value: bool, lang: int) -> str:  # noqa: FBT001 - the value is the subject
    return ("oui", "yes")[lang] if value else ("non", "no")[lang]
