"""Evidence: recorded, linked to what it supports, reviewed, checked and chased."""

import contextlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cyberassess.disk.evidence import Kept, check_file, drop, keep, look_at, strangers
from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.characters import visible
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.evidence import (
    DATES,
    ITEM,
    LINK,
    REJECTED,
    REVIEW,
    VERDICTS,
    Facts,
    Held,
    Item,
    Mark,
    Named,
    Register,
    Support,
    behind_many,
    check_facts,
    folded,
    register_of,
    same_file,
    stated_date,
)
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.errors import (
    AssessmentError,
    CyberassessError,
    Problem,
    Severity,
    closest,
    counted,
    mention,
)
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.names import as_named
from cyberassess.opening.outcomes import Supported, supported
from cyberassess.opening.writing import Writing, writing
from cyberassess.opening.years import next_free

MANY = 5
"""Claims behind which one document is worth saying so."""
_HERE = Source("command", name="evidence")
_PEOPLE = ("owner", "author", "collected_by", "sighted_by")


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file, or of one sighting."""

    item: Item
    was_there: bool
    """The same file lay in the workspace already and was not stored again."""
    same_as: tuple[str, ...] = ()
    """References of other items that are the same file."""


def add(
    folder: Path,
    paths: Sequence[Path],
    facts: Facts,
    *,
    supports: Sequence[str] = (),
    item: str | None = None,
    by: str | None = None,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> list[Added]:
    """Record files as evidence, or one sighting where no file is given.

    Everything is looked at before anything is copied; where something is refused, nothing stays.

    Args:
        facts: what is known; the title is the file's name where none is given, and a reference
            may stand for the item it replaces.
        supports: outcomes, each with a page or section after a comma.
        item: the reference of a document that was named in a workbook and has now come.
        on_bytes: told how many more bytes are safe.

    Raises:
        AssessmentError: with everything that is wrong.
    """
    assessment = open_assessment(folder)
    facts = with_names(assessment, with_iso_dates(facts))
    named = find_item(assessment.evidence, item) if item is not None else None
    _check(assessment, paths, facts, named, supports)
    workspace = assessment.workspace.folder
    kept: list[Kept] = []
    try:
        for path in paths:
            kept.append(keep(path, workspace, on_bytes))
        with writing(folder, "evidence add", by=by) as session:
            ids = record(session, kept, facts, supports=supports, named=named)
    except BaseException:
        drop_unrecorded(folder, kept)
        raise
    register = register_of(session.assessment.state)
    files = dict(zip(ids, kept, strict=False))
    return [
        Added(
            register.by_id[each],
            each in files and not files[each].is_new,
            tuple(
                other.reference
                for group in same_file(register)
                if any(e.id == each for e in group)
                for other in group
                if other.id != each
            ),
        )
        for each in ids
    ]


def drop_unrecorded(folder: Path, kept: Sequence[Kept]) -> None:
    """Take copies away that nothing refers to; an interruption may come after the record."""
    with contextlib.suppress(CyberassessError):
        recorded = {each.sha256 for each in open_assessment(folder).evidence.items}
        for each in kept:
            if each.is_new and each.sha256 not in recorded:
                drop(folder, each)


def _check(
    assessment: Assessment,
    paths: Sequence[Path],
    facts: Facts,
    named: Item | None,
    supports: Sequence[str],
) -> None:
    problems: list[Problem] = []
    for path in paths:
        try:
            look_at(path)
        except AssessmentError as cause:
            problems += cause.problems
    held = Held.FILE if paths else Held.SIGHTED
    problems += check_facts(merged(named, facts), held)
    if named is not None and named.is_seen:
        hint = "Add the document as a new item, with --replaces if it stands in its place."
        found = f"{named.reference} is there already: {named.facts.title}."
        problems.append(Problem("already-there", "--item", found, hint))
    if named is not None and len(paths) > 1:
        found = f"{len(paths)} files cannot all be {named.reference}."
        problems.append(Problem("one-file", "--item", found, "Add them one by one."))
    try:
        supported(assessment, supports)
        _replaced(assessment.evidence, facts)
    except AssessmentError as cause:
        problems += cause.problems
    if problems:
        raise AssessmentError(*problems)


def with_iso_dates(facts: Facts) -> Facts:
    """Give the facts with dates in ISO 8601, where they are dates people write."""
    read = {name: stated_date(name, getattr(facts, name)) for name in DATES}
    found: dict[str, Any] = {name: each.date for name, each in read.items() if each.date}
    for name in found:
        if (said := read[name].said) is not None:
            mention(said)
    return replace(facts, **found)


def with_names(assessment: Assessment, facts: Facts) -> Facts:
    """Give the facts with people by their names, where their e-mail addresses stand."""
    said: dict[str, str] = {each: getattr(facts, each) for each in _PEOPLE}
    named: dict[str, Any] = {name: as_named(assessment, text) for name, text in said.items()}
    return replace(facts, **named)


def merged(named: Item | None, facts: Facts) -> Facts:
    """Give what was known of a document, and what is known now."""
    if named is None:
        return facts
    given: dict[str, Any] = {
        name: getattr(facts, name) or getattr(named.facts, name) for name in facts.__slots__
    }
    return Facts(**given)


def _replaced(register: Register, facts: Facts) -> Item | None:
    return find_item(register, facts.replaces) if facts.replaces else None


def record(
    session: Writing,
    kept: Sequence[Kept],
    facts: Facts,
    *,
    supports: Sequence[str],
    named: Item | None,
) -> list[str]:
    """Write the events of new items; give their ids."""
    assessment = session.assessment
    register = assessment.evidence
    old = _replaced(register, facts)
    wanted = supported(assessment, supports)
    wanted += [Supported(each.outcome, each.place) for each in (old.links if old else ())]
    number, events, ids = next_free(assessment, ITEM), list[Event](), list[str]()
    files: list[Kept | None] = [*kept]
    for file in files or [None]:
        title = facts.title or (_title(file.name) if file else facts.link)
        names = {folded(each) for each in (title, file.name if file else "", *facts.known_as)}
        item = named or _awaited(register, names)
        known = merged(item, facts)
        known = replace(known, title=known.title or title, replaces=old.id if old else "")
        item_id = item.id if item else secrets.token_hex(8)
        fields = _fields(known) | {
            "held": (Held.FILE if file else Held.SIGHTED).value,
            "number": item.number if item else number,
        }
        if file is not None:
            fields |= {
                "name": file.name, "sha256": file.sha256, "size": file.size, "stored": file.stored
            }  # fmt: skip
        events.append(happened.put((item_id,), registers.EvidenceItem(**fields), source=_HERE))
        called = [e.outcome for e in register.unregistered if folded(e.text) in names]
        have = {each.outcome for each in (item.links if item else ())}
        links = {each.outcome: each.place for each in wanted}
        links |= {each: "" for each in called if each not in links and each not in have}
        events += [_link_event(item_id, *each) for each in links.items()]
        ids.append(item_id)
        number += item is None
    session.write(events)
    return ids


def _awaited(register: Register, names: set[str]) -> Item | None:
    """Give the registered document nobody had seen that goes by one of these names."""
    waiting = (each for each in register.items if not each.is_seen and each.counts)
    return next((e for e in waiting if any(e.is_called(name) for name in names if name)), None)


def _title(name: str) -> str:
    """Give a title where nobody gave one: the file's name without its ending."""
    stem, _, ending = name.rpartition(".")
    return visible(stem or ending)


