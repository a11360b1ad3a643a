"""The assessment as a folder: branches, changed settings, what ``verify`` finds."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberassess.disk.segments import LedgerFolder, single_head
from cyberassess.errors import AssessmentError, LedgerError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.conflicts import conflicts
from cyberassess.opening.writing import writing
from cyberassess.steps.begin.setup import create
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.send.sending import send
from cyberassess.steps.settle.resolving import resolve
from cyberassess.steps.standing.standing import status
from tests.steps.council import (
    answers,
    begin,
    events,
    fill_in,
    ledger_bytes,
    pinned_files,
    send_to,
    settings_values,
    take,
)
from tests.steps.settle.test_settling import reply


@pytest.fixture(scope="module")
def kims(sent_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace into which Kim's workbook came; never written to."""
    place = tmp_path_factory.mktemp("received")
    folder = Path(shutil.copytree(sent_workspace, place / "northport-2026"))
    rows = {"B1.a.N.1/housing": "Happens", "B1.b.H.1/housing": "True"}
    (blank,) = (folder / "questionnaires" / "sent").glob("*Kim*")
    take(folder, fill_in(blank, place / "kim.xlsx", rows))
    return folder


@pytest.fixture
def received(workspace: Path, kims: Path) -> Path:
    """Give a copy of the workspace into which Kim's workbook came."""
    shutil.rmtree(workspace)
    return Path(shutil.copytree(kims, workspace))


def joined(one: Path, other: Path) -> Path:
    """Copy the segments and originals of one workspace into the other, as syncing does."""
    for name in ("ledger", "questionnaires/received"):
        for path in (other / name).iterdir():
            shutil.copyfile(path, one / name / path.name)
    return one


@pytest.fixture
def branched(workspace: Path, blank: dict[str, Path], tmp_path: Path) -> Path:
    """Give a workspace whose two copies received different answers, joined by copying."""
    other = Path(shutil.copytree(workspace, tmp_path / "other"))
    take(workspace, fill_in(blank["Kim"], tmp_path / "k.xlsx", {"B1.b.H.1/housing": "True"}))
    take(other, fill_in(blank["Sam"], tmp_path / "s.xlsx", {"A1.a.N.1": "Happens"}))
    return joined(workspace, other)


def test_branches_are_named_and_both_are_read(branched: Path) -> None:
    assert answers(branched) == {
        ("Kim Lee", "B1.b.H.1/housing"): ("true", ""),
        ("Sam Reid", "A1.a.N.1/organisation"): ("happens", ""),
    }
    found = status(branched)
    assert found.assessment.state.is_branched
    (note,) = [each for each in found.assessment.notes if each.code == "branches"]
    heads = sorted((branched / "ledger").glob("000003-*.jsonl"))
    assert len(heads) == 2
    assert all(each.stem in note.message for each in heads)


WRITERS: list[tuple[str, Callable[[Path], object]]] = [
    ("send", send),
    ("ask", lambda folder: AskSession(folder, "Kim Lee")),
    ("resolve", lambda folder: resolve(folder, "B1.a.N.1", answer="never", reason="Because.")),
]


@pytest.mark.slow
@pytest.mark.parametrize("write", [each for _, each in WRITERS], ids=[each for each, _ in WRITERS])
def test_on_branches_nothing_can_be_written(
    branched: Path, write: Callable[[Path], object]
) -> None:
    before = ledger_bytes(branched)
    with pytest.raises(LedgerError, match="went apart: 000003-"):
        write(branched)
    assert ledger_bytes(branched) == before


def test_on_branches_nothing_can_be_received(branched: Path, tmp_path: Path) -> None:
    before = ledger_bytes(branched)
    with pytest.raises(LedgerError, match="went apart"):
        receive(branched, [tmp_path / "k.xlsx"])
    assert ledger_bytes(branched) == before


def test_an_answer_changed_differently_on_two_branches_is_a_conflict(
    received: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(received, tmp_path / "other"))
    for folder, said in ((received, "true"), (other, "not-true")):
        session = AskSession(folder, "Kim Lee")
        session.save(reply(session.what, "B1.b.H.2/housing", said))
        session.close()
    assessment = open_assessment(joined(received, other))
    (conflict,) = conflicts(assessment)
    assert conflict.statement.indicator == "B1.b.H.2"
    assert {answer for _, answer, _ in conflict.answers} == {"True", "Not true"}


def test_an_open_segment_of_another_machine_is_a_branch_nobody_writes_on(
    received: Path,
) -> None:
    """Its hash is not known yet: a segment on top of it could never be read again."""
    folder = LedgerFolder(received / "ledger")
    parent = single_head(folder.read().segments)
    header = {"actor": {"id": "p2"}, "command": "ask", "time": "2026-01-01T00:00:00Z"}
    prompts = folder.open_segment(header, parent)
    answer = next(each for each in events(received, "answer") if each["indicator"] == "B1.b.H.1")
    prompts.append([{**answer, "new": "not-true"}])
    text = prompts.path.read_text("utf-8")
    machine = json.loads(text.splitlines()[0])["machine"]
    prompts.path.write_text(text.replace(machine, "0" * 16), "utf-8")
    assert answers(received)["Kim Lee", "B1.b.H.1/housing"] == ("not-true", "")
    with pytest.raises(LedgerError):
        send(received)
    assert answers(received)["Kim Lee", "B1.b.H.1/housing"] == ("not-true", "")


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "assessment.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_changed_settings_are_recorded_once_with_the_next_command_that_writes(
    workspace: Path,
) -> None:
    edit(workspace, '"Kim Lee"', '"Kim Leigh"')
    edit(workspace, '"2026-12-11"', '"2026-12-18"')
    found = status(workspace)
    assert [each.code for each in found.assessment.notes] == ["settings-differ"]
    assert "2 values changed" in found.assessment.notes[0].message
    assert len(events(workspace, "settings")) == 1
    send_to(workspace, "Sam Reid")
    send_to(workspace, "Sam Reid")
    _, recorded = events(workspace, "settings")
    changes = {each["key"]: each for each in recorded["changes"]}
    assert set(changes) == {"people[p2].name", "due"}
    assert (changes["due"]["old"], changes["due"]["new"]) == ("2026-12-11", "2026-12-18")
    name = changes["people[p2].name"]["new"]
    assert name["text"] == "Kim Leigh"
    assert set(name) == {"digest", "salt", "text"}
    assert status(workspace).assessment.notes == ()


