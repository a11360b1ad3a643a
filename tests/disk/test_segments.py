"""The ledger folder: what is written is read back, and whatever was altered is found."""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberassess.disk import segment_file
from cyberassess.disk.files import TEMPORARY, read_plain, sha256_of, write_whole
from cyberassess.disk.machine import machine_token
from cyberassess.disk.segments import LOCK, LedgerFolder, new_text, single_head
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.recorded import State
from cyberassess.domain.record.segment import Segment
from cyberassess.errors import AssessmentError, BusyError, LedgerError, Problem, Severity

HEADER = {
    "actor": {"id": "p1", "name": new_text("Sam Reid"), "role": "it-security"},
    "command": "test",
    "time": "2026-03-01T09:00:00Z",
    "tool": "0.1.0",
}


def answer(statement: str, new: str = "true", *, reason: str = "", person: str = "p1") -> Any:
    event: dict[str, Any] = {
        "type": "answer",
        "framework": "made@1",
        "scope": "organisation",
        "indicator": statement,
        "person": person,
        "old": None,
        "new": new,
        "source": {"kind": "workbook", "name": "kim \u2013 é.xlsx", "sheet": "A1", "cell": "C4"},
    }
    return event | ({"reason": new_text(reason)} if reason else {})


def text(kind: str, outcome: str, said: str) -> Any:
    place = {"framework": "made@1", "scope": "organisation", "outcome": outcome}
    return {"type": kind, "person": "p1", "new": new_text(said)} | place