def _fields(facts: Facts) -> dict[str, Any]:
    """Give what is recorded of the facts: those that are known."""
    values = {name: getattr(facts, name) for name in facts.__slots__}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value
    }


def _link_event(
    item: str, outcome: OutcomeKey, place: str, source: Source = _HERE
) -> happened.Entry:
    return happened.put((item, *outcome), registers.EvidenceLink(place=place), source=source)


def find_item(register: Register, reference: str) -> Item:
    """Give the item a reference names.

    Raises:
        AssessmentError: where there is none, or branches gave its number twice.
    """
    found = register.find(reference)
    if len(found) == 1:
        return found[0]
    references = [each.reference for each in register.items]
    if found:
        both = ", ".join(f"{each.reference} ({each.facts.title})" for each in found)
        message = f"Two copies of the assessment gave this number to {len(found)} documents."
        problem = Problem("which-item", reference, message, f"Name one of: {both}.")
        raise AssessmentError(problem)
    span = (
        f"They run from {references[0]} to {references[-1]}." if references else "None is there."
    )
    hint = closest(reference, references) or span
    message = f'"{reference}" is no item of evidence.'
    raise AssessmentError.because("unknown-item", "", message, f"{hint} Nothing was changed.")


def link(
    folder: Path,
    reference: str,
    supports: Sequence[str],
    *,
    remove: bool = False,
    by: str | None = None,
) -> tuple[Item, int]:
    """Say what else an item supports, or no longer does; give the item and how much changed.

    Raises:
        AssessmentError: where the item, an outcome or a scope is not there.
    """
    with writing(folder, "evidence link", by=by) as session:
        register = session.assessment.evidence
        item = find_item(register, reference)
        have = {each.outcome: each.place for each in item.links}
        wanted = supported(session.assessment, supports)
        if remove:
            events = [
                happened.take_out(registers.EvidenceLink, (item.id, *each.outcome), source=_HERE)
                for each in wanted
                if each.outcome in have
            ]
        else:
            events = [
                _link_event(item.id, *each) for each in wanted if have.get(each[0]) != each[1]
            ]
        session.write(events)
    return register_of(session.assessment.state).by_id[item.id], len(events)


