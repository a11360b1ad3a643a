"""Copies that went apart are joined, in any order, and nothing anybody wrote is lost."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberassess.disk.machine import machine_token
from cyberassess.disk.segments import LedgerFolder, single_head
from cyberassess.domain.people.questions import AnswerReply
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event, Response, read_event
from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError, LedgerError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.conflicts import conflicts
from cyberassess.opening.writing import writing
from cyberassess.steps.care.merging import Merge, merge
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.send.sending import send
from cyberassess.steps.settle.resolving import differences, keep, resolve
from cyberassess.steps.standing.standing import status
from tests.steps.care.test_ledger import edit, joined
from tests.steps.council import answers, begin, events, fill_in, ledger_bytes, take
from tests.steps.settle.test_settling import reply

KIM = {"B1.b.H.1/housing": "True"}
SAM = {"A1.a.N.1": "Happens"}


class Two(NamedTuple):
    """Two copies of one assessment."""

    here: Path
    there: Path


@pytest.fixture
def two(workspace: Path, tmp_path: Path) -> Two:
    """Give two copies that nothing was written to since they went apart."""
    return Two(workspace, Path(shutil.copytree(workspace, tmp_path / "laptop")))


@pytest.fixture(scope="module")
def gone_apart(sent_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Two:
    """Give two copies that received different people's answers; never written to."""
    place = tmp_path_factory.mktemp("apart")
    found = Two(*(Path(shutil.copytree(sent_workspace, place / each)) for each in ("1", "2")))
    for folder, name, rows in ((found.here, "Kim", KIM), (found.there, "Sam", SAM)):
        (blank,) = (folder / "questionnaires" / "sent").glob(f"*{name}*")
        take(folder, fill_in(blank, place / f"{name}.xlsx", rows))
    return found


@pytest.fixture
def apart(two: Two, gone_apart: Two) -> Two:
    """Give copies of two copies that received different people's answers."""
    for made, folder in zip(gone_apart, two, strict=True):
        shutil.rmtree(folder)
        shutil.copytree(made, folder)
    return two


def say(folder: Path, ref: str, answer: str, reason: str = "", *, name: str = "Kim Lee") -> None:
    session = AskSession(folder, name)
    assert session.save(reply(session.what, ref, answer, reason)) == []
    session.close()


def write(folder: Path, event: Event) -> None:
    with writing(folder, "test") as session:
        session.write([event])


def explanation(text: str) -> dict[str, object]:
    field = text_field(text, "s")
    place: dict[str, object] = {"framework": "made@1", "scope": "housing", "outcome": "B1.b"}
    return {"type": "rationale", "person": "p2", "new": field} | place


def kinds(found: Merge) -> list[str]:
    return [each.kind for each in found.steps]


def whole(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and each.name != "writing.lock"
    }


# Another folder


def test_another_copy_brings_its_answers_and_originals(apart: Two) -> None:
    before = whole(apart.there)
    found = merge(apart.here, apart.there)
    assert answers(apart.here) == {
        ("Kim Lee", "B1.b.H.1/housing"): ("true", ""),
        ("Sam Reid", "A1.a.N.1/organisation"): ("happens", ""),
    }
    # its letter, the draft with it, the receipt and the original
    assert kinds(found) == ["copy", "copy", "copy", "copy", "segment"]
    assert len(found.heads) == 2
    assert whole(apart.there) == before, "the other copy is only read"
    assert verify(apart.here).problems == ()
    send(apart.here)


def test_a_merge_is_a_segment_with_both_heads_as_parents(apart: Two) -> None:
    before = {single_head(LedgerFolder(each / "ledger").read().segments).hash for each in apart}
    merge(apart.here, apart.there)
    head = single_head(LedgerFolder(apart.here / "ledger").read().segments)
    assert set(head.parents) == before
    assert head.header["command"] == "merge"
    assert head.sequence == 4


def test_merging_twice_changes_nothing_the_second_time(apart: Two) -> None:
    merge(apart.here, apart.there)
    before = whole(apart.here)
    found = merge(apart.here, apart.there)
    assert not found.changes
    assert whole(apart.here) == before