def write_three(folder: Path) -> list[Segment]:
    """Write three segments on top of each other, with texts of every kind."""
    folder.mkdir(exist_ok=True)
    ledger = LedgerFolder(folder)
    first = ledger.append({**HEADER, "seed": "s"}, [], [])
    second = ledger.append(
        HEADER, [answer("A.1"), answer("A.2", "other-means", reason="Für \u2013 😀\n")], [first]
    )
    third = ledger.append(
        HEADER,
        [answer("A.1", "not-true"), text("rationale", "A", "Because it is so.")],
        [second],
    )
    return [first, second, third]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a ledger of three segments."""
    write_three(tmp_path / "ledger")
    return tmp_path / "ledger"


def path_of(folder: Path, sequence: int) -> Path:
    (path,) = folder.glob(f"{sequence:06d}-*.jsonl")
    return path


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(LedgerError) as caught:
        LedgerFolder(folder).read()
    return caught.value.problems


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    written = write_three(tmp_path / "ledger")
    reading = LedgerFolder(tmp_path / "ledger").read()
    assert list(reading.segments) == [
        Segment(each.name, each.sequence, each.hash, each.header, each.events) for each in written
    ]
    assert reading.notes == ()
    assert [each.sequence for each in written] == [1, 2, 3]
    assert all(each.name == f"{each.sequence:06d}-{each.hash[:8]}.jsonl" for each in written)
    assert single_head(reading.segments).hash == written[-1].hash


@pytest.mark.slow
@settings(max_examples=30)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, reason: str, said: str
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    ledger = LedgerFolder(folder)
    events = [answer("A.1", reason=reason or "-"), text("evidence", "A", said)]
    segment = ledger.append({**HEADER, "seed": "s"}, events, [])
    (read,) = ledger.read().segments
    assert list(read.events) == events
    assert read.hash == segment.hash


def test_a_text_gets_a_salt_of_its_own() -> None:
    first, second = new_text("same"), new_text("same")
    assert first["text"] == second["text"]
    assert first["digest"] != second["digest"]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes], State]:
    """Give a ledger, its bytes and what follows from it."""
    folder = tmp_path_factory.mktemp("untouched") / "ledger"
    write_three(folder)
    data = {each.name: each.read_bytes() for each in folder.iterdir()}
    return folder, data, fold(LedgerFolder(folder).read().segments)


def is_found(folder: Path, name: str, altered: bytes, original: bytes, before: State) -> bool:
    """Say whether an altered segment is found, or proves harmless."""
    path = folder / name
    path.write_bytes(altered)
    try:
        return fold(LedgerFolder(folder).read().segments) == before
    except LedgerError as cause:
        return all(each.where for each in cause.problems)
    finally:
        path.write_bytes(original)


@pytest.mark.slow
@settings(max_examples=400)
@given(st.data())
def test_a_changed_byte_anywhere_is_found(
    untouched: tuple[Path, dict[str, bytes], State], data: st.DataObject
) -> None:
    folder, files, before = untouched
    name = data.draw(st.sampled_from(sorted(files)))
    original = files[name]
    position = data.draw(st.integers(0, len(original) - 1))
    other = data.draw(st.integers(1, 255))
    altered = bytearray(original)
    altered[position] ^= other
    assert is_found(folder, name, bytes(altered), original, before)


def test_a_flipped_bit_in_any_byte_of_a_segment_is_found(
    untouched: tuple[Path, dict[str, bytes], State],
) -> None:
    """Every position once: random ones may miss the few that matter."""
    folder, files, before = untouched
    name = max(files)
    original = files[name]
    missed = [
        original[max(0, position - 12) : position + 12]
        for position in range(len(original))
        if not is_found(
            folder,
            name,
            original[:position] + bytes([original[position] ^ 1]) + original[position + 1 :],
            original,
            before,
        )
    ]
    assert missed == []


@pytest.mark.slow
@settings(max_examples=100)
@given(st.data())
def test_a_truncated_segment_is_found(
    untouched: tuple[Path, dict[str, bytes], State], data: st.DataObject
) -> None:
    folder, files, before = untouched
    name = data.draw(st.sampled_from(sorted(files)))
    size = data.draw(st.integers(0, len(files[name]) - 1))
    assert is_found(folder, name, files[name][:size], files[name], before)


def test_a_damaged_line_is_named(folder: Path) -> None:
    path = path_of(folder, 2)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[2][:40]]))
    (problem,) = problems_of(folder)[:1]
    assert (problem.code, problem.where) == ("segment-damaged", f"ledger/{path.name}, line 3")
    assert "Restore the file from a backup" in problem.hint


def test_every_damaged_segment_is_named_at_once(folder: Path) -> None:
    for sequence in (1, 2):
        path = path_of(folder, sequence)
        path.write_bytes(path.read_bytes().replace(b'"it-security"', b'"board"'))
    problems = problems_of(folder)
    assert [each.code for each in problems] == ["segment-changed"] * 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"[1]\n", "The line is not an event"),
        (b"{}\n", "not a segment's header"),
        (b'{"schema":1}\n', "not a segment's header"),
        (b'{"schema":"1","parents":[]}\n', "not a segment's header"),
        (b"\xff\xfe\n", "The line is not whole"),
        (b"[" * 100_000, "The line is not whole"),
    ],
)
def test_what_is_no_segment_under_a_segments_name(
    folder: Path, content: bytes, message: str
) -> None:
    (folder / "000004-0123abcd.jsonl").write_bytes(content)
    (problem,) = problems_of(folder)
    assert problem.code == "segment-damaged"
    assert message in problem.message


def test_a_folder_under_a_segments_name(folder: Path) -> None:
    (folder / "000004-0123abcd.jsonl").mkdir()
    (problem,) = problems_of(folder)
    assert problem.code == "segment-unreadable"


def test_a_missing_segment_is_named(folder: Path) -> None:
    missing = path_of(folder, 2)
    missing.unlink()
    (problem,) = problems_of(folder)
    assert problem.code == "segment-missing"
    assert missing.stem in problem.message
    assert "still syncing" in problem.hint


def test_a_copy_under_another_name_is_harmless_and_mentioned(folder: Path) -> None:
    path = path_of(folder, 3)
    copy = path.with_name(f"{path.stem} (1).jsonl")
    copy.write_bytes(path.read_bytes())
    reading = LedgerFolder(folder).read()
    assert len(reading.segments) == 3
    (note,) = reading.notes
    assert (note.code, note.severity) == ("segment-doubled", Severity.NOTE)
    assert note.where == f"ledger/{copy.name}"
    assert path.name in note.message


def test_a_segment_under_a_strange_name_is_mentioned_with_what_it_holds(folder: Path) -> None:
    path = path_of(folder, 3)
    path.rename(path.with_name("conflict copy.jsonl"))
    reading = LedgerFolder(folder).read()
    assert len(reading.segments) == 2
    (problem,) = reading.notes
    assert (problem.code, problem.severity) == ("segment-stray", Severity.PROBLEM)
    assert "2 events" in problem.message


def test_an_empty_stray_file_does_not_count_events(folder: Path) -> None:
    (folder / "conflict copy.jsonl").write_bytes(b"")
    (note,) = LedgerFolder(folder).read().notes
    assert "-1" not in note.message


@pytest.mark.parametrize("name", ["desktop.ini", "notes.txt", "damaged.jsonl", "a folder"])
def test_a_stray_file_is_mentioned_and_not_read(folder: Path, name: str) -> None:
    if "." in name:
        (folder / name).write_bytes(b"{not json")
    else:
        (folder / name).mkdir()
    reading = LedgerFolder(folder).read()
    assert len(reading.segments) == 3
    (note,) = reading.notes
    assert (note.code, note.where) == ("ledger-stray", f"ledger/{name}")


def test_a_segment_of_a_newer_version_is_refused(folder: Path) -> None:
    (folder / "000004-0123abcd.jsonl").write_bytes(b'{"schema":2,"parents":[]}\n')
    (problem,) = problems_of(folder)
    assert problem.code == "ledger-newer"
    assert "ledger format 2" in problem.message
    assert "Update cyberassess" in problem.hint


def test_an_empty_ledger_is_said(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path)
    assert problem.code == "ledger-empty"


def test_a_ledger_that_is_not_there_is_said(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "nowhere")
    assert problem.code == "ledger-unreadable"


def test_branches_have_no_single_head(folder: Path) -> None:
    ledger = LedgerFolder(folder)
    second = ledger.read().segments[1]
    fourth = ledger.append(HEADER, [answer("A.9")], [second])
    assert fourth.sequence == 3
    with pytest.raises(LedgerError) as caught:
        single_head(ledger.read().segments)
    (problem,) = caught.value.problems
    assert problem.code == "branches"
    assert fourth.name.removesuffix(".jsonl") in problem.message


def test_two_parents_join_branches(folder: Path) -> None:
    ledger = LedgerFolder(folder)
    _, second, third = ledger.read().segments
    fourth = ledger.append(HEADER, [answer("A.9")], [second])
    fifth = ledger.append(HEADER, [], [third, fourth])
    assert fifth.sequence == 4
    assert single_head(ledger.read().segments).hash == fifth.hash


HOLD = """
import sys, filelock
with filelock.FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_busy_while_another_process_writes(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / LOCK)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"held"
        begun = time.monotonic()
        with pytest.raises(BusyError, match="Another command is writing"):
            LedgerFolder(folder).locked(patience=0.1).__enter__()
        assert time.monotonic() - begun < 5
        assert len(LedgerFolder(folder).read().segments) == 3, "readers never wait"
        child.communicate()
    with LedgerFolder(folder).locked(patience=0.1):
        pass


