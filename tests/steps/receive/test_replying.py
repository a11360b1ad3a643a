"""What goes back to people, what they confirm and sign, and who is said to have answered."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis.strategies import permutations
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from cyberassess.books import wording
from cyberassess.domain.assessment import PersonId
from cyberassess.domain.people.inheriting import INHERITANCE
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.intake import ReceivedFile
from cyberassess.steps.begin.setup import create
from cyberassess.steps.people.people import hand_over
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.receive.words import received_lines
from cyberassess.steps.send.chasing import chased, today
from cyberassess.steps.send.sending import questions_for, send
from cyberassess.steps.standing.standing import state_of, status
from tests.books.council import beside, by_ref
from tests.steps.council import (
    ALEX,
    EARLY,
    HOUSING,
    KIM,
    LATE,
    LATER,
    Rows,
    answers,
    begin,
    begin_alone,
    codes,
    events,
    fill_in,
    ledger_bytes,
    save_at,
    send_to,
    take,
)

SCOPES = [
    {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
    HOUSING | {"inherits": ["identity"], "owner": "p2"},
    {
        "id": "identity",
        "kind": "shared-service",
        "title": "Identity and laptops",
        "covers": ["B1.a"],
    },
]
GOOD: Rows = {"B1.b.H.1/housing": "True", "B1.a.N.1/housing": "Does not happen"}
BAD: Rows = {
    "B1.b.H.1/housing": "True",
    "B1.b.N.1/housing": ("Maybe", "We think so."),
    "B1.b.H.2/housing": "Does not apply",
}


def change(path: Path, to: Callable[[Workbook], None], saved: str = LATE) -> Path:
    book = openpyxl.load_workbook(path)
    to(book)
    book.save(path)
    return save_at(path, saved)


def sign(book: Workbook, name: str = "Kim Lee", date: str = "3 March 2026") -> None:
    sheet = book[wording.FINISH]
    beside(sheet, wording.DECLARED).value = "Yes"
    beside(sheet, wording.DECLARED_BY).value = name or None
    beside(sheet, wording.DECLARED_ON).value = date or None


def text_of(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    return "\n".join(str(cell.value) for cell in cells if cell.value is not None)


# Receipts


def test_a_receipt_names_the_head_at_which_the_answers_stand(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    (result,) = take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", GOOD))
    assert result.receipt == "questionnaires/receipts/Northport 2026 receipt - Kim Lee.xlsx"
    shown = text_of(workspace / result.receipt)
    assert open_assessment(workspace).state.heads[0] in shown
    assert "2 of 7 questions" in shown
    assert f"  A receipt to send back: {result.receipt}" in received_lines(result)


def test_a_receipt_that_was_lost_is_written_again_and_one_that_is_there_is_not(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = fill_in(blank["Kim"], tmp_path / "kim.xlsx", GOOD)
    (result,) = take(workspace, path)
    before = ledger_bytes(workspace)
    (again,) = take(workspace, path)
    assert again.receipt == ""
    (workspace / result.receipt).unlink()
    (once_more,) = take(workspace, path)
    assert once_more.receipt == result.receipt
    assert (workspace / result.receipt).is_file()
    assert ledger_bytes(workspace) == before


def test_somebody_elses_receipt_says_for_whom_they_answered(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = fill_in(blank["Kim"], tmp_path / "jo.xlsx", GOOD, completed_by="Jo Black")
    (result,) = take(workspace, path)
    assert result.receipt.endswith("receipt - Jo Black for Kim Lee.xlsx")
    assert "2 of 7 questions" in text_of(workspace / result.receipt)


def test_what_somebody_else_filled_in_came_back_for_whom_it_was_made(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = fill_in(blank["Kim"], tmp_path / "jo.xlsx", GOOD, completed_by="Jo Black")
    take(workspace, path)
    (kim,) = [each for each in status(workspace).people if each.name == "Kim Lee"]
    assert kim.received
    assert not kim.waiting
    (late,) = [
        e for e in chased(open_assessment(workspace), today()) if e.person.name == "Kim Lee"
    ]
    assert late.state == "incomplete"


def test_a_receipt_that_cannot_be_written_is_said_and_the_answers_are_safe(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    folder = workspace / "questionnaires" / "receipts"
    folder.rmdir()
    folder.write_text("in the way")
    (result,) = take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", GOOD))
    assert codes([result]) == ["not-written"]
    assert result.receipt == ""
    assert "The answers are stored" in result.problems[0].hint
    assert answers(workspace)["Kim Lee", "B1.b.H.1/housing"] == ("true", "")


# Workbooks that ask to look again


@pytest.fixture
def asked_again(workspace: Path, blank: dict[str, Path], tmp_path: Path) -> ReceivedFile:
    (result,) = take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", BAD))
    return result


def test_a_return_with_problems_goes_back_with_all_its_answers(
    workspace: Path, asked_again: ReceivedFile
) -> None:
    assert asked_again.notes.endswith("Northport 2026 cyber questions - Kim Lee - R2 - look again"
                                      ".xlsx")  # fmt: skip
    sheet = openpyxl.load_workbook(workspace / asked_again.notes).worksheets[2]
    assert by_ref(sheet, "B1.b.H.1/housing", wording.ANSWER).value == "True"
    assert by_ref(sheet, "B1.b.N.1/housing", wording.ANSWER).value == "Maybe"
    assert by_ref(sheet, "B1.b.N.1/housing", wording.WORDS).value == "We think so."
    assert "not one of the answers" in str(by_ref(sheet, "B1.b.N.1/housing", wording.NOTE).value)
    assert "needs a reason" in str(by_ref(sheet, "B1.b.H.2/housing", wording.NOTE).value)


def test_it_is_received_again_like_any_return(
    workspace: Path, asked_again: ReceivedFile, tmp_path: Path
) -> None:
    mended: Rows = {
        "B1.b.N.1/housing": ("Does not happen", ""),
        "B1.b.H.2/housing": ("Does not apply", "There is none."),
    }
    path = fill_in(workspace / asked_again.notes, tmp_path / "again.xlsx", mended, saved=LATER)
    (result,) = take(workspace, path)
    assert (result.problems, result.notes) == ([], "")
    assert (result.stored, result.unchanged) == (2, 1)
    stored = answers(workspace)
    assert stored["Kim Lee", "B1.b.N.1/housing"] == ("never", "We think so.")
    assert stored["Kim Lee", "B1.b.H.2/housing"] == ("out", "There is none.")
    assert events(workspace, "sent")[-1]["serial"] == 2


def test_what_is_struck_through_or_a_document_is_led_to_and_says_how_long_that_takes(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    def to(book: Workbook) -> None:
        cell = by_ref(book.worksheets[1], "B1.b.N.1/housing", wording.ANSWER)
        cell.value, cell.font = "Happens", Font(strike=True)
        book[wording.DOCUMENTS].cell(5, 1).value = "Access policy"

    path = fill_in(blank["Kim"], tmp_path / "kim.xlsx", GOOD)
    (result,) = take(workspace, change(path, to))
    again = workspace / result.notes
    listed = openpyxl.load_workbook(again)[wording.FIX].iter_rows(min_row=5)
    assert [row[1].value for row in listed] == ["B1.b.N.1/housing", wording.DOCUMENTS]
    said = text_of(again)
    assert "A moment for 2 lines, listed on the first sheet." in said
    assert "You can stop and come back." not in said
    noted = by_ref(openpyxl.load_workbook(again).worksheets[2], "B1.b.N.1/housing", wording.NOTE)
    assert "struck through" in str(noted.value)
    (back,) = take(workspace, save_at(again, LATER))
    assert {each.code for each in back.problems} <= {"document-incomplete"}


def test_text_among_the_remarks_is_not_lost(
    workspace: Path, asked_again: ReceivedFile, tmp_path: Path
) -> None:
    def to(book: Workbook) -> None:
        book[wording.FIX]["D5"] = "But we do this."
        by_ref(book.worksheets[2], "B1.b.H.2/housing", wording.NOTE).value = "None here."

    path = tmp_path / "again.xlsx"
    path.write_bytes((workspace / asked_again.notes).read_bytes())
    (result,) = take(workspace, change(path, to, LATER))
    unexpected = [each.message for each in result.problems if each.code == "unexpected-text"]
    assert len(unexpected) == 2
    assert '"But we do this."' in unexpected[0]
    assert '"None here."' in unexpected[1]


def test_the_same_return_is_sent_back_once(workspace: Path, asked_again: ReceivedFile) -> None:
    before = ledger_bytes(workspace)
    (again,) = take(workspace, asked_again.path)
    assert again.notes == ""
    assert ledger_bytes(workspace) == before


def test_one_that_cannot_be_written_is_written_with_the_next_try(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    folder = workspace / "questionnaires" / "notes"
    folder.rmdir()
    folder.write_text("in the way")
    path = fill_in(blank["Kim"], tmp_path / "kim.xlsx", BAD)
    (result,) = take(workspace, path)
    assert codes([result])[-1] == "not-written"
    assert result.notes == ""
    assert len(events(workspace, "sent")) == 3
    folder.unlink()
    (again,) = take(workspace, path)
    assert (workspace / again.notes).is_file()
    assert len(events(workspace, "sent")) == 4


def test_what_only_the_officer_can_act_on_does_not_go_back(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", GOOD))
    twin = fill_in(blank["Kim"], tmp_path / "twin.xlsx", {"B1.b.H.1/housing": "Not true"})
    (result,) = take(workspace, twin)
    assert codes([result]) == ["tie"]
    assert result.notes == ""


def test_what_somebody_else_answered_is_carried_over_under_their_name(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = fill_in(blank["Kim"], tmp_path / "jo.xlsx", BAD, completed_by="Jo Black")
    (result,) = take(workspace, path)
    book = openpyxl.load_workbook(workspace / result.notes)
    assert beside(book[wording.START], wording.COMPLETED_BY).value == "Jo Black"
    assert by_ref(book.worksheets[2], "B1.b.H.1/housing", wording.ANSWER).value == "True"
    (again,) = take(workspace, workspace / result.notes)
    assert (again.person, again.stored) == ("Jo Black", 0)
    assert {who for who, _ in answers(workspace)} == {"Jo Black"}


# Comments


def test_a_comment_stands_beside_the_cell_until_it_is_answered(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cyberassess.opening import writing as opening

    comments = ["B1.b.H.1/housing: Since when?", "B1.b.why/housing:  In more words. "]
    (sent,) = send(workspace, to=["Kim Lee"], comments=comments)
    sheet = openpyxl.load_workbook(sent.path).worksheets[1]
    assert by_ref(sheet, "B1.b.H.1/housing", wording.NOTE).value == "Since when?"
    assert by_ref(sheet, "B1.b.why/housing", wording.NOTE).value == "In more words."
    monkeypatch.setattr(opening, "now", lambda: "2099-01-01T00:00:00Z")
    path = fill_in(sent.path, tmp_path / "kim.xlsx", {"B1.b.H.1/housing": "True"})
    (result,) = take(workspace, path)
    assert result.problems == []
    what = questions_for(open_assessment(workspace), PersonId("p2"))
    assert dict(what.remarks) == {"B1.b.why/housing": "In more words."}


@pytest.mark.parametrize(
    ("to", "comment", "said"),
    [
        ([], "B1.b.H.1/housing: Why?", "A comment is for one person"),
        (["Kim Lee"], "B1.b.H.7/housing: Why?", "is not a question of Kim Lee"),
        (["Kim Lee"], "B1.b.H.1/housing:", "is not a question, a colon, and what you ask"),
        (["Kim Lee"], "Why?", "is not a question, a colon, and what you ask"),
    ],
)
def test_a_comment_that_is_for_nobody_or_nothing_changes_nothing(
    workspace: Path, to: list[str], comment: str, said: str
) -> None:
    before = ledger_bytes(workspace)
    with pytest.raises(AssessmentError, match=said):
        send(workspace, to=to, comments=[comment])
    assert ledger_bytes(workspace) == before


# Who answered, and who signed


def test_a_sheet_somebody_else_answered_is_theirs(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = fill_in(blank["Kim"], tmp_path / "kim.xlsx", GOOD)

    def to(book: Workbook) -> None:
        beside(book.worksheets[1], wording.ANSWERED_BY).value = "Alex Moor"

    (result,) = take(workspace, change(path, to))
    assert (result.stored, result.person) == (2, "Kim Lee")
    assert {who for who, _ in answers(workspace)} == {"Alex Moor"}


def test_a_signature_is_kept_with_its_person_and_status_misses_it(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = fill_in(blank["Kim"], tmp_path / "kim.xlsx", GOOD)
    take(workspace, path)
    kim = next(each for each in status(workspace).people if each.name == "Kim Lee")
    assert state_of(kim).endswith(", not signed")
    (result,) = take(workspace, change(path, sign, LATER))
    assert result.declared == "signed by Kim Lee on 2026-03-03"
    (event,) = events(workspace, "declaration")
    assert (event["person"], event["key"], event["new"]["serial"]) == ("p2", ["p2"], 1)
    kim = next(each for each in status(workspace).people if each.name == "Kim Lee")
    assert kim.declared.stands
    assert state_of(kim).endswith("signed by Kim Lee on 2026-03-03")
    assert "Kim Lee, 3 March 2026: true" in text_of(workspace / result.receipt)


def test_an_older_signature_does_not_take_the_place_of_a_newer_one(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    second = send_to(workspace, "Kim Lee")["Kim Lee"]
    newer = fill_in(second, tmp_path / "r2.xlsx", GOOD)
    older = fill_in(blank["Kim"], tmp_path / "r1.xlsx", GOOD, saved=EARLY)
    take(workspace, change(newer, sign))
    take(workspace, change(older, lambda book: sign(book, "Jo Black"), EARLY))
    record = open_assessment(workspace).state.record("declaration", "p2")
    assert record is not None
    assert (record.fields["name"], record.fields["serial"]) == ("Kim Lee", 2)


# Earlier answers


@pytest.fixture
def sharing(tmp_path: Path) -> Path:
    folder = begin(tmp_path / "northport-2026", scopes=SCOPES, people=[KIM])
    rows: Rows = {
        "B1.a.N.1/identity": "Does not happen",
        "B1.a.N.2/identity": ("Does not apply", "None."),
        "B1.a.M.1/identity": "True",
    }
    take(folder, fill_in(send_to(folder)["Sam Reid"], tmp_path / "sam.xlsx", rows))
    begin_alone(folder, "B1.a.H.1/housing")
    return folder


def confirm_all(folder: Path, to: Path) -> Path:
    path = send_to(folder, "Kim Lee")["Kim Lee"]
    to.write_bytes(path.read_bytes())
    label = wording.CONFIRM_BOOK.format(origin="Identity and laptops", scope="Housing management")

    def say(book: Workbook) -> None:
        beside(book[wording.START], label).value = "Yes"

    return change(to, say)


def test_one_cell_confirms_a_shared_service_and_each_answer_is_recorded(
    sharing: Path, tmp_path: Path
) -> None:
    path = confirm_all(sharing, tmp_path / "kim.xlsx")
    (result,) = take(sharing, path)
    # M.1 stands for H.2 too
    assert (result.stored, result.problems) == (4, [])
    recorded = events(sharing, INHERITANCE)
    assert {each["key"][2] for each in recorded} == {
        "B1.a.N.1",
        "B1.a.N.2",
        "B1.a.M.1",
        "B1.a.H.2",
    }
    assert {each["source"]["cell"] for each in recorded} == {"B13"}
    assert {each["person"] for each in recorded} == {"p2"}
    # the fourth is the one she did not know
    assert "4 of 7 questions" in text_of(sharing / result.receipt)
    (again,) = take(sharing, path)
    assert (again.stored, again.unchanged) == (0, 5)


def test_what_was_confirmed_and_has_changed_since_does_not_count(
    sharing: Path, tmp_path: Path
) -> None:
    path = confirm_all(sharing, tmp_path / "kim.xlsx")
    fresh = send_to(sharing, "Sam Reid")["Sam Reid"]
    take(sharing, fill_in(fresh, tmp_path / "sam2.xlsx", {"B1.a.M.1/identity": "Not true"}))
    (result,) = take(sharing, path)
    assert result.stored == 2
    assert codes([result]) == ["earlier-answer-changed"]
    assert "is no longer the answer there" in result.problems[0].message


@pytest.mark.parametrize("lost", ["Not true any more", None])
def test_text_typed_under_earlier_answer_is_not_lost(
    sharing: Path, tmp_path: Path, lost: str | None
) -> None:
    path = tmp_path / "kim.xlsx"
    path.write_bytes(send_to(sharing, "Kim Lee")["Kim Lee"].read_bytes())

    def to(book: Workbook) -> None:
        cell = by_ref(book.worksheets[1], "B1.a.N.2/housing", wording.EARLIER)
        assert str(cell.value).endswith("\nNone.")
        cell.value = lost or f"{cell.value}\nThis was so until May."

    (result,) = take(sharing, change(path, to))
    assert codes([result]) == ["unexpected-text"]
    assert (lost or "until May") in result.problems[0].message


def test_an_earlier_answer_with_its_reason_is_known_as_ours(sharing: Path) -> None:
    path = send_to(sharing, "Kim Lee")["Kim Lee"]
    (result,) = take(sharing, save_at(path, LATER))
    assert result.problems == []


def test_last_years_answers_are_offered_and_one_action_takes_them(tmp_path: Path) -> None:
    before = begin(tmp_path / "northport-2025", period="2025", people=[KIM])
    rows: Rows = {"B1.a.N.1/housing": "Does not happen", "B1.b.H.1/housing": "True"}
    take(before, fill_in(send_to(before, "Kim Lee")["Kim Lee"], tmp_path / "old.xlsx", rows))
    folder = begin(tmp_path / "northport-2026", people=[KIM], previous="../northport-2025")
    path = send_to(folder, "Kim Lee")["Kim Lee"]
    assert answers(folder) == {}
    label = wording.CONFIRM_SHEET.format(origin="Northport Council, 2025")

    def say(book: Workbook) -> None:
        beside(book.worksheets[1], label).value = "Yes"

    (result,) = take(folder, change(path, say))
    assert (result.stored, result.problems) == (2, [])
    assert answers(folder)["Kim Lee", "B1.b.H.1/housing"] == ("true", "")
    assert len(events(folder, "answer")) == 2


# Order, age and dry runs


def test_an_older_file_is_flagged_before_anything_is_stored(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    second = send_to(workspace, "Kim Lee")["Kim Lee"]
    take(workspace, fill_in(second, tmp_path / "r2.xlsx", {"B1.b.H.1/housing": "True"}))
    before = ledger_bytes(workspace)
    seen: list[tuple[str, bool]] = []
    older = fill_in(blank["Kim"], tmp_path / "r1.xlsx", {"B1.b.H.2/housing": "True"})
    (result,) = receive(
        workspace,
        [older],
        on_older=lambda each: seen.append((each.code, ledger_bytes(workspace) == before)),
    )
    assert seen == [("older-file", True)]
    assert codes([result]) == ["older-file"]
    assert "it is R1, and R2 came back on" in result.problems[0].message
    assert result.stored == 1
    (again,) = receive(workspace, [older])
    assert codes([again]) == []


def test_a_dry_run_says_line_by_line_what_the_real_run_says(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    photo = tmp_path / "photo.xlsx"
    photo.write_bytes(b"\x89PNG")
    newer = fill_in(blank["Kim"], tmp_path / "b.xlsx", {**GOOD, **BAD}, saved=LATER)
    paths = [
        change(fill_in(blank["Kim"], tmp_path / "a.xlsx", BAD), sign),
        newer,
        fill_in(blank["Kim"], tmp_path / "c.xlsx", {"B1.b.H.1/housing": "Not true"}, saved=EARLY),
        photo,
        fill_in(blank["Alex"], tmp_path / "d.xlsx", {"B1.a.N.1/housing": "Happens"}),
        newer,
    ]

    def lines(*, dry_run: bool) -> list[str]:
        older: list[str] = []
        results = receive(
            workspace, paths, dry_run=dry_run, on_older=lambda each: older.append(str(each))
        )
        each_file = ([*received_lines(each), *map(str, each.problems)] for each in results)
        return [*older, *(line for lines in each_file for line in lines)]

    before = {each: each.read_bytes() for each in workspace.rglob("*") if each.is_file()}
    dry = lines(dry_run=True)
    assert {each: each.read_bytes() for each in workspace.rglob("*") if each.is_file()} == before
    assert lines(dry_run=False) == dry
    assert sum("with what to look at again" in each for each in dry) == 2


def dump(folder: Path) -> Mapping[object, object]:
    """Give what stands: every answer, text, signature and confirmation."""
    state = open_assessment(folder).state
    texts = {
        key: sorted((each.person, each.text, each.valid_until) for each in said)
        for register in (state.rationales, state.evidence)
        for key, said in register.items()
    }
    signed = {
        key: dict(each.fields) for (key, (each,)) in state.records.get("declaration", {}).items()
    }
    return {"answers": answers(folder), "texts": texts, "signed": signed}


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """Give a workspace that sent several rounds, and what came back."""
    place = tmp_path_factory.mktemp("rounds")
    folder = begin(place / "start", people=[KIM, ALEX])
    first = send_to(folder)
    second = send_to(folder, "Kim Lee")["Kim Lee"]
    earlier: Rows = {**GOOD, "B1.b.N.1/housing": "Happens", "B1.b.why/housing": ("", "Old.")}
    newer: Rows = {"B1.b.N.1/housing": "Does not happen", "B1.b.why/housing": ("", "New.")}
    return folder, [
        fill_in(first["Kim Lee"], place / "k1.xlsx", earlier),
        change(fill_in(second, place / "k2.xlsx", newer), sign),
        fill_in(first["Alex Moor"], place / "a1.xlsx", {"B1.a.N.1/housing": "Happens"}),
        fill_in(first["Sam Reid"], place / "s1.xlsx", {"A1.a.N.1": "Happens"}),
        fill_in(first["Sam Reid"], place / "s2.xlsx", {"A1.a.N.1": "I don't know"}, saved=LATER),
    ]


@pytest.mark.slow
@settings(max_examples=6, deadline=None, derandomize=True)
@given(order=permutations(range(5)))
def test_the_order_of_files_changes_nothing(
    rounds: tuple[Path, list[Path]], order: Sequence[int]
) -> None:
    """Several rounds of several people, in any order, end in the same answers."""
    folder, paths = rounds
    found = []
    for number, numbers in enumerate((range(5), order)):
        with TemporaryDirectory() as name:
            copy = shutil.copytree(folder, Path(name) / f"copy-{number}")
            take(copy, *(paths[each] for each in numbers))
            found.append(dump(copy))
    assert found[0] == found[1]
    assert found[0]["answers"]


# Delegation


def test_questions_handed_on_are_not_overwritten_by_the_first_respondent(
    tmp_path: Path,
) -> None:
    jo = {"id": "p4", "name": "Jo Black"}
    folder = begin(tmp_path / "northport-2026", people=[KIM, jo])
    kims = send_to(folder, "Kim Lee")["Kim Lee"]
    take(folder, fill_in(kims, tmp_path / "k0.xlsx", {"B1.b.H.2/housing": "True"}))
    hand_over(folder, ["B1.b"], giver="Kim Lee", taker="Jo Black")
    jos = send_to(folder, "Jo Black")["Jo Black"]
    asked = [str(each.ref) for each in questions_for(open_assessment(folder), PersonId("p4")).rows]
    assert asked == ["B1.b.N.1/housing", "B1.b.H.1/housing", "B1.b.H.2/housing"]
    assert "Kim" not in text_of(jos)
    assert "B1.a" not in text_of(jos)
    theirs: Rows = {"B1.b.N.1/housing": "Does not happen", "B1.b.H.1/housing": "True"}
    take(folder, fill_in(jos, tmp_path / "jo.xlsx", theirs))
    late = fill_in(kims, tmp_path / "k1.xlsx", {"B1.b.H.1/housing": "Not true"}, saved=LATER)
    (result,) = take(folder, late)
    assert [each.indicator for each in result.conflicts] == ["B1.b.H.1"]
    stored = answers(folder)
    assert stored["Jo Black", "B1.b.H.1/housing"] == ("true", "")
    assert stored["Kim Lee", "B1.b.H.1/housing"] == ("not-true", "")


# Linked questions


def test_questions_that_a_mapping_links_name_each_other(tmp_path: Path) -> None:
    from cyberassess.steps.begin.setup import NewAssessment, settings_for

    values, pinned = settings_for(
        NewAssessment(
            "Northport Council",
            "2026",
            ("ncsc-caf@3.2", "cyber-governance-code@2025"),
            ("ncsc-caf=govassure-baseline", "cyber-governance-code=all-in-place"),
        )
    )
    create(tmp_path / "np", values, pinned)
    what = questions_for(open_assessment(tmp_path / "np"), PersonId("p1"))
    blocks = {block.ref: block for topic in what.topics for block in topic.blocks}
    linked = [each.ref for each in blocks["A3.a"].see_also]
    assert linked == ["2:A1"]
    for ref, block in blocks.items():
        assert len(block.see_also) <= 3
        assert all((":" in ref) != (":" in each.ref) for each in block.see_also)


def test_one_control_set_has_no_links(workspace: Path) -> None:
    what = questions_for(open_assessment(workspace), PersonId("p2"))
    assert not any(block.see_also for topic in what.topics for block in topic.blocks)
