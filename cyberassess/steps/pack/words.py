"""What is said of a pack that was made, and of a signed document."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cyberassess.errors import Json, counted, fields_of, named
from cyberassess.terminal.fitting import wrap

if TYPE_CHECKING:
    from cyberassess.steps.pack.packing import PackMade
    from cyberassess.steps.pack.signing import PdfSigned


_UNITS = ("bytes", "KB", "MB", "GB")
NOTHING_WITHHELD = (
    "Nothing was withheld: no evidence in it was recorded as personal or restricted "
    "(evidence add --personal-data yes)."
)


def size_words(size: int) -> str:
    """Say a size as people do: ``4.2 MB``."""
    value = float(size)
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:  # noqa: PLR2004 - the unit's step
            return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"
        value /= 1000
    raise AssertionError


def packed_lines(made: "PackMade") -> Iterator[str]:
    """Say where the pack is, what is in it, and what to tell the auditor."""
    yield f"Wrote {made.path}"
    yield f"  {size_words(made.size)}, {counted(made.entries, 'file')}"
    if made.partial:
        yield from wrap(f"Partial: {made.partial}", "  ")
    if made.draw is not None and not made.draw.word:
        yield from wrap(
            f"Drawn by the sender. For a sample nobody can choose, tell the receiver the head "
            f"below and {made.draw.size}, ask for a word, and pack again with --word WORD.",
            "  ",
        )
    if made.withheld:
        also = f" and {counted(len(made.withheld_files), 'workbook')}"
        yield from wrap(
            f"Withheld: {', '.join(made.withheld)}{also}; lists/withheld.csv says why.", "  "
        )
    yield from wrap(_looked(made), "  ")
    if made.fingerprint:
        yield from wrap(f"Signed with {made.fingerprint}: tell the auditor by telephone.", "  ")
    else:
        yield "  Unsigned: sign it with --sign KEY"
    if made.report_signer:
        yield from wrap(f"The report is signed by {made.report_signer}, certificate:", "  ")
        yield f"  {made.report_fingerprint}"
    yield f"  SHA-256 of SHA256SUMS: {made.sums}"
    yield f"  Head of the ledger: {made.head}"
    yield f'Check it: cyberassess verify "{made.path}"'


def _looked(made: "PackMade") -> str:
    """Say what was looked into for secrets, and what was not."""
    said = f"Looked for secrets in {counted(made.looked_into, 'file')}"
    unread = [f"{name} ({what})" for name, what in made.not_looked_into.items()]
    if not unread:
        return f"{said}, all of each."
    return f"{said}. Not looked into: {named(unread, _SHOWN, '; ')}."


_SHOWN = 20


def packed_json(made: "PackMade") -> Json:
    """Give ``pack --json``."""
    return {
        "schema": 1,
        "path": str(made.path),
        "size": made.size,
        "files": made.entries,
        "signed_by": made.fingerprint or None,
        "report_signed_by": made.report_fingerprint or None,
        "partial": made.partial or None,
        "withheld": list(made.withheld),
        "withheld_files": dict(made.withheld_files),
        "sample": made.draw.as_json() if made.draw else None,
        "warnings": [str(each) for each in made.warnings],
        "looked_into": made.looked_into,
        "not_looked_into": dict(made.not_looked_into),
        **fields_of(made, "head sums"),
    }


TRUST = (
    "A reader that does not know the issuer says that it cannot tell who signed. Then ring the "
    "signer and compare this fingerprint:"
)


def pdf_signed_lines(made: "PdfSigned") -> Iterator[str]:
    """Say where the signed document is, who signed it, and how to check it."""
    yield f"Wrote {made.path}"
    yield from wrap(f"Signed by {made.name}; the certificate is from {made.issuer}.", "  ")
    yield from wrap("The time in it is this machine's clock's; nobody else vouches for it.", "  ")
    yield from wrap(TRUST, "  ")
    yield f"  {made.fingerprint}"
    yield f'Check it: cyberassess verify "{made.path}"'


def pdf_signed_json(made: "PdfSigned") -> Json:
    """Give ``sign --json``."""
    return {
        "schema": 1,
        "path": str(made.path),
        "size": made.size,
        "signed_by": made.name,
        **fields_of(made, "issuer fingerprint"),
    }
