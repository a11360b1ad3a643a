"""Names of files and people, and originals kept as they came."""

import datetime
import re
import unicodedata
from pathlib import Path

from cyberassess.disk.files import copy_whole, place_for, sha256_of
from cyberassess.errors import AssessmentError, Problem


def plain(text: str, longest: int) -> str:
    """Give a text as it may stand in a file's name."""
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(each if each.isalnum() or each in " '()&" else " " for each in folded)
    return " ".join(kept.split())[:longest].strip() or "x"


def dated(folder: Path, on: datetime.date, name: str, suffix: str) -> Path:
    """Give a file a name that begins with its date, and that no file in its folder has."""
    stem = f"{on.isoformat()} {plain(name, 80)}"
    number, path = 1, folder / f"{stem}{suffix}"
    while path.exists():
        number += 1
        path = folder / f"{stem} ({number}){suffix}"
    return path


def keep_original(
    path: Path,
    folder: Path,
    sha256: str = "",
    *,
    under: str = "questionnaires",
    copy: bool = True,
) -> str:
    """Copy an original as it came; give the name it is kept under.

    Args:
        folder: where to.
        under: the folder of the workspace it lies in, or is.
        copy: false only names it.

    Raises:
        AssessmentError: where it cannot be copied.
    """
    try:
        name = f"{plain(path.stem, 80)}{_suffix(path)}"
        target, is_there = place_for(sha256 or sha256_of(path), lambda m: folder / f"{m} {name}")
        if copy and not is_there:
            folder.mkdir(parents=True, exist_ok=True)
            copy_whole(path, target)
    except OSError as cause:
        raise AssessmentError(
            Problem(
                "original-not-kept",
                path.name,
                f"The original cannot be copied to the folder {folder.name}: {cause.strerror}.",
                "Look at that folder's permissions and the space on the disk. "
                "Nothing was stored from the file.",
            )
        ) from cause
    within = f"{under}/" if folder.name != under else ""
    return f"{within}{folder.name}/{target.name}"


def _suffix(path: Path) -> str:
    return path.suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", path.suffix) else ""


def slug(title: str) -> str:
    """Give an id made from a title: lower case, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-") or "x"
