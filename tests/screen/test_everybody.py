"""Everybody can use every screen and read it at 320 pixels, by axe-core's word."""

import re
from html import unescape
from pathlib import Path

import pytest

from cyberassess.screen.content import SETS
from cyberassess.screen.screens import SHOWS
from cyberassess.screen.web import Room
from tests.screen.conftest import Browser
from tests.validators import axe

pytestmark = pytest.mark.slow


LAST = (
    "new?way=new&step=6&organisation=N&period=2026&framework=cyber-governance-code@2025"
    "&profile=all-in-place&name=Sam"
)
"""The page that says what will be made."""


def look(browser: Browser, page: str) -> str:
    """Give a page with its style in it."""
    link = '<link rel="stylesheet" href="style.css">'
    found = browser.get(page).text
    assert link in found
    return found.replace(link, f"<style>{browser.get('style.css').text}</style>")


def first(browser: Browser, page: str, screen: str) -> str:
    """Give the first link of a page that leads to a screen."""
    found = re.search(rf'<a href="({screen}\?[^"]+)"', browser.get(page).text)
    assert found is not None
    return unescape(found[1])


def test_nothing_is_found_on_any_screen_at_any_width(differing: Path, tmp_path: Path) -> None:
    axe.needed()
    browser = Browser(differing)
    wanted = [*(SHOWS.keys() - {"outcome", "preview", "file", "new"})]
    wanted.append(first(browser, "outcomes", "outcome"))
    topics = first(browser, "ask", "ask")
    wanted += [topics, f"{topics}&topic=0"]
    wanted += [first(browser, "workshop", "workshop"), first(browser, "plan", "plan")]
    pages = {each: look(browser, each) for each in wanted}
    empty = Browser(tmp_path / "empty")
    pages |= {each: look(empty, each) for each in ("new", "new?way=new", "new?way=next", LAST)}
    reader = Browser(tmp_path / "set")
    reader.web.room, reader.web.shows = Room(tmp_path, "A set.", "ncsc-caf@4.0"), SETS
    pages |= {f"a set: {each}": look(reader, each) for each in SETS}
    assert axe.findings(pages) == []
