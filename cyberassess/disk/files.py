"""Files read only where they are plain, and written so that no half of one ever stands.

A pipe or a device makes whoever opens it wait, and a link leads to what its maker likes: neither
is a file that somebody handed us. Placeholders of files in a cloud are plain files.

A name from outside stands in somebody's settings, ledger, pack or copy, and says where a file
lies. It is checked component by component before it is joined to a folder of ours: by what it
says, as every system would read it, and by what lies there, so that no link leads elsewhere.
"""

import contextlib
import errno
import hashlib
import io
import itertools
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import BinaryIO, TypeVar

from cyberassess.domain.characters import unfit_in, visible
from cyberassess.errors import AssessmentError

Given = TypeVar("Given")
AnyPath = TypeVar("AnyPath", bound=PurePath)

TEMPORARY = ".tmp"
"""How the names of unfinished files end."""
_ATTEMPTS = 3
_LONGEST_PATH = 259
"""Characters of a path that every program on Windows takes."""
_LONGEST_START = 40
"""Characters of a file's name that the name of its unfinished copy repeats."""
_PAUSES = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 0.73)
"""Seconds between tries where another program has a file open: about two in all."""
_MISSING_OR_LONG = (3, 206)
_DENIED, _HELD = 5, (5, 32, 33)
"""What Windows says of a file that is open elsewhere: access denied, sharing or lock violation.

Source: Microsoft, System Error Codes,
https://learn.microsoft.com/en-us/windows/win32/debug/system-error-codes--0-499-
"""
OWNER_ONLY = 0o600
"""The mode of every file we write: answers and evidence are nobody else's business."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

LINK = "a link"
FOLDER = "a folder"
_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISLNK, LINK),
    (stat.S_ISDIR, FOLDER),
    (stat.S_ISFIFO, "a pipe, not a file"),
    (stat.S_ISCHR, "a device, not a file"),
    (stat.S_ISBLK, "a device, not a file"),
    (stat.S_ISSOCK, "a socket, not a file"),
)
_JUNCTION = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)


class NotPlainError(OSError):
    """Something to be read is no plain file."""

    def __init__(self, path: Path, what: str) -> None:
        """Say what it is instead: ``a pipe, not a file``."""
        super().__init__(errno.EINVAL, f"it is {what}", str(path))
        self.what = what


def kind_of(status: os.stat_result) -> str:
    """Say what something is that is no plain file: ``a link``; empty for a plain file."""
    if getattr(status, "st_reparse_tag", 0) == _JUNCTION:
        return LINK
    found = next((what for is_it, what in _KINDS if is_it(status.st_mode)), "")
    return found if found or stat.S_ISREG(status.st_mode) else "not a file"


def open_plain(path: Path, *, follow: bool = True) -> io.BufferedReader:
    """Open a plain file to read it; nothing else can make us wait.

    Args:
        follow: whether it may be a link to one, as a path that a user typed may.

    Raises:
        NotPlainError: where it is something else.
        OSError: where it cannot be opened.
    """
    _need_plain(path, path.stat() if follow else path.lstat())
    flags = os.O_RDONLY | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags)
    try:
        # NOTE: looked at again, for it may have been exchanged since
        _need_plain(path, os.fstat(handle))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _need_plain(path: Path, status: os.stat_result) -> None:
    what = kind_of(status)
    if what:
        raise NotPlainError(path, what)


def read_plain(path: Path, most: int | None = None) -> bytes:
    """Give the bytes of a plain file, or of the one a link leads to.

    Args:
        most: bytes it may have; the size is looked at first.

    Raises:
        OSError: where it is no plain file, too large, or cannot be read.
    """
    with open_plain(path) as file:
        size = os.fstat(file.fileno()).st_size
        if most is not None and size > most:
            found = f"it has {size:,} bytes, and the most is {most:,}"
            raise OSError(errno.EFBIG, found, str(path))
        return file.read()


def walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """Give all that lies below a folder, sorted, with what it is; empty for a plain file.

    Links are named and not followed; of folders only those are named that cannot be read.
    """
    try:
        inside = by_name(folder.iterdir())
    except OSError:
        yield folder, "a folder that cannot be read"
        return
    for path in inside:
        try:
            what = kind_of(path.lstat())
        except FileNotFoundError:
            continue
        if what == FOLDER:
            yield from walk(path)
        else:
            yield path, what


def by_name(paths: Iterable[AnyPath]) -> list[AnyPath]:
    """Sort paths alike on every system; Windows' own order knows no case."""
    return sorted(paths, key=lambda path: path.parts)


def plain_files(folder: Path) -> list[Path]:
    """Give the plain files below a folder, sorted; none where there is no folder."""
    return [path for path, what in walk(folder) if not what] if folder.is_dir() else []


