"""Static files that are not ours come from named packages, unchanged, with their licences."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "gateway/static/vendor", ROOT / "tests/e2e/vendor"]
FREE = {"0BSD", "MIT", "ISC", "OFL-1.1", "MPL-2.0"}
OURS = {"manifest.json", "icons.txt"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_vendored_file_is_the_one_of_its_manifest(folder):
    manifest = json.loads((folder / "manifest.json").read_text())

    found = {file.name for file in folder.iterdir() if file.is_file()} - OURS

    assert found == {row["file"] for row in manifest}
    for row in manifest:
        assert hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() == row["sha256"], row["file"]
        assert row["licence"] in FREE
        assert (folder / "licences" / f"{row['package'].strip('@').replace('/', '-')}.txt").read_text().strip()


def test_every_icon_that_pages_name_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (FOLDERS[0] / "icons.svg").read_text()))
    listed = set((FOLDERS[0] / "icons.txt").read_text().split())

    named = set()
    for file in (ROOT / "gateway/templates").rglob("*.html"):
        named |= set(re.findall(r'(?:icon|empty|icon_name)[(=]\s*"([a-z0-9-]+)"', file.read_text("utf-8")))
    for file in (ROOT / "gateway/web").rglob("*.py"):
        named |= set(re.findall(r'Entry\("[^"]*", [^,]+, "([a-z0-9-]+)"', file.read_text("utf-8")))

    assert named - sprite == set()
    assert sprite == listed


def test_templates_hold_no_script_and_no_style_of_their_own():  # SPEC X4
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|hx-on", re.IGNORECASE)
    guilty = [
        f"{file.name}: {line.strip()}"
        for file in (ROOT / "gateway/templates").rglob("*.html")
        for line in file.read_text("utf-8").splitlines()
        if inline.search(line)
    ]

    assert guilty == []


def test_only_the_tokens_name_colours():
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
    for file in (ROOT / "gateway/static/css").glob("*.css"):
        if file.name != "tokens.css":
            assert colour.findall(re.sub(r'url\("[^"]*"\)', "", file.read_text("utf-8"))) == [], file.name
