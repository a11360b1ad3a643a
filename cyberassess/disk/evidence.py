"""Evidence files: each kept once, under its hash, whatever its name was.

The name a file came with is never part of a path: it goes into the ledger as text. Files are
copied in pieces, so that their size does not matter, to a temporary name in the same folder that
is renamed when every byte is safe.
"""

import errno
import hashlib
import io
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from cyberassess.disk.files import FOLDER as IS_FOLDER
from cyberassess.disk.files import (
    LINK,
    OWNER_ONLY,
    NotPlainError,
    by_name,
    joined,
    move,
    open_plain,
    remove_quietly,
    sha256_of,
    sync_folder,
    what_to_do,
)
from cyberassess.errors import AssessmentError, Problem

FOLDER = "evidence"
PIECE = 1 << 20
"""Bytes read at a time."""
PART = ".part"
"""How a copy under way ends: another ending than that of unfinished files, which other commands
tidy away, for a large copy takes long and holds no lock."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_PROGRAMS = """
app bat cmd com cpl exe gadget hta inf jar js jse lnk msc msi msp pif ps1 psm1 py reg scf scr sh
url vb vbe vbs wsf wsh
"""
_RUNS = frozenset(_PROGRAMS.split())
"""Endings of files that a double click runs: kept without their ending."""
_NOTHING = "Nothing was recorded."


class Kept(NamedTuple):
    """A file that lies in the workspace."""

    name: str
    """As it came, as text."""
    sha256: str
    size: int
    stored: str
    """Its path in the workspace."""
    is_new: bool
    """Whether it was not there before."""


def _refused(code: str, path: Path, message: str, hint: str) -> AssessmentError:
    return AssessmentError.because(code, as_text(path.name), message, f"{hint} {_NOTHING}")


def as_text(name: str) -> str:
    """Give a file's name as text that can be written anywhere."""
    return name.encode("utf-8", "replace").decode("utf-8")


_HINTS = {
    LINK: "Name the file itself.",
    IS_FOLDER: "Name the files in it, or put them into one ZIP.",
    "a pipe, not a file": "Save what it gives to a file, and name that.",
}


def _open(path: Path) -> io.BufferedReader:
    """Open a file that is one: links are not followed, and a pipe cannot make us wait.

    Raises:
        AssessmentError: for anything but a readable, ordinary file.
    """
    try:
        return open_plain(path, follow=False)
    except NotPlainError as cause:
        hint = _HINTS.get(cause.what, "Name a document.")
        raise _refused("not-a-file", path, f"This is {cause.what}.", hint) from cause
    except (OSError, ValueError) as cause:
        raise _not_opened(path, cause) from cause


def _not_opened(path: Path, cause: OSError | ValueError) -> AssessmentError:
    number = getattr(cause, "errno", None)
    if number in (errno.ENOENT, errno.ENOTDIR):
        return _refused("not-there", path, "There is no such file.", "Check name and folder.")
    if number == errno.ENAMETOOLONG:
        start = path.name[:40]
        found = f"A name of {len(path.name)} characters is too long for a file."
        problem = Problem("name-too-long", as_text(f"{start}…"), found, f"Rename it. {_NOTHING}")
        return AssessmentError(problem)
    said = getattr(cause, "strerror", None) or "its name cannot be used"
    hint = what_to_do(cause, "Check it.")
    return _refused("cannot-open", path, f"The file cannot be opened: {said}.", hint)


def look_at(path: Path) -> int:
    """Give a file's size, or refuse it; nothing is copied.

    Raises:
        AssessmentError: for anything but a readable, ordinary file that holds something.
    """
    with _open(path) as file:
        size = os.fstat(file.fileno()).st_size
    if not size:
        raise _refused("empty-file", path, "The file is empty.", "Is it still syncing?")
    return size


