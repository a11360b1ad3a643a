"""Who signed what: a declaration covers one file, lapses, is withdrawn, or is not given."""

import datetime
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from cyberassess.books import wording
from cyberassess.disk.segments import new_text
from cyberassess.domain.assessment import PersonId, ScopeId, StatementKey
from cyberassess.domain.people.declaring import Declared, Worth, declared_for, in_words
from cyberassess.domain.people.questions import AnswerReply
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.record.shapes import Text
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.intake import ReceivedFile
from cyberassess.opening.writing import writing
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.receive.words import received_lines
from cyberassess.steps.send.chasing import today
from cyberassess.steps.settle.resolving import resolve
from cyberassess.steps.standing.standing import PersonStatus, state_of, status, status_json
from tests.books.council import beside, by_ref
from tests.steps.council import (
    EARLY,
    LATE,
    LATER,
    LATEST,
    Rows,
    begin,
    begin_alone,
    codes,
    events,
    fill_in,
    send_to,
    take,
)
from tests.steps.receive.test_replying import SCOPES, change, text_of

GOOD: Rows = {"B1.b.H.1/housing": "True", "B1.a.N.1/housing": "Does not happen"}
OTHER: Rows = {**GOOD, "B1.b.H.1/housing": "Not true"}
SIGNED = ("Yes", "Kim Lee", "3 March 2026")


def sign(book: Workbook, said: str, name: str, date: str | datetime.date) -> None:
    sheet = book[wording.FINISH]
    beside(sheet, wording.DECLARED).value = said or None
    beside(sheet, wording.DECLARED_BY).value = name or None
    beside(sheet, wording.DECLARED_ON).value = date or None


class Kim:
    """Sends her questionnaire back, again and again."""

    def __init__(self, folder: Path, blank: Path, place: Path) -> None:
        self.folder, self.blank, self.place = folder, blank, place

    def send(
        self,
        rows: Rows,
        signed: tuple[str, str, str | datetime.date] = ("", "", ""),
        saved: str = LATE,
    ) -> ReceivedFile:
        path = self.place / f"kim-{len(list(self.place.glob('kim-*')))}.xlsx"
        path = change(fill_in(self.blank, path, rows), lambda book: sign(book, *signed), saved)
        (result,) = take(self.folder, path)
        return result

    @property
    def declared(self) -> Declared:
        return declared_for(open_assessment(self.folder).state, PersonId("p2"))

    @property
    def status(self) -> PersonStatus:
        return next(each for each in status(self.folder).people if each.name == "Kim Lee")


@pytest.fixture
def kim(workspace: Path, blank: dict[str, Path], tmp_path: Path) -> Kim:
    return Kim(workspace, blank["Kim"], tmp_path)


def test_a_declaration_covers_its_file(kim: Kim) -> None:
    result = kim.send(GOOD, SIGNED)
    (event,) = events(kim.folder, "declaration")
    (received,) = events(kim.folder, "received")
    assert (event["new"]["said"], event["new"]["sha256"]) == ("yes", received["sha256"])
    assert kim.declared == Declared(Worth.STANDS, "Kim Lee", "2026-03-03", received["sha256"])
    assert "  Signed by Kim Lee on 2026-03-03" in received_lines(result)
    assert "Kim Lee, 3 March 2026: true to the best" in text_of(kim.folder / result.receipt)


def test_whoever_signs_by_e_mail_address_signs_by_name(kim: Kim) -> None:
    kim.send(GOOD, ("Yes", "kim.lee@northport.example", "3 March 2026"))
    assert (kim.declared.name, kim.declared.worth) == ("Kim Lee", Worth.STANDS)


