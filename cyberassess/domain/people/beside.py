"""What stands beside a person's questions: comments, what is asked again, what is alike."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.people.questions import Block, Questionnaire, Seen, Topic
from cyberassess.domain.record import registers
from cyberassess.domain.record.recorded import Given, Said, State
from cyberassess.domain.record.registers import AskedAgain
from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId

COMMENT = registers.Comment.kind
MOST_SEEN = 3

Links = Mapping[tuple[FrameworkRef, OutcomeId], Sequence[tuple[FrameworkRef, OutcomeId]]]
"""Outcomes of other sets that a mapping links with one, nearest first."""


def with_see_also(what: Questionnaire, links: Links) -> Questionnaire:
    """Give a questionnaire in which linked outcomes name each other.

    Only what this person is asked too is named: in the same scope if it is there, and three of
    them at most.
    """
    here: dict[tuple[FrameworkRef, OutcomeId], dict[ScopeId, Seen]] = {}
    for topic in what.topics:
        for block in topic.blocks:
            outcome = block.asked.outcome
            seen = Seen(block.ref, outcome.title)
            here.setdefault((topic.framework, outcome.id), {})[topic.scope] = seen

    def near(topic: Topic, block: Block) -> tuple[Seen, ...]:
        found: list[Seen] = []
        for other in links.get((topic.framework, block.asked.outcome.id), ()):
            places = here.get(other, {})
            if topic.scope in places:
                found.append(places[topic.scope])
            elif len(places) == 1:
                found += places.values()
        return tuple(found[:MOST_SEEN])

    topics = tuple(
        replace(topic, blocks=tuple(replace(b, see_also=near(topic, b)) for b in topic.blocks))
        for topic in what.topics
    )
    return replace(what, topics=topics)


def with_comments(what: Questionnaire, state: State) -> Questionnaire:
    """Give a questionnaire with the comments its person has not answered since."""
    remarks: dict[str, str] = {}
    for topic in what.topics:
        for block in topic.blocks:
            places: list[tuple[str, Given | Said | None]] = [
                (block.why_ref, block.rationale),
                (block.evidence_ref, block.evidence),
                *((row.ref, row.current) for row in block.rows),
            ]
            for ref, said in places:
                name = ref.rpartition(":")[2].partition("/")[0]
                key = (str(what.person.id), str(topic.framework), str(topic.scope), name)
                record = state.record(COMMENT, *key)
                if record is None or (said is not None and said.origin.time > record.origin.time):
                    continue
                remarks[ref] = str(record.fields["text"])
    return replace(what, remarks={**what.remarks, **remarks}) if remarks else what


def with_asked_again(what: Questionnaire, state: State) -> Questionnaire:
    """Give a questionnaire that says beside a row what this person answered to its earlier words.

    Answers given since need no such remark.
    """
    said = {
        (str(record.key[0]), statement): str(text)
        for record in state.register(AskedAgain.kind)
        for statement, text in record.fields["texts"].items()
    }
    remarks: dict[str, str] = {}
    for row in what.rows:
        for key in row.statements:
            for given in state.asked_again.get(key, ()):
                # NOTE: what was answered by another version of the set stands beside the row
                if given.person == what.person.id and given.event.statement == key:
                    label = {each.code: each.label for each in row.answers}.get(given.answer)
                    then = said[key.framework, key.indicator]
                    changed = (
                        f"the question was: {then} It asks for something else now"
                        if then != row.text
                        else "there was a choice less"
                    )
                    remarks[row.ref] = (
                        f'You answered "{label or given.answer}" on {given.origin.time[:10]}, '
                        f"when {changed}: answer it again."
                    )
    return replace(what, remarks={**remarks, **what.remarks}) if remarks else what
