"""Signing documents we printed, and checking such a signature."""

import datetime
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cyberassess.disk.files import open_plain, write_whole
from cyberassess.errors import AssessmentError
from cyberassess.opening.files_for_people import refuse_existing, saving
from cyberassess.opening.writing import now
from cyberassess.signing.pdf import Certificate, PdfSignature, check_pdf, look_at, open_certificate
from cyberassess.signing.pdf import sign_pdf as signed

_MOST = 1 << 28
"""Bytes of the largest document; ours have a few million."""

Passphrase = Callable[[str], str]
"""Asks for the passphrase of a key, given the name of its file."""


@dataclass(frozen=True, slots=True)
class PdfSigned:
    """A signed document that was written."""

    path: Path
    size: int
    name: str
    """Who signed, as the certificate says."""
    issuer: str
    fingerprint: str


def moment() -> datetime.datetime:
    """Give the time as signatures carry it."""
    return datetime.datetime.fromisoformat(now())


def open_key(key: Path, passphrase: Passphrase) -> Certificate:
    """Open a key that is to sign now.

    Raises:
        AssessmentError: where it cannot.
    """
    return open_certificate(key, moment(), passphrase)


def sign_pdf(
    path: Path,
    key: Path,
    *,
    output: Path | None = None,
    force: bool = False,
    passphrase: Passphrase,
) -> PdfSigned:
    """Write a signed copy of a PDF that we printed.

    Args:
        key: a PKCS#12 file.
        output: beside the document, with ``signed`` behind its name, if ``None``.
        passphrase: not called where the key has none.

    Raises:
        AssessmentError: where anything stands in the way; nothing is written then.
    """
    goal = output or path.with_name(f"{path.stem} signed.pdf")
    refuse_existing(goal, force=force)
    data = _read(path)
    look_at(data, path.name)
    certificate = open_key(key, passphrase)
    made = signed(data, path.name, certificate, moment())
    with saving(goal, "signed document", make_folder=False):
        write_whole(goal, made)
    return PdfSigned(
        goal, len(made), certificate.name, certificate.issuer, certificate.fingerprint
    )


def verify_pdf(path: Path) -> PdfSignature | None:
    """Check the signature of a PDF; ``None`` where it carries none.

    Raises:
        AssessmentError: where the file cannot be read, or the library is not installed.
    """
    return check_pdf(_read(path))


def is_pdf(path: Path) -> bool:
    """Say whether a file begins as a PDF does."""
    try:
        if not path.is_file():
            return False
        with open_plain(path) as file:
            return file.read(5) == b"%PDF-"
    except (OSError, ValueError):
        return False


def _read(path: Path) -> bytes:
    def refuse(code: str, message: str, hint: str) -> AssessmentError:
        return AssessmentError.because(code, str(path), message, f"{hint} Nothing was written.")

    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise refuse("not-a-file", "This is not a file.", "Name one PDF.")
        with open_plain(path) as file:
            data = file.read(_MOST + 1)
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or "its name cannot be used"
        raise refuse(
            "not-there", f"The document cannot be read: {reason}.", "Check name and folder."
        ) from cause
    if len(data) > _MOST:
        raise refuse(
            "too-large", "No document of ours is this large.", "Sign it as it was printed."
        )
    return data
