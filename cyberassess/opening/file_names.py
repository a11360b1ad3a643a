"""Names of files and people, and originals kept as they came."""

import re
import unicodedata
from pathlib import Path

from cyberassess.disk.files import copy_whole, place_for, sha256_of, what_to_do
from cyberassess.disk.outside import fault_of
from cyberassess.errors import AssessmentError, Problem

_LONGEST = 88
"""Characters of the name of an original, without its ending: with the folders it lies in, an
assessment below 120 characters of other folders stays within the 259 that Windows takes."""
_MOST_BYTES = 180
"""Bytes of a text in a name, of which Linux takes 255 in all."""


def plain(text: str, longest: int) -> str:
    """Give a text as it may stand in a file's name."""
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(each if each.isalnum() or each in " '()&" else " " for each in folded)
    cut = " ".join(kept.split())[:longest].encode()[:_MOST_BYTES].decode("utf-8", "ignore")
    return cut.strip() or "x"


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
        target, is_there = place_for(
            sha256 or sha256_of(path), lambda mark: folder / f"{mark} {_cut(path, len(mark))}"
        )
        if copy and not is_there:
            folder.mkdir(parents=True, exist_ok=True)
            copy_whole(path, target)
    except OSError as cause:
        raise AssessmentError(
            Problem(
                "original-not-kept",
                path.name,
                f"The original cannot be copied to the folder {folder.name}: {cause.strerror}.",
                what_to_do(
                    cause,
                    "Look at that folder's permissions and the space on the disk. "
                    "Nothing was stored from the file.",
                ),
            )
        ) from cause
    within = f"{under}/" if folder.name != under else ""
    return f"{within}{folder.name}/{target.name}"


def _cut(path: Path, less: int) -> str:
    return f"{plain(path.stem, _LONGEST - less)}{_suffix(path)}"


def _suffix(path: Path) -> str:
    return path.suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", path.suffix) else ""


def file_slug(stem: str) -> str:
    """Give such an id as it may stand alone in a file's name."""
    name = slug(stem)[:_LONGEST]
    return f"own-{name}" if fault_of(name) else name


def slug(title: str) -> str:
    """Give an id made from a title: lower case, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-") or "x"