def review(
    folder: Path, reference: str, verdict: str, *, reason: str = "", by: str | None = None
) -> Item:
    """Record somebody's verdict on an item.

    Raises:
        AssessmentError: where the item is not there or not yet seen, or a rejection has no reason.
    """
    problems: list[Problem] = []
    if verdict not in VERDICTS:
        hint = f"Choose one of: {', '.join(VERDICTS)}. Nothing was recorded."
        found = f'"{verdict}" is not a verdict.'
        problems.append(Problem("not-allowed", "--verdict", found, hint))
    if verdict == REJECTED and not reason.strip():
        hint = "Say in a sentence why it does not show what it should. Nothing was recorded."
        problems.append(Problem("no-reason", "--reason", "No reason was given.", hint))
    with writing(folder, "evidence review", by=by) as session:
        item = find_item(session.assessment.evidence, reference)
        if not item.is_seen:
            found = f"{item.reference} was only named in a workbook; nobody has seen it yet."
            hint = f"Add it first: cyberassess evidence add FILE --item {item.reference}"
            problems.append(Problem("not-seen", "", found, f"{hint}. Nothing was recorded."))
        if problems:
            raise AssessmentError(*problems)
        said = registers.EvidenceItem(verdict=verdict, reason=reason.strip(), sha256=item.sha256)
        session.write([happened.put((item.id, REVIEW), said, source=_HERE)])
    return register_of(session.assessment.state).by_id[item.id]