def place_for(sha256: str, named: Callable[[str], Path]) -> tuple[Path, bool]:
    """Give where a file is kept, and whether it lies there already.

    A name has the first eight figures of the hash. Where another file has that name, which chance
    hardly makes and people can, it has them all. Only a file whose whole hash is the same is
    taken for the same.

    Args:
        sha256: of the file, in hex.
        named: gives the path from the figures.

    Raises:
        OSError: where what lies there cannot be read.
    """
    marks = itertools.chain((sha256[:8], sha256), (f"{sha256} {n}" for n in itertools.count(2)))
    for path in map(named, marks):
        if not os.path.lexists(path):
            return path, False
        if not kind_of(path.lstat()) and sha256_of(path) == sha256:
            return path, True
    raise AssertionError  # pragma: no cover - the names never end


def is_held(cause: BaseException) -> bool:
    """Say whether another program has the file open, or Windows guards it."""
    return getattr(cause, "winerror", 0) in _HELD


def patiently(do: Callable[[], Given]) -> Given:
    """Do it, again where a virus scanner, an indexer or a sync client has the file open.

    They let go within a moment. Only Windows refuses so.
    """
    for pause in _PAUSES:
        try:
            return do()
        except OSError as cause:
            if not is_held(cause):
                raise
        time.sleep(pause)
    return do()


def move(path: Path, target: Path) -> None:
    """Give a file or a folder another name, in place of a file that has it."""
    patiently(lambda: path.replace(target))


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder of one's own that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="cyberassess-"))
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):
            patiently(lambda: shutil.rmtree(folder))


def is_full(cause: BaseException) -> bool:
    """Say whether something could not be written for want of room."""
    return getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)


def _is_long(cause: BaseException) -> bool:
    """Say whether a path is longer than the system takes; Windows says that it is not there."""
    if getattr(cause, "errno", None) == errno.ENAMETOOLONG:
        return True
    names = (getattr(cause, "filename", None), getattr(cause, "filename2", None))
    paths = [Path(name).absolute() for name in names if isinstance(name, str | Path)]
    is_missing = getattr(cause, "winerror", 0) in _MISSING_OR_LONG
    return is_missing and any(len(str(each)) > _LONGEST_PATH for each in paths)


def what_to_do(cause: BaseException, hint: str) -> str:
    """Say what to do where a file cannot be written or read.

    Args:
        hint: what else to do, then what became of it: ``Look at it. Nothing was written.``
    """
    if is_full(cause):
        act = "Make room on the disk and try again."
    elif is_held(cause):
        act = "Close it where it is open, and try again."
        if getattr(cause, "winerror", 0) == _DENIED:
            act += f" If it is open nowhere: {_GUARDED}"
    elif _is_long(cause):
        act = "Use a folder with a shorter path."
    elif isinstance(cause, GuardedError):
        act = f"{_GUARDED[0].upper()}{_GUARDED[1:]}"
    else:
        return hint
    _, effect, rest = hint.partition("Nothing ")
    return f"{act} {effect}{rest}".strip()


_GUARDED = (
    "Windows may guard this folder (Controlled folder access). Ask IT to allow the program, or "
    "use another folder."
)


class GuardedError(OSError):
    """A file cannot be made in a folder that is there: so Windows refuses where it guards one."""


def sync_folder(path: Path) -> None:
    """Make renames in a folder durable, where the system lets folders be synced."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file: to a temporary name in the same folder, synced, then renamed.

    Only its owner may read it, where the system knows owners.

    Args:
        durable: whether it must outlast a power cut once this returns.

    Raises:
        OSError: where the folder cannot be written to; nothing is left under either name.
    """

    def fill(file: BinaryIO) -> None:
        file.write(data)

    _put(path, fill, durable=durable)


def copy_whole(source: Path, path: Path) -> None:
    """Copy a file's bytes as ``write_whole`` writes them, in pieces.

    Raises:
        OSError: where one cannot be read or the other not written; nothing is left.
    """
    with open_plain(source) as original:

        def fill(file: BinaryIO) -> None:
            original.seek(0)
            shutil.copyfileobj(original, file, 1 << 20)

        _put(path, fill)


def _put(path: Path, fill: Callable[[BinaryIO], None], *, durable: bool = True) -> None:
    for attempt in range(_ATTEMPTS):
        temporary = unfinished(path)
        try:
            with os.fdopen(_made(temporary), "wb") as file:
                fill(file)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            try:
                move(temporary, path)
            except FileNotFoundError:
                # NOTE: a command that tidies up took it for what a crashed one left
                if attempt + 1 == _ATTEMPTS or not path.parent.is_dir():
                    raise
                continue
        except BaseException:
            remove_quietly(temporary)
            raise
        break
    if durable:
        sync_folder(path.parent)


