"""A ledger that says the opposite of the workbooks beside it, its chain hashed anew."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from cyberassess.books.questionnaire.filling import fill_review
from cyberassess.books.review_book import COMMENT, DETERMINATION
from cyberassess.disk.files import sha256_of
from cyberassess.disk.pack import SUMS, write_pack
from cyberassess.disk.segments import new_text
from cyberassess.program import program
from cyberassess.steps.care.pack import verify_pack
from cyberassess.steps.care.verifying import Verified, verify
from cyberassess.steps.pack.packing import PackWanted, pack
from cyberassess.steps.review.reviewing import receive_review, send_review
from cyberassess.steps.settle.resolving import resolve
from tests.hostile.rewriting import Event, rewrite
from tests.steps.council import Rows, begin, fill_in, send_to, take

KIMS: Rows = {
    "B1.a.N.1/housing": "Does not happen",
    "B1.a.N.2/housing": "Does not happen",
    "B1.a.M.1/housing": "True",
    "B1.a.H.1/housing": ("Otherwise", "By hand each Monday."),
    "B1.b.N.1/housing": "Does not happen",
    "B1.b.H.1/housing": ("Does not apply", "Nobody works from home."),
    "B1.b.H.2/housing": "True",
    "B1.a.why/housing": ("", "We check it each month."),
}
TURNED = {
    "never": "happens",
    "happens": "never",
    "true": "not-true",
    "other-means": "not-true",
    "out": "true",
}


@pytest.fixture(scope="module")
def _honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("turned")
    folder = begin(place / "northport-2026")
    blank = send_to(folder)
    take(folder, fill_in(blank["Kim Lee"], place / "kim.xlsx", KIMS))
    alexs = {"B1.a.N.1/housing": "Happens", "B1.a.M.1/housing": "True"}
    take(folder, fill_in(blank["Alex Moor"], place / "alex.xlsx", alexs))
    resolve(folder, "B1.a.N.1/housing", answer="never", reason="Seen in the log.")
    sent = send_review(folder, "Jo Marsh, Assurer").path
    said = {"B1.a/housing": {DETERMINATION: "Low", COMMENT: "Seen on site."}}
    filled = place / "review.xlsx"
    fill_review(sent, filled, said)
    receive_review(folder, filled)
    return folder


@pytest.fixture
def council(_honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_honest, tmp_path / "northport-2026"))


def differing(found: Verified) -> list[tuple[str, str]]:
    return [(e.where, e.message) for e in found.problems if e.code == "cell-differs"]


def test_an_honest_assessment_is_found_again(council: Path) -> None:
    found = verify(council)
    assert found.problems == ()
    assert dict(found.cells.named) == {"answers": 11, "texts": 1, "reviews": 1}
    assert found.cells.found == found.cells.named
    assert found.cells.without_cell == 1  # the conflict was settled by a command
    said = CliRunner().invoke(program, ["-C", str(council), "verify"])
    assert said.exit_code == 0
    assert "11 of 11 answers, 1 of 1 reviews and 1 of 1 texts found again in" in said.stdout
    assert "whoever writes the ledger can" in said.stdout
    assert "1 typed, imported or decided" in said.stdout


def test_answers_turned_round_are_named_with_both_values(council: Path, tmp_path: Path) -> None:
    def turn(event: Event) -> None:
        if event["type"] == "answer":
            event["new"] = TURNED.get(event["new"], event["new"])

    rewrite(council, turn)
    found = verify(council)
    assert len(differing(found)) == 11
    where, message = differing(found)[0]
    assert where.startswith("kim.xlsx, sheet ")
    assert message == (
        'The ledger says "Happens" of B1.a.N.1/housing; the cell says "Does not happen".'
    )
    assert sum(found.cells.found.values()) == 2
    made = pack(council, PackWanted(output=tmp_path / "pack.zip", report=False))
    for words in (["-C", str(council), "verify"], ["verify", str(made.path)]):
        said = CliRunner().invoke(program, [*words, "--json"])
        assert said.exit_code == 4
        shown = json.loads(said.stdout)
        assert shown["cells"]["by_kind"]["answers"] == {"named": 11, "found": 0}
        assert sum("the cell says" in each for each in shown["problems"]) == 11


def _reason(event: Event) -> None:
    if event["type"] == "answer" and "reason" in event:
        event["reason"] = new_text("By a robot, at once.")


def _rationale(event: Event) -> None:
    if event["type"] == "rationale":
        event["new"] = new_text("We check it every hour.")


def _places(event: Event) -> None:
    swapped = {"B1.b.H.1": "B1.b.H.2", "B1.b.H.2": "B1.b.H.1"}
    if event["type"] == "answer":
        event["indicator"] = swapped.get(event["indicator"], event["indicator"])


def _cell(event: Event) -> None:
    if event["type"] == "answer" and event["indicator"] == "B1.b.H.1":
        event["source"]["cell"] = "ZZ999"


def _person(event: Event) -> None:
    if event["type"] == "answer" and event["person"] == "p3":
        event["person"] = "p1"


def _assurer(event: Event) -> None:
    if event["type"] == "review":
        event["new"]["determination"] = "high"


def _comment(event: Event) -> None:
    if event["type"] == "review":
        event["new"]["comment"] = new_text("Could not be better.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_reason, 'says "By a robot, at once." of B1.a.H.1/housing; the cell says "By hand each'),
        (_rationale, 'says "We check it every hour." of B1.a/housing; the cell says "We check it'),
        (_places, 'says something of B1.b.H.2/housing; the cell holds "Does not apply"'),
        (_cell, "says something of B1.b.H.1/housing; the cell is empty"),
        (_person, 'says "Sam Reid" of B1.a.N.1/housing; the cell says "Alex Moor"'),
        (_assurer, 'says "high" of B1.a/housing; the cell says "low"'),
        (_comment, 'says "Could not be better." of B1.a/housing; the cell says "Seen on site."'),
    ],
)
def test_whatever_was_changed_is_named(
    council: Path, change: Callable[[Event], None], said: str
) -> None:
    rewrite(council, change)
    messages = [message for _, message in differing(verify(council))]
    assert messages
    assert any(said in each for each in messages)


def test_a_text_that_was_taken_out_counts_as_withheld(council: Path) -> None:
    def redact(event: Event) -> None:
        for value in (event.get("new"), event.get("reason")):
            if isinstance(value, dict) and "digest" in value:
                del value["text"], value["salt"]

    rewrite(council, redact)
    found = verify(council)
    assert found.problems == ()
    assert (found.cells.withheld, found.cells.named["answers"]) == (1, 11)


REF, ANSWER = "B1.b.H.2/housing", "True"


def _doubled(council: Path) -> str:
    """Add a second row of one ref to Kim's original, which is refused today; give its SHA-256."""
    (original,) = (council / "questionnaires" / "received").glob("*kim.xlsx")
    book = openpyxl.load_workbook(original)
    sheet = next(s for s in book.worksheets for row in s.values if REF in row)
    row = next(each for each in sheet.iter_rows() if REF in [cell.value for cell in each])
    values = ["Not true" if cell.value == ANSWER else cell.value for cell in row]
    sheet.append(values)
    book.save(original)
    return sha256_of(original)


