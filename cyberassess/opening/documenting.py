"""Documents people list in their workbooks: each becomes an item of evidence that nobody has seen.

A document is known again by its title. What the same person says of it later replaces what they
said; what somebody else recorded of it stays, and only gets more links.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cyberassess.domain.assessment import OutcomeKey, PersonId
from cyberassess.domain.people.questions import Document, EvidenceReply, Questionnaire
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.evidence import (
    ITEM,
    Facts,
    Held,
    Item,
    check_facts,
    folded,
)
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.hashes import Json
from cyberassess.errors import Problem
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.names import as_named
from cyberassess.opening.years import next_free


@dataclass(slots=True)
class Documented:
    """What documents would change."""

    events: list[Event] = field(default_factory=list)
    stored: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


def plan_documents(
    assessment: Assessment, person: PersonId, replies: Iterable[EvidenceReply], time: str = ""
) -> Documented:
    """Say what documents change in the assessment as it stands.

    Args:
        assessment: as it stands.
        person: who listed them.
        replies: one a row; rows of one title are about one document.
        time: recorded with each event where a segment holds several moments.
    """
    made = Documented()
    number = added = 0
    for rows, facts in _by_title(assessment, replies, made):
        there = _item_called(assessment, facts.title)
        item_id = there.id if there else secrets.token_hex(8)
        events: list[Event] = []
        if there is None:
            # NOTE: it reads last year, which a reply that lists nothing new need not wait for
            number = number or next_free(assessment, ITEM)
            events.append(_event(item_id, facts, number + added, person, rows[0]))
            added += 1
        elif there.facts != _over(there, facts):
            where = _where(rows[0])
            if not _is_theirs(there, person):
                made.problems.append(_other_facts(where, there, facts))
            elif _is_older(assessment, there, rows[0]):
                made.problems.append(_older(where, there))
                continue
            else:
                over = _over(there, facts)
                events.append(_event(item_id, over, there.number, person, rows[0]))
        linked = {each.outcome for each in there.links} if there else set[OutcomeKey]()
        for reply in rows:
            fresh = [each for each in reply.outcomes if each not in linked]
            events += [_link(item_id, each, person, reply) for each in fresh]
            linked.update(fresh)
        made.events += [each.but(time=time) for each in events] if time else events
        made.stored += len(rows) if events else 0
        made.unchanged += 0 if events else len(rows)
    return made


def _by_title(
    assessment: Assessment, replies: Iterable[EvidenceReply], made: Documented
) -> list[tuple[list[EvidenceReply], Facts]]:
    """Put the rows of each document together, with all they say of it; report what is wrong."""
    found: dict[str, tuple[list[EvidenceReply], Facts]] = {}
    for reply in replies:
        facts = facts_of(reply.document)
        facts = replace(facts, owner=as_named(assessment, facts.owner))
        rows, before = found.get(folded(facts.title), ([], facts))
        together, other = _together(before, facts)
        wrong = check_facts(facts, Held.FILE) or check_facts(together, Held.FILE)
        if wrong:
            hint = "Mend it and send the file again."
            made.problems += [
                replace(e, where=_where(reply), hint=f"{e.hint} {hint}") for e in wrong
            ]
            continue
        if other:
            made.problems.append(_otherwise(reply, facts, other))
        found[folded(facts.title)] = ([*rows, reply], together)
    return list(found.values())


def _together(first: Facts, facts: Facts) -> tuple[Facts, list[str]]:
    """Give what two rows say of one document, and what the second says otherwise."""
    said = {name: value for name in facts.__slots__ if (value := getattr(facts, name))}
    added = {name: value for name, value in said.items() if not getattr(first, name)}
    if facts.shows not in first.shows:
        added["shows"] = f"{first.shows}; {facts.shows}"
    differs = (name for name, value in said.items() if getattr(first, name) != value)
    other = [said[name] for name in differs if name not in ("title", "shows", *added)]
    return replace(first, **added), other


def _where(reply: EvidenceReply) -> str:
    """Give the cell a row is known by, for messages."""
    return f'{reply.source.name}, sheet "{reply.source.sheet}", cell {reply.source.cell}'


def facts_of(document: Document) -> Facts:
    """Give a listed document as facts about an item."""
    return Facts(
        title=document.title,
        shows=" ".join(document.shows.split()),
        dated=document.dated,
        owner=document.owner,
        link=document.location,
        valid_until=document.valid_until,
    )


def documents_of(assessment: Assessment, what: Questionnaire) -> tuple[Document, ...]:
    """Give the documents a person listed for the questions of their questionnaire."""
    refs = {block.key: block.ref for topic in what.topics for block in topic.blocks}
    return tuple(
        Document(
            item.facts.title,
            item.facts.shows,
            tuple(refs[each.outcome] for each in item.links if each.outcome in refs),
            item.facts.dated,
            item.facts.owner,
            item.facts.link,
            item.facts.valid_until,
        )
        for item in assessment.evidence.items
        if item.counts
        and _is_theirs(item, what.person.id)
        and item.facts.shows
        and any(each.outcome in refs for each in item.links)
    )


def _item_called(assessment: Assessment, title: str) -> Item | None:
    items = assessment.evidence.items
    return next((each for each in items if each.counts and each.is_called(title)), None)


def _is_theirs(item: Item, person: PersonId) -> bool:
    return item.held is Held.NAMED and item.person == person


def _over(item: Item, facts: Facts) -> Facts:
    """Give an item's facts with those a person states now; what they leave out stays."""
    said = {name: value for name in facts.__slots__ if (value := getattr(facts, name))}
    return replace(item.facts, **(said | {"title": item.facts.title}))


