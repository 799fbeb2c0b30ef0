"""What pages say: French in templates and code, its English twin in translations/en/<noun>.po.

The catalogues are read as they are when the gateway starts: there is nothing to compile, and each noun has its own file.
"""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g
from flask_babel import Babel, Domain

from shared.typography import french_spaces

CATALOGUES = Path(__file__).parents[1] / "translations"


class _Domain(Domain):
    def get_translations(self) -> gettext.NullTranslations:
        return translations(g.get("language", "fr"))


def register(app: Flask) -> None:
    babel = Babel(app, default_locale="fr", locale_selector=lambda: g.get("language", "fr"))
    babel.domain_instance = _Domain()


@cache
def translations(language: str) -> gettext.NullTranslations:
    if language == "fr":
        return _french()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return _modern(gettext.GNUTranslations(compiled))


def catalogue(language: str) -> Catalog:
    """All files of a language as one."""
    whole = Catalog(locale=language)
    for file in sorted((CATALOGUES / language).glob("*.po")):
        with file.open("rb") as text:
            for message in read_po(text, locale=language):
                if message.id:
                    whole.add(message.id, message.string, context=message.context)
    return whole


def _french() -> gettext.NullTranslations:
    """The msgid is French, and is set as one prints it; zero is singular there: « 0 produit »."""
    french = gettext.NullTranslations()
    printed = cache(french_spaces)
    vars(french)["gettext"] = printed
    vars(french)["ngettext"] = lambda one, many, n: printed(one if abs(n) < 2 else many)
    return _modern(french)


def _modern(found: gettext.NullTranslations) -> gettext.NullTranslations:
    """flask-babel asks by the names of Python 2."""
    for old in ("gettext", "ngettext", "pgettext", "npgettext"):
        setattr(found, f"u{old}", getattr(found, old))
    return found
