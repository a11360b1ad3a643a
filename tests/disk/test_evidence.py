"""Evidence files: whatever their name and kind, kept once and safely, or refused with a reason."""

import hashlib
import os
import stat
import sys
import unicodedata
from pathlib import Path

import pytest

from cyberassess.disk import evidence
from cyberassess.disk.evidence import (
    check_file,
    drop,
    is_safe,
    keep,
    look_at,
    safe_suffix,
    strangers,
)
from cyberassess.disk.workspace import Workspace
from cyberassess.errors import AssessmentError

posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has such files")


def document(folder: Path, name: str = "policy.pdf", data: bytes = b"%PDF text") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


def inside(workspace: Path) -> list[str]:
    return sorted(each.name for each in (workspace / "evidence").glob("*"))


def code(path: Path, workspace: Path) -> str:
    """Give the code a file is refused with; nothing may be left of it."""
    with pytest.raises(AssessmentError) as first:
        look_at(path)
    with pytest.raises(AssessmentError) as second:
        keep(path, workspace)
    assert [e.code for e in first.value.problems] == [e.code for e in second.value.problems]
    assert inside(workspace) == []
    (problem,) = second.value.problems
    assert problem.where
    assert problem.hint.endswith("Nothing was recorded.")
    return problem.code


def test_a_file_is_kept_under_its_hash_for_its_owner_only(tmp_path: Path, workspace: Path) -> None:
    heard: list[int] = []
    path = document(tmp_path)
    assert look_at(path) == 9
    kept = keep(path, workspace, heard.append)
    sha256 = hashlib.sha256(b"%PDF text").hexdigest()
    assert (kept.name, kept.sha256, kept.size, kept.is_new) == ("policy.pdf", sha256, 9, True)
    assert kept.stored == f"evidence/{sha256}.pdf"
    stored = workspace / kept.stored
    assert stored.read_bytes() == b"%PDF text"
    assert sum(heard) == 9
    if os.name == "posix":
        assert stat.S_IMODE(stored.stat().st_mode) == 0o600


def test_the_same_bytes_are_stored_once_whatever_their_name(
    tmp_path: Path, workspace: Path
) -> None:
    first = keep(document(tmp_path), workspace)
    second = keep(document(tmp_path, "copy of policy.txt"), workspace)
    assert (second.is_new, second.stored, second.name) == (
        False,
        first.stored,
        "copy of policy.txt",
    )
    assert len(inside(workspace)) == 1


def test_a_damaged_copy_is_replaced_by_the_whole_file(tmp_path: Path, workspace: Path) -> None:
    path = document(tmp_path)
    kept = keep(path, workspace)
    (workspace / kept.stored).write_bytes(b"damaged")
    assert keep(path, workspace).stored == kept.stored
    assert (workspace / kept.stored).read_bytes() == b"%PDF text"


NAMES = [
    "C:\\x", "CON.txt", "a:b", "x" * 251 + ".pdf", "ends with a dot.", "..%2f..%2fetc%2fpasswd",
    "invoice\u202efdp.exe", "line\nbreak.pdf", "-rf.pdf", " lead and trail ", "nul", "a*?<>|.pdf",
    "\u00dcbersicht.pdf", ".hidden", "...", "$(reboot).pdf", "=cmd|' calc'!A0",
]  # fmt: skip


@posix
@pytest.mark.parametrize("name", NAMES)
def test_no_name_becomes_part_of_a_path(name: str, tmp_path: Path, workspace: Path) -> None:
    kept = keep(document(tmp_path, name), workspace)
    assert kept.name == name, "the name is kept as text"
    assert is_safe(kept.stored)
    (stored,) = inside(workspace)
    assert stored.partition(".")[0] == kept.sha256
    assert stored.isascii()
    assert stored.partition(".")[2] in ("", "pdf", "txt", "hidden")


@posix
def test_a_way_out_of_the_folder_is_only_the_file_it_names(
    tmp_path: Path, workspace: Path
) -> None:
    document(tmp_path, "passwd")
    kept = keep(workspace / ".." / "workspace" / ".." / "passwd", workspace)
    assert kept.name == "passwd"
    assert is_safe(kept.stored)


@posix
def test_names_that_differ_only_in_case_or_unicode_form_do_not_meet(
    tmp_path: Path, workspace: Path
) -> None:
    names = ["Plan.pdf", "plan.pdf", unicodedata.normalize("NFC", "Käse.pdf"),
             unicodedata.normalize("NFD", "Käse.pdf")]  # fmt: skip
    kept = [keep(document(tmp_path, n, n.encode()), workspace) for n in names]
    assert [each.name for each in kept] == names
    assert len({each.stored.casefold() for each in kept}) == 4