def keep(path: Path, workspace: Path, on_bytes: Callable[[int], None] = lambda _: None) -> Kept:
    """Copy a file into the workspace, readable by its owner only.

    Args:
        path: of an ordinary file.
        on_bytes: told how many more bytes are safe.

    Raises:
        AssessmentError: where it is no ordinary file, or changes while it is copied, or there is
            no room; nothing is left of it.
    """
    folder = workspace / FOLDER
    with _open(path) as source:
        before = os.fstat(source.fileno())
        try:
            folder.mkdir(parents=True, exist_ok=True)
            temporary = folder / f"copying-{secrets.token_hex(6)}{PART}"
            try:
                sha256, size = _copy(source.fileno(), temporary, on_bytes)
                after = os.fstat(source.fileno())
                if not size:
                    raise _refused("empty-file", path, "The file is empty.", "Is it syncing?")
                if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                    hint = "Close it in other programs and add it again."
                    found = "The file changed while it was copied."
                    raise _refused("still-changing", path, found, hint)
                stored, is_new = _place(temporary, folder, sha256, path)
            finally:
                remove_quietly(temporary)
        except OSError as cause:
            raise _refused(
                "not-kept",
                path,
                f"The file cannot be copied: {cause.strerror}.",
                what_to_do(cause, f"Look at the folder {FOLDER} and the space on the disk."),
            ) from cause
    sync_folder(folder)
    return Kept(as_text(path.name), sha256, size, f"{FOLDER}/{stored}", is_new)


def _copy(source: int, temporary: Path, on_bytes: Callable[[int], None]) -> tuple[str, int]:
    sha256, size = hashlib.sha256(), 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(temporary, flags, OWNER_ONLY), "wb") as target:
        while piece := os.read(source, PIECE):
            target.write(piece)
            sha256.update(piece)
            size += len(piece)
            on_bytes(len(piece))
        target.flush()
        os.fsync(target.fileno())
    return sha256.hexdigest(), size


def _place(temporary: Path, folder: Path, sha256: str, path: Path) -> tuple[str, bool]:
    """Give the copy its name, unless the same bytes are there already."""
    for there in by_name(folder.glob(f"{sha256}*")):
        is_file = there.is_file() and not there.is_symlink()
        if is_file and sha256_of(there) == sha256:
            return there.name, False
        remove_quietly(there)  # NOTE: it has our name and other bytes, so it is damaged
    final = folder / f"{sha256}{safe_suffix(path.name)}"
    move(temporary, final)
    return final.name, True


def safe_suffix(name: str) -> str:
    """Give a name's ending if it says only what program opens it; otherwise nothing."""
    found = re.search(r"\.[^.]*$", name)
    suffix = found[0].lower() if found else ""
    if _SUFFIX.fullmatch(suffix) is None or suffix[1:] in _RUNS:
        return ""
    return suffix


def drop(workspace: Path, kept: Kept) -> None:
    """Take a file away again that nothing refers to."""
    remove_quietly(workspace / kept.stored)


def is_safe(stored: str) -> bool:
    """Say whether a recorded path is one that we give, so that nothing leads out of the folder."""
    folder, _, name = stored.partition("/")
    stem, dot, suffix = name.partition(".")
    fits = _SHA256.fullmatch(stem) is not None
    return folder == FOLDER and fits and (not dot or bool(_SUFFIX.fullmatch(f".{suffix}")))


def check_file(workspace: Path, stored: str, sha256: str, what: str) -> Problem | None:
    """Say what is wrong with a kept file, or ``None``.

    Args:
        stored: where it lies, as recorded.
        sha256: of the file when it was recorded.
        what: the item, for the message.
    """
    restore = "Restore it from a backup, or add the document again as a new item."
    try:
        path = joined(workspace, stored if is_safe(stored) else "")
    except AssessmentError:
        return Problem("file-unsafe", what, "Its file is not one we keep.", restore)
    try:
        if not path.is_file():
            return Problem("file-gone", what, f"Its file {stored} is not there.", restore)
        if sha256_of(path) != sha256:
            changed = f"Its file {stored} was changed since it was recorded."
            return Problem("file-changed", what, changed, restore)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            return Problem.note(
                "file-open-to-others",
                what,
                f"Others on this machine may read {stored}.",
                f"Close it: chmod 600 {stored}",
            )
    except OSError as cause:
        said = f"Its file {stored} cannot be read: {cause.strerror}."
        return Problem("file-unreadable", what, said, restore)
    return None


def strangers(workspace: Path, known: frozenset[str]) -> Iterator[Problem]:
    """Give what lies in the folder and belongs to no item.

    Args:
        known: the paths that items have.
    """
    folder = workspace / FOLDER
    for path in by_name(folder.iterdir()) if folder.is_dir() else ():
        name = f"{FOLDER}/{as_text(path.name)}"
        if name in known:
            continue
        found, hint = "It belongs to no item.", "To record it: cyberassess evidence add FILE"
        if path.name.endswith(PART):
            found = "This is what an interrupted copy left."
            hint = "Delete it, unless a file is being added right now."
        yield Problem.note("unknown-file", name, found, hint)