def _made(path: Path) -> int:
    try:
        return os.open(path, _NEW, OWNER_ONLY)
    except FileNotFoundError as cause:
        if not path.parent.is_dir() or _is_long(cause):
            raise
        raise GuardedError(errno.EACCES, os.strerror(errno.EACCES), str(path)) from cause


def unfinished(path: Path, ending: str = TEMPORARY) -> Path:
    """Name what a file is written under until it is whole, beside it."""
    return path.with_name(f"{_start(path)}{secrets.token_hex(4)}{ending}")


def _start(path: Path) -> str:
    """Begin the names of unfinished copies of a file; a long name is cut, and told by its hash."""
    name = path.name
    if len(name) > _LONGEST_START:
        name = f"{name[:16]}~{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"
    return f".{name}."


def remove_quietly(path: Path) -> None:
    """Remove a file that is in nobody's way where it cannot be removed."""
    with contextlib.suppress(OSError):
        patiently(lambda: path.unlink(missing_ok=True))


def remove_unfinished(folder: Path) -> None:
    """Remove what crashed commands left unfinished in a folder."""
    with contextlib.suppress(OSError):
        for path in by_name(folder.iterdir()):
            if path.name.endswith(TEMPORARY) and path.is_file():
                remove_quietly(path)


def remove_unfinished_of(path: Path) -> None:
    """Remove what crashed commands left of one file; it may lie among other people's files."""
    start = _start(path)
    with contextlib.suppress(OSError):
        for each in by_name(path.parent.iterdir()):
            if each.name.startswith(start) and each.name.endswith(TEMPORARY) and each.is_file():
                remove_quietly(each)


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file in hex, read in pieces."""
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_LONGEST_PART = 255
_LONGEST = 1024
_FORBIDDEN = frozenset('\\:*?"<>|')
"""What Windows allows in no name, and what it takes for the end of a folder or of a name.

Source: Microsoft, Naming Files, Paths, and Namespaces,
https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
"""
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9])[ ]*(\..*)?")
"""Names of devices on Windows, with any ending. Source: as above."""


def fault_of(name: str) -> str:
    """Say why a name may not be joined to a folder on any system; empty where it may.

    Args:
        name: parts with ``/`` between them.
    """
    if not name or len(name) > _LONGEST:
        return f"A path of {len(name):,} characters is none we use."
    for part in name.split("/"):
        # NOTE: some systems fold letters that look alike before they look for a file
        for form in (part, unicodedata.normalize("NFKC", part)):
            fault = _fault_of_part(form)
            if fault:
                return fault
    return ""


def _fault_of_part(part: str) -> str:
    if part in {"", ".", ".."}:
        return "It leads out of the folder."
    if part != part.strip() or part.endswith("."):
        return "A part of it begins or ends with a space or a full stop."
    unfit = unfit_in(part)
    if unfit:
        return f"It holds the character {unfit}."
    found = next((each for each in part if each in _FORBIDDEN or each == "/"), "")
    if found:
        return f"It holds {found}, which is not allowed in names on every computer."
    if _RESERVED.fullmatch(part.casefold()):
        return f'"{part}" is the name of a device.'
    if len(part.encode("utf-8", "replace")) > _LONGEST_PART:
        return f"A part of it is longer than {_LONGEST_PART} bytes."
    return ""


def folded(name: str) -> str:
    """Give a name as the least exact system compares it: without case and Unicode form."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def joined(folder: Path, name: str) -> Path:
    """Join a name from outside to a folder.

    Args:
        folder: ours; it may be a link itself.
        name: parts with ``/`` between them; none of them needs to be there.

    Raises:
        AssessmentError: where it leads elsewhere, by its words or by a link below the folder.
    """
    fault = fault_of(name)
    path = folder
    parts = [] if fault else name.split("/")
    for number, part in enumerate(parts, start=1):
        path = path / part
        try:
            what = kind_of(path.lstat())
        except FileNotFoundError:
            continue
        except OSError as cause:
            fault = f"It cannot be looked at: {cause.strerror}."
            break
        if what != (FOLDER if number < len(parts) else ""):
            fault = f'"{"/".join(parts[:number])}" is {what or "a file, not a folder"}.'
            break
    if fault:
        raise AssessmentError.because(
            "unsafe-name",
            visible(name[:_LONGEST_PART]),
            f"The file may not lie there. {fault}",
            "It was neither read nor written. Give it a plain name inside the folder.",
        )
    return path


def need_plain(path: Path, hint: str) -> None:
    """Refuse what somebody typed that is no plain file, nor a link to one, saying what it is.

    Raises:
        AssessmentError: with what is there instead, and the hint.
    """
    try:
        what = kind_of(path.stat())
    except (OSError, ValueError):
        raise AssessmentError.because(
            "not-there", str(path), "There is no such file.", hint
        ) from None
    if what:
        raise AssessmentError.because("not-a-file", str(path), f"This is {what}.", hint)
