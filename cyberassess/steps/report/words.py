"""What commands about documents print."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cyberassess.errors import counted
from cyberassess.terminal.fitting import wrap

if TYPE_CHECKING:
    from cyberassess.steps.report.approving import Signed
    from cyberassess.steps.report.printing import Printed


def printed_lines(printed: "Printed") -> Iterator[str]:
    """Say what was written, and why it is not a PDF where it is not."""
    if printed.reason:
        yield from wrap(f"This is the HTML edition: {printed.reason}")
    pages = f" ({counted(printed.pages, 'page')})" if printed.pages else ""
    yield f"{printed.path}{pages}"


def signed_lines(found: "Signed", *, just_now: bool) -> Iterator[str]:
    """Say which version stands, and who approved what."""
    version = found.version
    if version.approval is None:
        yield f"Version {version.number} is a DRAFT. Fingerprint: {version.fingerprint[:12]}"
        for point in found.open:
            yield f"  open: {point}"
        so = " --as-it-stands --reason TEXT" if any(e.needs_reason for e in found.open) else ""
        yield f"To sign it off: cyberassess approve --name NAME --role ROLE{so}"
    else:
        word = "is approved now" if just_now else "is approved"
        yield f"Version {version.number} {word}. Fingerprint: {version.fingerprint[:12]}"
    for each in found.approvals:
        was = f" ({each.was})" if each.was else ""
        yield f"  version {each.version}{was}: {each.name}, {each.role}, {each.time[:10]}"
        if each.open is None:
            yield "    what was open then was not recorded"
        else:
            yield from wrap(f"open then: {'; '.join(map(str, each.open)) or 'nothing'}", "    ")
        if each.reason:
            yield from wrap(f"approved as it stood because: {each.reason}", "    ")
    if version.approval is not None:
        yield "Any later change makes it a draft of the next version."
