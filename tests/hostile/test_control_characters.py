"""No character that somebody wrote is obeyed: it is refused where it comes in, or made visible."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberassess.disk.workspace import SETTINGS
from cyberassess.domain.characters import unfit_in, visible, visible_lines
from cyberassess.errors import AssessmentError
from cyberassess.opening import writing as opening
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.files_for_people import csv_bytes, safe_cell, unsafe_cell
from cyberassess.opening.writing import writing
from cyberassess.program import program
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.send.chasing import chase
from cyberassess.steps.send.sending import send
from cyberassess.terminal.running import print_json, run
from tests.steps.council import answers, begin, codes, events, fill_in, save_at

ESCAPE = "\x1b]52;c;ZXZpbA==\x07"
"""Fills the clipboard of who looks at it."""
LINK = "\x1b]8;;https://evil.example\x1b\\pay here\x1b]8;;\x1b\\"
TURNED = "Kim \u202eeeL"
SETS_A_TITLE = "\x9d0;title\x9c"
HOSTILE = [ESCAPE, LINK, TURNED, SETS_A_TITLE, "a\rb", "Kim\nBcc: all@council.example", "a\x00b",
           "a\u2028b", "\u2066a\u2069", "\x7f", "\x1b[2K\x1b[1A"]  # fmt: skip
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def old_settings(workspace: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Record a name as 0.1 did, which took any."""
    path = workspace / SETTINGS
    text = path.read_text("utf-8").replace('"Kim Lee"', json.dumps(name))
    path.write_text(text, "utf-8")
    with monkeypatch.context() as before:
        before.setattr(opening, "unfit_settings", lambda *_: [])
        with writing(workspace, "test"):
            pass


def printed(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cyberassess", *words],
        capture_output=True, encoding="utf-8", errors="surrogateescape",
        env={**os.environ, **environment}, check=False, timeout=60,
    )  # fmt: skip


# What is printed


