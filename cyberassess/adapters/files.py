"""Writing files so that no half of one ever stands under its final name."""

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".tmp"
"""How the names of unfinished files end."""
_ATTEMPTS = 3
OWNER_ONLY = 0o600
"""The mode of every file we write: answers and evidence are nobody else's business."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


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
    with source.open("rb") as original:

        def fill(file: BinaryIO) -> None:
            original.seek(0)
            shutil.copyfileobj(original, file, 1 << 20)

        _put(path, fill)


def _put(path: Path, fill: Callable[[BinaryIO], None], *, durable: bool = True) -> None:
    for attempt in range(_ATTEMPTS):
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
        try:
            with os.fdopen(os.open(temporary, _NEW, OWNER_ONLY), "wb") as file:
                fill(file)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            try:
                temporary.replace(path)
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


def remove_quietly(path: Path) -> None:
    """Remove a file that is in nobody's way where it cannot be removed."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what crashed commands left unfinished in a folder."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.name.endswith(TEMPORARY) and path.is_file():
                remove_quietly(path)


def remove_unfinished_of(path: Path) -> None:
    """Remove what crashed commands left of one file; it may lie among other people's files."""
    start = f".{path.name}."
    with contextlib.suppress(OSError):
        for each in sorted(path.parent.iterdir()):
            if each.name.startswith(start) and each.name.endswith(TEMPORARY) and each.is_file():
                remove_quietly(each)


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file in hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