def register_named(folder: Path, *, by: str | None = None) -> tuple[int, int]:
    """Give every document named in workbooks a number, so that it can be chased.

    Lines that say the same are one document, whoever wrote them. Doing it twice changes nothing.

    Returns:
        How many documents got a number, and how many links to outcomes were made.
    """
    with writing(folder, "evidence register", by=by) as session:
        register = session.assessment.evidence
        groups: dict[str, list[Named]] = {}
        for each in register.unregistered:
            groups.setdefault(folded(each.text), []).append(each)
        number, events, made = next_free(session.assessment, ITEM), list[Event](), 0
        for called, group in groups.items():
            there = next((e for e in register.items if e.counts and e.is_called(called)), None)
            item_id = there.id if there else secrets.token_hex(8)
            if there is None:
                dates = sorted(each.valid_until for each in group if each.valid_until)
                facts = Facts(title=group[0].text, valid_until=dates[0] if dates else "")
                fields = _fields(facts) | {"held": Held.NAMED.value, "number": number + made}
                events.append(
                    happened.put(
                        (item_id,),
                        registers.EvidenceItem(**fields),
                        person=group[0].person,
                        source=group[0].source,
                    )
                )
                made += 1
            links = {each.outcome: each.source for each in group}
            events += [_link_event(item_id, key, "", source) for key, source in links.items()]
        session.write(events)
    return made, sum(event.type == LINK for event in events)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that somebody named and nobody here has seen."""

    person: str
    """Who named it."""
    text: str
    reference: str
    """Empty while it is not registered."""
    outcomes: tuple[str, ...]
    """With scope, ``B2.c/housing``."""
    valid_until: str
    source: str
    """Where it was named."""
    date: str


def wanted(assessment: Assessment) -> list[Wanted]:
    """Give every document to ask for, by person; one entry a person and document."""
    register = assessment.evidence
    found: dict[tuple[str, str], list[Named]] = {}
    items: dict[tuple[str, str], Item | None] = {}
    for each in register.named:
        item = register.item_for(each)
        if item is not None and (item.is_seen or not item.counts):
            continue
        key = (assessment.name_of(each.person, each.origin), folded(each.text))
        found.setdefault(key, []).append(each)
        items[key] = items.get(key) or item
    rows = [
        Wanted(
            person,
            group[0].text,
            item.reference if item else "",
            tuple(dict.fromkeys(f"{e.outcome.outcome}/{e.outcome.scope}" for e in group)),
            max(e.valid_until for e in group),
            str(group[0].source),
            group[0].origin.time[:10],
        )
        for (person, called), group in found.items()
        for item in (items[person, called],)
    ]
    return sorted(rows, key=lambda each: each.person)


def support_of(assessment: Assessment, score: OutcomeScore) -> Support:
    """Give what stands behind one outcome in one scope."""
    return assessment.evidence.support(score.evidence_places)


def claims(assessment: Assessment) -> Iterator[tuple[OutcomeScore, Support]]:
    """Give every claim (an outcome above the lowest level) with what stands behind it."""
    for score in assessment.card.outcomes:
        if score.rank and not score.not_applicable:
            yield score, support_of(assessment, score)


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``evidence check`` found."""

    items: int
    files: int
    """Files that were read again, byte by byte."""
    claims: int
    without: tuple[OutcomeKey, ...]
    """Claims for which no evidence is offered."""
    only_named: tuple[OutcomeKey, ...]
    """Claims whose documents were named, and none of them seen."""
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def check(folder: Path, on_item: Callable[[str], None] = lambda _: None) -> Checked:
    """Read every file again and say what is wrong, out of date, or missing.

    Args:
        on_item: told which item begins.
    """
    assessment = open_assessment(folder)
    register = assessment.evidence
    found = list(_file_problems(assessment, on_item))
    known = frozenset(each.stored for each in register.items if each.stored)
    found += strangers(assessment.workspace.folder, known)
    for item in register.items:
        found += _item_problems(assessment, item)
    for group in same_file(register):
        names = " and ".join(each.reference for each in group)
        found.append(
            Problem.note("same-file", names, "They are one and the same file.", "Link one.")
        )
    for item in behind_many(register, MANY):
        said = f"One document stands behind {counted(len(item.links), 'claim')}."
        hint = "That may be right; an assurer will look at it first."
        found.append(Problem.note("behind-many", item.reference, said, hint))
    all_claims = list(claims(assessment))
    files = {each.stored for each in register.items if each.stored}
    return Checked(
        len(register.items),
        len(files),
        len(all_claims),
        tuple(score.key for score, behind in all_claims if not behind.is_offered),
        tuple(s.key for s, behind in all_claims if behind.is_offered and not behind.is_seen),
        tuple(each for each in found if each.severity is Severity.PROBLEM),
        tuple(each for each in found if each.severity is Severity.NOTE),
    )


def _file_problems(assessment: Assessment, on_item: Callable[[str], None]) -> Iterator[Problem]:
    looked: set[str] = set()
    for item in assessment.evidence.items:
        if not item.stored or item.stored in looked:
            continue
        looked.add(item.stored)
        on_item(item.reference)
        folder = assessment.workspace.folder
        problem = check_file(folder, item.stored, item.sha256, item.reference)
        if problem is not None:
            yield problem


def file_problems(assessment: Assessment) -> list[Problem]:
    """Read every evidence file again; give those that are gone, changed, or unsafe."""
    found = _file_problems(assessment, lambda _: None)
    return [each for each in found if each.severity is Severity.PROBLEM]


_SAID: Mapping[Mark, tuple[str, str]] = {
    Mark.REJECTED: ("It was rejected and supports nothing.", "Replace it with --replaces."),
    Mark.STALE: ("It is out of date.", "Ask for a newer one, and add it with --replaces."),
    Mark.NO_DATE: ("Nobody said until when it holds.", "It does not count as in date."),
    Mark.UNREVIEWED: ("Nobody has reviewed it.", "cyberassess evidence review REFERENCE"),
    Mark.CREATED_DURING: (
        "It was created during the assessment.",
        "An assurer will ask what was there before.",
    ),
    Mark.UNUSED: ("It supports nothing.", "Link it: cyberassess evidence link REFERENCE OUTCOME"),
}


def _item_problems(assessment: Assessment, item: Item) -> Iterator[Problem]:
    if item.replaced_by:
        return
    for mark in item.marks(assessment.on, assessment.opened):
        if mark in _SAID and (item.is_seen or mark is Mark.STALE):
            message, hint = _SAID[mark]
            code = mark.name.lower().replace("_", "-")
            yield Problem.note(
                code, item.reference, message, hint.replace("REFERENCE", item.reference)
            )
    if item.missing:
        message = f"Not recorded: {', '.join(item.missing)}."
        yield Problem.note(
            "facts-missing", item.reference, message, "An auditor asks for these first."
        )
