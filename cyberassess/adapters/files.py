"""Writing files so that no half of one ever stands under its final name."""

import hashlib
import os
import secrets
from pathlib import Path

TEMPORARY = ".tmp"
"""How the names of unfinished files end."""


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


def write_whole(path: Path, data: bytes) -> None:
    """Write a file: to a temporary name in the same folder, synced, then renamed.

    Raises:
        OSError: where the folder cannot be written to; nothing is left under either name.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file in hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
