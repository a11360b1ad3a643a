"""Correcting what is recorded about an item of evidence; what was recorded before stays."""

from pathlib import Path

from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.evidence import (
    ITEM,
    WORDS,
    Facts,
    Held,
    Item,
    Register,
    check_facts,
    register_of,
)
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError, Problem
from cyberassess.opening.writing import writing
from cyberassess.steps.evidence.evidencing import find_item, merged, with_iso_dates, with_names


def correct(
    folder: Path, reference: str, facts: Facts, *, by: str | None = None
) -> tuple[Item, tuple[str, ...]]:
    """Record facts about an item anew; give it, and the names in words of what changed.

    The document itself is never exchanged: a newer one is an item of its own that replaces it.

    Args:
        facts: what is known better; what is empty stays as it was.

    Raises:
        AssessmentError: where the item is not there, or something cannot be recorded.
    """
    facts = with_iso_dates(facts)
    with writing(folder, "evidence set", by=by) as session:
        facts = with_names(session.assessment, facts)
        given = {name: value for name in facts.__slots__ if (value := getattr(facts, name))}
        register = session.assessment.evidence
        item = find_item(register, reference)
        problems = check_facts(merged(item, facts), item.held)
        if "link" in given and item.held is not Held.SIGHTED:
            problems.append(_not_sighted(item))
        if "replaces" in given:
            old = find_item(register, given["replaces"])
            given["replaces"] = old.id
            if item.id in _line(register, old):
                found = f"{old.reference} is {item.reference}, or stands in its place already."
                hint = "Name the older item. Nothing was recorded."
                problems.append(Problem("replaces-itself", "--replaces", found, hint))
        if problems:
            raise AssessmentError(*problems)
        record = session.assessment.state.record(ITEM, item.id)
        before = dict(record.fields) if record else {}
        changed = {name: value for name, value in given.items() if before.get(name) != value}
        if changed:
            said = registers.EvidenceItem(**before | changed)
            session.write([happened.put((item.id,), said, source=Source("command"))])
    words = WORDS | {"replaces": "what it replaces"}
    return register_of(session.assessment.state).by_id[item.id], tuple(
        words[name] for name in WORDS | {"replaces": ""} if name in changed
    )


def _not_sighted(item: Item) -> Problem:
    if item.held is Held.FILE:
        found = f"{item.reference} is a file that is here; it was not looked at elsewhere."
        hint = "Add the sighting as an item of its own"
    else:
        found = f"{item.reference} was only named in a workbook."
        hint = f"Add the sighting: cyberassess evidence add --sighted-at … --item {item.reference}"
    return Problem("not-sighted", "--sighted-at", found, f"{hint}. Nothing was recorded.")


def _line(register: Register, item: Item) -> set[str]:
    """Give the ids of an item and of all it stands in place of."""
    found: set[str] = set()
    while item.id not in found:
        found.add(item.id)
        item = register.by_id.get(item.facts.replaces, item)
    return found
