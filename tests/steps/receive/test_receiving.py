"""Workbooks that come back, from ``send`` to the ledger, with real files."""

import itertools
import shutil
from pathlib import Path

import openpyxl
import pytest

from cyberassess.disk.segments import LedgerFolder, Reading
from cyberassess.domain.people.questions import WITHDRAW
from cyberassess.errors import AssessmentError, Severity
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.conflicts import conflicts
from cyberassess.opening.intake import ReceivedFile
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.receive.words import received_lines
from tests.steps.council import (
    EARLY,
    LATE,
    LATER,
    LATEST,
    answers,
    begin,
    codes,
    events,
    fill_in,
    ledger_bytes,
    send_to,
    take,
)

KIMS: dict[str, str | tuple[str, str]] = {
    "B1.a.N.1/housing": "Does not happen",
    "B1.a.M.1/housing": ("Otherwise", "The supplier does it."),
    "B1.b.N.1/housing": "Does not happen",
    "B1.b.H.1/housing": "True",
    "B1.b.why/housing": ("", "Checked every month."),
}


@pytest.fixture
def kims(blank: dict[str, Path], tmp_path: Path) -> Path:
    """Give Kim's workbook, filled in."""
    return fill_in(blank["Kim"], tmp_path / "kim.xlsx", KIMS)


def test_every_answer_is_stored_with_the_cell_it_came_from(workspace: Path, kims: Path) -> None:
    (result,) = take(workspace, kims)
    assert (result.stored, result.texts, result.unchanged) == (5, 1, 0)
    assert result.problems == []
    stored = answers(workspace)
    assert stored["Kim Lee", "B1.a.N.1/housing"] == ("never", "")
    assert stored["Kim Lee", "B1.a.M.1/housing"] == ("other-means", "The supplier does it.")
    first = events(workspace, "answer")[0]["source"]
    assert first["name"] == "kim.xlsx"
    assert first["cell"].startswith("C")
    assert first["saved"] == LATE


def test_a_row_that_stands_for_two_statements_answers_both(workspace: Path, kims: Path) -> None:
    take(workspace, kims)
    stored = answers(workspace)
    said = stored["Kim Lee", "B1.a.M.1/housing"]
    assert stored["Kim Lee", "B1.a.H.2/housing"] == said


def test_the_original_is_kept_as_it_came(workspace: Path, kims: Path) -> None:
    (result,) = take(workspace, kims)
    assert (workspace / result.kept_as).read_bytes() == kims.read_bytes()


def test_an_original_that_cannot_be_kept_is_said(workspace: Path, kims: Path) -> None:
    """Either nothing is stored, or somebody is told that the original is nowhere."""
    (workspace / "questionnaires" / "received").rmdir()
    (workspace / "questionnaires" / "received").write_text("in the way")
    before = ledger_bytes(workspace)
    try:
        (result,) = receive(workspace, [kims])
    except AssessmentError:
        assert ledger_bytes(workspace) == before
    else:
        assert result.problems