def test_the_lock_is_given_back_after_a_failure(folder: Path) -> None:
    with pytest.raises(RuntimeError), LedgerFolder(folder).locked():
        raise RuntimeError
    with LedgerFolder(folder).locked(patience=0.1):
        pass


def test_prompts_are_read_while_they_are_written(folder: Path) -> None:
    ledger = LedgerFolder(folder)
    prompts = ledger.open_segment(HEADER, ledger.read().segments[-1])
    prompts.append([answer("A.3")])
    prompts.append([answer("A.4"), answer("A.5")])
    reading = ledger.read()
    assert len(reading.segments[-1].events) == 3
    assert reading.segments[-1].hash == ""
    assert prompts.is_there


def test_a_torn_last_line_is_dropped_and_the_rest_is_closed(folder: Path) -> None:
    ledger = LedgerFolder(folder)
    prompts = ledger.open_segment(HEADER, ledger.read().segments[-1])
    prompts.append([answer("A.3")])
    with prompts.path.open("ab") as file:
        file.write(b'{"type":"answer","indic')
    before = fold(ledger.read().segments)
    ledger.tidy()
    assert not prompts.is_there
    after = ledger.read()
    assert after.segments[-1].hash
    assert after.segments[-1].name == path_of(folder, 4).name
    assert fold(after.segments).answers.keys() == before.answers.keys()
    assert path_of(folder, 4).read_bytes().endswith(b"}\n")


def test_an_open_segment_with_nothing_in_it_is_removed(folder: Path) -> None:
    ledger = LedgerFolder(folder)
    ledger.open_segment(HEADER, ledger.read().segments[-1])
    (folder / "000004-open-0123abcd.jsonl").write_bytes(b'{"sche')
    ledger.tidy()
    assert len(list(folder.glob("*.jsonl"))) == 3


def test_an_open_segment_of_another_machine_stays(folder: Path) -> None:
    ledger = LedgerFolder(folder)
    prompts = ledger.open_segment(HEADER, ledger.read().segments[-1])
    prompts.append([answer("A.3")])
    data = prompts.path.read_bytes().replace(machine_token().encode(), b"0" * 16)
    prompts.path.write_bytes(data)
    ledger.tidy()
    assert prompts.path.read_bytes() == data
    assert len(fold(ledger.read().segments).answers) == 3


def test_an_open_segment_of_another_machine_is_a_branch(folder: Path) -> None:
    """Nothing can be written on top of a segment whose hash is not known yet."""
    ledger = LedgerFolder(folder)
    prompts = ledger.open_segment({**HEADER}, ledger.read().segments[-1])
    prompts.append([answer("A.3")])
    data = prompts.path.read_bytes().replace(machine_token().encode(), b"0" * 16)
    prompts.path.write_bytes(data)
    ledger.tidy()
    with pytest.raises(LedgerError):
        single_head(ledger.read().segments)


def test_nothing_is_written_on_top_of_a_segment_that_could_not_be_closed(folder: Path) -> None:
    """Its hash is not known: what names it as a parent could never be read again."""
    ledger = LedgerFolder(folder)
    prompts = ledger.open_segment(HEADER, ledger.read().segments[-1])
    prompts.append([answer("A.3")])
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    still_open = ledger.read().segments[-1]
    with pytest.raises(LedgerError, match="Give the command again"):
        ledger.append(HEADER, [answer("A.4")], [still_open])
    with pytest.raises(LedgerError, match="could not be closed"):
        ledger.open_segment(HEADER, still_open)
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before


