"""Which state of the answers somebody signed off, and whether that is still the present one.

An approval names a fingerprint: SHA-256 over everything recorded that a document may show. A later
answer, text, action or changed setting makes another fingerprint, and so a draft of the next
version; sending a questionnaire or packing evidence does not.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.hashes import canonical, segment_hash
from cyberassess.domain.record.numbering import Number, next_number, numbers, said_was
from cyberassess.domain.record.recorded import Record, State
from cyberassess.domain.record.segment import Segment, in_order
from cyberassess.errors import counted

APPROVAL = registers.Approval.kind
SILENT = frozenset((APPROVAL, happened.Sent.kind, registers.Previous.kind))
"""Kinds of event that change nothing a document shows."""


class OpenKind(Enum):
    """What may be open when somebody signs off."""

    ANSWERS = "answers"
    CONFIRMATIONS = "confirmations"
    CONFLICTS = "conflicts"
    RULES = "rules"
    """Control sets that are scored by a rule with a newer version."""
    GAPS = "gaps"
    """Findings without an action."""
    RETURNS = "returns"
    """Questionnaires that came back and whose declaration does not stand."""


_WORDS: Mapping[OpenKind, tuple[str, str, str]] = {
    OpenKind.ANSWERS: ("statement", "not answered", "answer"),
    OpenKind.CONFIRMATIONS: ("result", "not confirmed", "result"),
    OpenKind.CONFLICTS: ("statement", "in conflict", "conflict"),
    OpenKind.RULES: ("control set", "scored by a superseded rule", "superseded rule"),
    OpenKind.GAPS: ("gap", "without an action", "gap"),
    OpenKind.RETURNS: ("return", "not signed, or no longer", "return"),
}
"""What is counted, what is so with it, and what it is called where there is little room."""
_KINDS = frozenset(each.value for each in OpenKind)
_ONLY_SAID = (OpenKind.GAPS, OpenKind.RETURNS)


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something that is open, and how much of it."""

    kind: OpenKind
    count: int
    of: int

    @property
    def needs_reason(self) -> bool:
        """Whether approving wants a reason beside it."""
        return self.kind not in _ONLY_SAID

    def __str__(self) -> str:
        """Say it in words, without a full stop."""
        noun, state, _ = _WORDS[self.kind]
        return f"{self.count:,} of {counted(self.of, noun)} {state}"

    @property
    def briefly(self) -> str:
        """``18 answers``."""
        return counted(self.count, _WORDS[self.kind][2])


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
    open: tuple[OpenPoint, ...] | None
    """What was open then; ``None`` where that was not recorded."""
    reason: str
    """Why it was approved as it stood; empty where none was needed."""
    was: str = ""
    """The version it was in another copy, in words; mostly empty."""

    @property
    def is_as_it_stands(self) -> bool:
        """Whether something was open that wanted a reason."""
        return any(each.needs_reason for each in self.open or ())


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
    called = numbers(state, APPROVAL)
    found = [_approval(each, called[each.key]) for each in state.register(APPROVAL)]
    return tuple(sorted(found, key=lambda each: each.version))


def _approval(record: Record, number: Number) -> Approval:
    return Approval(
        number.number,
        str(record.fields.get("name", "")),
        str(record.fields.get("role", "")),
        record.origin.time,
        str(record.fields.get("fingerprint", "")),
        record.origin.segment,
        _open_then(record),
        str(record.fields.get("reason", "")),
        said_was(APPROVAL, number),
    )


def _open_then(record: Record) -> tuple[OpenPoint, ...] | None:
    if "open" not in record.fields:
        return None
    return tuple(
        OpenPoint(OpenKind(each["kind"]), int(each["count"]), int(each["of"]))
        for each in record.fields["open"]
        if each["kind"] in _KINDS  # a later version may know more
    )


def version_of(state: State, found: str) -> Version:
    """Say which version a fingerprint is, and who approved it."""
    approvals = approvals_of(state)
    there = next((each for each in approvals if each.fingerprint == found), None)
    if there is not None:
        return Version(there.version, found, there)
    return Version(next_number(state, APPROVAL), found, None)
