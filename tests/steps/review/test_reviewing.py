"""The assurer's workbook goes out, comes back, is kept, and stands beside the claim."""

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from cyberassess.books.guard import Reader
from cyberassess.books.review_book import DETERMINATION, INPUTS, read_review_book
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.record.reviewing import opinions, reviews
from cyberassess.errors import AssessmentError, WorkbookError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.intake import ReceivedFile
from cyberassess.opening.outcomes import one_outcome
from cyberassess.opening.writing import writing
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.report.documents import report_full
from cyberassess.steps.report.printing import Wanted
from cyberassess.steps.review.opining import give_opinion
from cyberassess.steps.review.reviewing import (
    receive_review,
    review_state,
    review_values,
    send_review,
)
from cyberassess.steps.review.words import review_json, review_lines
from tests.steps.council import (
    Rows,
    begin,
    events,
    ledger_bytes,
    received_from_kim,
    send_to,
)

CLEAR: Rows = {
    "B1.a.N.1/housing": "Does not happen",
    "B1.a.N.2/housing": "Does not happen",
    "B1.a.M.1/housing": "True",
    "B1.a.H.1/housing": "True",
    "B1.a.why/housing": ("", "We check it each month."),
}


@pytest.fixture(scope="module")
def _made(sent_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return received_from_kim(sent_workspace, tmp_path_factory.mktemp("made"), CLEAR)


@pytest.fixture
def answered(_made: Path, workspace: Path) -> Path:
    """Give a workspace in which B1.a is claimed at the highest level."""
    shutil.rmtree(workspace)
    return Path(shutil.copytree(_made, workspace))


@pytest.fixture
def book(answered: Path) -> Path:
    """Give the assurer's workbook as it went out."""
    return send_review(answered, "Nadia Okafor, Assurer").path


HEADINGS = 4


def column(sheet: Worksheet, heading: str) -> int:
    return next(c.column for c in sheet[HEADINGS] if c.value == heading)


def row(sheet: Worksheet, ref: str) -> int:
    return next(r for r in range(HEADINGS + 1, sheet.max_row + 1) if sheet.cell(r, 1).value == ref)


def edit(book: Path, change: Callable[[Worksheet], None]) -> Path:
    opened = openpyxl.load_workbook(book)
    change(opened["Review"])
    path = book.with_name("came back.xlsx")
    opened.save(path)
    return path


def say(ref: str = "B1.a/housing", **said: str) -> Callable[[Worksheet], None]:
    names = {
        "determination": "Your determination", "quality": "Evidence quality", "method": "Method",
        "sample": "Sample", "comment": "Comment", "recommendation": "Recommendation",
        "risk": "Risk", "claimed": "Claimed",
    }  # fmt: skip

    def change(sheet: Worksheet) -> None:
        for name, text in said.items():
            sheet.cell(row(sheet, ref), column(sheet, names[name])).value = text

    return change


LOWER = {
    "determination": "Middle",
    "quality": "weak",
    "method": "examine and test",
    "sample": "Five of forty accounts",
    "comment": "Two leavers were still there.",
    "recommendation": "Check leavers weekly.",
    "risk": "high",
}


def receive(folder: Path, path: Path) -> ReceivedFile:
    return receive_review(folder, path)


def test_the_workbook_shows_claim_reason_and_answers_beside_empty_columns(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    assert opened.sheetnames == ["Start", "Review", "Answers", "About this file"]
    sheet = opened["Review"]
    at = row(sheet, "B1.a/housing")
    assert sheet.cell(at, column(sheet, "Claimed")).value == "High"
    assert sheet.cell(at, column(sheet, "Why")).value == "Kim Lee: We check it each month."
    assert sheet.cell(at, column(sheet, "Your determination")).value is None
    assert "Not decided" in [sheet.cell(r, column(sheet, "Claimed")).value for r in range(5, 9)]
    refs = [each.value for each in opened["Answers"]["A"]]
    assert "B1.a.H.1/housing" in refs


def test_a_review_is_stored_with_its_cell_and_counted_beside_the_claim(
    answered: Path, book: Path
) -> None:
    path = edit(book, say(**LOWER))
    found = receive(answered, path)
    assert (found.stored, found.unchanged, found.problems) == (1, 0, [])
    assessment = open_assessment(answered)
    ((key, (review,)),) = reviews(assessment.state).items()
    assert (key.outcome, review.determination, review.method) == (
        "B1.a",
        "middle",
        ("examine", "test"),
    )
    assert review.claimed == "high"
    assert review.comment == "Two leavers were still there."
    assert review.source.file == hashlib.sha256(path.read_bytes()).hexdigest()
    card = assessment.card
    assert (card.confidence.reviewed, card.confidence.lowered) == (1, 1)
    assert card.by_key[key].determination == "high"  # the claim stays the organisation's
    state = review_state(answered)
    by_group = {each.group: each for each in state.agreements}
    assert (by_group["B"].reviewed, by_group["B"].agree, by_group["B"].lower) == (1, 0, 1)
    assert [each[1].level for each in state.differing] == ["middle"]


def test_the_file_is_kept_byte_for_byte_with_a_slip_to_sign(answered: Path, book: Path) -> None:
    path = edit(book, say(**LOWER))
    found = receive(answered, path)
    kept = answered / found.kept_as
    assert kept.read_bytes() == path.read_bytes()
    slip = (answered / found.receipt).read_text()
    assert found.sha256 in slip
    assert "Nadia Okafor" in slip
    assert not verify(answered).problems


def test_verify_misses_the_file_where_it_is_gone(answered: Path, book: Path) -> None:
    path = edit(book, say(**LOWER))
    came = receive(answered, path)
    (answered / came.kept_as).unlink()
    path.unlink()
    (problem,) = verify(answered).problems
    assert (problem.code, problem.where) == ("original-missing", "reviews")


def test_the_first_of_two_rows_is_found_again_as_version_0_1_took_it(
    answered: Path, book: Path
) -> None:
    def twice(sheet: Worksheet) -> None:
        say(**LOWER)(sheet)
        at, last = row(sheet, "B1.a/housing"), sheet.max_row + 1
        for number in range(1, sheet.max_column + 1):
            sheet.cell(last, number).value = sheet.cell(at, number).value
        sheet.cell(last, column(sheet, "Comment")).value = "None was left."

    path = edit(book, twice)
    came = receive(answered, path)
    assert [each.code for each in came.problems] == ["repeated-ref"] * 2
    assert (came.stored, events(answered, "review")) == (0, [])
    with Reader() as reader:
        first, _ = read_review_book(reader.read(path), path.name).repeated
    score = one_outcome(open_assessment(answered), "B1.a")
    said = {each: first.cells[each] for each in INPUTS}
    values, _ = review_values(score.asked.framework.scale, said, first)
    cell = first.cells[DETERMINATION].address
    with writing(answered, "review receive") as session:
        person = session.meet("Nadia Okafor")
        source = Source("workbook", came.sha256, path.name, sheet="Review", cell=cell)
        key = (*score.key, person)
        said_first = registers.Review(**values)
        session.write([happened.put(key, said_first, person=person, source=source)])
    assert not verify(answered).problems


def test_receiving_twice_changes_nothing(answered: Path, book: Path) -> None:
    path = edit(book, say(**LOWER))
    receive(answered, path)
    before = ledger_bytes(answered)
    again = receive(answered, path)
    assert (again.stored, again.unchanged) == (0, 1)
    assert ledger_bytes(answered) == before


def test_a_dry_run_says_the_same_and_writes_nothing(answered: Path, book: Path) -> None:
    path = edit(book, say(**LOWER))
    before = ledger_bytes(answered)
    found = receive_review(answered, path, dry_run=True)
    assert (found.stored, (answered / found.kept_as).exists()) == (1, False)
    assert ledger_bytes(answered) == before


def test_a_second_workbook_shows_what_was_said_before_and_a_change_replaces(
    answered: Path, book: Path
) -> None:
    receive(answered, edit(book, say(**LOWER)))
    again = send_review(answered, "Nadia Okafor").path
    sheet = openpyxl.load_workbook(again)["Review"]
    at = row(sheet, "B1.a/housing")
    assert sheet.cell(at, column(sheet, "Your determination")).value == "Middle"
    assert sheet.cell(at, column(sheet, "Method")).value == "examine, test"
    found = receive(answered, edit(again, say(determination="High")))
    assert (found.stored, found.unchanged) == (1, 0)
    assert review_state(answered).lowered == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"determination": "Splendid"}, '"Splendid" is not one of the words for Your determ'),
        ({"quality": "fine"}, "strong, adequate, weak, none seen"),
        ({"method": "guess"}, "examine, interview, test"),
        ({"risk": "=1+1"}, "is a formula"),
    ],
)
def test_a_word_that_is_not_allowed_is_named_by_cell_and_the_rest_is_stored(
    answered: Path, book: Path, said: dict[str, str], words: str
) -> None:
    found = receive(answered, edit(book, say(comment="Kept.", **said)))
    (problem,) = found.problems
    assert words in str(problem)
    assert "cell " in problem.where
    assert found.stored == 1


