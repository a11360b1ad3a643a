"""The register of evidence: every document once, what became of it, and what it stands behind."""

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.evidence import Held, Item
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import Heading, Part, Row, Section, Table, Text, columns

_HELD = {
    Held.NAMED: "not seen yet",
    Held.SIGHTED: "looked at",
}
_KEPT = "kept here"


def evidence_register(basis: Basis) -> Section:
    """Give the register."""
    items, loose = basis.evidence.items, len(basis.evidence.unregistered)
    seen = sum(each.is_seen for each in items)
    note = (
        f"{counted(len(items), 'document')}, {seen} of them seen here. The texts people wrote "
        "about them stand with the outcomes."
        if items
        else "No document is in the register."
    )
    if any(_has_earlier(each, basis) for each in items):
        note += (
            " Where people gave different dates until when one holds, the earliest stands here."
        )
    if loose:
        note += (
            f" {counted(loose, 'document was', 'documents were')} named and not entered "
            "in the register."
        )
    title = "Register of evidence"
    heading = Heading(title, anchor="evidence", running=title), Text(note, "meta keep")
    heads = columns(
        ("Ref", 8, "ref"), ("Document", 39), ("State", 13), ("In date until", 16),
        ("Offered for", 24),
    )  # fmt: skip
    table = [Table(heads, tuple(_row(basis, each) for each in items))] if items else []
    return Section((*heading, *table), "new-page tight", "part")


def _has_earlier(item: Item, basis: Basis) -> bool:
    """Whether its date is the earliest of several that were given for it."""
    named = (
        each
        for outcome in item.links
        for each in basis.evidence.named_by_outcome.get(outcome.outcome, ())
    )
    dates = {e.valid_until for e in named if basis.evidence.item_for(e) == item and e.valid_until}
    return len(dates) > 1 and item.facts.valid_until == min(dates)


def _row(basis: Basis, item: Item) -> Row:
    until, state = item.facts.valid_until, _HELD.get(item.held, _KEPT)
    if item.is_rejected:
        state += "; rejected"
    if item.replaced_by:
        state += f"; replaced by {item.replaced_by}"
    is_late = bool(until) and not item.is_in_date(basis.on)
    date = f"{said_date(until)}{': passed' if is_late else ''}" if until else "no date given"
    return (
        item.reference,
        item.facts.title or item.name,
        state if item.counts else Part(state, "tag"),
        Part(date, "tag") if is_late else date,
        _behind(basis, item),
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
