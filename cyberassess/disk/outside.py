"""Names from outside, joined to a folder of ours.

A name stands in somebody's settings, ledger, pack or copy, and says where a file lies. It is
checked component by component before it is joined to a folder: by what it says, as every system
would read it, and by what lies there, so that no link leads elsewhere.
"""

import re
import unicodedata
from pathlib import Path

from cyberassess.disk.files import FOLDER, kind_of
from cyberassess.domain.characters import unfit_in, visible
from cyberassess.errors import AssessmentError, Problem

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
        raise AssessmentError(
            Problem(
                "unsafe-name",
                visible(name[:_LONGEST_PART]),
                f"The file may not lie there. {fault}",
                "It was neither read nor written. Give it a plain name inside the folder.",
            )
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
        raise AssessmentError(
            Problem("not-there", str(path), "There is no such file.", hint)
        ) from None
    if what:
        raise AssessmentError(Problem("not-a-file", str(path), f"This is {what}.", hint))