def test_a_vanished_last_segment_is_noticed(folder: Path) -> None:
    gone = path_of(folder, 3)
    gone.unlink()
    (problem,) = problems_of(folder)
    assert (problem.code, problem.where) == ("segment-missing", f"ledger/{gone.name}")
    assert "cyberassess recover" in problem.hint


@pytest.mark.parametrize("content", [b"", b"\xff", b"something else\n"])
def test_a_note_that_says_nothing_is_not_minded(folder: Path, content: bytes) -> None:
    """As a power cut may leave it: it is not synced, for it is only a help."""
    (note,) = folder.glob("last-*.txt")
    note.write_bytes(content)
    assert len(LedgerFolder(folder).read().segments) == 3


def test_a_damaged_open_segment_stays_and_is_said(folder: Path) -> None:
    ledger = LedgerFolder(folder)
    prompts = ledger.open_segment(HEADER, ledger.read().segments[-1])
    prompts.append([answer("A.3"), answer("A.4")])
    data = prompts.path.read_bytes().replace(b'"A.3"', b'"A.3')
    prompts.path.write_bytes(data)
    ledger.tidy()
    assert prompts.path.read_bytes() == data
    (problem,) = problems_of(folder)
    assert problem.where == f"ledger/{prompts.path.name}, line 2"


def test_what_a_crash_left_unfinished_is_removed_and_never_read(folder: Path) -> None:
    leftover = folder / f".000004-0123abcd.jsonl.99aa{TEMPORARY}"
    leftover.write_bytes(b'{"schema":1')
    ledger = LedgerFolder(folder)
    reading = ledger.read()
    assert (len(reading.segments), reading.notes) == (3, ())
    ledger.tidy()
    assert not leftover.exists()


def no_space(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_no_space_leaves_the_ledger_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = LedgerFolder(folder)
    head = ledger.read().segments[-1]
    prompts = ledger.open_segment(HEADER, head)
    prompts.append([answer("A.3")])
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    monkeypatch.setattr(os, "fsync", no_space)
    writers = (
        lambda: ledger.append(HEADER, [answer("A.4")], [head]),
        lambda: ledger.open_segment(HEADER, head),
        lambda: prompts.append([answer("A.4")]),
    )
    for write in writers:
        with pytest.raises(AssessmentError) as caught:
            write()
        (problem,) = caught.value.problems
        assert problem.message == "There is no space left on the disk."
        assert "Nothing was changed" in problem.hint
        assert {each.name: each.read_bytes() for each in folder.iterdir()} == before


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may write everywhere")
@pytest.mark.posix
def test_a_folder_that_may_not_be_written_to_is_said(folder: Path) -> None:
    ledger = LedgerFolder(folder)
    head = ledger.read().segments[-1]
    folder.chmod(0o555)
    try:
        with pytest.raises(AssessmentError, match="cannot be written to: Permission denied"):
            ledger.append(HEADER, [], [head])
        with pytest.raises(AssessmentError, match="cannot be written to"):
            ledger.locked(patience=0.1).__enter__()
    finally:
        folder.chmod(0o755)


def test_a_lock_where_no_lock_can_be_is_said(tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir()
    with pytest.raises(AssessmentError, match="cannot be written to"):
        LedgerFolder(tmp_path).locked(patience=0.1).__enter__()


def test_the_token_of_a_machine_does_not_name_it() -> None:
    import platform

    assert len(machine_token()) == 16
    assert platform.node() not in machine_token()


def test_a_segment_that_grows_between_listing_and_reading_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that closes an open segment renames it under a reader's hands."""
    ledger = LedgerFolder(folder)
    prompts = ledger.open_segment(HEADER, ledger.read().segments[-1])
    prompts.append([answer("A.3")])
    original = read_plain

    def close_first(path: Path) -> bytes:
        if path == prompts.path and prompts.is_there:
            ledger_tidied.append(path)
            monkeypatch.setattr(segment_file, "read_plain", original)
            ledger.tidy()
        return original(path)

    ledger_tidied: list[Path] = []
    monkeypatch.setattr(segment_file, "read_plain", close_first)
    reading = ledger.read()
    assert ledger_tidied
    assert len(fold(reading.segments).answers) == 3


def test_a_whole_file_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"first")
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_the_hash_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a").startswith("ba7816bf")


def test_segments_are_canonical_json(folder: Path) -> None:
    for path in folder.glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            value = json.loads(line)
            assert line == json.dumps(
                value, ensure_ascii=False, sort_keys=True, separators=(",", ":")
            )