@pytest.mark.parametrize(
    ("keep", "turn", "said"),
    [
        (True, False, ""),
        (False, False, 'says something of B1.b.H.2/housing; the cell holds "True"'),
        (True, True, 'says "Not true" of B1.b.H.2/housing; the cell says "True"'),
    ],
)
def test_a_row_that_is_no_longer_read_is_known_by_the_words_it_held(
    council: Path, *, keep: bool, turn: bool, said: str
) -> None:
    sha256 = _doubled(council)

    def as_if_it_had_been_read(event: Event) -> None:
        is_kims = (event.get("source") or event).get("name") == "kim.xlsx" or (
            event["type"] == "received" and event["name"]["text"] == "kim.xlsx"
        )
        if not is_kims:
            return
        if event["type"] == "received":
            event["sha256"] = sha256
            return
        event["source"]["file"] = sha256
        if event.get("indicator") == "B1.b.H.2":
            assert event["read"] == ANSWER
            event |= {"new": "not-true"} if turn else {}
            if not keep:
                del event["read"]

    rewrite(council, as_if_it_had_been_read)
    messages = [message for _, message in differing(verify(council))]
    assert [said in each for each in messages] == ([True] if said else [])


def _packed(council: Path, to: Path, more: dict[str, bytes], without: str = "") -> list[str]:
    """Write a pack with files more or less, as whoever has no key can; give what is said of it."""
    made = pack(council, PackWanted(output=to / "pack.zip", report=False))
    with zipfile.ZipFile(made.path) as archive:
        inside = {name: archive.read(name) for name in archive.namelist() if name != SUMS}
    kept = {name: data for name, data in inside.items() if not without or without not in name}
    write_pack(made.path, {**kept, **more})
    return [f"{each.where}: {each.message}" for each in verify_pack(made.path).problems]


@pytest.mark.parametrize(
    "name", ["reviews/0a1b2c3d Review.xlsx", "received/0a1b2c3d x.xlsx", "evidence/EV-009 x.txt"]
)
def test_a_file_the_ledger_does_not_name_is_said(council: Path, tmp_path: Path, name: str) -> None:
    said = _packed(council, tmp_path, {name: b"never received"})
    assert f"{name}: The ledger names no such file." in said


@pytest.mark.parametrize("part", ["reviews/", "kim.xlsx"])
def test_an_original_that_is_not_in_the_pack_is_said(
    council: Path, tmp_path: Path, part: str
) -> None:
    said = _packed(council, tmp_path, {}, without=part)
    assert any("The workbook the ledger names is not in the pack" in each for each in said)


def test_an_original_that_is_no_workbook_is_said(council: Path) -> None:
    (original,) = (council / "questionnaires" / "received").glob("*kim.xlsx")
    original.write_bytes(b"PK\x03\x04 not a workbook at all")
    sha256 = sha256_of(original)

    def point_to_it(event: Event) -> None:
        for each in (event, event.get("source", {})):
            if "kim.xlsx" in str(each.get("name")):
                each["sha256" if event["type"] == "received" else "file"] = sha256

    rewrite(council, point_to_it)
    (said,) = [e for e in verify(council).problems if e.code == "original-unreadable"]
    assert said.message.startswith("Nothing the ledger says of its cells can be looked up: ")
