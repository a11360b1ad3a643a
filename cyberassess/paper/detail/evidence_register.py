"""The register of evidence: every document once, what became of it, and what it stands behind."""

from dataclasses import dataclass

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.evidence import Held, Item
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis

_HELD = {
    Held.NAMED: "not seen yet",
    Held.SIGHTED: "looked at",
}
_KEPT = "kept here"


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One document."""

    ref: str
    title: str
    state: str
    valid: str
    behind: str
    """The outcomes it is offered for, and where."""
    is_doubtful: bool
    """Rejected, replaced or out of date."""


@dataclass(frozen=True, slots=True)
class EvidenceRegister:
    """All documents of the register."""

    note: str
    rows: tuple[EvidenceRow, ...]


def evidence_register(basis: Basis) -> EvidenceRegister:
    """Give the register."""
    items, loose = basis.evidence.items, len(basis.evidence.unregistered)
    seen = sum(each.is_seen for each in items)
    note = (
        f"{counted(len(items), 'document')}, {seen} of them seen here. The texts people wrote "
        "about them stand with the outcomes."
        if items
        else "No document is in the register."
    )
    if loose:
        note += (
            f" {counted(loose, 'document was', 'documents were')} named and not entered: "
            "cyberassess evidence register does that."
        )
    return EvidenceRegister(note, tuple(_row(basis, each) for each in items))


def _row(basis: Basis, item: Item) -> EvidenceRow:
    until, state = item.facts.valid_until, _HELD.get(item.held, _KEPT)
    if item.is_rejected:
        state += "; rejected"
    if item.replaced_by:
        state += f"; replaced by {item.replaced_by}"
    is_late = bool(until) and not item.is_in_date(basis.on)
    return EvidenceRow(
        item.reference,
        item.facts.title or item.name,
        state,
        f"{said_date(until)}{': passed' if is_late else ''}" if until else "no date given",
        _behind(basis, item),
        is_late or not item.counts,
    )


def _behind(basis: Basis, item: Item) -> str:
    found: dict[str, list[ScopeId]] = {}
    for each in item.links:
        found.setdefault(each.outcome.outcome, []).append(each.outcome.scope)
    if len(basis.scopes) == 1:
        return ", ".join(found)
    alike: dict[str, list[str]] = {}
    for outcome, places in found.items():
        alike.setdefault(basis.said_places(places), []).append(outcome)
    return "; ".join(f"{', '.join(outcomes)}: {places}" for places, outcomes in alike.items())
