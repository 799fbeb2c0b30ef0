"""Pages speak French and English, all of them, and keep the placeholders of each sentence."""

import re

from babel.messages.pofile import read_po

from gateway.errors import fault_sentence
from gateway.web.words import CATALOGUES, catalogue, translations
from shared.typography import french_spaces
from tests.gateway import words

HOLES = re.compile(r"%\(\w+\)s")


def test_every_sentence_of_the_pages_has_its_english():
    assert words.missing("en") == []


def test_no_translation_is_left_of_a_sentence_that_is_gone():
    assert words.unused("en") == []


def test_a_sentence_has_one_english_whichever_pages_say_it():
    heard = {}
    for file in sorted((CATALOGUES / "en").glob("*.po")):
        with file.open("rb") as text:
            for message in read_po(text, locale="en"):
                if message.id:
                    heard.setdefault(message.id, set()).add(message.string)

    assert {sentence: said for sentence, said in heard.items() if len(said) > 1} == {}


def test_a_translation_fills_the_holes_of_its_sentence():
    for entry in catalogue("en"):
        if entry.id:
            ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
            texts = entry.string if isinstance(entry.string, tuple) else (entry.string,)
            assert {hole for text in texts for hole in HOLES.findall(text)} <= {
                hole for text in ids for hole in HOLES.findall(text)
            } | {"%(num)s"}, entry.id


def test_zero_is_singular_in_french_and_plural_in_english():
    one, many = "%(num)s produit", "%(num)s produits"

    assert translations("fr").ngettext(one, many, 0) == one
    assert translations("en").ngettext("a", "b", 0) == "b"


def test_french_punctuation_never_begins_a_line():
    assert french_spaces("Merci ! « Oui » : prêt ?") == "Merci\u202f! «\u00a0Oui\u00a0»\u00a0: prêt\u202f?"


def test_sentences_of_pages_and_refusals_are_set_with_the_spaces_of_french_print():
    french = translations("fr")

    assert french.gettext("%(name)s : prêt ?") == "%(name)s\u00a0: prêt\u202f?"
    assert french.ngettext("%(num)s point à revoir :", "%(num)s points à revoir :", 2).endswith("revoir\u00a0:")
    assert " :" not in fault_sentence("Must be one of: a, b.", "fr", {})
