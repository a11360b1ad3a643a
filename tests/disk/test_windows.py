"""What Windows does to files, done here by fakes that raise what it raises."""

import ast
import ctypes
import errno
import os
import platform
import types
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import Any, Self

import pytest

from cyberassess.books.job import join_job
from cyberassess.disk import files, machine
from cyberassess.disk.files import (
    GuardedError,
    by_name,
    move,
    temporary_folder,
    unfinished,
    what_to_do,
    write_whole,
)
from cyberassess.disk.machine import is_this_machine, machine_id, machine_token
from cyberassess.disk.pack import check_pack, straightened, write_pack
from cyberassess.disk.segments import LedgerFolder, not_writable
from cyberassess.errors import AssessmentError, LedgerError
from cyberassess.opening.files_for_people import file_slug, keep_original, plain, saving
from cyberassess.press import engine, layout
from cyberassess.steps.care.merging import merge
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.send.sending import send
from tests.steps.council import begin
from tests.steps.settle.test_settling import reply

SOURCE = Path(__file__).parents[2] / "cyberassess"


def raised(number: int, winerror: int) -> OSError:
    cause = OSError(number, os.strerror(number), "a.xlsx")
    cause.winerror = winerror  # type: ignore[attr-defined,unused-ignore]  # NOTE: Windows alone
    return cause


# A file that is open elsewhere


@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_what_is_held_for_a_moment_is_tried_again_and_what_stays_held_is_said(
    winerror: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    tries: list[object] = []
    monkeypatch.setattr("time.sleep", slept.append)

    def refuse(*names: object) -> None:
        tries.append(names)
        raise raised(errno.EACCES, winerror)

    (tmp_path / "a.xlsx").write_bytes(b"before")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(AssessmentError) as caught, saving(tmp_path / "a.xlsx"):
        write_whole(tmp_path / "a.xlsx", b"after")
    (problem,) = caught.value.problems
    assert problem.hint.startswith("Close it where it is open, and try again.")
    assert ("Controlled folder access" in problem.hint) is (winerror == 5)
    assert len(tries) == len(slept) + 1
    assert 1.9 < sum(slept) < 2.1
    assert slept == sorted(slept)
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
    assert (tmp_path / "a.xlsx").read_bytes() == b"before"


def test_another_refusal_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it waited"))
    with pytest.raises(FileNotFoundError):
        move(tmp_path / "nowhere", tmp_path / "there")


def test_a_folder_of_ones_own_goes_though_a_scanner_looks_into_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "_PAUSES", (0.0, 0.0))
    real, held = os.rmdir, [raised(errno.EACCES, 32)]

    def once(*given: Any, **more: Any) -> None:  # NOTE: what os takes
        if held:
            raise held.pop()
        real(*given, **more)

    monkeypatch.setattr(os, "rmdir", once)
    with temporary_folder() as folder:
        (folder / "ours").write_bytes(b"an answer")
    assert not held
    assert not folder.exists()


def test_what_to_do_says_what_became_of_it() -> None:
    hint = "Look at its permissions. Nothing was recorded."
    assert what_to_do(raised(errno.EACCES, 0), hint) == hint
    assert what_to_do(raised(errno.EACCES, 32), hint) == (
        "Close it where it is open, and try again. Nothing was recorded."
    )
    assert "shorter path" in what_to_do(OSError(errno.ENAMETOOLONG, "x"), hint)
    for length, is_long in ((200, False), (260, True)):
        gone = raised(errno.ENOENT, 3)
        gone.filename = f"/{'a' * length}"
        assert ("shorter path" in what_to_do(gone, hint)) is is_long
    folder = Path("ledger")
    for winerror in (5, 32):
        (problem,) = not_writable(folder, raised(errno.EACCES, winerror)).problems
        assert "Close it where it is open" in problem.hint
        assert "permissions" not in problem.hint


