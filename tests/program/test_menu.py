"""What a double click shows: the screen, or where it stands and what comes next with numbers."""

import re
import shlex
import threading
import webbrowser
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlencode, urlsplit

import pytest

from cyberassess.screen import serving
from cyberassess.screen.web import Web
from cyberassess.steps.standing.menu import last_used, sorted_out, typed_paths, words_of
from cyberassess.steps.standing.standing import Step
from tests.program.conftest import Run
from tests.steps.council import begin, fill_in, send_to


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a cache of one's own, and begin in a folder that is no assessment."""
    monkeypatch.setenv("CYBERASSESS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return begin(tmp_path / "northport")


def test_next_steps_are_numbered_and_given_by_their_number(cli: Run, folder: Path) -> None:
    ran = cli("-C", str(folder), "menu", typed="1\n\nq\n", terminal=True)
    assert ran.code == 0
    assert "  1  Send the questions to" in ran.out
    assert "> send" in ran.out
    assert len(list((folder / "questionnaires" / "sent").iterdir())) == 3
    assert "  1  Ask" in ran.out.rpartition("What comes next:")[2]


class Comer:
    """A browser that comes: it follows the file it is given, looks, sends a form, and finishes."""

    def __init__(self, form: Mapping[str, str] = MappingProxyType({})) -> None:
        self.form = form
        self.seen: list[str] = []
        self.shown = ""
        self.coming = threading.Thread(target=self.come)

    def __call__(self, uri: str) -> bool:
        self.seen.append(uri)
        found = re.search(r'href="([^"]+)"', Path(unquote(urlsplit(uri).path)).read_text("utf-8"))
        assert found is not None
        self.seen.append(found[1])
        self.coming.start()
        return True

    def come(self) -> None:
        forms: list[Mapping[str, str]] = [self.form] if self.form else []
        address = urlsplit(self.seen[1])
        line = HTTPConnection(address.netloc, timeout=20)
        line.request("GET", address.path)
        self.shown = line.getresponse().read().decode()
        headers = {
            "Origin": f"http://{address.netloc}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        for form in (*forms, {"do": "finish"}):
            line.request("POST", f"{address.path}start", urlencode(form), headers)
            line.getresponse().read()
        line.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home of one's own, where the file that leads a browser to the page lies."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    return tmp_path / "home"


def test_a_double_click_shows_the_screen_of_the_assessment_used_last(
    cli: Run, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("-C", str(folder), "menu")
    monkeypatch.setattr(webbrowser, "open", browser := Comer())
    ran = cli("menu", "--open")
    browser.coming.join(timeout=20)
    assert ran.code == 0
    assert "Northport Council, 2026" in browser.shown
    assert browser.seen[1] in ran.out
    assert f"cyberassess shows {folder}" in ran.out
    assert "where you close this window" in ran.out
    assert "What comes next:" not in ran.out
    assert not list(home.iterdir())


def test_a_double_click_without_an_assessment_asks_what_one_needs(
    cli: Run, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {
        "do": "new",
        "organisation": "Ours",
        "period": "2026",
        "name": "Sam Reid",
        "framework": "ncsc-cyber-essentials@3.3",
        "profile": "cyber-essentials-ready",
    }
    (tmp_path / "elsewhere" / "cyber-assessment").mkdir()
    monkeypatch.setattr(webbrowser, "open", browser := Comer(form))
    ran = cli("menu", "--open")
    made = tmp_path / "elsewhere" / "cyber-assessment-2"
    assert ran.code == 0
    assert "A new assessment" in browser.shown
    assert str(made) in browser.shown
    assert "Ours, 2026" in cli("menu").out
    assert last_used() == made
    assert not list(home.iterdir())


@pytest.mark.parametrize("started", [True, False])
def test_the_menu_stands_in_where_no_browser_comes(
    cli: Run, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch, *, started: bool
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: started)
    monkeypatch.setattr(serving, "COMES", 0.1)
    ran = cli("menu", "--open", str(folder), typed="q\n", terminal=True)
    assert ran.code == 0
    assert ("No browser came" if started else "No browser could be started.") in ran.err
    assert "What comes next:" in ran.out
    assert not list(home.iterdir())


def test_the_screen_is_opened_from_it(
    cli: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def serve(web: Web, *_: object, **__: object) -> None:
        opened.append(web.room.folder)

    monkeypatch.setattr(serving, "serve", serve)
    ran = cli("-C", str(folder), "menu", typed="s\nq\n", terminal=True)
    assert opened == [folder]
    assert "What comes next:" in ran.out.partition("Ended.")[2]


def test_nobody_is_asked_where_nobody_can_answer(cli: Run, folder: Path) -> None:
    ran = cli("-C", str(folder), "menu")
    assert ran.code == 0
    assert "  1  Send the questions to" in ran.out
    assert "Number" not in ran.out
    ran = cli("menu", "--help")
    assert ran.code == 0


def test_it_comes_back_to_the_assessment_used_last(cli: Run, folder: Path, kept: Path) -> None:
    assert "no assessment here" in cli("menu").err
    cli("-C", str(folder), "menu")
    assert last_used() == folder
    assert str(folder) in cli("menu").out
    (folder / "assessment.yaml").rename(folder / "away")
    assert "no assessment here" in cli("menu").err
    (kept / "last-used").write_bytes(b"\xff\x00")
    assert "no assessment here" in cli("menu").err


def test_one_that_is_not_there_for_a_while_is_not_forgotten(
    cli: Run, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a drive that is not connected today."""
    cli("-C", str(folder), "menu")
    folder.rename(home / "away")
    monkeypatch.setattr(webbrowser, "open", browser := Comer())
    ran = cli("menu", "--open")
    browser.coming.join(timeout=20)
    assert f"The assessment used last is not there now: {folder}" in " ".join(ran.out.split())
    (home / "away").rename(folder)
    assert last_used() == folder


def test_without_a_cache_it_asks(cli: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CYBERASSESS_CACHE", "off")
    cli("-C", str(folder), "menu")
    assert last_used() is None
    ran = cli("menu", typed=f'9\n2\nnowhere\n2\n"{folder}"\nq\n', terminal=True)
    assert '"9" is not one of 1, 2, 3 and q.' in ran.out
    assert "no assessment.yaml in it" in ran.out
    assert "What comes next:" in ran.out


def test_a_new_one_is_begun_by_question_and_answer(cli: Run, tmp_path: Path) -> None:
    typed = "1\nours-2026\nSam Reid <sam@ours.example>\nOurs\n2026\nncsc-cyber-essentials@3.3\n"
    ran = cli("menu", typed=f"{typed}cyber-essentials-ready\nq\n", terminal=True)
    made = tmp_path / "elsewhere" / "ours-2026"
    assert 'name: "Sam Reid"' in (made / "assessment.yaml").read_text("utf-8"), ran.err
    assert str(made) in ran.out
    assert last_used() == made


def test_what_is_said_to_type_fits_a_folder_with_spaces(cli: Run, tmp_path: Path) -> None:
    typed = "1\nours 2026\n\nOurs\n2026\nncsc-cyber-essentials@3.3\ncyber-essentials-ready\nq\n"
    ran = cli("menu", typed=typed, terminal=True)
    made = tmp_path / "elsewhere" / "ours 2026"
    assert f"cyberassess -C {shlex.quote(str(made))} send" in ran.out.replace("\n  ", ""), ran.err


def test_files_that_are_dropped_are_received(cli: Run, folder: Path, tmp_path: Path) -> None:
    kims = send_to(folder)["Kim Lee"]
    cli("-C", str(folder), "menu")
    back = fill_in(kims, tmp_path / "back (1).xlsx", {"B1.b.H.1/housing": "True"})
    ran = cli("menu", str(back))
    assert "back (1).xlsx" in ran.out
    assert "stored 1 answer" in ran.out
    again = cli("menu", "--open", str(folder), str(back))
    assert "1 unchanged" in again.out


def test_what_a_step_leaves_open_is_asked(cli: Run, folder: Path, tmp_path: Path) -> None:
    sent = send_to(folder)
    for name, said in (("Kim Lee", "Happens"), ("Alex Moor", "Does not happen")):
        path = fill_in(sent[name], tmp_path / f"{name}.xlsx", {"B1.a.N.1/housing": said})
        shown = cli("-C", str(folder), "menu").out
        number = next(x.split()[0] for x in shown.splitlines() if "for the answers" in x)
        ran = cli(*("-C", str(folder), "menu"), typed=f'{number}\n"{path}"\n\nq\n', terminal=True)
        assert "Which files?" in ran.out
    shown = cli("-C", str(folder), "menu").out
    number = next(x.split()[0] for x in shown.splitlines() if "Decide 1 conflict" in x)
    typed = f"{number}\nhappens\nSeen in March.\n\nq\n"
    ran = cli("-C", str(folder), "menu", typed=typed, terminal=True)
    assert "Answer:" in ran.out
    assert "Reason:" in ran.out
    assert "Decide 1 conflict" not in ran.out.rpartition("What comes next:")[2]


def test_any_command_can_be_typed_and_a_slip_ends_nothing(cli: Run, folder: Path) -> None:
    typed = '99\nverify\n\ncyberassess people add "Jo Hall <jo@x.example>:hr"\n\n"\n\nfrob\n\n'
    ran = cli("-C", str(folder), "menu", typed=f"{typed}o\nq\n", terminal=True)
    assert ran.code == 0
    assert "99 is not one of the numbers above." in ran.out
    assert "A quotation mark has no partner." in ran.out
    assert '"frob" is not a command.' in ran.err
    assert "Jo Hall" in (folder / "assessment.yaml").read_text("utf-8")
    assert "which assessment?" in ran.out


def test_an_assessment_that_cannot_be_read_is_said(cli: Run, folder: Path) -> None:
    (folder / "assessment.yaml").write_text("schema: 1\n", "utf-8")
    ran = cli("-C", str(folder), "menu", typed="verify\n\nq\n", terminal=True)
    assert "assessment.yaml" in ran.err
    assert ran.code == 0


def test_the_end_of_what_is_typed_ends_it(cli: Run, folder: Path) -> None:
    assert cli("-C", str(folder), "menu", typed="", terminal=True).code == 0


def test_steps_are_taken_apart_and_files_told_from_folders(folder: Path) -> None:
    assert words_of(Step("Renew it: A, B", "")) == []
    settle = Step("Decide 1 conflict", "cyberassess resolve A/b --answer … --reason …")
    assert words_of(settle) == ["resolve", "A/b", "--answer", "…", "--reason", "…"]
    assert sorted_out([str(folder / "assessment.yaml"), "a.xlsx"]) == (
        folder, (Path("a.xlsx").absolute(),)
    )  # fmt: skip
    assert typed_paths('"C:\\a b.xlsx" C:\\c.xlsx') == ["C:\\a b.xlsx", "C:\\c.xlsx"]
    assert typed_paths("C:\\a b.xlsx") == ["C:\\a b.xlsx"]
    assert typed_paths("") == []


def test_stars_are_expanded_where_the_shell_leaves_them(
    cli: Run, folder: Path, tmp_path: Path
) -> None:
    sent = send_to(folder)
    for number, name in enumerate(sorted(sent)):
        fill_in(sent[name], tmp_path / f"back {number}.xlsx", {})
    (tmp_path / "a [1].xlsx").write_bytes(b"x")
    ran = cli("-C", str(folder), "receive", str(tmp_path / "back *.xlsx"))
    assert [x for x in ("back 0", "back 1", "back 2") if x in ran.out + ran.err] == [
        "back 0", "back 1", "back 2",
    ]  # fmt: skip
    assert "There is no such file" in cli("-C", str(folder), "receive", "no*.xlsx").err
    assert "a [1].xlsx" in cli("-C", str(folder), "receive", str(tmp_path / "a [1].xlsx")).err
