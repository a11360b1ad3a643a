"""Names: as they were when something was said; changed ones asked about; one person twice."""

import shutil
from pathlib import Path

import pytest

from cyberassess.domain.record import happened, registers
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.writing import RenamedError, writing
from cyberassess.steps.care.merging import merge
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.people.people import people
from cyberassess.steps.people.same_people import make_one, renamed, somebody_new
from cyberassess.steps.people.tables import export_people, import_people
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.send.sending import send
from cyberassess.steps.standing.results import explain_json, find_scores
from cyberassess.steps.standing.standing import status
from tests.steps.council import events, fill_in, ledger_bytes, received_from_kim, take

TRUE = {"B1.b.H.1/housing": "True"}


@pytest.fixture(scope="module")
def _made(sent_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return received_from_kim(sent_workspace, tmp_path_factory.mktemp("made"), TRUE)


@pytest.fixture
def answered(_made: Path, workspace: Path) -> Path:
    """Give a workspace in which Kim Lee has answered."""
    shutil.rmtree(workspace)
    return Path(shutil.copytree(_made, workspace))


def retype(folder: Path, old: str, new: str) -> None:
    """Edit the settings by hand."""
    path = folder / "assessment.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def who_said(folder: Path, outcome: str = "B1.b/housing") -> set[str]:
    """Give who answered an outcome, as explain says it."""
    assessment = open_assessment(folder)
    (score,) = find_scores(assessment, outcome, None)
    found = explain_json(assessment, score)["statements"]
    return {given["person"] for each in found for given in each["given"]}


def test_an_overtyped_name_is_asked_about_and_until_then_the_recorded_one_shows(
    answered: Path,
) -> None:
    retype(answered, "Kim Lee", "Dev Malhotra")
    ledger = ledger_bytes(answered)
    with pytest.raises(
        RenamedError, match=r'people same "Kim Lee" --renamed.*people new "Kim Lee"'
    ):
        send(answered)
    with pytest.raises(RenamedError):
        AskSession(answered, "Kim Lee")
    assert ledger_bytes(answered) == ledger
    assert who_said(answered) == {"Kim Lee"}
    assert "Kim Lee" in {each.name for each in status(answered).people}
    assert any("Dev Malhotra" in each.message for each in open_assessment(answered).notes)


def test_the_same_person_renamed_is_shown_with_both_names(answered: Path) -> None:
    retype(answered, "Kim Lee", "Kim Moss")
    renamed(answered, ["Kim Lee"], reason="Married")
    assert who_said(answered) == {"Kim Lee (now Kim Moss)"}
    assert "Kim Moss" in {each.person.name for each in send(answered)}
    assert not verify(answered).problems
    with writing(answered, "x") as session:
        assert session.meet("Kim Lee") == session.meet("Kim Moss") == "p2"


def test_somebody_new_gets_an_id_and_the_questions_and_never_the_answers(answered: Path) -> None:
    retype(answered, "Kim Lee", "Dev Malhotra")
    retype(answered, "kim.lee@", "dev@")
    somebody_new(answered, ["Kim Lee"])
    assert who_said(answered) == {"Kim Lee"}
    listed = {each.name: each for each in people(open_assessment(answered))}
    assert (listed["Kim Lee"].id, listed["Kim Lee"].asks) == ("p2", "")
    assert listed["Kim Lee"].email == "kim.lee@northport.example"
    assert listed["Dev Malhotra"].asks == "everything@housing"
    assert listed["Dev Malhotra"].id not in ("p1", "p2", "p3")
    assert {each["new"]["from"] for each in events(answered, "handover")} == {"p2"}
    assert not verify(answered).problems


def test_the_officer_may_be_somebody_new_too(answered: Path) -> None:
    with writing(answered, "x") as session:
        session.write([happened.put(("A",), registers.Action())])
    retype(answered, "Sam Reid", "Ann Hill")
    somebody_new(answered, ["p1"])
    settings = open_assessment(answered).contents.settings
    assert settings.officer.name == "Ann Hill"
    assert open_assessment(answered).name_of("p1") == "Sam Reid"


def test_an_address_or_the_name_of_somebody_silent_is_recorded_without_asking(
    answered: Path,
) -> None:
    retype(answered, "kim.lee@", "kim@")
    retype(answered, "Alex Moor", "Alexander Moor")
    assert len(send(answered)) == 3


def test_a_ledger_that_overtyped_a_name_in_silence_shows_it_as_it_was(answered: Path) -> None:
    retype(answered, "Kim Lee", "Dev Malhotra")
    with writing(answered, "x", renamed={"p2": ""}) as session:
        session.pending.pop()
    assert not events(answered, "renamed")
    assert who_said(answered) == {"Kim Lee"}


def test_whoever_is_taken_out_of_the_settings_keeps_their_name(answered: Path) -> None:
    path = answered / "assessment.yaml"
    lines = [each for each in path.read_text("utf-8").splitlines() if "Kim Lee" not in each]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    send(answered)
    assert who_said(answered) == {"Kim Lee"}


def test_an_import_asks_once_for_all_and_takes_both_ways_out(
    answered: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    take(answered, fill_in(blank["Alex"], tmp_path / "a.xlsx", {"B1.a.N.1/housing": "Happens"}))
    table = export_people(answered, tmp_path / "people.csv")
    text = table.read_text("utf-8-sig").replace("Kim Lee", "Kim Moss")
    table.write_text(text.replace("Alex Moor", "Dev Malhotra"), "utf-8")
    before, ledger = (answered / "assessment.yaml").read_bytes(), ledger_bytes(answered)
    with pytest.raises(RenamedError) as asked:
        import_people(answered, table)
    assert [each.recorded for each in asked.value.renamings] == ["Kim Lee", "Alex Moor"]
    assert (answered / "assessment.yaml").read_bytes() == before
    assert ledger_bytes(answered) == ledger
    assert len(import_people(answered, table, dry_run=True).problems) == 2
    import_people(answered, table, renamed=["Kim Lee"], new=["Alex Moor"])
    assert who_said(answered) == {"Kim Lee (now Kim Moss)"}
    assert who_said(answered, "B1.a/housing") == {"Alex Moor"}


def test_one_person_written_two_ways_is_said_to_be_one(
    answered: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    other = fill_in(
        blank["Kim"], tmp_path / "k.xlsx", {"B1.b.H.1/housing": "Not true"},
        completed_by="Kim Lee, data manager", saved="2090-01-01T12:00:00Z",
    )  # fmt: skip
    take(answered, other)
    assert len(status(answered).conflicts) == 1
    made = make_one(answered, "Kim Lee, data manager", "Kim Lee", reason="Asked her")
    assert (made.kept, made.answers) == ("Kim Lee", 1)
    assert not status(answered).conflicts
    assert who_said(answered) == {"Kim Lee, data manager (the same person as Kim Lee)"}
    (score,) = find_scores(open_assessment(answered), "B1.b/housing", None)
    found = explain_json(open_assessment(answered), score)["statements"]
    changes = [change["person"] for each in found for change in each["changes"]]
    assert changes == ["Kim Lee", "Kim Lee, data manager (the same person as Kim Lee)"]
    assert not verify(answered).problems


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("Kim Lee", "Alex Moor", "are both in assessment.yaml"),
        ("Kim Lee", "p2", "are one person already"),
        ("Kim Lee", "Kim Leigh", "is nobody who answered"),
    ],
)
def test_two_who_are_not_one_are_refused(answered: Path, one: str, other: str, said: str) -> None:
    with pytest.raises(AssessmentError, match=said):
        make_one(answered, one, other, reason="x")


def test_a_name_that_was_not_changed_is_refused(answered: Path) -> None:
    with pytest.raises(AssessmentError, match="Changed names: none"):
        renamed(answered, ["Kim Lee"])


def test_a_merge_records_no_name_that_nobody_explained(answered: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(answered, tmp_path / "laptop"))
    with writing(other, "test") as session:
        session.write([happened.Met(person="met-1", name="Ada Moss")])
    retype(answered, "Kim Lee", "Dev Malhotra")
    merge(answered, other)
    assert open_assessment(answered).state.settings["people[p2].name"] == "Kim Lee"
    with pytest.raises(RenamedError, match="Dev Malhotra"):
        send(answered)