def test_a_guarded_folder_is_told_from_one_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Controlled folder access says that a new file is not there."""

    def refuse(path: Path, *_: int) -> int:
        raise FileNotFoundError(errno.ENOENT, "not there", str(path))

    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "no folder" / "a.txt", b"")
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(AssessmentError) as caught, saving(tmp_path / "a.txt"):
        write_whole(tmp_path / "a.txt", b"")
    assert isinstance(caught.value.__cause__, GuardedError)
    assert "Controlled folder access" in caught.value.problems[0].hint


# Order, sizes and text


def test_paths_are_sorted_alike_on_every_system() -> None:
    names = ["b/a", "B", "a-b", "a/b", "Z.txt", "é"]
    here = [path.as_posix() for path in by_name(map(Path, names))]
    there = [path.as_posix() for path in by_name(map(PureWindowsPath, names))]
    assert here == there == ["B", "Z.txt", "a/b", "a-b", "b/a", "é"]


def test_sizes_are_the_files_own_and_not_the_listings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listing of Windows says what a file that is open had when it was last closed."""

    class Stale:
        def __init__(self, entry: os.DirEntry[str]) -> None:
            self.name, self.path = entry.name, entry.path

        @staticmethod
        def stat() -> types.SimpleNamespace:
            return types.SimpleNamespace(st_size=0)

    class Listed:
        def __init__(self, path: str) -> None:
            self._found = [Stale(each) for each in scandir(path)]

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing is open."""

        def __iter__(self) -> Iterator[Stale]:
            return iter(self._found)

    (tmp_path / "000001-open-0fee5bb7.jsonl").write_bytes(b"12345")
    (tmp_path / "writing.lock").touch()
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", Listed)
    assert LedgerFolder(tmp_path).listing() == {"000001-open-0fee5bb7.jsonl": 5}


FILES = {"rename", "unlink", "rmdir", "rmtree", "renames", "removedirs"}
TEXT = {"write_text", "TemporaryDirectory", "mkdtemp", "scandir"}
MAY = {"disk/files.py"}
"""Where files are moved and removed for all."""
SHOWN = {"demo/story.py", "steps/begin/setup.py"}
"""Where a folder is cleared away and may stay: the example's own, and one that never was."""


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


@pytest.mark.parametrize(
    "path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.relative_to(SOURCE).as_posix()
)
def test_files_are_moved_removed_and_sorted_in_one_place(path: Path) -> None:
    name = path.relative_to(SOURCE).as_posix()
    found = set()
    for called, node in _calls(ast.parse(path.read_text("utf-8"))):
        is_move = called == "replace" and len(node.args) == 1 and not node.keywords
        if called in FILES - ({"rmtree"} if name in SHOWN else set()) or is_move:
            found.add(called)
        if called in TEXT and name != "demo/story.py":
            found.add(called)
    listed = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "sorted"
        and any(called in {"iterdir", "glob", "rglob"} for called, _ in _calls(node.args[0]))
        and len(node.keywords) == 0
    ]
    assert not found or name in MAY, found
    assert not listed, [node.lineno for node in listed]


# Packs


def there(patch: pytest.MonkeyPatch) -> None:
    """Let Python's ZIPs take a backslash for the end of a folder, as on Windows."""
    patch.setattr(zipfile, "os", types.SimpleNamespace(**{**vars(os), "sep": "\\"}))


def test_verify_gives_one_verdict_on_both_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pack.zip"
    write_pack(path, {"a\\b.txt": b"1", "c.txt": b"2"})
    here = check_pack(path)
    assert "odd-entry" in [each.code for each in here.problems]
    with monkeypatch.context() as patch:
        there(patch)
        assert check_pack(path) == here
        write_pack(tmp_path / "again.zip", {"a\\b.txt": b"1", "c.txt": b"2"})
    assert (tmp_path / "again.zip").read_bytes() == path.read_bytes()


def test_a_pack_that_powershell_packed_again_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "pack.zip"
    write_pack(whole, {"lists/a.txt": b"1", "c.txt": b"2"})
    again = tmp_path / "again" / "pack.zip"
    again.parent.mkdir()
    with (
        zipfile.ZipFile(whole) as old,
        zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as z,
    ):
        for info in old.infolist():
            z.writestr(f"pack\\{info.filename.replace('/', chr(92))}", old.read(info))
    with monkeypatch.context() as patch:
        for system in ("here", "there"):
            if system == "there":
                there(patch)
            (tmp_path / system).mkdir()
            copy = straightened(again, tmp_path / system)
            assert copy is not None
            assert copy.read_bytes() == whole.read_bytes()


# This machine


@pytest.mark.posix
def test_the_mark_of_a_machine_stays_with_a_dock_or_a_vpn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "id").write_text("3d1219c7c4c5404a\n")
    known = machine_id([tmp_path / "none", tmp_path / "id"])
    assert known == "3d1219c7c4c5404a"
    assert machine_id([tmp_path / "none"]) == ""
    monkeypatch.setattr(machine, "machine_id", lambda: known)
    monkeypatch.setattr(uuid, "getnode", lambda: 1)
    before = machine_token()
    monkeypatch.setattr(uuid, "getnode", lambda: 2)
    assert machine_token() == before
    assert is_this_machine(before)
    monkeypatch.setattr(platform, "node", lambda: "another")
    assert not is_this_machine(before)


def test_prompts_that_an_earlier_version_left_open_here_are_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = begin(tmp_path / "here")
    monkeypatch.setattr(uuid, "getnode", lambda: 7)
    with monkeypatch.context() as patch:
        patch.setattr(machine, "machine_id", lambda: "")  # NOTE: as earlier versions made it
        session = AskSession(folder, "Kim Lee")
        session.save(reply(session.what, "B1.b.H.1/housing", "true"))
    send(folder)
    assert not list((folder / "ledger").glob("*-open-*"))
    session = AskSession(folder, "Kim Lee")
    session.save(reply(session.what, "B1.b.H.2/housing", "true"))
    monkeypatch.setattr(platform, "node", lambda: "another")
    with pytest.raises(LedgerError, match="another machine"):
        send(folder)
    merge(folder, close_open=True)
    send(folder)


