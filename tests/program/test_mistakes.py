"""Mistakes people make: each is said with its place, what was found, and what to do next."""

import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import xlsxwriter

from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.program import program
from cyberassess.terminal.running import run
from tests.program.conftest import Run
from tests.steps.council import fill_in, ledger_bytes

Setting = Callable[[Path], None]


def as_it_is(_: Path) -> None:
    """Change nothing."""


def settings(old: str, new: str) -> Setting:
    """Give what changes a text in ``assessment.yaml``."""

    def change(folder: Path) -> None:
        path = folder / "assessment.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def file(name: str, data: bytes) -> Setting:
    """Give what puts a file beside the workspace's own."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return change


def without(pattern: str) -> Setting:
    """Give what removes files."""

    def change(folder: Path) -> None:
        for each in list(folder.glob(pattern)):
            each.unlink()

    return change


def altered_segment(folder: Path) -> None:
    """Let somebody change an answer in the ledger."""
    path = max((folder / "ledger").glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"never"', b'"happens"'))


def missing_segment(folder: Path) -> None:
    """Let a segment not have arrived."""
    sorted((folder / "ledger").glob("*.jsonl"))[1].unlink()


def changed_set(folder: Path) -> None:
    """Let somebody edit the pinned control set."""
    path = next(folder.glob("frameworks/ncsc-caf/*.yaml"))
    path.write_bytes(path.read_bytes() + b"\n")


def strange_workbook(folder: Path) -> None:
    """Make a workbook that is not one of ours."""
    with xlsxwriter.Workbook(folder / "budget.xlsx") as book:
        book.add_worksheet("Budget").write_string(0, 0, "Rent")


def half_workbook(folder: Path) -> None:
    """Cut a workbook in half."""
    data = (folder / "sam.xlsx").read_bytes()
    (folder / "half.xlsx").write_bytes(data[: len(data) // 2])


def other_assessment(folder: Path) -> None:
    """Let a workbook say that it belongs elsewhere."""
    with zipfile.ZipFile(folder / "sam.xlsx") as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    name = open_assessment(folder).state.assessment.encode()
    with zipfile.ZipFile(folder / "elsewhere.xlsx", "w") as archive:
        for each, data in parts.items():
            archive.writestr(each, data.replace(name, b"0" * len(name)))


def date_for_answer(folder: Path) -> None:
    """Type something that is no answer."""
    (sent,) = (folder / "questionnaires/sent").glob("*Sam*")
    fill_in(sent, folder / "typed.xlsx", {"A1.a.N.1": "12 March"})


def private(name: str) -> Setting:
    """Give what makes a file its owner's alone."""
    return lambda folder: (folder / name).chmod(0o600)


def shared(name: str) -> Setting:
    """Give what lets others read a file."""
    return lambda folder: (folder / name).chmod(0o644)


class Mistake(NamedTuple):
    """A mistake, and the five things its message says."""

    command: str
    code: int
    where: str
    what: str
    allowed: str
    effect: str
    next: str
    setting: Setting = as_it_is


