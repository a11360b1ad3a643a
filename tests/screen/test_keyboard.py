"""Everything on the screens can be done with a keyboard alone, in Chromium."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberassess.opening.assessment import open_assessment
from cyberassess.screen.screens import DOES, SHOWS
from cyberassess.screen.serving import serve
from cyberassess.screen.web import Room, Web
from tests.steps.council import fill_in
from tests.validators.keyboard import Keyboard, keyboard

pytestmark = [pytest.mark.slow, pytest.mark.posix]


@pytest.fixture
def keys() -> Iterator[Keyboard]:
    if shutil.which("chromium") is None:
        reason = "Chromium is not installed"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with keyboard() as found:
        yield found


@pytest.fixture
def web(differing: Path) -> Iterator[Web]:
    """Give the screens of a council whose people differ, served as `open` does."""
    found = Web(Room(differing), SHOWS, DOES)
    thread = threading.Thread(
        target=serve, args=(found, "it"), kwargs={"browse": False, "say": lambda _: None}
    )
    thread.start()
    while not found.host:
        time.sleep(0.01)
    yield found
    found.finished = True
    thread.join(timeout=30)


def told(keys: Keyboard) -> str:
    """Give what the page says was done."""
    return str(keys.evaluate("(document.querySelector('[role=status]') || {}).innerText || ''"))


def walk(keys: Keyboard, address: str) -> None:
    """Go through every screen with Tab."""
    pages = SHOWS.keys() - {"file", "preview", "new", "outcome"}
    for page in (*sorted(pages), "ask?person=Sam+Reid&topic=0"):
        assert len(keys.go(address + page).round()) > 10, page
    assert len(keys.go(f"{address}outcomes").tab_to("a", "B1.a").follow().round()) > 10


def test_every_screen_and_a_conflict_a_topic_a_return_and_a_report_by_keyboard_alone(
    keys: Keyboard, web: Web, tmp_path: Path
) -> None:
    walk(keys, web.address)
    folder = web.room.folder
    keys.go(web.address)
    keys.tab_to("a", "To the content").press("Enter")
    keys.tab_to("a", "Decide 1 conflict").follow()
    keys.tab_to("radio", "").press("ArrowDown")
    assert keys.focus().name == "Does not happen"
    keys.tab_to("text", "Reason").type("Seen in March.")
    keys.tab_to("button", "Record").follow()
    assert told(keys).startswith("Recorded"), told(keys)
    assert open_assessment(folder).card.confidence.conflicts == 0

    keys.tab_to("a", "Answer").follow()
    keys.tab_to("a", "Sam Reid").follow()
    keys.tab_to("a", "A1 ").follow()
    keys.tab_to("radio", "Happens").press(" ")
    keys.tab_to("text", "Reason").type("As ever.")
    keys.tab_to("button", "Save these answers").follow()
    assert "Stored 1 reply of Sam Reid" in told(keys)

    sent = next(each for each in (folder / "questionnaires/sent").iterdir() if "Kim" in each.name)
    back = fill_in(sent, tmp_path / "back.xlsx", {"B1.b.H.1/housing": "True"})
    keys.tab_to("a", "Receive").follow()
    keys.tab_to("file", "Files").choose_file(back)
    keys.tab_to("button", "Receive").follow()
    assert "stored 1 answer" in told(keys)

    keys.tab_to("a", "Reports").follow()
    keys.tab_to("select-one", "Report").press("ArrowDown")
    keys.tab_to("button", "Print").follow()
    assert "Written: reports/" in told(keys)
    (printed,) = (folder / "reports").glob("*.pdf")
    assert printed.read_bytes().startswith(b"%PDF")
    keys.tab_to("button", "Finish").follow()
    assert "You can close this window." in told(keys)
