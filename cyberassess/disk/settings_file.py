"""``assessment.yaml`` written anew together with the ledger: both, or neither."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from cyberassess.disk.files import (
    TEMPORARY,
    copy_whole,
    move,
    remove_quietly,
    sync_folder,
    what_to_do,
    write_whole,
)
from cyberassess.disk.workspace import SETTINGS
from cyberassess.errors import AssessmentError


@contextlib.contextmanager
def replacing(folder: Path, text: str, is_recorded: Callable[[], bool]) -> Iterator[None]:
    """Write the settings anew; put them back where what is done inside fails.

    What they were lies beside them meanwhile, under a name that has the new ones' hash: so
    putting them back needs no space, and is done by the next command where this one is ended.

    Args:
        is_recorded: says whether the ledger holds the new ones after all.

    Raises:
        AssessmentError: where they cannot be written; they are as they were.
    """
    path = folder / SETTINGS
    before = _before(folder, text.encode())
    try:
        copy_whole(path, before)
        write_whole(path, text.encode())
    except OSError as cause:
        remove_quietly(before)
        raise _settings_not_written(cause) from cause
    try:
        yield
    except BaseException as cause:
        try:
            if not is_recorded():
                put_back(folder, before)
        except OSError as second:
            raise _settings_not_put_back(cause, second) from cause
        remove_quietly(before)
        raise
    remove_quietly(before)


def _before(folder: Path, data: bytes) -> Path:
    """Name the file that keeps the settings as they were before these were written."""
    name = f".{SETTINGS}.before-{hashlib.sha256(data).hexdigest()[:16]}{TEMPORARY}"
    return folder / name


def interrupted(folder: Path) -> Path | None:
    """Give the settings from before a change that did not come to its end, and stands."""
    try:
        before = _before(folder, (folder / SETTINGS).read_bytes())
    except OSError:
        return None
    return before if before.is_file() else None


def put_back(folder: Path, before: Path) -> None:
    """Put settings back as they were."""
    move(before, folder / SETTINGS)
    sync_folder(folder)


def _settings_not_written(cause: OSError) -> AssessmentError:
    return AssessmentError.because(
        "not-writable",
        SETTINGS,
        f"The file cannot be written: {cause.strerror or cause}.",
        what_to_do(
            cause,
            "Close it where it is open, and look at its permissions and the space on the "
            "disk. Nothing was changed.",
        ),
    )


def _settings_not_put_back(cause: BaseException, second: OSError) -> AssessmentError:
    reason = second.strerror or str(second)
    return AssessmentError.because(
        "settings-unrecorded",
        SETTINGS,
        f"The file was changed, the ledger could not be written ({cause}), and the file "
        f"could not be put back: {reason}.",
        "The next command that writes puts it back, unless it was changed again until then. "
        "Nothing was recorded in the ledger.",
    )