NOTHING = "Nothing was changed."
NOT_STORED = "Nothing was stored."
NOT_WRITTEN = "Nothing was written."
NEW = "new made --organisation Lab --period 2026"
CAF = f"{NEW} --framework ncsc-caf@3.2 --profile none"
SETTLE = "resolve B1.a.N.1/housing"
MISTAKES = [
    # mistyped commands: where is the command, allowed its usage, next its help
    Mistake("stauts", 2, "cyberassess: ", '"stauts" is not a command', "Did you mean status?",
            NOTHING, "cyberassess --help"),
    Mistake("status --jsn", 2, "cyberassess status: ", "'--jsn'", "Did you mean '--json'?",
            NOTHING, "cyberassess status --help"),
    Mistake("framework chek --all", 2, "cyberassess framework: ", "'chek'",
            "Did you mean 'check'?", NOTHING, "cyberassess framework --help"),
    Mistake("receive", 2, "cyberassess receive: ", "Missing argument", "FILE|FOLDER",
            NOTHING, "cyberassess receive --help"),
    Mistake("status extra", 2, "cyberassess status: ", "extra", "Usage: cyberassess status",
            NOTHING, "cyberassess status --help"),
    Mistake("score --by nothing", 2, "--by", "'nothing'", "'theme', 'standard', 'owner'",
            NOTHING, "cyberassess score --help"),
    Mistake(f"{SETTLE} --answer never", 2, "cyberassess resolve: ", "--reason is missing",
            "[STATEMENT[/SCOPE]]", NOTHING, "cyberassess resolve --help"),
    Mistake("--no-input ask", 2, "cyberassess ask: ", "nobody is there", "Leave out --no-input",
            NOTHING, "cyberassess receive FILE"),
    Mistake("--no-input new made --organisation Lab", 2, "cyberassess new: ",
            "--period is missing", "Usage: cyberassess new", NOTHING, "new --help"),
    # names that are not there
    Mistake("-C nowhere status", 1, "assessment.yaml: ", "There is no such file here", "-C FOLDER",
            NOTHING, "cyberassess new FOLDER"),
    Mistake("send --to 'Kim Leigh'", 1, "assessment.yaml", '"Kim Leigh" is nobody', "Kim Lee",
            NOTHING, "Did you mean"),
    Mistake("ask --as 'Alex Moore'", 1, "assessment.yaml", '"Alex Moore" is nobody', "Alex Moor",
            NOTHING, "Did you mean"),
    Mistake("explain B1.x", 1, "B1.x", "is not an outcome of this assessment", "B1.b", NOTHING,
            "Did you mean"),
    Mistake("explain B1.a/revenues", 1, "B1.a", '"revenues" is not a scope', "housing", NOTHING,
            "There are"),
    Mistake("resolve B1.a.N.9/housing --answer never --reason Log", 1, "B1.a.N.9/housing: ",
            '"B1.a.N.9" is not a statement', "B1.a.N.2", NOTHING, "Did you mean"),
    Mistake("resolve B1.b.N.1/housing --answer never --reason Log", 1, "B1.b.N.1/housing: ",
            "Nobody differs on it", "B1.a.N.1/housing", NOTHING, "Open conflicts"),
    Mistake(f"{SETTLE} --answer perhaps --reason Log", 1, "--answer: ", '"perhaps"',
            "Happens, Does not happen", NOTHING, "Choose one of"),
    Mistake(f"{SETTLE} --answer never --reason ' '", 1, "--reason: ", "No reason was given",
            "in a sentence", NOTHING, "Say"),
    Mistake("framework show nowhere@1", 1, "nowhere@1", "is not there", "ncsc-caf@3.2", NOTHING,
            "There are"),
    Mistake("framework diff ncsc-caf@4.0 ncsc-caf@3.2", 1, "ncsc-caf@4.0", "no upgrade",
            "ncsc-caf@3.2 to ncsc-caf@4.0", NOTHING, "the other way"),
    Mistake("framework new 'our rules'", 1, "ID@VERSION", '"our rules"', "our-rules@1",
            "Nothing was written.", "Write an id"),
    # beginning
    Mistake(f"{NEW} --framework ncsc-caf --profile none", 1, "ncsc-caf", "is not there",
            "ncsc-caf@3.2, ncsc-caf@4.0", NOTHING, "Name a version"),
    Mistake(f"{NEW} --framework ncsc-caf@3.2 --profile nowhere", 1, "profiles", '"nowhere"',
            "govassure-baseline", NOTHING, "There are"),
    Mistake(f"{CAF} --due soon", 1, "--due: ", '"soon"', "31/03/2027", NOTHING, "Write it like"),
    Mistake(f"{CAF} --system A --system a", 1, "--system: ", '"a"', "a name of its own", NOTHING,
            "Give each system"),
    Mistake(f"{CAF} --respondent '<a>'", 1, "--respondent: ", '"<a>"', "NAME <EMAIL>", NOTHING,
            "for example"),
    Mistake("new . --organisation Lab --period 2026 --framework ncsc-caf@3.2 --profile none", 1,
            ".: ", "something in this place already", "new or empty", NOTHING, "Name a folder"),
    Mistake("demo -o .", 1, ".: ", "something that is not a demo", "another one", NOTHING,
            "--output"),
    # files that came back
    Mistake("receive nowhere.xlsx", 1, "nowhere.xlsx: ", "There is no such file", "file",
            "Nothing was changed", "nowhere.xlsx"),
    Mistake("receive photo.xlsx", 3, "photo.xlsx: ", "This is a picture", "the workbook",
            NOT_STORED, "Name the workbook"),
    Mistake("receive budget.xlsx", 3, "budget.xlsx: ", "not one of our questionnaires",
            "About this file", NOT_STORED, "Receive the workbook", strange_workbook),
    Mistake("receive half.xlsx", 3, "half.xlsx: ", "damaged", ".xlsx", NOT_STORED,
            "save it as Excel Workbook", half_workbook),
    Mistake("receive elsewhere.xlsx", 3, "elsewhere.xlsx: ", "belongs to another assessment",
            "Northport Council, 2026", "Nothing was stored", "receive it there", other_assessment),
    Mistake("receive old.xls", 3, "old.xls: ", "an old Office program", ".xlsx", NOT_STORED,
            "save it as Excel Workbook", file("old.xls", bytes.fromhex("d0cf11e0a1b11ae1"))),
    Mistake("receive empty.xlsx", 3, "empty.xlsx: ", "The file is empty", "syncing", NOT_STORED,
            "receive it again", file("empty.xlsx", b"")),
    Mistake("receive notes.pdf", 3, "notes.pdf: ", "This is a PDF", "the workbook", NOT_STORED,
            "Name the workbook", file("notes.pdf", b"%PDF-1.7")),
    Mistake("receive typed.xlsx", 3, "cell C", '"12 March"', "Happens; Does not happen",
            "Nothing was stored for this row", "Choose one of", date_for_answer),
    Mistake("import webcaf assessment.yaml", 1, "line 1: ", "The file is not JSON", "from WebCAF",
            "The file was not imported", "Export the assessment"),
    Mistake("report full -o sam.xlsx", 1, "sam.xlsx: ", "There is a file of this name",
            "another name", "Nothing was written", "--force"),
    # the settings
    Mistake("status", 1, "assessment.yaml, line 16: ", '"deu" is not a key', "due", NOTHING,
            "Did you mean", settings('due: "2026-12-11"', 'deu: "2026-12-11"')),
    Mistake("status", 1, "assessment.yaml, line 16: ", '"soon"', "YYYY-MM-DD", NOTHING,
            "Write it as", settings('due: "2026-12-11"', 'due: "soon"')),
    Mistake("status", 1, "assessment.yaml, line 3: ", '"2"', "this program reads", NOTHING,
            "Update cyberassess", settings('schema: "1"', 'schema: "2"')),
    Mistake("status", 1, "assessment.yaml, line 14", '"huosing"', "housing", NOTHING,
            "Did you mean", settings('{scope: "housing"}', '{scope: "huosing"}')),
    Mistake("status", 1, "assessment.yaml, line 13", "stops being YAML", "quotation mark", NOTHING,
            "Look for", settings("people:", "\tpeople:")),
    # what must not be touched
    Mistake("status", 1, "frameworks/ncsc-caf/0.yaml: ", "its hash differs", "a new revision",
            NOTHING, "Restore the file", changed_set),
    Mistake("score", 1, "ledger/", "does not match the hash", "a backup", NOTHING,
            "Restore the file", altered_segment),
    Mistake("send", 1, "ledger/", "has not arrived", "still syncing", NOTHING,
            "copy it from the other machine", missing_segment),
    Mistake("send", 1, "ledger: ", "holds no ledger", "still syncing", NOTHING, "restore it",
            without("ledger/*.jsonl")),
    Mistake("sign photo.xlsx --key officer.p12", 1, "photo.xlsx: ", "not a PDF", "Print one",
            NOT_WRITTEN, "cyberassess report full"),
    Mistake("sign report.pdf --key sam.xlsx", 1, "sam.xlsx: ", "not a PKCS#12 file", ".p12 or",
            NOT_WRITTEN, "openssl pkcs12 -export", private("sam.xlsx")),
    Mistake("sign report.pdf --key officer.p12", 1, "officer.p12: ", "Others on this machine",
            "yours alone", NOT_WRITTEN, "chmod 600 officer.p12", shared("officer.p12")),
]  # fmt: skip


def test_there_are_at_least_thirty() -> None:
    assert len(MISTAKES) >= 30


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: f"{each.command}: {each.what}")
def test_each_says_where_what_allowed_effect_and_next(
    mistake: Mistake, small: Path, cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small)
    mistake.setting(small)
    before = ledger_bytes(small)
    ran = cli(*shlex.split(mistake.command))
    assert ran.code == mistake.code, ran
    said = " ".join(ran.err.split())
    for part in (mistake.where, mistake.what, mistake.allowed, mistake.effect, mistake.next):
        assert part.strip() in said, said
    for word in ("Traceback", "Error", "Exception", "Invalid", "invalid", "please", "\x1b"):
        assert word not in ran.out + ran.err
    if mistake.code in (1, 2):
        assert ledger_bytes(small) == before
        assert not (small / "made").exists()


def test_debug_shows_where_the_program_was(small: Path) -> None:
    """Only with --debug, and for whoever mends the program."""
    with pytest.raises(AssessmentError):
        run(program, ["--debug", "-C", str(small / "nowhere"), "status"])
