"""Whatever is damaged, every answer that can still be read comes out, and losses are said."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberassess.disk.segments import LedgerFolder
from cyberassess.errors import AssessmentError, LedgerError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.care.merging import merge
from cyberassess.steps.care.recovering import Recovered, recover
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.send.sending import send
from tests.steps.care.test_ledger import edit, joined
from tests.steps.care.test_merging import say, whole
from tests.steps.council import Rows, answers, events, fill_in, ledger_bytes, take
from tests.steps.settle.test_settling import reply

pytestmark = pytest.mark.slow

KIM: Rows = {"B1.a.N.1/housing": "Happens", "B1.b.H.1/housing": ("Otherwise", "By hand: é.")}
FULL = {
    ("Kim Lee", "B1.a.N.1/housing"): ("happens", ""),
    ("Kim Lee", "B1.b.H.1/housing"): ("other-means", "By hand: é."),
    ("Sam Reid", "A1.a.N.1/organisation"): ("happens", ""),
}


@pytest.fixture(scope="module")
def complete(sent_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("full")
    folder = Path(shutil.copytree(sent_workspace, place / "northport"))
    sent = {each.name: each for each in (folder / "questionnaires/sent").iterdir()}
    kims = next(each for name, each in sent.items() if "Kim" in name)
    sams = next(each for name, each in sent.items() if "Sam" in name)
    take(folder, fill_in(kims, place / "kim.xlsx", KIM))
    take(folder, fill_in(sams, place / "sam.xlsx", {"A1.a.N.1": "Happens"}))
    return folder


@pytest.fixture
def full(complete: Path, tmp_path: Path) -> Path:
    """Give a workspace of four segments: new, send, receive, receive."""
    return Path(shutil.copytree(complete, tmp_path / "northport"))


def segment(folder: Path, sequence: int) -> Path:
    (path,) = (folder / "ledger").glob(f"{sequence:06d}-*.jsonl")
    return path


def recovered(folder: Path, *, differing: int = 0) -> Recovered:
    """Recover, and see that the damaged folder stays and that the new one is sound.

    What was changed and still reads like an answer is named by the cell it came from.
    """
    before = whole(folder)
    found = recover(folder)
    assert whole(folder) == before
    assert found.folder == folder.with_name(f"{folder.name}-recovered")
    codes = [each.code for each in verify(found.folder).problems]
    assert [each for each in codes if each != "original-missing"] == ["cell-differs"] * differing
    send(found.folder)
    return found


def result(found: Recovered) -> Path:
    assert found.folder is not None
    return found.folder


def test_what_is_not_damaged_is_left_alone(full: Path) -> None:
    assert answers(full) == FULL
    found = recover(full)
    assert found.folder is None
    assert found.is_complete
    assert not full.with_name("northport-recovered").exists()


def test_a_changed_answer_leaves_all_others_as_they_were(full: Path) -> None:
    path = segment(full, 3)
    path.write_bytes(path.read_bytes().replace(b'"new":"happens"', b'"new":"hbppens"'))
    found = recovered(full, differing=1)
    assert not found.is_complete
    (damaged,) = [each for each in found.files if not each.is_whole]
    assert damaged.name == path.name
    assert damaged.lost == (
        (0, "An entry was changed, and still reads like one; which one cannot be known."),
    )
    there = answers(result(found))
    assert {key: there[key] for key in list(FULL)[1:]} == dict(list(FULL.items())[1:])


def test_a_line_that_cannot_be_read_is_named_and_the_others_are_kept(full: Path) -> None:
    path = segment(full, 3)
    lines = path.read_bytes().splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines, 1) if b'"B1.a.N.1"' in line)
    lines[number - 1] = b"\x00" * (len(lines[number - 1]) - 1) + b"\n"
    path.write_bytes(b"".join(lines))
    found = recovered(full)
    (damaged,) = [each for each in found.files if not each.is_whole]
    assert damaged.lost == ((number, "Nothing of it can be read."),)
    there = answers(result(found))
    assert there == {key: said for key, said in FULL.items() if "N.1/housing" not in key[1]}


def test_a_changed_text_is_kept_as_it_reads_and_named(full: Path) -> None:
    path = segment(full, 3)
    path.write_bytes(path.read_bytes().replace("By hand: é".encode(), b"By hand: \xff\xfe"))
    found = recovered(full, differing=1)
    (damaged,) = [each for each in found.files if not each.is_whole]
    assert [why for _, why in damaged.lost] == ["A part of it was changed."]
    assert answers(result(found))["Kim Lee", "B1.b.H.1/housing"][1].startswith("By hand")


def test_provenance_is_kept(full: Path) -> None:
    path = segment(full, 3)
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b'{"')])
    found = recovered(full)
    written = events(result(found), "answer")
    assert {str(each.get("recovered", "")).split(",")[0] for each in written[:1]} == {
        f"ledger/{path.name}"
    }
    assert written[0]["source"]["kind"] == "workbook"
    segments = LedgerFolder(result(found) / "ledger").read().segments
    anew = next(each for each in segments if "recovered" in each.header)
    assert anew.header["command"] == "receive"
    assert anew.header["recovered"]["from"] == f"ledger/{path.name}"


def test_whole_segments_are_copied_as_they_are(full: Path) -> None:
    path = segment(full, 4)
    path.write_bytes(path.read_bytes()[:-40])
    found = recovered(full)
    before, after = ledger_bytes(full), ledger_bytes(result(found))
    assert all(after[name] == before[name] for name in sorted(before)[:3])
    assert open_assessment(full.with_name("northport-recovered")).state.assessment


@pytest.mark.parametrize("sequence", [1, 2, 3, 4])
def test_a_segment_that_is_gone_takes_only_its_own_answers(full: Path, sequence: int) -> None:
    gone = segment(full, sequence)
    gone.unlink()
    with pytest.raises(LedgerError):
        open_assessment(full)
    found = recovered(full)
    assert found.missing == [gone.stem]
    assert not found.is_complete
    lost = {3: "Kim Lee", 4: "Sam Reid"}.get(sequence)
    assert answers(result(found)) == {k: said for k, said in FULL.items() if k[0] != lost}
    assert found.id_kept == (sequence != 1)
    if sequence > 2:
        (original,) = found.again
        (took,) = receive(result(found), [result(found) / original])
        assert not took.refused
        assert answers(result(found)) == FULL


def test_branches_stay_branches(full: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(full, tmp_path / "other"))
    for folder, answer in ((full, "true"), (other, "not-true")):
        say(folder, "B1.b.H.2/housing", answer)
    joined(full, other)
    path = segment(full, 3)
    path.write_bytes(path.read_bytes().replace(b'"new":"happens"', b'"new":"never"'))
    found = recover(full)
    state = open_assessment(result(found)).state
    assert len(state.heads) == 2
    (given,) = [each for key, each in state.answers.items() if key.indicator == "B1.b.H.2"]
    assert {each.answer for each in given} == {"true", "not-true"}


def test_prompts_under_way_are_closed_with_every_whole_line(full: Path) -> None:
    session = AskSession(full, "Kim Lee")
    session.save(reply(session.what, "B1.b.H.2/housing", "true"))
    (path,) = (full / "ledger").glob("*-open-*")
    with path.open("ab") as file:
        file.write(b'{"type":"ans')
    broken = segment(full, 4)
    broken.write_bytes(b"")
    found = recovered(full)
    assert answers(result(found))["Kim Lee", "B1.b.H.2/housing"] == ("true", "")


def test_a_stray_segment_is_read_too(full: Path) -> None:
    path = segment(full, 4)
    path.rename(path.with_name("000004 recovered by sync.jsonl"))
    found = recovered(full)
    assert answers(result(found)) == FULL


def test_settings_that_cannot_be_read_are_written_anew_from_the_ledger(full: Path) -> None:
    before = open_assessment(full).contents.settings
    path = full / "assessment.yaml"
    path.write_bytes(path.read_bytes()[:300] + b"\x00\x01" + path.read_bytes()[300:])
    found = recovered(full)
    assert [each.split(" ")[0] for each in found.mended] == ["assessment.yaml"]
    assert open_assessment(result(found)).contents.settings == before
    assert (result(found) / "assessment, damaged.yaml").read_bytes() == path.read_bytes()
    assert answers(result(found)) == FULL


def test_the_look_and_the_tables_come_along(full: Path) -> None:
    (full / "house-style.yaml").write_text('name: "Northport"\nlogo: "logo.png"\n')
    (full / "logo.png").write_bytes(b"picture")
    (full / "people.xlsx").write_bytes(b"rows")
    path = full / "assessment.yaml"
    path.write_bytes(b"\x00" + path.read_bytes())
    folder = result(recovered(full))
    for name in ("house-style.yaml", "logo.png", "people.xlsx"):
        assert (folder / name).read_bytes() == (full / name).read_bytes()


def test_settings_that_are_gone_are_written_anew(full: Path) -> None:
    before = open_assessment(full).contents.settings
    (full / "assessment.yaml").unlink()
    found = recovered(full)
    assert open_assessment(result(found)).contents.settings == before


def test_a_damaged_control_set_is_restored_from_the_one_shipped(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    new(
        folder,
        NewAssessment("Lab", "2026", ("ncsc-cyber-essentials@3.3",), ("cyber-essentials-ready",)),
    )
    for name in (
        "ncsc-cyber-essentials/3.3.yaml",
        "profiles/cyber-essentials-ready.yaml",
        "themes/five-themes.yaml",
    ):
        path = folder / "frameworks" / name
        path.write_bytes(b"\x00" + path.read_bytes()[1:])
    found = recovered(folder)
    assert len(found.mended) == 3
    assert found.is_complete


def test_a_control_set_of_ones_own_that_is_damaged_is_named(full: Path) -> None:
    path = full / "frameworks" / "made" / "1.yaml"
    path.write_bytes(path.read_bytes().replace(b"Leadership", b"Leadershop"))
    found = recover(full)
    assert [each.code for each in found.lost] == ["framework-changed"]
    assert not found.is_complete
    assert ledger_bytes(result(found)) == ledger_bytes(full)


def test_a_place_that_holds_something_is_refused(full: Path) -> None:
    segment(full, 4).unlink()
    with pytest.raises(AssessmentError, match="something in this place already"):
        recover(full, full / "questionnaires")


def test_a_ledger_of_a_newer_version_is_not_taken_for_damaged(full: Path) -> None:
    (full / "ledger" / "000005-0123abcd.jsonl").write_bytes(b'{"schema":2,"parents":[]}\n')
    with pytest.raises(LedgerError, match="newer version"):
        recover(full)


def test_a_folder_without_a_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssessmentError, match="nothing to recover from"):
        recover(tmp_path)


def test_where_nothing_can_be_read_it_is_said(full: Path) -> None:
    for path in (full / "ledger").glob("*.jsonl"):
        path.write_bytes(b"\x00" * 50)
    with pytest.raises(AssessmentError, match="Not one line of the ledger"):
        recover(full)


def flip(data: bytes, position: int, bit: int) -> bytes:
    return data[:position] + bytes([data[position] ^ (1 << bit)]) + data[position + 1 :]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_one_flipped_bit_costs_at_most_one_entry(
    complete: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = Path(shutil.copytree(complete, tmp_path_factory.mktemp("flip") / "northport"))
    path = data.draw(st.sampled_from(sorted((folder / "ledger").glob("*.jsonl"))))
    content = path.read_bytes()
    position = data.draw(st.integers(0, len(content) - 1))
    path.write_bytes(flip(content, position, data.draw(st.integers(0, 7))))
    found = recover(folder)
    assert found.folder is not None
    assert not found.is_complete
    there = LedgerFolder(found.folder / "ledger").read().segments
    intact = LedgerFolder(complete / "ledger").read().segments
    lost = sum(len(each.events) for each in intact) - sum(len(each.events) for each in there)
    assert lost <= 2, "a line feed that was hit costs the two lines it parts"
    assert len(found.files) == 4


Damage = Callable[[Path], object]
DAMAGES: list[tuple[str, Damage]] = [
    ("line", lambda folder: edit(folder, "schema", "shema")),
    ("empty", lambda folder: segment(folder, 2).write_bytes(b"")),
    ("two", lambda folder: [segment(folder, n).write_bytes(b"x\n") for n in (2, 3)]),
]


@pytest.mark.parametrize(
    "damage", [each for _, each in DAMAGES], ids=[each for each, _ in DAMAGES]
)
def test_recovering_twice_gives_the_same_answers(
    full: Path, damage: Damage, tmp_path: Path
) -> None:
    damage(full)
    first, second = recover(full, tmp_path / "one"), recover(full, tmp_path / "two")
    assert answers(result(first)) == answers(result(second))
    assert answers(result(first))["Sam Reid", "A1.a.N.1/organisation"] == ("happens", "")


def test_a_backup_adds_what_was_lost_and_makes_no_conflict(full: Path, tmp_path: Path) -> None:
    backup = Path(shutil.copytree(full, tmp_path / "backup"))
    path = segment(full, 3)
    path.write_bytes(path.read_bytes().replace(b'"B1.a.N.1"', b"'B1.a.N.1'"))
    rescued = result(recover(full))
    assert len(answers(rescued)) == 2
    found = merge(rescued, backup)
    assert found.conflicts == []
    assert found.differences == []
    assert answers(rescued) == FULL