@pytest.mark.parametrize("name", HOSTILE)
def test_what_an_old_ledger_holds_is_made_visible(
    name: str, workspace: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    old_settings(workspace, monkeypatch, name)
    for words in (["status"], ["people"], ["chase"], ["status", "--json"], ["send", "--to", "p2"]):
        run(program, ["-C", str(workspace), *words])
        said = capfd.readouterr()
        assert not OBEYED.search(said.out + said.err), words
    run(program, ["-C", str(workspace), "people", "--json"])
    assert name in [each["name"] for each in json.loads(capfd.readouterr().out)["people"]]


@pytest.mark.parametrize(
    "surroundings",
    [{}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "LANG": "C"}],
    ids=str,
)
def test_no_encoding_lets_one_through(
    surroundings: dict[str, str], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_settings(workspace, monkeypatch, f"Kim {ESCAPE}\x9b31m")
    ran = printed("-C", str(workspace), "people", **surroundings)
    assert ran.returncode == 0
    assert "[U+001B]" in ran.stdout
    assert not OBEYED.search(ran.stdout)


def test_words_to_complete_are_made_visible(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_settings(workspace, monkeypatch, f"Kim{ESCAPE}")
    ran = printed(
        _CYBERASSESS_COMPLETE="bash_complete",
        COMP_WORDS=f"cyberassess -C {workspace} send --to Kim",
        COMP_CWORD="5",
    )
    assert "Kim[U+001B]" in ran.stdout
    assert not OBEYED.search(ran.stdout)


def test_a_problem_shows_what_it_quotes(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(program, ["-C", "/nowhere", f"stat{ESCAPE}us"]) == 2
    assert run(program, ["-C", "/nowhere", "receive", f"\x1b[31m{ESCAPE}.xlsx"]) == 1
    said = capfd.readouterr().err
    assert "[U+001B]" in said
    assert not OBEYED.search(said)


def test_json_keeps_the_value_and_shows_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"a": f"{ESCAPE}\x7f\x9b\u202e\u2028\U000e0041 \u0174yn\n\t"}
    print_json(value)
    text = capsys.readouterr().out
    assert json.loads(text) == value
    assert not OBEYED.search(text)
    assert "\u0174yn" in text


@given(st.text(max_size=30))
def test_what_is_visible_is_never_obeyed(text: str) -> None:
    assert not OBEYED.search(visible(text))
    assert "\n" not in visible(text)
    shown = visible_lines(text).replace("\r\n", "\n")
    assert not OBEYED.search(shown)
    assert visible(visible(text)) == visible(text)


def test_words_of_every_language_stay_as_they_are() -> None:
    for text in (
        "Tŷ Coch",
        "Σ",
        "مرحبا",
        "नमस्ते",
        "क्\u200dष",
        "\u0645\u06cc\u200c\u062e\u0648",
        "👩\u200d🚒",
        "a b",
    ):
        assert visible(text) == text
        assert unfit_in(text) == ""


def test_marks_of_direction_are_shown_and_not_refused() -> None:
    for mark in ("\u200e", "\u200f"):
        assert unfit_in(f"a{mark}b") == ""
        assert visible(f"a{mark}b") == f"a[U+{ord(mark):04X}]b"
    for turning in ("\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"):
        assert unfit_in(f"a{turning}b")


# What is written


def test_a_letters_head_has_the_lines_we_wrote(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_settings(workspace, monkeypatch, "Kim\nBcc: all@council.example\u202e")
    path = workspace / SETTINGS
    path.write_text(path.read_text("utf-8").replace("kim.lee@northport.example", ""), "utf-8")
    chase(workspace)
    send(workspace)
    letters = list((workspace / "questionnaires" / "letters").glob("*.txt"))
    assert len(letters) > 3
    for each in letters:
        head = each.read_text("utf-8").partition("\n\n")[0].splitlines()
        assert [line.partition(":")[0] for line in head] == ["To", "Subject"]


@pytest.mark.parametrize(
    "text", ["=1", " =1", "\t=1", "\u00a0+1", "  -1", " @x", "\uff1d1", "\uff0b1", "\uff0d1",
             " \uff201", "\t1", "\r1", "\n=1"],
)  # fmt: skip
def test_no_cell_of_a_table_is_taken_for_a_formula(text: str) -> None:
    assert safe_cell(text).startswith("'")


def test_cells_of_a_table_show_what_they_hold() -> None:
    data = csv_bytes([["a", f"b{ESCAPE}", "two\nlines", "and\r\ntwo", "x = y"]]).decode(
        "utf-8-sig"
    )
    assert not OBEYED.search(data.replace("\r\n", "\n"))
    (row,) = csv.reader(io.StringIO(data, newline=""))
    assert row == ["a", f"b{visible(ESCAPE)}", "two\nlines", "and\r\ntwo", "x = y"]
    for text in ("=1", " =1", "\uff1d1", "'quoted'", "plain"):
        assert unsafe_cell(safe_cell(text)) == text


# What comes in


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "words",
    [
        ["people", "add", "TEXT"],
        ["systems", "add", "TEXT"],
        ["systems", "add", "Parking", "--supplier", "TEXT"],
        [
            "evidence",
            "add",
            "--title",
            "TEXT",
            "--shows",
            "x",
            "--sighted-at",
            "https://x.example",
        ],
        ["approve", "--name", "TEXT", "--role", "SIRO"],
        ["merge", "--by", "TEXT"],
    ],
)
def test_no_option_takes_one(
    text: str, words: list[str], workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = (workspace / SETTINGS).read_bytes(), list((workspace / "ledger").iterdir())
    given = [text if each == "TEXT" else each for each in words]
    assert run(program, ["-C", str(workspace), *given]) == 2
    said = capfd.readouterr().err
    assert "which is not seen and changes what is" in said
    assert "Nothing was changed." in said
    assert not OBEYED.search(said)
    assert ((workspace / SETTINGS).read_bytes(), list((workspace / "ledger").iterdir())) == before


def test_words_of_several_lines_may_have_them_and_nothing_else(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["-C", str(workspace), "systems", "leave-out", "Housing management", "--reason"]
    assert run(program, [*words, f"one{ESCAPE}"]) == 2
    assert run(program, [*words, "one\ntwo"]) == 0
    assert "one\ntwo" in {
        each.reason for each in open_assessment(workspace).contents.settings.left_out
    }
    assert capfd.readouterr().err


@pytest.mark.parametrize("text", HOSTILE)
def test_no_setting_takes_one(text: str, workspace: Path) -> None:
    path = workspace / SETTINGS
    path.write_text(path.read_text("utf-8").replace('"Kim Lee"', json.dumps(text)), "utf-8")
    before = len(list((workspace / "ledger").iterdir()))
    with pytest.raises(AssessmentError, match=r"people\[p2\]\.name: .* which is not seen"):
        send(workspace)
    assert len(list((workspace / "ledger").iterdir())) == before
    with pytest.raises(AssessmentError, match="which is not seen"):
        begin(workspace.parent / "another", organisation=text)
    assert not (workspace.parent / "another").exists()


def test_an_old_setting_stops_nothing(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_settings(workspace, monkeypatch, TURNED)
    assert send(workspace)


@pytest.mark.parametrize("name", ["Kim_x001B_[31m Lee", "Kim \u202eeeL", "Kim_x000B_Lee"])
def test_no_cell_for_a_name_takes_one(
    name: str, workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    """What Excel writes as ``_x001B_`` is the character itself."""
    filled = fill_in(
        blank["Kim"], tmp_path / "kim.xlsx", {"B1.b.H.1/housing": "True"}, completed_by="NAME"
    )
    rewrite(filled, "NAME", name)
    found = receive(workspace, [filled])
    assert codes(found) == ["unseen-character"]
    assert not OBEYED.search(str(found[0].problems[0]))
    state = open_assessment(workspace).state
    assert not [each for each in state.met.values() if unfit_in(each.name)]
    assert len(answers(workspace)) == 1


def test_no_table_takes_one(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    table = workspace.parent / "people.csv"
    table.write_text(f"Name,E-mail\nKim Lee {ESCAPE},kim@x.example\n", "utf-8")
    assert run(program, ["-C", str(workspace), "people", "import", str(table)]) == 1
    said = capfd.readouterr().err
    assert "holds the character [U+001B]" in said
    assert not OBEYED.search(said)


def test_no_plan_takes_one(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What it holds is recorded in the ledger alone, so no check of the settings sees it."""
    table = workspace.parent / "plan.csv"
    table.write_text(f"Outcome,What will be done,Owner\nB1.a/housing,Do{ESCAPE} it,Kim\n", "utf-8")
    assert run(program, ["-C", str(workspace), "plan", "import", str(table)]) in {1, 3}
    said = capfd.readouterr().err
    assert "holds the character [U+001B]" in said
    assert not OBEYED.search(said)
    assert not events(workspace, "action")


def rewrite(path: Path, old: str, new: str) -> None:
    """Put a text into every part of a workbook, as it stands in the file."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(f">{old}<".encode(), f">{new}<".encode()))
    save_at(path, "2090-01-01T10:00:00Z")
