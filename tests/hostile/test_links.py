"""Only plain files are opened: no link below a folder is followed, no pipe makes anybody wait."""

import os
import shutil
import signal
import stat
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cyberassess.books.brought import bytes_of
from cyberassess.disk import strict_yaml
from cyberassess.disk.files import (
    NotPlainError,
    copy_whole,
    kind_of,
    open_plain,
    read_plain,
    sha256_of,
    walk,
)
from cyberassess.domain.sets.framework import Profile
from cyberassess.errors import AssessmentError, CyberassessError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.care.merging import merge
from cyberassess.steps.care.pack import verify_pack
from cyberassess.steps.care.recovering import recover
from cyberassess.steps.receive.importing import import_webcaf
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.review.reviewing import receive_review
from tests.steps.council import answers, fill_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----"


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """End a test that waits for a pipe, so that it fails."""

    def stop(number: int, frame: types.FrameType | None) -> None:
        raise TimeoutError(number, frame)

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Give a pipe nobody writes to."""
    path = tmp_path / "pipe.xlsx"
    os.mkfifo(path)
    return path


def test_a_link_in_a_folder_is_named_and_not_copied(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    secret = tmp_path / "id_ed25519"
    secret.write_text(KEY, "utf-8")
    inbox = tmp_path / "inbox"
    fill_in(blank["Kim"], inbox / "kim.xlsx", {"B1.b.H.1/housing": "True"})
    (inbox / "Sam.xlsx").symlink_to(secret)
    deeper = tmp_path / "deeper"
    deeper.mkdir()
    (deeper / "more.xlsx").write_text(KEY, "utf-8")
    (inbox / "folder").symlink_to(deeper, target_is_directory=True)
    os.mkfifo(inbox / "pipe.xlsx")
    found = {each.path.name: each for each in receive(workspace, [inbox])}
    assert sorted(found) == ["Sam.xlsx", "folder", "kim.xlsx", "pipe.xlsx"]
    for name, what in (("Sam.xlsx", "a link"), ("folder", "a link"), ("pipe.xlsx", "a pipe")):
        (problem,) = found[name].problems
        assert found[name].refused
        assert problem.code == "not-a-file"
        assert what in problem.message
    assert answers(workspace)[("Kim Lee", "B1.b.H.1/housing")] == ("true", "")
    kept = [each for each in workspace.rglob("*") if each.is_file()]
    assert not [each for each in kept if KEY.encode() in each.read_bytes()]


def test_a_link_that_somebody_types_is_taken(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    filled = fill_in(blank["Kim"], tmp_path / "kim.xlsx", {"B1.b.H.1/housing": "True"})
    typed = tmp_path / "typed.xlsx"
    typed.symlink_to(filled)
    (found,) = receive(workspace, [typed])
    assert not found.refused
    assert found.stored == 1


@pytest.mark.parametrize(
    "command",
    [
        lambda folder, path: receive(folder, [path]),
        import_webcaf,
        receive_review,
        lambda _, path: verify_pack(path),
        lambda _, path: bytes_of(path),
    ],
)
@pytest.mark.parametrize("what", ["pipe", "device"])
def test_no_pipe_or_device_is_opened(
    command: Callable[[Path, Path], object], what: str, workspace: Path, pipe: Path
) -> None:
    with pytest.raises(CyberassessError, match=r"is a (pipe|device|folder or a device)"):
        command(workspace, pipe if what == "pipe" else Path("/dev/zero"))


def test_a_pipe_in_the_folder_stops_no_command(workspace: Path) -> None:
    segment = next((workspace / "ledger").glob("000002-*"))
    segment.unlink()
    os.mkfifo(segment)
    with pytest.raises(CyberassessError, match="a pipe, not a file"):
        open_assessment(workspace)
    (workspace / "assessment.yaml").unlink()
    os.mkfifo(workspace / "assessment.yaml")
    with pytest.raises(AssessmentError, match="not an assessment"):
        open_assessment(workspace)


def test_links_in_another_copy_are_left_there(workspace: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(workspace, tmp_path / "other"))
    secret = tmp_path / "keys"
    secret.mkdir()
    (secret / "id_ed25519").write_text(KEY, "utf-8")
    (other / "evidence" / "key").symlink_to(secret / "id_ed25519")
    shutil.rmtree(other / "reports")
    (other / "reports").symlink_to(secret, target_is_directory=True)
    found = merge(workspace, other)
    assert sorted(each.where for each in found.notes if each.code == "not-copied") == [
        "evidence/key",
        "reports",
    ]
    assert not [each for each in workspace.rglob("*") if each.name in {"key", "id_ed25519"}]


def test_links_in_a_damaged_folder_are_left_there(workspace: Path, tmp_path: Path) -> None:
    secret = tmp_path / "keys"
    secret.mkdir()
    (secret / "id_ed25519").write_text(KEY, "utf-8")
    (workspace / "evidence" / "key").symlink_to(secret / "id_ed25519")
    shutil.rmtree(workspace / "reports")
    (workspace / "reports").symlink_to(secret, target_is_directory=True)
    next((workspace / "ledger").glob("000002-*")).write_bytes(b"damaged\n")
    found = recover(workspace, tmp_path / "rescued")
    lost = sorted(each.where for each in found.lost if each.code == "not-copied")
    assert lost == ["evidence/key", "reports"]
    kept = [each for each in (tmp_path / "rescued").rglob("*") if each.is_file()]
    assert not [each for each in kept if KEY.encode() in each.read_bytes()]


def test_a_control_set_behind_a_link_is_not_read(workspace: Path, tmp_path: Path) -> None:
    path = workspace / "frameworks" / "profiles" / "goal.yaml"
    path.rename(tmp_path / "goal.yaml")
    path.symlink_to(tmp_path / "goal.yaml")
    with pytest.raises(AssessmentError, match=r'"frameworks/profiles/goal\.yaml" is a link'):
        open_assessment(workspace)


def test_what_is_opened_is_looked_at_first(pipe: Path, tmp_path: Path) -> None:
    for read in (open_plain, read_plain, sha256_of, lambda path: copy_whole(path, tmp_path / "c")):
        with pytest.raises(NotPlainError, match="a pipe, not a file"):
            read(pipe)
    link, plain = tmp_path / "link", tmp_path / "plain"
    plain.write_bytes(b"12345")
    link.symlink_to(plain)
    assert read_plain(link) == b"12345"
    with pytest.raises(NotPlainError, match="a link"):
        open_plain(link, follow=False)
    with pytest.raises(OSError, match="5 bytes, and the most is 4"):
        read_plain(plain, 4)


def test_what_is_exchanged_while_it_is_opened_is_seen(
    pipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"1")
    real = os.open
    monkeypatch.setattr(os, "open", lambda _, flags: real(pipe, flags))
    with pytest.raises(NotPlainError):
        open_plain(plain)


def test_the_size_of_a_control_set_is_looked_at_first(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 36)
    value, (problem,), data = strict_yaml.read_file(path, "large.yaml", Profile)
    assert (value, data) == (None, b"")
    assert "68,719,476,736 bytes" in problem.message


def test_a_placeholder_of_a_cloud_is_a_plain_file_and_a_junction_is_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Status:
        st_mode = stat.S_IFREG
        st_reparse_tag = 0x9000001A

    assert kind_of(Status()) == ""  # type: ignore[arg-type]  # NOTE: as Windows gives it
    monkeypatch.setattr("cyberassess.disk.files._JUNCTION", 0xA0000003)
    Status.st_reparse_tag = 0xA0000003
    assert kind_of(Status()) == "a link"  # type: ignore[arg-type]
    assert list(walk(tmp_path / "nowhere")) == [
        (tmp_path / "nowhere", "a folder that cannot be read")
    ]
