"""Workspaces for the command line, made once; each test that writes gets a copy of its own."""

import io
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

from cyberassess import pack
from cyberassess.demo import story as demo
from cyberassess.demo.story import EARLIER, WORKSPACE
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.record.evidence import Facts
from cyberassess.program import program
from cyberassess.steps.confirm.deciding import write
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.report.printing import Printed
from cyberassess.terminal.running import run
from tests.steps.council import begin, fill_in, send_to, take
from tests.steps.officer import key_file, printed
from tests.steps.receive.test_importing import file_data, written
from tests.steps.review.test_importing_reviews import changed
from tests.steps.sets.test_importing_sets import PLAIN, book


class Ran(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs a command in this process, as the program would."""

    def command(*arguments: str, typed: str = "", terminal: bool = False) -> Ran:
        stream = io.StringIO(typed)
        monkeypatch.setattr(stream, "isatty", lambda: terminal)
        monkeypatch.setattr(sys, "stdin", stream)
        capfd.readouterr()
        code = run(program, arguments)
        return Ran(code, *capfd.readouterr())

    return command


@pytest.fixture
def _without_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no command write the pages to start from, which takes as long again as the command.

    ``test_start`` and the first example of each command (``test_every_command``) write them.
    """
    monkeypatch.setattr(program, "after_writing", lambda _: None)


def report_of_a_line(_: Path, kind: str, output: Path) -> Printed:
    """Stand in for a document, which takes long and has tests of its own."""
    output.write_text(f"A {kind} report.", "utf-8")
    return Printed(output, 1, "")


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demonstration once for all that run side by side, all but its reports."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demonstration"
    made = folder.with_suffix(".made")
    with FileLock(folder.with_suffix(".lock")):
        if made.exists():
            return folder
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(demo, "report", report_of_a_line)
            patch.setattr(demo, "pack", partial(pack, with_report=False))
            code = run(program, ["demo", "-o", str(folder)])
        assert code == 0
        made.touch()
    return folder


@pytest.fixture(scope="session")
def shown_northport(demonstration: Path) -> Path:
    """Give Northport's workspace, only to be read."""
    return demonstration / WORKSPACE


@pytest.fixture
def northport(shown_northport: Path, tmp_path: Path) -> Path:
    """Give a copy of Northport's workspace, last year's beside it."""
    shutil.copytree(shown_northport.with_name(EARLIER), tmp_path / EARLIER)
    return Path(shutil.copytree(shown_northport, tmp_path / WORKSPACE))


LINK = "https://intranet.example/minutes"


@pytest.fixture(scope="session")
def _evidenced(shown_northport: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(shown_northport, tmp_path_factory.mktemp("e") / WORKSPACE))
    shutil.copytree(shown_northport.with_name(EARLIER), folder.with_name(EARLIER))
    put_evidence(folder)
    return folder


@pytest.fixture
def evidenced(_evidenced: Path, northport: Path) -> Path:
    """Give a copy of Northport's workspace with a document beside it, and one in it."""
    shutil.rmtree(northport)
    return Path(shutil.copytree(_evidenced, northport))


def gather(folder: Path, statement: str) -> None:
    """Put files beside a workspace that commands about control sets take."""
    outcomes = Shelf().framework("ncsc-caf@3.2").framework.outcomes
    rows = "".join(f"{each},Achieved\n" for each in outcomes)
    (folder / "targets.csv").write_text(f"outcome,level\n{rows}", "utf-8")
    wording = f"id,text\n{statement},The official words.\n"
    (folder / "wording.csv").write_text(wording, "utf-8")
    plan = "Outcome,What will be done,Owner,Due\nB1.a/housing,Review leavers,Kim Lee,31/01/2027\n"
    (folder / "plan.csv").write_text(plan, "utf-8")
    (folder / "people.csv").write_text("Name\nPriya Shah\n", "utf-8")
    (folder / "systems.csv").write_text("Name\nPlanning portal\n", "utf-8")
    book(folder, PLAIN).rename(folder / "pscrf.xlsx")


def put_evidence(folder: Path) -> None:
    """Put a document beside a workspace, and one into it."""
    documents = f"Link,Shows,For\n{LINK},Minutes in which the board looked at risk,A1.a\n"
    (folder / "documents.csv").write_text(documents, "utf-8")
    (folder / "leavers.csv").write_text("account,removed\nkim,2026-03-04\n", "utf-8")
    policy = folder / "policy.pdf"
    policy.write_bytes(b"%PDF policy")
    add(folder, [policy], Facts(shows="Says who approves access to each system"))


def put_document(folder: Path) -> None:
    """Put a printed document beside a workspace, and a certificate to sign it with."""
    (folder / "report.pdf").write_bytes(printed())
    key_file(folder / "officer.p12")


@pytest.fixture(scope="session")
def _small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = begin(tmp_path_factory.mktemp("small") / "small", "ncsc-caf@0")
    place = folder.parent
    put_evidence(folder)
    put_document(folder)
    sent = send_to(folder)
    kims = {"B1.a.N.1/housing": "Happens", "B1.b.H.1/housing": "True"}
    take(folder, fill_in(sent["Kim Lee"], place / "kim.xlsx", kims))
    alexs = {"B1.a.N.1/housing": "Does not happen"}
    take(folder, fill_in(sent["Alex Moor"], place / "alex.xlsx", alexs))
    fill_in(sent["Sam Reid"], folder / "sam.xlsx", {"A1.a.N.1": "Happens"})
    write(folder, output=folder / "decisions.xlsx")
    fill_in(sent["Sam Reid"], folder / "wrong.xlsx", {"A1.a.N.1": "Perhaps"})
    (folder / "photo.xlsx").write_bytes(b"\xff\xd8\xff\xe0 JFIF")
    written(folder, file_data())
    written(folder, file_data() | {"A1.z": {}}, "odd.json")
    written(folder, changed(lambda _: None), "review.json")
    gather(folder, "B1.a.N.1")
    return folder


@pytest.fixture
def small(_small: Path, tmp_path: Path) -> Path:
    """Give a copy of a made-up council's workspace with one conflict, and files to receive."""
    return Path(shutil.copytree(_small, tmp_path / "small"))