def test_changed_settings_are_recorded_by_prompts_too(workspace: Path) -> None:
    """Every command that writes records them before what it writes itself."""
    edit(workspace, '"2026-12-11"', '"2026-12-18"')
    session = AskSession(workspace, "Kim Lee")
    session.save(reply(session.what, "B1.b.H.1/housing", "true"))
    session.close()
    assert [each["type"] for each in events(workspace)][-2:] == ["settings", "answer"]
    assert status(workspace).assessment.notes == ()


def test_a_setting_taken_out_is_recorded_as_gone(workspace: Path) -> None:
    edit(workspace, 'due: "2026-12-11"\n', "")
    send_to(workspace, "Sam Reid")
    assert events(workspace, "settings")[-1]["changes"] == [
        {"key": "due", "old": "2026-12-11", "new": None}
    ]


def test_settings_that_do_not_fit_stop_every_command(workspace: Path) -> None:
    edit(workspace, 'scope: "housing"', 'scope: "housng"')
    before = ledger_bytes(workspace)
    with pytest.raises(AssessmentError, match="Did you mean housing"):
        send(workspace)
    assert ledger_bytes(workspace) == before


def test_two_versions_of_a_control_set_are_recorded_apart(tmp_path: Path) -> None:
    """What is said of the first must not hide behind what is said of the second."""
    pinned, second = pinned_files(), pinned_files("made@2")
    path = "frameworks/themes/two.yaml"
    themes, more = json.loads(pinned[path]), json.loads(second[path])
    themes["outcomes"] |= more["outcomes"]
    pinned |= {path: json.dumps(themes).encode()}
    pinned |= {"frameworks/made/2.yaml": second["frameworks/made/2.yaml"]}
    frameworks = [
        {**settings_values(ref)["frameworks"][0], "profile": "none", "no_profile_reason": reason}
        for ref, reason in (("made@1", "First."), ("made@2", "Second."))
    ]
    folder = tmp_path / "two"
    create(folder, settings_values(frameworks=frameworks), pinned)
    edit(folder, "First.", "Something else.")
    assert [each.code for each in open_assessment(folder).notes] == ["settings-differ"]


def test_a_failing_command_leaves_no_segment(workspace: Path) -> None:
    before = ledger_bytes(workspace)
    with pytest.raises(RuntimeError), writing(workspace, "test"):
        raise RuntimeError
    assert ledger_bytes(workspace) == before


def test_verify_of_an_untouched_workspace_finds_nothing(received: Path) -> None:
    found = verify(received)
    assert found.problems == ()
    assert (found.segments, found.answers) == (3, 2)
    assert found.head == single_head(open_assessment(received).reading.segments).hash


def test_verify_finds_a_changed_original(received: Path) -> None:
    (original,) = (received / "questionnaires" / "received").iterdir()
    original.write_bytes(original.read_bytes() + b" ")
    (problem,) = verify(received).problems
    assert problem.code == "original-missing"
    assert '"kim.xlsx"' in problem.message


def test_verify_finds_a_missing_original(received: Path) -> None:
    (original,) = (received / "questionnaires" / "received").iterdir()
    original.unlink()
    assert [each.code for each in verify(received).problems] == ["original-missing"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"happens"', b'"never"', "segment-changed"),
        (b'"text":"Sam', b'"text":"Pam', "segment-damaged"),
        (b'{"framework"', b'{framework"', "segment-damaged"),
    ],
)
def test_verify_finds_a_changed_segment(received: Path, old: bytes, new: bytes, code: str) -> None:
    (path,) = (received / "ledger").glob("000003-*.jsonl")
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    (problem,) = verify(received).problems
    assert problem.code == code
    assert path.name in problem.where


def test_verify_finds_a_missing_segment(received: Path) -> None:
    (path,) = (received / "ledger").glob("000002-*.jsonl")
    path.unlink()
    (problem,) = verify(received).problems
    assert problem.code == "segment-missing"
    assert path.stem in problem.message


def test_verify_finds_a_changed_control_set(received: Path) -> None:
    path = received / "frameworks" / "made" / "1.yaml"
    path.write_bytes(path.read_bytes().replace(b"Outcome A1.a", b"Outcome A1.x"))
    assert [each.code for each in verify(received).problems] == ["framework-changed"]


def test_verify_names_branches(branched: Path) -> None:
    assert [each.code for each in verify(branched).problems] == ["branches"]


def test_a_damaged_ledger_is_not_written_to(received: Path) -> None:
    (path,) = (received / "ledger").glob("000003-*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"happens"', b'"never"'))
    before = ledger_bytes(received)
    with pytest.raises(LedgerError, match="does not match the hash"):
        send(received)
    assert ledger_bytes(received) == before


def test_beginning_twice_in_one_place_is_refused(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport")
    before = ledger_bytes(folder)
    with pytest.raises(AssessmentError, match="something in this place already"):
        begin(folder)
    assert ledger_bytes(folder) == before
    assert [each.name for each in tmp_path.iterdir()] == ["northport"]