def test_a_file_whose_person_is_nobody_here_is_refused(
    workspace: Path, kims: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(kims)
    for row in book["About this file"].iter_rows():
        for cell in row:
            if cell.value == "p2":
                cell.value = "p7"
    book.save(tmp_path / "nobody.xlsx")
    before = ledger_bytes(workspace)
    (result,) = receive(workspace, [tmp_path / "nobody.xlsx"])
    assert (result.refused, codes([result])) == (True, ["unknown-person"])
    assert '"p7", who is nobody here' in result.problems[0].message
    assert ledger_bytes(workspace) == before


def test_receiving_a_file_twice_changes_nothing(workspace: Path, kims: Path) -> None:
    take(workspace, kims)
    before = ledger_bytes(workspace)
    (result,) = take(workspace, kims)
    assert (result.stored, result.texts, result.unchanged) == (0, 0, 6)
    assert ledger_bytes(workspace) == before
    assert len(list((workspace / "questionnaires" / "received").iterdir())) == 1


def test_a_corrected_file_replaces_only_what_changed_and_lists_it(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    take(workspace, kims)
    times = {
        key: given[0].origin
        for key, given in open_assessment(workspace).state.answers.items()
        if key.indicator != "B1.b.H.1"
    }
    mended = KIMS | {"B1.b.H.1/housing": "Not true"}
    (result,) = take(
        workspace, fill_in(blank["Kim"], tmp_path / "mended.xlsx", mended, saved=LATER)
    )
    assert (result.stored, result.texts, result.unchanged) == (1, 0, 5)
    (replaced,) = result.replaced
    assert (replaced.statement.indicator, replaced.old, replaced.new) == (
        "B1.b.H.1",
        "true",
        "not-true",
    )
    assert "  B1.b.H.1 in housing: was true, is now not-true" in received_lines(result)
    assert answers(workspace)["Kim Lee", "B1.b.H.1/housing"] == ("not-true", "")
    state = open_assessment(workspace).state
    assert {key: given[0].origin for key, given in state.answers.items() if key in times} == times


def test_an_older_file_is_flagged_and_not_stored(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    take(workspace, kims)
    before = answers(workspace)
    older = fill_in(
        blank["Kim"], tmp_path / "older.xlsx", {"B1.b.H.1/housing": "Not true"}, saved=EARLY
    )
    (result,) = take(workspace, older)
    assert (result.stored, codes([result])) == (0, ["older-file", "older"])
    assert 'older.xlsx, sheet "' in result.problems[1].where
    assert result.kept_as
    assert answers(workspace) == before


def test_an_earlier_serial_is_older_whenever_it_was_saved(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    again = send_to(workspace, "Kim Lee")["Kim Lee"]
    assert again.name.endswith("R2.xlsx")
    take(workspace, fill_in(again, tmp_path / "r2.xlsx", {"B1.b.H.1/housing": "True"}))
    late = fill_in(
        blank["Kim"], tmp_path / "r1.xlsx", {"B1.b.H.1/housing": "Not true"}, saved=LATEST
    )
    (result,) = take(workspace, late)
    assert codes([result]) == ["older-file", "older"]
    assert answers(workspace)["Kim Lee", "B1.b.H.1/housing"] == ("true", "")


def test_two_files_of_the_same_age_that_differ_are_both_kept(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    take(workspace, kims)
    twin = fill_in(blank["Kim"], tmp_path / "twin.xlsx", {"B1.b.H.1/housing": "Not true"})
    (result,) = take(workspace, twin)
    assert codes([result]) == ["tie"]
    both = [
        given
        for key, given in open_assessment(workspace).state.answers.items()
        if key.indicator == "B1.b.H.1"
    ]
    assert {each.answer for each in both[0]} == {"true", "not-true"}


def test_a_blank_withdraws_nothing(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    take(workspace, kims)
    before = answers(workspace)
    fewer = fill_in(
        blank["Kim"],
        tmp_path / "fewer.xlsx",
        {"B1.a.N.1/housing": "Does not happen"},
        saved=LATER,
    )
    (result,) = take(workspace, fewer)
    assert result.stored == 0
    assert answers(workspace) == before


def _withdrawn(workspace: Path, blank: Path, folder: Path) -> None:
    path = fill_in(blank, folder / "withdrawn.xlsx", {"B1.b.H.1/housing": WITHDRAW}, saved=LATER)
    (result,) = take(workspace, path)
    assert result.stored == 1
    assert [(each.old, each.new) for each in result.replaced] == [("true", "")]


def test_choosing_to_withdraw_takes_an_answer_back(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    take(workspace, kims)
    _withdrawn(workspace, blank["Kim"], tmp_path)
    assert ("Kim Lee", "B1.b.H.1/housing") not in answers(workspace)
    assert ("Kim Lee", "B1.b.N.1/housing") in answers(workspace)


def test_an_older_file_does_not_bring_back_a_withdrawn_answer(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    take(workspace, kims)
    _withdrawn(workspace, blank["Kim"], tmp_path)
    (result,) = take(workspace, kims)
    assert ("Kim Lee", "B1.b.H.1/housing") not in answers(workspace)
    assert codes([result]) == ["older"]


def test_an_unchanged_prefilled_answer_does_not_undo_a_later_one(
    workspace: Path, kims: Path, tmp_path: Path, blank: dict[str, Path]
) -> None:
    """What stood in the file at the head it was sent at is not said again by returning it."""
    take(workspace, kims)
    again = send_to(workspace, "Kim Lee")["Kim Lee"]
    take(
        workspace,
        fill_in(blank["Kim"], tmp_path / "r1.xlsx", {"B1.b.H.1/housing": "Not true"}, saved=LATER),
    )
    (result,) = take(
        workspace,
        fill_in(again, tmp_path / "r2.xlsx", {"B1.b.H.2/housing": "True"}, saved=LATEST),
    )
    assert result.stored == 1
    assert answers(workspace)["Kim Lee", "B1.b.H.1/housing"] == ("not-true", "")


def test_completed_by_another_name_is_another_person(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    take(workspace, kims)
    helper = fill_in(
        blank["Kim"],
        tmp_path / "jo.xlsx",
        {"B1.b.H.1/housing": "Not true"},
        saved=LATER,
        completed_by="Jo  Park",
    )
    (result,) = take(workspace, helper)
    assert (result.person, result.replaced) == ("Jo Park", [])
    stored = answers(workspace)
    assert stored["Kim Lee", "B1.b.H.1/housing"] == ("true", "")
    assert stored["Jo Park", "B1.b.H.1/housing"] == ("not-true", "")
    assert len(events(workspace, "met")) == 1
    take(workspace, helper)
    assert len(events(workspace, "met")) == 1


def test_a_name_typed_over_that_of_whoever_was_asked_is_said(workspace: Path, kims: Path) -> None:
    book = openpyxl.load_workbook(kims)
    name = next(row[1] for row in book["About this file"].iter_rows() if row[0].value == "Name")
    name.value = "Jo Black"
    book.save(kims)
    (result,) = take(workspace, kims)
    assert (result.stored, codes([result])) == (5, ["other-name"])
    assert 'It names "Jo Black", and was sent to Kim Lee.' in result.problems[0].message
    assert "it was taken as from Kim Lee" in result.problems[0].hint


def test_completed_by_somebody_known_is_that_person(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = fill_in(
        blank["Kim"], tmp_path / "a.xlsx", {"B1.b.H.1/housing": "True"}, completed_by="alex moor"
    )
    take(workspace, path)
    assert answers(workspace) == {("Alex Moor", "B1.b.H.1/housing"): ("true", "")}


def test_an_answer_without_its_reason_is_stored_and_said_once(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = fill_in(blank["Kim"], tmp_path / "a.xlsx", {"B1.b.H.1/housing": "Otherwise"})
    (result,) = take(workspace, path)
    assert answers(workspace)["Kim Lee", "B1.b.H.1/housing"] == ("other-means", "")
    assert open_assessment(workspace).card.confidence.lacks_reason == 1
    assert codes([result]) == ["reason-missing"]
    assert result.problems[0].severity is Severity.NOTE


def test_what_is_refused_in_a_file_does_not_stop_the_rest_of_it(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    rows = {"B1.b.H.1/housing": "Perhaps", "B1.b.H.2/housing": "True"}
    (result,) = take(workspace, fill_in(blank["Kim"], tmp_path / "a.xlsx", rows))
    assert codes([result]) == ["answer-not-allowed"]
    assert answers(workspace) == {("Kim Lee", "B1.b.H.2/housing"): ("true", "")}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "another assessment with the same name and period", id="same-name"),
        pytest.param({"period": "2025"}, "Northport Council, 2025", id="last-year"),
        pytest.param(
            {"organisation": "Southport Council"}, "Southport Council, 2026", id="another"
        ),
    ],
)
def test_a_questionnaire_of_another_assessment_is_refused_and_kept(
    workspace: Path, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    other = begin(tmp_path / "other", **changes)
    stranger = fill_in(
        send_to(other, "Kim Lee")["Kim Lee"],
        tmp_path / "stranger.xlsx",
        {"B1.b.H.1/housing": "True"},
    )
    before = ledger_bytes(workspace)
    (result,) = receive(workspace, [stranger])
    assert result.refused
    assert codes([result]) == ["another-assessment"]
    assert said in result.problems[0].message
    assert ledger_bytes(workspace) == before
    assert result.kept_as.startswith("questionnaires/refused/")
    assert (workspace / result.kept_as).read_bytes() == stranger.read_bytes()


def test_a_file_that_cannot_be_read_does_not_stop_the_next(
    workspace: Path, kims: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "a holiday.xlsx"
    photo.write_bytes(b"\xff\xd8\xff\xe0 JFIF")
    first, second = receive(workspace, [photo, kims])
    assert (first.refused, codes([first])) == (True, ["picture"])
    assert (second.refused, second.stored) == (False, 5)


def test_a_path_that_is_not_there_is_said_before_anything_is_stored(
    workspace: Path, kims: Path, tmp_path: Path
) -> None:
    """The command ends with *refused, nothing changed*, so nothing may have changed."""
    before = ledger_bytes(workspace)
    with pytest.raises(AssessmentError, match="no such file"):
        receive(workspace, [kims, tmp_path / "nowhere.xlsx"])
    assert ledger_bytes(workspace) == before


def test_an_empty_folder_is_said(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(AssessmentError, match="The folder is empty"):
        receive(workspace, [tmp_path / "empty"])


def test_a_dry_run_changes_nothing_and_says_the_same(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    helper = fill_in(
        blank["Kim"], tmp_path / "jo.xlsx", {"B1.b.H.1/housing": "Not true"}, completed_by="Jo"
    )
    photo = tmp_path / "photo.xlsx"
    photo.write_bytes(b"\x89PNG")
    before = ledger_bytes(workspace)
    files = {each: each.stat().st_mtime_ns for each in workspace.rglob("*") if each.is_file()}
    dry = receive(workspace, [kims, helper, photo], dry_run=True)
    assert ledger_bytes(workspace) == before
    assert {
        each: each.stat().st_mtime_ns for each in workspace.rglob("*") if each.is_file()
    } == files
    real = receive(workspace, [kims, helper, photo])
    assert [(each.stored, each.texts, each.unchanged, each.refused) for each in dry] == [
        (each.stored, each.texts, each.unchanged, each.refused) for each in real
    ]
    assert [each.person for each in dry] == [each.person for each in real]
    assert codes(dry) == codes(real)


def test_a_dry_run_of_a_file_and_its_correction_says_the_same(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    """The second file of a run is compared with what the first would have stored."""
    mended = fill_in(
        blank["Kim"],
        tmp_path / "mended.xlsx",
        KIMS | {"B1.b.H.1/housing": "Not true"},
        saved=LATER,
    )
    dry = receive(workspace, [kims, mended], dry_run=True)
    real = receive(workspace, [kims, mended])
    assert [(each.stored, each.unchanged, len(each.replaced)) for each in dry] == [
        (each.stored, each.unchanged, len(each.replaced)) for each in real
    ]


@pytest.mark.slow
def test_disjoint_files_give_the_same_answers_in_any_order(
    sent_workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    sams = fill_in(
        blank["Sam"], tmp_path / "sam.xlsx", {"A1.a.N.1": "Happens", "A1.b.H.1": "True"}
    )
    alexs = fill_in(blank["Alex"], tmp_path / "alex.xlsx", {"B1.a.N.2/housing": "I don't know"})
    outcomes = []
    for number, order in enumerate(itertools.permutations([sams, kims, alexs])):
        folder = Path(shutil.copytree(sent_workspace, tmp_path / f"copy-{number}"))
        take(folder, *order)
        outcomes.append((answers(folder), open_assessment(folder).card.confidence))
    assert len(outcomes[0][0]) == 8
    assert all(each == outcomes[0] for each in outcomes)


def test_the_received_files_are_recorded_with_their_hash(workspace: Path, kims: Path) -> None:
    take(workspace, kims)
    (received,) = open_assessment(workspace).state.received
    assert (received.person, received.name, received.serial, received.stored) == (
        "p2",
        "kim.xlsx",
        1,
        6,
    )
    assert len(received.sha256) == 64


WHY = "B1.b.why/housing"
DOCUMENTS = "B1.b.evidence/housing"


def texts(folder: Path) -> list[str]:
    state = open_assessment(folder).state
    registers = (*state.rationales.values(), *state.evidence.values())
    return [each.text for said in registers for each in said]


def test_a_newer_text_replaces_and_an_older_one_does_not(
    workspace: Path, blank: dict[str, Path], kims: Path, tmp_path: Path
) -> None:
    take(workspace, kims)
    for moment, words, found in (
        (EARLY, "Older words.", "Checked every month."),
        (LATER, "Newer words.", "Newer words."),
    ):
        path = fill_in(
            blank["Kim"], tmp_path / f"{moment[:4]}.xlsx", {WHY: ("", words)}, saved=moment
        )
        (result,) = take(workspace, path)
        assert codes([result]) == (["older-file", "older"] if moment == EARLY else [])
        assert texts(workspace) == [found]


def test_documents_are_stored_with_their_date(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    rows = {DOCUMENTS: ("31 December 2026", "Minutes\nhttps://intranet.example/policy")}
    take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", rows))
    ((said,),) = open_assessment(workspace).state.evidence.values()
    assert (said.text, said.valid_until) == (rows[DOCUMENTS][1], "2026-12-31")


def test_texts_of_two_people_stand_together(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    for name, ref in (("Kim", "B1.a.why/housing"), ("Alex", "B1.a.why/housing")):
        take(workspace, fill_in(blank[name], tmp_path / f"{name}.xlsx", {ref: ("", name)}))
    assert sorted(texts(workspace)) == ["Alex", "Kim"]
    assert conflicts(open_assessment(workspace)) == []


def test_answers_for_a_system_that_is_gone_are_said_and_not_stored(
    workspace: Path, kims: Path
) -> None:
    settings = workspace / "assessment.yaml"
    text = settings.read_text("utf-8").replace('"housing"', '"homes"')
    settings.write_text(text, "utf-8")
    (result,) = take(workspace, kims)
    assert (result.stored, result.texts) == (0, 0)
    assert set(codes([result])) == {"not-asked-here"}
    assert len(result.problems) == 6
    assert answers(workspace) == {}


def test_files_of_one_command_are_read_into_what_the_last_one_left(
    workspace: Path, blank: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise three hundred returns would read the growing ledger three hundred times."""
    paths = [
        fill_in(blank["Kim"], tmp_path / f"{number}.xlsx", {"B1.b.why/housing": ("", f"{number}")},
                saved=f"2090-01-01T10:0{number}:00Z")
        for number in range(4)
    ]  # fmt: skip
    readings: list[Path] = []
    read = LedgerFolder.read

    def counted_read(folder: LedgerFolder) -> Reading:
        readings.append(folder.folder)
        return read(folder)

    monkeypatch.setattr(LedgerFolder, "read", counted_read)
    take(workspace, *paths)
    assert len(readings) == 1
    assert [each["new"]["text"] for each in events(workspace, "rationale")] == list("0123")


def test_what_another_command_writes_between_two_files_is_seen(
    workspace: Path, kims: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    newer = {**KIMS, "B1.a.N.1/housing": "Happens"}
    second = fill_in(blank["Kim"], tmp_path / "b.xlsx", KIMS, saved=LATER)
    third = fill_in(blank["Kim"], tmp_path / "c.xlsx", newer, saved=LATEST)
    done: list[str] = []

    def between(result: ReceivedFile) -> None:
        if not done:
            done.append(result.path.name)
            take(workspace, third)

    results = receive(workspace, [kims, second], on_file=between)
    assert not any(each.refused for each in results)
    assert answers(workspace)["Kim Lee", "B1.a.N.1/housing"] == ("happens", "")
    assert len(open_assessment(workspace).heads) == 1


def test_other_peoples_files_in_a_folder_are_named_and_not_copied(
    workspace: Path, kims: Path, tmp_path: Path
) -> None:
    inbox = tmp_path / "downloads"
    inbox.mkdir()
    (inbox / "holiday.xlsx").write_bytes(b"\xff\xd8\xff\xe0 JFIF")
    (inbox / "payslip.pdf").write_bytes(b"%PDF-1.7 secret pay")
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Name", "Pay", "Organisation"])
    book.worksheets[0].append(["Kim", "secret pay", "Northport Council"])
    book.save(inbox / "pay.xlsx")
    (inbox / "kim.xlsx").write_bytes(kims.read_bytes())
    found = {each.path.name: each for each in receive(workspace, [inbox])}
    assert found["kim.xlsx"].stored == 5
    for name in ("holiday.xlsx", "payslip.pdf", "pay.xlsx"):
        assert (found[name].refused, found[name].kept_as, found[name].problems) == (False, "", [])
        assert found[name].not_ours
    kept = [each.name for each in workspace.rglob("*") if each.is_file()]
    assert not [e for e in kept if "pay" in e or "holiday" in e]


def test_one_that_is_named_is_kept(workspace: Path, tmp_path: Path) -> None:
    slip = tmp_path / "payslip.pdf"
    slip.write_bytes(b"%PDF-1.7 secret pay")
    (result,) = receive(workspace, [slip])
    assert result.refused
    assert (workspace / result.kept_as).exists()


def test_one_of_ours_that_lost_its_mark_is_kept(
    workspace: Path, kims: Path, tmp_path: Path
) -> None:
    inbox = tmp_path / "downloads"
    inbox.mkdir()
    book = openpyxl.load_workbook(kims)
    del book["About this file"]
    book.save(inbox / "answers.xlsx")
    settings = open_assessment(workspace).contents.settings
    locked = inbox / f"Copy of {settings.organisation} {settings.period} cyber questions.xlsx"
    locked.write_bytes(b"PK\x03\x04 cut short")
    for result in receive(workspace, [inbox]):
        assert result.refused
        assert result.kept_as.startswith("questionnaires/refused/")
