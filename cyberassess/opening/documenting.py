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
        replies: one a document.
        time: recorded with each event where a segment holds several moments.
    """
    made = Documented()
    fresh: dict[str, str] = {}
    number = 0
    for reply in replies:
        facts = facts_of(reply.document)
        where = f'{reply.source.name}, sheet "{reply.source.sheet}", cell {reply.source.cell}'
        wrong = check_facts(facts, Held.FILE)
        if wrong:
            made.problems += [
                replace(each, where=where, hint=f"{each.hint} Mend it and send the file again.")
                for each in wrong
            ]
            continue
        there = _item_called(assessment, facts.title)
        item_id = there.id if there else fresh.get(folded(facts.title), "")
        before = len(made.events)
        if not item_id:
            item_id = fresh[folded(facts.title)] = secrets.token_hex(8)
            # NOTE: it reads last year, which a reply that lists nothing new need not wait for
            number = number or next_free(assessment, ITEM)
            made.events.append(_event(item_id, facts, number + len(fresh) - 1, person, reply))
        elif there is not None and there.facts != _over(there, facts):
            if _is_theirs(there, person):
                if _is_older(assessment, there, reply):
                    made.problems.append(_older(where, there))
                    continue
                facts = _over(there, facts)
                made.events.append(_event(item_id, facts, there.number, person, reply))
            else:
                made.problems.append(_other_facts(where, there))
        linked = {each.outcome for each in there.links} if there else set[OutcomeKey]()
        for outcome in reply.outcomes:
            if outcome not in linked:
                made.events.append(_link(item_id, outcome, person, reply))
        if time:
            made.events[before:] = [each.but(time=time) for each in made.events[before:]]
        made.stored += len(made.events) > before
        made.unchanged += len(made.events) == before
    return made


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


def _other_facts(where: str, item: Item) -> Problem:
    return Problem.note(
        "document-known",
        where,
        f'"{item.facts.title}" is registered as {item.reference}, with other facts.',
        "What it supports was added to; the facts stay as they are registered.",
    )