@posix
def test_a_name_that_is_not_text_is_kept_as_text(tmp_path: Path, workspace: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.pdf")
    try:
        path.write_bytes(b"text")
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    kept = keep(path, workspace)
    assert kept.name == "caf?.pdf"


def test_a_name_that_is_too_long_is_refused(tmp_path: Path, workspace: Path) -> None:
    assert code(tmp_path / ("x" * 300), workspace) in {"name-too-long", "not-there"}


def test_what_is_not_there_or_empty_is_refused(tmp_path: Path, workspace: Path) -> None:
    assert code(tmp_path / "nowhere.pdf", workspace) == "not-there"
    assert code(document(tmp_path, "empty.pdf", b""), workspace) == "empty-file"
    assert code(document(tmp_path) / "below", workspace) in {"not-there", "cannot-open"}


def test_a_folder_is_refused(tmp_path: Path, workspace: Path) -> None:
    assert code(tmp_path, workspace) == "not-a-file"


@posix
def test_links_pipes_devices_and_sockets_are_refused(tmp_path: Path, workspace: Path) -> None:
    import socket

    link = tmp_path / "link.pdf"
    link.symlink_to(document(tmp_path))
    pipe = tmp_path / "pipe.pdf"
    os.mkfifo(pipe)
    found = [link, pipe, Path("/dev/zero"), Path("/dev/null")]
    with socket.socket(socket.AF_UNIX) as one:
        name = tmp_path / "s"
        if len(str(name)) < 100:
            one.bind(str(name))
            found.append(name)
        assert {code(each, workspace) for each in found} == {"not-a-file"}


@posix
def test_a_file_exchanged_for_a_link_while_we_look_is_refused(
    tmp_path: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "link.pdf"
    link.symlink_to(document(tmp_path))
    monkeypatch.setattr(Path, "lstat", Path.stat)
    assert code(link, workspace) == "cannot-open"


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, workspace: Path) -> None:
    path = document(tmp_path)
    path.chmod(0)
    assert code(path, workspace) == "cannot-open"


def test_an_interruption_leaves_no_half_file(tmp_path: Path, workspace: Path) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep(document(tmp_path, data=b"x" * (3 << 20)), workspace, interrupt)
    assert inside(workspace) == []


def test_a_copy_under_way_is_not_tidied_away_by_another_command(
    tmp_path: Path, workspace: Path
) -> None:
    kept = keep(
        document(tmp_path, data=b"x" * 100), workspace, lambda _: Workspace(workspace).tidy()
    )
    assert inside(workspace) == [kept.stored.partition("/")[2]]


def test_a_file_that_changes_while_it_is_copied_is_refused(
    tmp_path: Path, workspace: Path
) -> None:
    path = document(tmp_path, data=b"x" * 100)

    def grow(_: int) -> None:
        with path.open("ab") as file:
            file.write(b"y" * 100_000)

    grown = False

    def once(size: int) -> None:
        nonlocal grown
        if not grown:
            grown = True
            grow(size)

    with pytest.raises(AssessmentError, match="changed while it was copied"):
        keep(path, workspace, once)
    assert inside(workspace) == []


def test_a_full_disk_is_said(
    tmp_path: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(evidence, "_copy", full)
    with pytest.raises(AssessmentError, match="No space left on device"):
        keep(document(tmp_path), workspace)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.PDF", ".pdf"), ("a.tar.gz", ".gz"), ("a", ""), ("a.", ""), ("a.exe", ""), ("a.JS", ""),
     ("a.p/df", ""), ("a.waytoolong", ""), (".docx", ".docx"), ("a.pdf ", ""), ("a.l\u202ek", "")],
)  # fmt: skip
def test_endings_that_say_a_program_are_kept_and_none_that_runs(name: str, suffix: str) -> None:
    assert safe_suffix(name) == suffix


def test_a_file_that_is_gone_changed_or_open_to_others_is_named(
    tmp_path: Path, workspace: Path
) -> None:
    kept = keep(document(tmp_path), workspace)
    path = workspace / kept.stored

    def found() -> str:
        problem = check_file(workspace, kept.stored, kept.sha256, "EV-001")
        return problem.code if problem else ""

    assert found() == ""
    if os.name == "posix":
        path.chmod(0o644)
        assert found() == "file-open-to-others"
    path.write_bytes(b"other")
    assert found() == "file-changed"
    path.unlink()
    assert found() == "file-gone"
    if os.name == "posix":
        path.symlink_to(document(tmp_path))
        assert found() == "file-unsafe"


@pytest.mark.parametrize(
    "stored",
    ["../etc/passwd", "evidence/../x", "/etc/passwd", f"evidence/{'a' * 63}", "evidence/",
     f"other/{'a' * 64}", f"evidence/{'a' * 64}.pdf/../../x", f"evidence/{'A' * 64}"],
)  # fmt: skip
def test_a_recorded_path_that_leads_elsewhere_is_never_followed(
    stored: str, workspace: Path
) -> None:
    assert not is_safe(stored)
    problem = check_file(workspace, stored, "a" * 64, "EV-001")
    assert problem is not None
    assert problem.code == "file-unsafe"


def test_what_belongs_to_no_item_is_named(tmp_path: Path, workspace: Path) -> None:
    assert list(strangers(workspace, frozenset())) == []
    kept = keep(document(tmp_path), workspace)
    assert list(strangers(workspace, frozenset([kept.stored]))) == []
    (workspace / "evidence/copying-1.part").write_bytes(b"half")
    found = [each.message for each in strangers(workspace, frozenset())]
    assert set(found) == {"It belongs to no item.", "This is what an interrupted copy left."}
    drop(workspace, kept)
    assert inside(workspace) == ["copying-1.part"]


@pytest.mark.slow
@posix
def test_a_large_file_needs_little_memory(tmp_path: Path, workspace: Path) -> None:
    import subprocess

    if not Path("/proc/self/status").is_file():
        pytest.skip("needs /proc: getrusage counts the memory of whoever started the process too")
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(256 << 20)
    program = (
        "import sys; from pathlib import Path;"
        "from cyberassess.disk.evidence import keep;"
        "kept = keep(Path(sys.argv[1]), Path(sys.argv[2]));"
        "lines = Path('/proc/self/status').read_text().splitlines();"
        "print(kept.size, next(e.split()[1] for e in lines if e.startswith('VmHWM')))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(path), str(workspace)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    size, peak = map(int, ran.stdout.split())
    assert size == 256 << 20
    assert peak < 80_000, "kilobytes"