def test_an_unsigned_file_with_other_answers_lets_it_lapse(kim: Kim) -> None:
    kim.send(GOOD, SIGNED)
    result = kim.send(OTHER, saved=LATER)
    assert kim.declared.worth is Worth.LAPSED
    shown = text_of(kim.folder / result.receipt)
    assert "true to the best of my knowledge" not in shown
    assert "Not any more: " in shown
    assert "lapsed: answers changed" in state_of(kim.status)
    (said,) = [e for e in status(kim.folder).next_steps if "signed" in e]
    assert "Kim Lee" in said
    (told,) = [e for e in status_json(status(kim.folder))["people"] if e["name"] == "Kim Lee"]
    assert (told["signed"], told["declaration"]["state"]) == (None, "lapsed")
    assert any("lapsed" in each for each in received_lines(result))


def test_signing_the_newer_file_covers_that_one(kim: Kim) -> None:
    kim.send(GOOD, SIGNED)
    kim.send(OTHER, SIGNED, LATER)
    assert kim.declared.worth is Worth.STANDS
    assert kim.declared.file == events(kim.folder, "received")[-1]["sha256"]
    assert len(events(kim.folder, "declaration")) == 2


def test_an_unsigned_file_that_changes_nothing_leaves_it(kim: Kim) -> None:
    kim.send(GOOD, SIGNED)
    first = kim.declared
    result = kim.send({"B1.b.H.1/housing": "True"}, saved=LATER)
    assert kim.declared == first
    assert "for an earlier file" in text_of(kim.folder / result.receipt)


def test_an_explanation_changed_afterwards_lets_it_lapse(kim: Kim) -> None:
    kim.send(GOOD, SIGNED)
    kim.send({**GOOD, "B1.b.why/housing": ("", "Only in part, since May.")}, saved=LATER)
    assert kim.declared.worth is Worth.LAPSED


def at_the_prompt(folder: Path, person: str, answer: str) -> None:
    key = StatementKey(FrameworkRef("made@1"), ScopeId("housing"), IndicatorId("B1.b.H.1"))
    session = AskSession(folder, person)
    session.save(AnswerReply((key,), Response(new=answer), Source("prompt")))
    session.close()


def test_an_answer_at_the_prompt_lets_it_lapse_and_a_colleagues_does_not(kim: Kim) -> None:
    kim.send(GOOD, SIGNED)
    at_the_prompt(kim.folder, "Alex Moor", "not-true")
    assert kim.declared.stands
    resolve(kim.folder, "B1.b.H.1/housing", answer="not true", reason="Looked it up.")
    assert kim.declared.stands, "her own answer is what it was"
    at_the_prompt(kim.folder, "Kim Lee", "not-true")
    assert kim.declared.worth is Worth.LAPSED


def test_no_withdraws_it_by_name(kim: Kim) -> None:
    kim.send(GOOD, SIGNED)
    result = kim.send(GOOD, ("No", "Jo Black", ""), LATER)
    assert (kim.declared.worth, kim.declared.name) == (Worth.WITHDRAWN, "Jo Black")
    assert "No: signature withdrawn by Jo Black" in text_of(kim.folder / result.receipt)
    assert "withdrawn by Jo Black" in state_of(kim.status)
    kim.send(OTHER, SIGNED, LATEST)
    assert kim.declared.worth is Worth.STANDS


def test_no_from_the_start_is_kept_and_said(kim: Kim) -> None:
    result = kim.send(GOOD, ("No", "", ""))
    assert (kim.declared.worth, kim.declared.name) == (Worth.REFUSED, "Kim Lee")
    assert codes([result]) == []
    assert any("Kim Lee chose No" in each for each in received_lines(result))


