"""Which state of the answers somebody signed off, and whether that is still the present one.

An approval names a fingerprint: SHA-256 over everything recorded that a document may show. A later
answer, text, action or changed setting makes another fingerprint, and so a draft of the next
version; sending a questionnaire or packing evidence does not.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cyberassess.domain.hashes import canonical, segment_hash
from cyberassess.domain.recorded import Record, State
from cyberassess.domain.segment import Segment, in_order

APPROVAL = "approval"
"""The register of approvals, keyed by version; fields ``name``, ``role``, ``fingerprint``."""
SILENT = frozenset((APPROVAL, "sent", "previous"))
"""Kinds of event that change nothing a document shows."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A version that somebody signed off."""

    version: int
    name: str
    """As asserted; empty where it was redacted."""
    role: str
    time: str
    """ISO 8601 in UTC."""
    fingerprint: str
    segment: str
    """Hash of the segment that records it."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a document says of itself: its version, its status, and who approved it."""

    number: int
    fingerprint: str
    approval: Approval | None
    """``None`` while the version is a draft."""

    @property
    def is_draft(self) -> bool:
        """Whether nobody has approved the present state."""
        return self.approval is None


def speaks(segment: Segment) -> bool:
    """Say whether a segment holds anything that a document may show."""
    return not segment.events or any(each.get("type") not in SILENT for each in segment.events)


def fingerprint(segments: Iterable[Segment], settings: Mapping[str, str]) -> str:
    """Give the SHA-256, in hex, of all that documents are made from.

    Redacting a text leaves it as it is, for texts count by their digests.

    Args:
        settings: as they stand in ``assessment.yaml`` now, keyed by path.
    """
    sha = hashlib.sha256()
    for segment in in_order(segments):
        if speaks(segment):
            told = [each for each in segment.events if each.get("type") not in SILENT]
            header = {key: each for key, each in segment.header.items() if key != "parents"}
            sha.update(segment_hash([header, *told]).encode())
    sha.update(hashlib.sha256(canonical(dict(settings))).digest())
    return sha.hexdigest()


def approvals_of(state: State) -> tuple[Approval, ...]:
    """Give every approval, the first version first."""
    return tuple(sorted(map(_approval, state.register(APPROVAL)), key=lambda each: each.version))


def _approval(record: Record) -> Approval:
    version = record.key[0] if record.key else ""
    return Approval(
        int(version) if version.isdecimal() else 0,
        str(record.fields.get("name", "")),
        str(record.fields.get("role", "")),
        record.origin.time,
        str(record.fields.get("fingerprint", "")),
        record.origin.segment,
    )


def version_of(state: State, found: str) -> Version:
    """Say which version a fingerprint is, and who approved it."""
    approvals = approvals_of(state)
    last = approvals[-1] if approvals else None
    if last is not None and last.fingerprint == found:
        return Version(last.version, found, last)
    return Version(last.version + 1 if last else 1, found, None)