def test_a_copy_that_only_went_on_is_taken_as_it_is(apart: Two, tmp_path: Path) -> None:
    older = Path(shutil.copytree(apart.here, tmp_path / "older"))
    say(apart.here, "B1.b.H.2/housing", "true")
    found = merge(older, apart.here)
    assert found.heads == ()
    assert ledger_bytes(older) == ledger_bytes(apart.here)


def test_a_dry_run_says_what_the_real_one_does_and_changes_nothing(apart: Two) -> None:
    edit(apart.here, '"2026-12-11"', '"2026-12-18"')
    edit(apart.there, '"2026-12-11"', '"2026-12-24"')
    before = whole(apart.here)
    dry = merge(apart.here, apart.there, dry_run=True)
    assert whole(apart.here) == before
    real = merge(apart.here, apart.there)
    assert [(e.kind, e.name, e.says) for e in dry.steps] == [
        (e.kind, e.name, e.says) for e in real.steps
    ]
    assert (dry.heads, dry.settings, dry.conflicts, dry.differences, dry.notes) == (
        real.heads, real.settings, real.conflicts, real.differences, real.notes,
    )  # fmt: skip


def test_a_missing_segment_comes_back_from_the_other_copy(apart: Two) -> None:
    last = max((apart.here / "ledger").glob("*.jsonl"))
    backup = Path(shutil.copytree(apart.here, apart.here.with_name("backup")))
    last.unlink()
    with pytest.raises(LedgerError, match="the last one a machine wrote"):
        answers(apart.here)
    merge(apart.here, backup)
    assert ledger_bytes(apart.here) == ledger_bytes(backup)


def test_another_assessment_is_refused_by_name(workspace: Path, tmp_path: Path) -> None:
    other = begin(tmp_path / "other", organisation="Southport Council", period="2025")
    before = whole(workspace)
    with pytest.raises(AssessmentError, match="another assessment: Southport Council, 2025"):
        merge(workspace, other)
    assert whole(workspace) == before