FAULTS: Mapping[str, tuple[tuple[str, str, str | datetime.date], str, str]] = {
    "no name": (("Yes", "", "3 March 2026"), "declaration-name", "Your name"),
    "no date": (("Yes", "Kim Lee", ""), "declaration-date", "Date"),
    "a word": (("Yes", "Kim Lee", "yesterday"), "declaration-date", "Date"),
    "no such day": (("Yes", "Kim Lee", "31/02/2026"), "declaration-date", "Date"),
    "far off": (("Yes", "Kim Lee", "2099"), "declaration-date", "Date"),
    "ahead": (("Yes", "Kim Lee", "1 March 2099"), "declaration-date", "Date"),
    "no yes": (("", "Kim Lee", "3 March 2026"), "declaration-empty", wording.DECLARED),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_missing_or_odd_is_a_remark_at_its_cell(kim: Kim, fault: str) -> None:
    signed, code, label = FAULTS[fault]
    result = kim.send(GOOD, signed)
    assert codes([result]) == [code]
    cell = beside(openpyxl.load_workbook(result.path)[wording.FINISH], label)
    assert result.problems[0].where.endswith(f'sheet "Finish", cell {cell.coordinate}')
    assert "counts as not signed" in f"{result.problems[0].message} {result.problems[0].hint}"
    assert kim.declared.worth is Worth.NONE
    assert "true to the best" not in text_of(kim.folder / result.receipt)
    assert result.notes, "the sender is asked to look at it"


def test_a_date_is_taken_as_people_write_it_up_to_tomorrow(kim: Kim) -> None:
    tomorrow = today() + datetime.timedelta(days=1)
    assert codes([kim.send(GOOD, ("Yes", "Kim Lee", tomorrow))]) == []
    assert kim.declared.date == tomorrow.isoformat()
    after = tomorrow + datetime.timedelta(days=1)
    assert codes([kim.send(OTHER, ("Yes", "Kim Lee", after), LATER)]) == ["declaration-date"]


def test_an_older_file_signs_nothing_and_says_so(kim: Kim) -> None:
    kim.send(OTHER, saved=LATER)
    result = kim.send(GOOD, SIGNED, EARLY)
    assert kim.declared.worth is Worth.NONE
    assert "declaration-older" in codes([result])


def test_the_same_file_again_signs_nothing_anew(kim: Kim) -> None:
    result = kim.send(GOOD, SIGNED)
    at_the_prompt(kim.folder, "Kim Lee", "not-true")
    take(kim.folder, result.path)
    assert kim.declared.worth is Worth.LAPSED


# Declarations of earlier versions: neither a lapse nor a signature in silence


def record_old(folder: Path, sha256: str, date: str = "2026-03-03") -> None:
    signed = registers.Declaration(name="Kim Lee", date=Text(new_text(date)), serial=1)
    with writing(folder, "receive") as session:
        session.write(
            [happened.put(
                ("p2",), signed, person="p2",
                source=Source("workbook", sha256, "kim.xlsx", "Finish", "B8"),
            )]
        )  # fmt: skip


def test_an_old_one_stands_where_its_source_proves_the_file(kim: Kim) -> None:
    kim.send(GOOD)
    sha256 = events(kim.folder, "received")[-1]["sha256"]
    record_old(kim.folder, sha256)
    assert kim.declared == Declared(Worth.STANDS, "Kim Lee", "2026-03-03", sha256)
    kim.send(OTHER, saved=LATER)
    assert kim.declared.worth is Worth.UNRECORDED, "it may have been signed again"
    assert state_of(kim.status).endswith("signed by Kim Lee, file not recorded")


@pytest.mark.parametrize("date", ["", "yesterday", "31/02/2026", "2099-01-01"])
def test_an_old_one_with_an_odd_date_is_no_full_signature(kim: Kim, date: str) -> None:
    kim.send(GOOD)
    record_old(kim.folder, events(kim.folder, "received")[-1]["sha256"], date)
    assert kim.declared.worth is Worth.UNRECORDED


def test_an_old_one_without_its_file_says_so(kim: Kim) -> None:
    result = kim.send(GOOD)
    record_old(kim.folder, "")
    assert in_words(kim.declared) == "signed by Kim Lee, file not recorded"
    assert not kim.status.declared.stands
    (kim.folder / result.receipt).unlink()
    (again,) = take(kim.folder, result.path)
    assert "which file was signed is not recorded" in text_of(kim.folder / again.receipt)


# "All still hold": Yes, then No


@pytest.fixture
def sharing(tmp_path: Path) -> Kim:
    folder = create_sharing(tmp_path / "northport-2026")
    return Kim(folder, send_to(folder, "Kim Lee")["Kim Lee"], tmp_path)


def create_sharing(folder: Path) -> Path:
    begin(folder, scopes=SCOPES)
    sent = send_to(folder, "Sam Reid")["Sam Reid"]
    rows: Rows = {"B1.a.N.1/identity": "Does not happen", "B1.a.M.1/identity": "True"}
    take(folder, fill_in(sent, folder.parent / "sam.xlsx", rows))
    begin_alone(folder, "B1.a.H.1/housing")
    return folder


def say(path: Path, what: str, text: str, saved: str) -> Path:
    """Choose Yes or No for a row, its sheet or the whole scope."""

    def to(book: Workbook) -> None:
        labels = {
            "sheet": (book.worksheets[1], "All answers from Identity and laptops on this sheet "
                      "still hold"),
            "scope": (book[wording.START], "All answers from Identity and laptops hold for "
                      "Housing management"),
        }  # fmt: skip
        if what == "row":
            by_ref(book.worksheets[1], "B1.a.N.1/housing", wording.CONFIRM).value = text
        else:
            beside(*labels[what]).value = text

    return change(path, to, saved)


@pytest.mark.slow
@pytest.mark.parametrize(("what", "count"), [("row", 1), ("sheet", 3), ("scope", 3)])
def test_a_no_after_a_yes_says_what_stays_stored(
    sharing: Kim, tmp_path: Path, what: str, count: int
) -> None:
    yes = say(fill_in(sharing.blank, tmp_path / "yes.xlsx", {}), what, "Yes", LATE)
    (first,) = take(sharing.folder, yes)
    assert (first.stored, codes([first])) == (count, [])
    no = say(fill_in(sharing.blank, tmp_path / "no.xlsx", {}), what, "No", LATER)
    (second,) = take(sharing.folder, no)
    (problem,) = second.problems
    assert problem.code == "no-but-stored"
    assert f"{count} answer" in problem.message
    assert "Withdraw my answer" in problem.hint
    assert second.notes


@pytest.mark.slow
@pytest.mark.parametrize(("what", "said"), [
    ("row", "The earlier answer to B1.a.N.1 no longer holds"),
    ("sheet", "3 statements (B1.a.N.1, B1.a.M.1, B1.a.H.2) have no other answer"),
    ("scope", "3 statements (B1.a.N.1, B1.a.M.1, B1.a.H.2) have no other answer"),
])  # fmt: skip
def test_a_no_from_the_start_says_that_it_counts_as_not_answered(
    sharing: Kim, tmp_path: Path, what: str, said: str
) -> None:
    path = say(fill_in(sharing.blank, tmp_path / "no.xlsx", {}), what, "No", LATE)
    (result,) = take(sharing.folder, path)
    assert codes([result]) == ["no-longer-true"]
    assert said in result.problems[0].message


def test_a_no_for_a_sheet_goes_before_a_yes_for_the_whole_scope(
    sharing: Kim, tmp_path: Path
) -> None:
    path = say(fill_in(sharing.blank, tmp_path / "no.xlsx", {}), "scope", "Yes", LATE)
    (result,) = take(sharing.folder, say(path, "sheet", "No", LATE))
    assert (result.stored, codes([result])) == (0, ["no-longer-true"])


def test_a_no_where_every_row_is_answered_needs_no_remark(sharing: Kim, tmp_path: Path) -> None:
    rows: Rows = {"B1.a.N.1/housing": "Happens", "B1.a.M.1/housing": "Not true"}
    path = say(fill_in(sharing.blank, tmp_path / "no.xlsx", rows), "sheet", "No", LATE)
    (result,) = take(sharing.folder, path)
    assert (result.stored, codes([result])) == (3, [])