def test_a_word_that_is_not_allowed_takes_nothing_back(answered: Path, book: Path) -> None:
    receive(answered, edit(book, say(**LOWER)))
    again = send_review(answered, "Nadia Okafor").path
    found = receive(answered, edit(again, say(determination="Splendid", comment="New.")))
    assert [each.code for each in found.problems] == ["not-allowed", "review-stays"]
    assert (found.stored, review_state(answered).lowered) == (0, 1)


def test_a_row_whose_claim_was_changed_is_not_taken_in(answered: Path, book: Path) -> None:
    found = receive(answered, edit(book, say(claimed="Low", **LOWER)))
    (problem,) = found.problems
    assert "The claim for B1.a/housing was changed under Claimed" in problem.message
    assert found.stored == 0
    assert found.kept_as


def test_everything_else_that_was_written_is_named(answered: Path, book: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["T9"] = "See my notes"
        sheet["F2"] = "Hello"
        sheet.cell(row(sheet, "B1.a/housing"), 8).comment = Comment("Ask Kim", "N")
        sheet.cell(row(sheet, "A1.b"), 1).value = "A1.x"
        sheet.cell(20, 12).value = "No ref here"
        sheet.cell(21, 1).value = "B1.a/housing"
        assert sheet.parent is not None
        sheet.parent.create_sheet("Mine")["A1"] = "x"

    found = receive(answered, edit(book, change))
    assert sorted(each.code for each in found.problems) == [
        "claim-changed", "comment", "no-key", "unexpected-text", "unexpected-text",
        "unexpected-text", "unknown-ref",
    ]  # fmt: skip
    assert found.stored == 0


def test_not_applicable_and_could_not_determine_are_no_level(answered: Path, book: Path) -> None:
    def change(sheet: Worksheet) -> None:
        say(determination="Could not determine")(sheet)
        say("A1.a", determination="not applicable")(sheet)

    assert receive(answered, edit(book, change)).stored == 2
    assert review_state(answered).reviewed == 0
    sheet = openpyxl.load_workbook(send_review(answered, "Nadia Okafor").path)["Review"]
    assert sheet.cell(row(sheet, "A1.a"), column(sheet, "Your determination")).value == (
        "Not applicable"
    )


OPINION = "Sound where people look.\nBackups were never restored: I would not rely on them."


def opine(
    text: str = OPINION, risk: str = "Medium", *, struck: bool = False
) -> Callable[[Worksheet], None]:
    """Give what writes an opinion on the first sheet."""

    def change(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        start = sheet.parent["Start"]
        at = {str(each.value): each.row for each in start["A"]}
        start.cell(at["Opinion"], 2).value = text
        start.cell(at["Overall risk"], 2).value = risk
        if struck:
            start.cell(at["Opinion"], 2).font = Font(strike=True)

    return change


def said(folder: Path) -> list[tuple[str, str]]:
    return [(each.risk, each.text) for each in opinions(open_assessment(folder).state)]


def test_an_opinion_of_the_whole_is_taken_from_the_first_sheet(answered: Path, book: Path) -> None:
    path = edit(book, opine())
    found = receive(answered, path)
    assert (found.stored, found.texts, found.problems) == (0, 1, [])
    assert "Opinion of the whole: taken in" in (answered / found.receipt).read_text()
    assert said(answered) == [("medium", OPINION)]
    (each,) = opinions(open_assessment(answered).state)
    assert (each.source.sheet, each.source.cell) == ("Start", "B13")
    checked = verify(answered)
    assert not checked.problems
    assert checked.cells.found["reviews"] == checked.cells.named["reviews"] == 1
    assert receive(answered, path).texts == 0
    start = openpyxl.load_workbook(send_review(answered, "Nadia Okafor").path)["Start"]
    assert [start["B12"].value, start["B13"].value] == ["medium", OPINION]
    state = review_state(answered)
    shown = "\n".join(review_lines(state))
    assert re.search(r"Nadia Okafor \(overall risk: medium\), \d+ \w+ \d+: Sound where", shown)
    told = review_json(state)["opinions"]
    assert [(e["name"], e["overall_risk"], e["opinion"]) for e in told] == [
        ("Nadia Okafor", "medium", OPINION)
    ]


def test_verify_finds_an_opinion_that_is_not_in_its_cell(
    answered: Path, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger says other words than the cell: as if one of the two had been changed."""
    path = edit(book, opine("All is well."))
    put = registers.Opinion
    monkeypatch.setattr(registers, "Opinion", lambda **said: put(**said | {"text": "All is bad."}))
    receive(answered, path)
    monkeypatch.undo()
    (problem,) = verify(answered).problems
    assert problem.code == "cell-differs"
    assert '"All is bad." of opinion; the cell says "All is well."' in problem.message


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (opine("x" * 2001), "not-allowed", "The opinion has 2,001 characters"),
        (opine('=HYPERLINK("https://x.example")'), "formula", "is a formula"),
        (opine(risk="rather bad"), "not-allowed", '"rather bad" is not one of the words'),
    ],
)
def test_an_opinion_that_cannot_be_taken_is_named_and_nothing_of_it_is_stored(
    answered: Path, book: Path, change: Callable[[Worksheet], None], code: str, message: str
) -> None:
    found = receive(answered, edit(book, change))
    (problem,) = found.problems
    assert problem.code == code
    assert message in problem.message
    assert "The opinion was not stored; the file is kept." in problem.hint
    assert found.kept_as
    assert said(answered) == []


def test_an_opinion_struck_through_is_none(answered: Path, book: Path) -> None:
    found = receive(answered, edit(book, opine("All is well.", "", struck=True)))
    assert [each.code for each in found.problems] == ["struck-through"]
    assert said(answered) == []


def test_a_later_opinion_replaces_and_an_older_workbook_does_not(
    answered: Path, book: Path
) -> None:
    first = edit(book, opine("All is well.")).rename(book.with_name("first.xlsx"))
    give_opinion(answered, "Nadia Okafor, assurer", "All is bad.", risk="High")
    assert said(answered) == [("high", "All is bad.")]
    again = edit(send_review(answered, "Nadia Okafor").path, opine("All is mended.", ""))
    assert receive(answered, again).texts == 1
    assert said(answered) == [("", "All is mended.")]
    ((_, _, earlier),) = review_state(answered).opinions
    assert [(each.risk, each.text) for each in earlier] == [("high", "All is bad.")]
    shown = " ".join("\n".join(review_lines(review_state(answered))).split())
    assert re.search(r"Before \(overall risk: high\), \d+ \w+ \d+: All is bad\.", shown)
    older = receive(answered, first)
    assert {each.code for each in older.problems} == {"older"}
    assert 'this file, which is older, says "All is well."' in older.problems[-1].message
    assert said(answered) == [("", "All is mended.")]


@pytest.mark.parametrize(
    ("name", "words", "risk", "wanted"),
    [
        ("Nadia Okafor", " ", "low", "No opinion was given."),
        (" , x", "Fine.", "", "No name was given."),
        ("Nadia Okafor", "Fine.", "none", '"none" is not one of the words'),
        ("Nadia Okafor", "x" * 2001, "", "The opinion has 2,001 characters"),
    ],
)
def test_an_opinion_by_command_needs_a_name_and_words(
    answered: Path, name: str, words: str, risk: str, wanted: str
) -> None:
    before = ledger_bytes(answered)
    with pytest.raises(AssessmentError, match=wanted):
        give_opinion(answered, name, words, risk=risk)
    assert ledger_bytes(answered) == before


def test_another_workbook_is_refused(answered: Path, blank: dict[str, Path]) -> None:
    with pytest.raises(WorkbookError, match="not an assurer's workbook of ours"):
        receive(answered, blank["Kim"])
    with pytest.raises(AssessmentError, match="no such file"):
        receive(answered, answered / "nowhere.xlsx")


def test_a_review_of_another_assessment_is_refused(book: Path, tmp_path: Path) -> None:
    other = begin(tmp_path / "other", period="2027")
    with pytest.raises(WorkbookError, match="belongs to Northport Council, 2026"):
        receive(other, book)
    assert not events(other, "review")


def test_a_review_whose_about_sheet_was_changed_is_refused(answered: Path, book: Path) -> None:
    def change(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        about = sheet.parent["About this file"]
        for cells in about.iter_rows():
            if cells[0].value == "Ledger head":
                cells[1].value = "0" * 64

    with pytest.raises(WorkbookError, match="Was that sheet changed"):
        receive(answered, edit(book, change))


def test_a_workbook_is_not_written_over_without_force(answered: Path, tmp_path: Path) -> None:
    path = tmp_path / "review.xlsx"
    send_review(answered, "Nadia Okafor", path)
    with pytest.raises(AssessmentError, match="There is a file of this name"):
        send_review(answered, "Nadia Okafor", path)
    send_review(answered, "Nadia Okafor", path, force=True)
    with pytest.raises(AssessmentError, match="No name was given"):
        send_review(answered, " , Assurer")


def test_the_report_shows_both_determinations_and_how_far_they_agree(
    answered: Path, book: Path
) -> None:
    before = report_full(answered, Wanted(suffix=".html")).path.read_text()
    assert "Independent review" not in before
    receive(answered, edit(book, say(**LOWER)))
    after = report_full(answered, Wanted(suffix=".html")).path.read_text()
    assert "Independent review" in after
    assert "Two leavers were still there." in after
    assert "1 claim was lowered" in after


def test_send_to_somebody_new_meets_them_once(answered: Path) -> None:
    send_review(answered, "Nadia Okafor")
    send_review(answered, "nadia okafor")
    assert len(events(answered, "met")) == 1
    assert send_to(answered, "Kim Lee")