def test_what_is_no_copy_is_refused(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(AssessmentError, match="no ledger in this folder"):
        merge(workspace, tmp_path)
    with pytest.raises(AssessmentError, match="the assessment itself"):
        merge(workspace, workspace)


def test_a_damaged_copy_is_refused_and_named(apart: Two) -> None:
    path = max((apart.there / "ledger").glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"happens"', b'"never"'))
    before = whole(apart.here)
    with pytest.raises(LedgerError, match=f"laptop/ledger/{path.name}"):
        merge(apart.here, apart.there)
    assert whole(apart.here) == before


def test_a_file_that_differs_is_kept_beside_ours(apart: Two) -> None:
    for folder, text in zip(apart, ("ours", "theirs"), strict=True):
        (folder / "reports" / "a.html").write_text(text)
    found = merge(apart.here, apart.there)
    (beside,) = [each for each in found.steps if each.kind == "beside"]
    assert "reports/a.html" in beside.says
    texts = {each.read_text() for each in (apart.here / "reports").iterdir()}
    assert texts == {"ours", "theirs"}
    assert not merge(apart.here, apart.there).changes


def look(folder: Path, name: str) -> None:
    """Give a copy a look of its own, with a logo in a folder of its own."""
    (folder / "house-style.yaml").write_text(f'name: "{name}"\nlogo: "brand/logo.png"\n')
    (folder / "brand").mkdir()
    (folder / "brand" / "logo.png").write_bytes(name.encode())


def test_the_other_copys_look_comes_with_its_logo_and_is_recorded(apart: Two) -> None:
    look(apart.there, "Northport")
    (apart.there / "plan.xlsx").write_bytes(b"rows")
    merge(apart.here, apart.there)
    for name in ("house-style.yaml", "brand/logo.png", "plan.xlsx"):
        assert (apart.here / name).read_bytes() == (apart.there / name).read_bytes()
    assert open_assessment(apart.here).notes == ()
    assert not merge(apart.here, apart.there).changes


def test_a_look_that_differs_is_kept_beside_ours(apart: Two) -> None:
    look(apart.here, "Northport")
    look(apart.there, "Southport")
    merge(apart.here, apart.there)
    assert "Northport" in (apart.here / "house-style.yaml").read_text()
    (beside,) = apart.here.glob("house-style, other copy *.yaml")
    assert "Southport" in beside.read_text()
    assert len(list((apart.here / "brand").glob("logo*.png"))) == 2


@pytest.mark.parametrize("logo", ["../secret.png", "/etc/hostname", "x" * 300, "\\0"])
def test_a_look_that_leads_elsewhere_brings_nothing(apart: Two, logo: str) -> None:
    (apart.there.parent / "secret.png").write_bytes(b"secret")
    (apart.there / "house-style.yaml").write_text(f'logo: "{logo}"\n')
    found = merge(apart.here, apart.there)
    assert [e.name for e in found.steps if e.kind == "copy" and "/" not in e.name] == [
        "house-style.yaml"
    ]
    assert b"secret" not in whole(apart.here).values()


def test_links_of_the_other_copy_are_not_followed(apart: Two, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (apart.there / "evidence" / "link.txt").symlink_to(tmp_path / "secret")
    (apart.there / "evidence" / "deep").mkdir()
    (apart.there / "evidence" / "deep" / "proof.txt").write_text("proof")
    found = merge(apart.here, apart.there)
    assert [each.code for each in found.notes] == ["not-copied"]
    assert not (apart.here / "evidence" / "link.txt").exists()
    assert (apart.here / "evidence" / "deep" / "proof.txt").read_text() == "proof"


# Settings


def test_settings_changed_on_both_sides_ours_count_and_theirs_are_kept(apart: Two) -> None:
    edit(apart.here, '"2026-12-11"', '"2026-12-18"')
    edit(apart.there, '"2026-12-11"', '"2026-12-24"')
    found = merge(apart.here, apart.there)
    assert [(e.key, e.here, e.there) for e in found.settings] == [
        ("due", "2026-12-18", "2026-12-24")
    ]
    assert open_assessment(apart.here).state.settings["due"] == "2026-12-18"
    (kept,) = apart.here.glob("settings put aside*")
    assert '"2026-12-24"' in kept.read_text("utf-8")
    assert open_assessment(apart.here).notes == ()


def test_settings_changed_only_there_are_taken(apart: Two) -> None:
    edit(apart.there, '"2026-12-11"', '"2026-12-24"')
    edit(apart.there, '"Kim Lee"', '"Kim Leigh"')
    send(apart.there)
    found = merge(apart.here, apart.there)
    assert {each.key for each in found.settings} == {"due", "people[p2].name"}
    assessment = open_assessment(apart.here)
    assert assessment.contents.settings.due is not None
    assert assessment.contents.settings.due.isoformat() == "2026-12-24"
    assert ("Kim Leigh", "B1.b.H.1/housing") in answers(apart.here)
    (kept,) = apart.here.glob("settings put aside*")
    assert '"Kim Lee"' in kept.read_text("utf-8")
    assert assessment.state.branched == ()


def test_settings_changed_only_here_need_no_word(apart: Two) -> None:
    edit(apart.here, '"2026-12-11"', '"2026-12-24"')
    found = merge(apart.here, apart.there)
    assert found.settings == []
    assert not list(apart.here.glob("settings put aside*"))
    assert open_assessment(apart.here).state.settings["due"] == "2026-12-24"


def test_settings_that_cannot_be_used_are_not_taken(apart: Two) -> None:
    edit(apart.there, 'scope: "housing"', 'scope: "nowhere"')
    found = merge(apart.here, apart.there)
    assert [(each.here, each.there) for each in found.settings] == [("housing", "nowhere")] * 2
    assert "nowhere" not in (apart.here / "assessment.yaml").read_text("utf-8")
    assert verify(apart.here).problems == ()


def test_settings_recorded_differently_on_branches_are_settled_by_the_file(apart: Two) -> None:
    for folder, due in zip(apart, ("2026-12-18", "2026-12-24"), strict=True):
        edit(folder, '"2026-12-11"', f'"{due}"')
        send(folder)
    joined(apart.here, apart.there)
    assert open_assessment(apart.here).state.branched == ("the setting due",)
    found = merge(apart.here)
    assert [(e.key, e.here, e.there) for e in found.settings] == [
        ("due", "2026-12-18", "2026-12-24")
    ]
    assert open_assessment(apart.here).state.branched == ()
    assert open_assessment(apart.here).notes == ()


@pytest.mark.parametrize("name", ["assessment (conflicted copy).yaml", "assessment-LAPTOP7.yaml"])
def test_a_conflict_copy_of_the_settings_is_put_aside_and_compared(
    workspace: Path, name: str
) -> None:
    text = (workspace / "assessment.yaml").read_text("utf-8")
    (workspace / name).write_text(text.replace("2026-12-11", "2026-12-24"), "utf-8")
    (note,) = open_assessment(workspace).notes
    assert (note.code, note.where) == ("settings-copy", name)
    found = merge(workspace)
    assert [(e.key, e.here, e.there) for e in found.settings] == [
        ("due", "2026-12-11", "2026-12-24")
    ]
    assert not (workspace / name).exists()
    assert open_assessment(workspace).notes == ()
    assert len(list(workspace.glob("settings put aside*"))) == 1


def test_an_equal_conflict_copy_of_the_settings_is_removed(workspace: Path) -> None:
    shutil.copy(workspace / "assessment.yaml", workspace / "assessment (1).yaml")
    assert kinds(merge(workspace)) == ["remove"]
    assert list(workspace.glob("assessment*")) == [workspace / "assessment.yaml"]


# Inside one folder


def test_branches_in_a_synced_folder_are_joined(apart: Two) -> None:
    joined(apart.here, apart.there)
    assert status(apart.here).next_steps == (
        "Join the two copies of the assessment: cyberassess merge",
    )
    found = merge(apart.here)
    assert (len(found.heads), found.steps) == (2, [])
    assert not open_assessment(apart.here).state.is_branched
    assert not merge(apart.here).changes


def test_two_machines_that_both_merged_are_joined_again(apart: Two) -> None:
    joined(apart.here, apart.there)
    joined(apart.there, apart.here)
    merge(apart.here)
    merge(apart.there, by="Kim Lee")
    joined(apart.here, apart.there)
    assert open_assessment(apart.here).state.is_branched
    merge(apart.here)
    assert not open_assessment(apart.here).state.is_branched
    assert len(answers(apart.here)) == 2


@pytest.mark.parametrize("suffix", [" (1)", "-LAPTOP7", " (Sam Reid's conflicted copy)"])
def test_a_segment_under_a_sync_tools_name_is_put_back(apart: Two, suffix: str) -> None:
    path = max((apart.here / "ledger").glob("*.jsonl"))
    before = ledger_bytes(apart.here)
    path.rename(path.with_name(f"{path.stem}{suffix}.jsonl"))
    assert answers(apart.here) == {}
    assert kinds(merge(apart.here)) == ["rename"]
    assert ledger_bytes(apart.here) == before


def test_segments_under_names_that_say_nothing_find_their_place_by_their_parents(
    apart: Two,
) -> None:
    say(apart.here, "B1.b.H.2/housing", "true")
    before = ledger_bytes(apart.here)
    names = sorted(before)
    for name, other in zip(names[-2:], ("z.jsonl", "a.jsonl"), strict=True):
        (apart.here / "ledger" / name).rename(apart.here / "ledger" / other)
    assert kinds(merge(apart.here)) == ["rename", "rename"]
    assert ledger_bytes(apart.here) == before


def test_a_copy_that_is_equal_byte_for_byte_is_removed(apart: Two) -> None:
    path = max((apart.here / "ledger").glob("*.jsonl"))
    before = ledger_bytes(apart.here)
    shutil.copy(path, path.with_name(f"{path.stem} (1).jsonl"))
    found = merge(apart.here)
    assert kinds(found) == ["remove"]
    assert found.heads == ()
    assert ledger_bytes(apart.here) == before


def test_what_is_no_segment_stays_where_it_is(apart: Two) -> None:
    stray = apart.here / "ledger" / "notes.jsonl"
    stray.write_text("{not json")
    assert not merge(apart.here).changes
    assert stray.exists()


# Prompts under way


def prompts_elsewhere(folder: Path, *said: tuple[str, str]) -> Path:
    """Leave prompts open that another machine began."""
    session = AskSession(folder, "Kim Lee")
    for ref, answer in said:
        session.save(reply(session.what, ref, answer))
    (path,) = (folder / "ledger").glob("*-open-*")
    data = path.read_bytes().replace(machine_token().encode(), b"0" * 16)
    path.write_bytes(data)
    return path


def test_prompts_on_another_machine_are_waited_for(workspace: Path) -> None:
    prompts_elsewhere(workspace, ("B1.b.H.1/housing", "true"))
    before = whole(workspace)
    for dry_run in (True, False):
        with pytest.raises(LedgerError, match=r"merge --close-open keeps all its answers"):
            merge(workspace, dry_run=dry_run)
    assert whole(workspace) == before


def test_prompts_of_a_machine_that_is_gone_are_closed_with_every_answer(workspace: Path) -> None:
    path = prompts_elsewhere(
        workspace, ("B1.b.H.1/housing", "true"), ("B1.b.H.2/housing", "not-true")
    )
    found = merge(workspace, close_open=True)
    assert kinds(found) == ["close"]
    assert not path.exists()
    assert len(answers(workspace)) == 2
    assert verify(workspace).problems == ()
    send(workspace)


def test_prompts_that_went_on_after_they_were_closed_lose_nothing(workspace: Path) -> None:
    """The machine was not gone after all: its file comes back, longer than it was."""
    path = prompts_elsewhere(
        workspace, ("B1.b.H.1/housing", "true"), ("B1.b.H.2/housing", "not-true")
    )
    longer = path.read_bytes()
    path.write_bytes(b"".join(longer.splitlines(keepends=True)[:2]))
    merge(workspace, close_open=True)
    path.write_bytes(longer)
    assert len(answers(workspace)) == 2
    merge(workspace, close_open=True)
    assert len(answers(workspace)) == 2
    assert conflicts(open_assessment(workspace)) == []


def test_an_earlier_moment_of_finished_prompts_is_harmless_and_removed(workspace: Path) -> None:
    path = prompts_elsewhere(workspace, ("B1.b.H.1/housing", "true"))
    data = path.read_bytes()
    merge(workspace, close_open=True)
    path.write_bytes(data)
    assert not open_assessment(workspace).state.is_branched
    send(workspace)
    assert kinds(merge(workspace)) == ["remove"]
    assert not path.exists()


def test_open_prompts_of_the_other_copy_are_taken_in_closed(two: Two) -> None:
    prompts_elsewhere(two.there, ("B1.b.H.1/housing", "true"))
    before = whole(two.there)
    with pytest.raises(LedgerError, match="another machine"):
        merge(two.here, two.there)
    merge(two.here, two.there, close_open=True)
    assert answers(two.here) == {("Kim Lee", "B1.b.H.1/housing"): ("true", "")}
    assert whole(two.there) == before
    assert not merge(two.here, two.there, close_open=True).changes


# What is in conflict afterwards, and how it is settled


def test_one_persons_two_answers_are_a_conflict_that_resolve_settles(two: Two) -> None:
    for folder, answer in zip(two, ("true", "not-true"), strict=True):
        say(folder, "B1.b.H.1/housing", answer)
    found = merge(two.here, two.there)
    assert [each.statement.indicator for each in found.conflicts] == ["B1.b.H.1"]
    assert found.differences == [], "named once, not twice"
    resolve(two.here, "B1.b.H.1/housing", answer="true", reason="Kim said so.")
    assessment = open_assessment(two.here)
    assert conflicts(assessment) == []
    assert assessment.state.branched == ()
    say(two.here, "B1.b.H.1/housing", "not-true")
    assert conflicts(open_assessment(two.here)) == []


def differing(two: Two) -> tuple[str, list[str]]:
    merge(two.here, two.there)
    (found,) = differences(open_assessment(two.here))
    return found.what, [each.text for each in found.choices]


def settle(two: Two, text: str) -> None:
    (found,) = differences(open_assessment(two.here))
    ref = next(each.ref for each in found.choices if each.text == text)
    keep(two.here, ref, reason="We asked.")
    assert differences(open_assessment(two.here)) == []
    assert open_assessment(two.here).state.branched == ()
    assert events(two.here, "settled")[-1]["new"]["reason"]["text"] == "We asked."


def test_two_reasons_for_one_answer_can_be_settled(two: Two) -> None:
    for folder, reason in zip(two, ("By hand.", "By robot."), strict=True):
        say(folder, "B1.b.H.1/housing", "other-means", reason)
    what, texts = differing(two)
    assert what == "Kim Lee's answer to B1.b.H.1 in housing"
    assert set(texts) == {"Otherwise (By hand.)", "Otherwise (By robot.)"}
    settle(two, "Otherwise (By robot.)")
    assert answers(two.here) == {("Kim Lee", "B1.b.H.1/housing"): ("other-means", "By robot.")}


def test_an_answer_withdrawn_on_one_side_can_be_settled(apart: Two) -> None:
    merge(apart.there, apart.here)
    other = apart.here
    say(other, "B1.b.H.1/housing", "not-true")
    session = AskSession(apart.there, "Kim Lee")
    row = next(each for each in session.what.rows if each.ref == "B1.b.H.1/housing")
    session.save(AnswerReply(row.statements, Response(new=None), Source("prompt")))
    session.close()
    _, texts = differing(Two(apart.there, other))
    assert set(texts) == {"withdrawn", "Not true"}
    settle(Two(apart.there, other), "withdrawn")
    assert ("Kim Lee", "B1.b.H.1/housing") not in answers(apart.there)


def test_two_explanations_of_one_person_can_be_settled(two: Two) -> None:
    for folder, text in zip(two, ("We do.", "We did."), strict=True):
        write(folder, read_event(explanation(text)))
    what, texts = differing(two)
    assert what == "Kim Lee's explanation of B1.b in housing"
    assert set(texts) == {"We do.", "We did."}
    settle(two, "We did.")
    (said,) = next(iter(open_assessment(two.here).state.rationales.values()))
    assert said.text == "We did."


def test_two_decisions_about_one_conflict_can_be_settled(two: Two) -> None:
    for folder in two:
        shutil.rmtree(folder)
    two.here.parent.mkdir(exist_ok=True)
    begin(two.here)
    for name, answer in (("Kim Lee", "happens"), ("Alex Moor", "never")):
        say(two.here, "B1.a.N.1/housing", answer, name=name)
    shutil.copytree(two.here, two.there)
    for folder, answer in zip(two, ("happens", "never"), strict=True):
        resolve(folder, "B1.a.N.1/housing", answer=answer, reason=f"It {answer}.")
    merge(two.here, two.there)
    (open_one,) = conflicts(open_assessment(two.here))
    assert open_one.statement.indicator == "B1.a.N.1"
    (found,) = differences(open_assessment(two.here))
    assert {each.text for each in found.choices} == {
        "happens (It happens.)",
        "never (It never.)",
    }
    settle(two, "never (It never.)")
    assert conflicts(open_assessment(two.here)) == []


def test_two_records_of_one_key_can_be_settled(two: Two) -> None:
    for folder, title in zip(two, ("Buy it", "Build it"), strict=True):
        write(folder, happened.put(("a1",), registers.Action(title=title)))
    assert differing(two)[0] == "the action a1"
    settle(two, "title: Build it")
    record = open_assessment(two.here).state.record("action", "a1")
    assert record is not None
    assert record.fields["title"] == "Build it"


@pytest.mark.parametrize(("ref", "reason"), [("00000000:2", "Because."), ("x", "Because.")])
def test_keeping_what_is_no_choice_changes_nothing(two: Two, ref: str, reason: str) -> None:
    for folder, text in zip(two, ("We do.", "We did."), strict=True):
        write(folder, read_event(explanation(text)))
    merge(two.here, two.there)
    before = whole(two.here)
    with pytest.raises(AssessmentError, match="is not a value that two copies"):
        keep(two.here, ref, reason=reason)
    with pytest.raises(AssessmentError, match="No reason was given"):
        keep(two.here, differences(open_assessment(two.here))[0].choices[0].ref, reason=" ")
    assert whole(two.here) == before


# Every order of merging

STATEMENTS = ("B1.b.H.1", "B1.b.H.2")
ANSWERS = ("true", "not-true", "dont-know")


class Model:
    """What must hold: an answer stands until one that saw it took its place."""

    def __init__(self, copies: int) -> None:
        self.seen: list[set[int]] = [set() for _ in range(copies)]
        self.writes: list[tuple[str, str, frozenset[int]]] = []

    def write(self, copy: int, statement: str, answer: str) -> None:
        self.writes.append((statement, answer, frozenset(self.seen[copy])))
        self.seen[copy].add(len(self.writes) - 1)

    def merge(self, copy: int, other: int) -> None:
        self.seen[copy] |= self.seen[other]

    def standing(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for number, (statement, answer, _) in enumerate(self.writes):
            if not any(number in seen and of == statement for of, _, seen in self.writes):
                found.setdefault(statement, set()).add(answer)
        return found


def answer_of(statement: str, answer: str, number: int) -> dict[str, object]:
    return {
        "type": "answer", "framework": "made@1", "scope": "housing", "indicator": statement,
        "person": "p2", "old": None, "new": answer,
        "source": {"kind": "import", "name": str(number)},
    }  # fmt: skip


WRITES = st.tuples(st.integers(0, 2), st.sampled_from(STATEMENTS), st.sampled_from(ANSWERS))
MERGES = st.tuples(st.integers(0, 2), st.integers(0, 2))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin(tmp_path_factory.mktemp("begun") / "northport")


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    script=st.lists(st.one_of(WRITES, MERGES), max_size=7),
    orders=st.tuples(st.permutations(range(3)), st.permutations(range(3))),
    grouped=st.booleans(),
)
def test_in_any_order_of_merging_nothing_is_lost(
    begun: Path,
    tmp_path_factory: pytest.TempPathFactory,
    script: list[tuple[int, str, str] | tuple[int, int]],
    orders: tuple[list[int], list[int]],
    *,
    grouped: bool,
) -> None:
    place = tmp_path_factory.mktemp("histories")
    copies = [Path(shutil.copytree(begun, place / str(number))) for number in range(3)]
    model = Model(3)
    for number, step in enumerate(script):
        if len(step) == 2:
            one, other = step
            if one != other:
                merge(copies[one], copies[other])
                model.merge(one, other)
            continue
        copy, statement, answer = step
        write(copies[copy], read_event(answer_of(statement, answer, number)))
        model.write(copy, statement, answer)
    written = sorted(
        (event["indicator"], event["new"], event["source"]["name"])
        for event in {
            json.dumps(each, sort_keys=True): each
            for copy in copies
            for each in events(copy, "answer")
        }.values()
    )
    results = []
    for attempt, order in enumerate(orders):
        rest = [Path(shutil.copytree(copies[n], place / f"{attempt}-{n}")) for n in order]
        if grouped and attempt:
            merge(rest[1], rest[2])
            merge(rest[0], rest[1])
        else:
            for each in rest[1:]:
                merge(rest[0], each)
        assessment = open_assessment(rest[0])
        stands = {
            key.indicator: {each.answer for each in found}
            for key, found in assessment.state.answers.items()
        }
        assert stands == model.standing()
        assert (
            sorted(
                (each["indicator"], each["new"], each["source"]["name"])
                for each in events(rest[0], "answer")
            )
            == written
        ), "nothing is lost, and nothing is there twice"
        in_conflict = {each.statement.indicator for each in conflicts(assessment)}
        unlike = {key for key, found in stands.items() if len(found - {"dont-know"}) > 1}
        assert in_conflict == unlike
        assert not assessment.state.is_branched
        assert {each.split(" answer to ")[1].split()[0] for each in assessment.state.branched} == {
            key for key, found in stands.items() if len(found) > 1
        }
        results.append(stands)
    assert results[0] == results[1]