class Kernel:
    """Windows' library of processes, as far as a job needs it."""

    def __init__(self, *, agrees: bool = True) -> None:
        self.told = b""
        self.joined = False
        self.CreateJobObjectW = self._made(lambda *_: 7)
        self.GetCurrentProcess = self._made(lambda: 2**64 - 1)
        self._agrees = agrees

    @staticmethod
    def _made(answer: Any) -> Any:  # NOTE: a function that has a type of result
        def function(*given: object) -> Any:
            return answer(*given)

        return function

    def SetInformationJobObject(self, job: Any, kind: int, told: Any, size: int) -> int:  # noqa: N802
        assert (job.value, kind, size) == (7, 9, 144)
        self.told = ctypes.string_at(told, size)
        return int(self._agrees)

    def AssignProcessToJobObject(self, job: Any, process: Any) -> int:  # noqa: N802
        assert (job.value, process.value) == (7, 2**64 - 1)
        self.joined = True
        return 1


def test_the_reader_of_strangers_workbooks_has_a_limit_of_memory_on_windows() -> None:
    """At the places where Windows looks for it: flags at 16, bytes at 112."""
    kernel = Kernel()
    assert join_job(400_000_000, kernel)
    assert kernel.joined
    flags = int.from_bytes(kernel.told[16:20], "little")
    assert flags == 0x100 | 0x400 | 0x2000
    assert int.from_bytes(kernel.told[112:120], "little") == 400_000_000
    assert not join_job(1, Kernel(agrees=False))


@pytest.mark.parametrize(
    ("system", "how"),
    [("linux", "apt-get install"), ("darwin", "brew"), ("win32", "folder"), ("aix", "Pango 1.44")],
)
def test_without_pango_it_says_how_to_get_it(
    system: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise OSError("cannot load library 'libgobject-2.0-0'")

    monkeypatch.setattr(engine, "load", missing)
    monkeypatch.setattr(layout, "sys", types.SimpleNamespace(platform=system))
    said = layout.can_make_pdf()
    assert "libgobject-2.0-0" in said
    assert how in said


# Names


DEEP = 120
"""Characters of the folders above an assessment, as OneDrive for work makes them."""
LIMIT = 259


def longest(folder: Path) -> int:
    """Give the length of the longest path below a folder, and of what it was written under."""
    paths = [each for each in folder.rglob("*") if each.is_file()]
    shown = [each for path in paths for each in (path, unfinished(path))]
    return max(len(str(each.relative_to(folder))) for each in shown)


def test_long_names_stay_below_what_windows_takes(tmp_path: Path) -> None:
    long = "Comhairle nan Eilean Siar and the Combined Services of the Western Isles "
    folder = begin(
        tmp_path / "here",
        organisation=long * 2,
        period="2026 to 2027, second half",
        officer={"id": "p1", "name": long * 2, "role": "it-security"},
        people=[
            {"id": f"p{number}", "name": f"{long}{who}", "role": "service", "answers": [{}]}
            for number, who in enumerate(("Áine", "Bríd"), start=2)
        ],
    )
    sent = [each.path for each in send(folder)]
    assert len({path.name.casefold() for path in sent}) == len(sent) > 1
    stranger = tmp_path / f"{long * 2}.xlsx"
    stranger.write_bytes(b"1")
    for mark in ("", "0" * 64):
        keep_original(stranger, folder / "questionnaires" / "received", mark)
    assert longest(folder) + DEEP + 1 <= LIMIT
    # NOTE: what goes back is named by the same words and more
    notes = max(len(path.name) for path in sent) + len("questionnaires/notes/ - look again")
    assert notes + DEEP + 1 <= LIMIT


@pytest.mark.parametrize("letters", ["名" * 200, "𠀀" * 200, "é" * 200, "ﬃ" * 200])
def test_names_are_cut_to_what_linux_takes(letters: str, tmp_path: Path) -> None:
    name = plain(letters, 80)
    assert len(name.encode()) <= 180
    write_whole(tmp_path / f"0fee5bb7 {name}.xlsx", b"")


@pytest.mark.parametrize("name", ["CON", "aux.2026", "Northport.", "Northport ", "2026: a"])
def test_a_folder_that_windows_cannot_keep_is_not_begun(name: str, tmp_path: Path) -> None:
    with pytest.raises(AssessmentError, match="cannot be kept on every computer"):
        begin(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_name_of_a_device_is_no_file_of_ours() -> None:
    assert file_slug("CON") == "own-con"
    assert file_slug("Aux. targets") == "aux-targets"
    assert file_slug("Targets") == "targets"
