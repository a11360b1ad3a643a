"""What should perhaps not leave the house: secrets and personal numbers in files to be packed.

A warning, never proof: a person decides.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PIECE = 1 << 20
_OVERLAP = 200
_MOST = 64 << 20
"""Bytes of one file, or of one part of a packed one, that are looked at."""
_SIGNS = (
    ("a private key", re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")),
    ("a password", re.compile(rb"(?i)\b(?:password|passwd|pwd|secret)\b\s*[=:]\s*[^\s<\"']{6,}")),
    ("a cloud access key", re.compile(rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    (
        "a National Insurance number",
        re.compile(rb"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"),
    ),
    ("a payment card number", re.compile(rb"\b(?:\d{4}[ -]){3}\d{4}\b")),
)


class Sign(NamedTuple):
    """Something that looks as if it should not leave."""

    what: str
    times: int


def signs_in(path: Path) -> tuple[Sign, ...]:
    """Give what a file seems to hold, parts of packed office documents too."""
    counts: dict[str, int] = {}
    for text in _texts(path):
        for what, sign in _SIGNS:
            found = len(sign.findall(text))
            if found:
                counts[what] = counts.get(what, 0) + found
    return tuple(Sign(what, count) for what, count in counts.items())


def _texts(path: Path) -> Iterator[bytes]:
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist():
                    if info.filename.endswith((".xml", ".txt", ".csv", ".json", ".html")):
                        with archive.open(info) as part:
                            # NOTE: tags between the letters of one number are rare enough
                            yield re.sub(rb"<[^<>]{0,500}>", b" ", part.read(_MOST))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
            pass
        return
    seen, before = 0, b""
    with path.open("rb") as file:
        while seen < _MOST and (piece := file.read(_PIECE)):
            seen += len(piece)
            yield before + piece
            before = piece[-_OVERLAP:]
