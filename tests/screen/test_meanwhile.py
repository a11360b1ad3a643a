"""What happens beside the screens, and below them: another program, and a full disk."""

import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from cyberassess.disk.segments import LedgerFolder
from cyberassess.disk.workspace import Workspace
from cyberassess.program import program
from cyberassess.screen.web import Room, Sent
from cyberassess.terminal.running import run
from tests.screen.conftest import STATEMENT, Browser
from tests.steps.council import answers, events, fill_in, send_to, take


class Window:
    """`open` in a process of its own, and a browser in front of it."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        assert running.stdout is not None
        running.stdout.readline()
        self.pid = running.pid
        self.address = urlsplit(running.stdout.readline().strip())

    def ask(self, page: str, form: dict[str, str] | None = None) -> str:
        """Look at a page, or send a form and go where it leads; give what is there."""
        line = HTTPConnection(self.address.netloc, timeout=60)
        headers = {
            "Origin": f"http://{self.address.netloc}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        method, body = ("POST", urlencode(form)) if form else ("GET", None)
        line.request(method, self.address.path + page, body, headers)
        came = line.getresponse()
        text = came.read().decode()
        line.close()
        leads = came.headers["Location"]
        return self.ask(leads) if leads else unescape(text)

    def add(self, name: str) -> str:
        """Add somebody."""
        return self.ask("people", {"do": "add person", "name": name})


@pytest.fixture
def window(folder: Path) -> Iterator[Window]:
    command = [sys.executable, "-u", "-m", "cyberassess", "-C", str(folder)]
    with subprocess.Popen(
        [*command, "open", "--no-browser"], stdout=subprocess.PIPE, text=True
    ) as running:
        found = Window(running)
        yield found
        found.ask("start", {"do": "finish"})


@pytest.mark.slow
@pytest.mark.posix
def test_another_program_receives_meanwhile_and_a_full_disk_loses_nothing(
    folder: Path, tmp_path: Path, window: Window, capfd: pytest.CaptureFixture[str]
) -> None:
    names = [f"Jo {word}" for word in ("North", "South", "East", "West")]
    sent = send_to(folder)
    with ThreadPoolExecutor() as pool:
        adding = [pool.submit(window.add, name) for name in names]
        for name, path in sent.items():
            if name != "Sam Reid":
                take(folder, fill_in(path, tmp_path / f"{name}.xlsx", {STATEMENT: "Happens"}))
        shown = [each.result() for each in adding]
    assert [name for name, page in zip(names, shown, strict=True) if name not in page] == []
    page = window.ask("people")
    assert [name for name in names if name not in page] == []
    assert window.ask("start").count("came back") == 2

    assert capfd.readouterr().err == ""

    before = LedgerFolder(Workspace(folder).ledger).listing()
    free = resource.prlimit(window.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(window.pid, resource.RLIMIT_FSIZE, (0, free[1]))
    page = window.add("Pat Full")
    assert "Nothing was changed." in page
    assert 'value="Pat Full' in page
    assert LedgerFolder(Workspace(folder).ledger).listing() == before
    resource.prlimit(window.pid, resource.RLIMIT_FSIZE, free)
    assert "Pat Full" in window.add("Pat Full")
    assert run(program, ["-C", str(folder), "verify"]) == 0


def sent_by(page: str) -> dict[str, str]:
    """Give what the form of a topic sends as it stands, its words with it."""
    hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)
    chosen = re.findall(r'type="radio" name="([^"]+)" value="([^"]+)" checked', page)
    typed = re.findall(r'type="text" name="([^"]+)" value="([^"]*)"', page)
    words = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    form = {unescape(k): unescape(v) for k, v in [*hidden, *chosen, *typed, *words]}
    return form | {"do": "answer", "form": "", "by": ""}


@pytest.mark.slow
def test_what_a_page_left_as_it_was_overwrites_nothing_said_meanwhile(folder: Path) -> None:
    browser, topic = Browser(folder), "ask?person=Sam+Reid&topic=0"
    page = browser.get(topic).text
    ref, code = re.search(r'type="radio" name="([^"]+)" value="([^"]+)"', page).groups()  # type: ignore[union-attr]
    words = re.search(r"<textarea [^>]*name=\"([^\"]+)\"", page)[1]  # type: ignore[index]
    browser.send(topic, **sent_by(page) | {ref: code, words: "At first."})
    other = browser.get(topic).text
    later = {f"why {ref}": "Seen later.", words: "Then\nthis."}
    browser.send(topic, **sent_by(other) | later)
    assert "Stored 0 replies" in browser.send(topic, **sent_by(other))
    assert list(answers(folder).values()) == [(code, "Seen later.")]
    assert "Then\nthis.</textarea>" in browser.get(topic).text

    def refuse(_: Room, __: Sent) -> list[str]:
        raise OSError(28, "No space left")

    stored, browser.web.does = browser.web.does, {"answer": refuse}
    again = browser.post(topic, sent_by(other) | {"by": "Sam Reid"}).text
    browser.web.does = stored
    assert "Stored 0 replies" in browser.send(topic, **sent_by(again))
    told = browser.send(topic, **sent_by(other) | {words: "Mine."})
    assert 'had been answered meanwhile: "Then\nthis.". What you said now counts.' in told


@pytest.mark.slow
def test_a_second_click_does_nothing_twice(differing: Path) -> None:
    browser = Browser(differing)
    form = {"do": "add action", "outcome": "B1.a/housing", "title": "Lock them"}
    with ThreadPoolExecutor() as pool:
        shown = list(pool.map(lambda _: browser.send("plan", **form), range(2)))
    assert shown[0] == shown[1] == "ACT-001: Lock them"
    assert browser.send("plan", **form) == shown[0]
    assert len(events(differing, "action")) == 1
    browser.web.clicks = {each: replace(one, until=0) for each, one in browser.web.clicks.items()}
    assert browser.send("plan", **form) == "ACT-002: Lock them"