def _is_older(assessment: Assessment, item: Item, reply: EvidenceReply) -> bool:
    record = assessment.state.record(ITEM, item.id)
    if record is None or record.source.kind != "workbook":
        return False
    there, mine = record.source, reply.source
    return (mine.serial, mine.saved) < (there.serial, there.saved)


def _event(
    item_id: str, facts: Facts, number: int, person: PersonId, reply: EvidenceReply
) -> Event:
    values = {name: getattr(facts, name) for name in facts.__slots__}
    fields: dict[str, Json] = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value
    }
    fields |= {"held": Held.NAMED.value, "number": number}
    item = registers.EvidenceItem(**fields)
    return happened.put((item_id,), item, person=person, source=reply.source)


def _link(item_id: str, outcome: OutcomeKey, person: PersonId, reply: EvidenceReply) -> Event:
    link = registers.EvidenceLink(place="")
    return happened.put((item_id, *outcome), link, person=person, source=reply.source)


def _older(where: str, item: Item) -> Problem:
    return Problem(
        "older",
        where,
        f'A newer entry about "{item.facts.title}" is there already, as {item.reference}.',
        "The newer one stays; this one was not stored. The file is kept.",
    )


def _otherwise(reply: EvidenceReply, facts: Facts, other: Iterable[str]) -> Problem:
    return Problem(
        "document-twice",
        _where(reply),
        f'"{facts.title}" stands in a row above too, and here it says otherwise: '
        f"{'; '.join(other)}.",
        "That was not stored; what both show and support was put together. If these are two "
        "documents, give each a name of its own and send the file again.",
    )


def _other_facts(where: str, item: Item, facts: Facts) -> Problem:
    known, over = item.facts, _over(item, facts)
    other = [
        value for name in facts.__slots__ if (value := getattr(over, name)) != getattr(known, name)
    ]
    return Problem.note(
        "document-known",
        where,
        f'"{item.facts.title}" is registered as {item.reference}, with other facts; here: '
        f"{'; '.join(other)}.",
        "What it supports was added to; the facts stay as they are registered.",
    )
