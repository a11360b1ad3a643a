"""What happens beside the screens, and below them: another program, and a full disk."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from cyberassess.disk.segments import LedgerFolder
from cyberassess.disk.workspace import Workspace
from cyberassess.program import program
from cyberassess.terminal.running import run
from tests.screen.conftest import STATEMENT
from tests.steps.council import fill_in, send_to, take


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
