"""What a reply changes: from replies to events.

Used by everything that brings answers in, so that workbooks, prompts and imports follow the same
rules: the same person's newer answer replaces, an equal one changes nothing, an older file never
wins, and a blank withdraws nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cyberassess.domain.assessment import OutcomeKey, PersonId, StatementKey, asked_scopes
from cyberassess.domain.people.inheriting import INHERITANCE
from cyberassess.domain.people.questions import (
    AnswerReply,
    ConfirmReply,
    EvidenceReply,
    OfferKind,
    Reply,
    SharingReply,
    TextKind,
    TextReply,
)
from cyberassess.domain.people.sharing import SHARING, taken_over
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event, Response
from cyberassess.domain.record.recorded import Given, Record, Said, Source, State
from cyberassess.errors import Problem
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.documenting import plan_documents


class Replaced(NamedTuple):
    """An earlier answer of the same person that a newer one takes the place of."""

    statement: StatementKey
    old: str
    new: str
    """Empty where the answer was withdrawn."""
    source: Source


@dataclass
class Plan:
    """What replies would change."""

    events: list[Event] = field(default_factory=list)
    stored: int = 0
    """Statements answered, changed or withdrawn."""
    texts: int = 0
    """Rationales and evidence references stored."""
    unchanged: int = 0
    replaced: list[Replaced] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose replies they are."""

    person: PersonId
    asked: PersonId
    """Whom the workbook was made for; the same person unless somebody else filled it in."""
    then: State | None = None
    """The state at which the workbook was made; ``None`` where there is none."""
    time: str = ""
    """Recorded with each event where a segment holds several moments."""


def plan(assessment: Assessment, voice: Voice, replies: Iterable[Reply]) -> Plan:
    """Say what replies change in the assessment as it stands."""
    made = Plan()
    documents: list[EvidenceReply] = []
    for reply in replies:
        match reply:
            case EvidenceReply():
                documents.append(reply)
            case AnswerReply():
                for statement in reply.statements:
                    _answer(made, assessment, voice, statement, reply)
            case TextReply():
                _text(made, assessment, voice, reply)
            case SharingReply():
                _share(made, assessment, voice, reply)
            case ConfirmReply():
                for statement in reply.statements:
                    _confirm(made, assessment, voice, statement, reply)
    _documents(made, assessment, voice, documents)
    return made


def _documents(
    made: Plan, assessment: Assessment, voice: Voice, replies: Sequence[EvidenceReply]
) -> None:
    known = [
        replace(each, outcomes=tuple(
            key for key in each.outcomes if _is_asked(made, assessment, key, each.source)
        ))
        for each in replies
    ]  # fmt: skip
    found = plan_documents(
        assessment, voice.person, [each for each in known if each.outcomes], voice.time
    )
    made.events += found.events
    made.texts += found.stored
    made.unchanged += found.unchanged
    made.problems += found.problems


def _came(source: Source) -> str:
    return f"from {source}" if source.kind in ("workbook", "import") else str(source)


def _where(source: Source) -> str:
    if source.kind == "workbook":
        return f'{source.name}, sheet "{source.sheet}", cell {source.cell}'
    return f"{source.name}, {source.place}" if source.place else source.name


def _is_asked(
    made: Plan, assessment: Assessment, key: StatementKey | OutcomeKey, source: Source
) -> bool:
    """Whether the scope is one the outcome is assessed for; a problem says where it is not."""
    settings = assessment.contents.settings
    framework = assessment.frameworks.get(key.framework)
    if framework is not None:
        outcome = (
            framework.indicators[key.indicator][0]
            if isinstance(key, StatementKey)
            else framework.outcomes[key.outcome]
        )
        if any(scope.id == key.scope for scope in asked_scopes(framework, outcome, settings)):
            return True
    name = key.indicator if isinstance(key, StatementKey) else key.outcome
    made.problems.append(
        Problem(
            "not-asked-here",
            _where(source),
            f'{name} is not assessed for "{key.scope}" in this assessment.',
            "It was not stored. Look at scopes in assessment.yaml.",
        )
    )
    return False


def _of(given: Sequence[Given], person: PersonId) -> list[Given]:
    return [each for each in given if each.person == person]


def _ended(assessment: Assessment, key: StatementKey, source: Source) -> list[Problem]:
    """Say that what a statement asks for ended."""
    ended = assessment.frameworks[key.framework].layout_of[key.indicator].ended
    hint = "The answer is stored all the same. It counts for nothing."
    message = f"{key.indicator} is asked of nobody: {ended}"
    return [Problem.note("ended", _where(source), message, hint)] if ended else []


def _answer(
    made: Plan, assessment: Assessment, voice: Voice, key: StatementKey, reply: AnswerReply
) -> None:
    if not _is_asked(made, assessment, key, reply.source):
        return
    current = _current(assessment.state, key, voice.person)
    if _is_known(voice, key, reply.said, current):
        made.unchanged += 1
        return
    beside = False
    answered = current or _of(assessment.state.withdrawn.get(key, ()), voice.person)
    if answered:
        newer = max(answered, key=lambda each: (each.source.serial, _moment(each)))
        order = _compare(reply.source, newer)
        if order < 0:
            what = "answer to" if current else "withdrawal of the answer to"
            made.problems.append(_older(reply.source, f"{what} {key.indicator}", newer))
            return
        beside = order == 0
    made.problems += _ended(assessment, key, reply.source)
    if beside:
        made.problems.append(
            Problem(
                "tie",
                _where(reply.source),
                f"Two files of the same age answer {key.indicator} differently.",
                "Both are kept; decide which one holds with cyberassess resolve.",
            )
        )
    made.events.append(
        happened.Answer(
            **key._asdict(),
            **reply.said.fields,
            person=voice.person,
            old=current[0].answer if current else None,
            beside=beside,
            source=reply.source,
            read=reply.read,
            time=voice.time,
        )
    )
    made.stored += 1
    if current and not beside:
        made.replaced.append(
            Replaced(key, current[0].answer, reply.said.new or "", current[0].source)
        )


def _current(state: State, key: StatementKey, person: PersonId) -> list[Given]:
    """Give what somebody answers to a statement now.

    To one of a version that is no longer used, it is what they answer to the one alike; where
    there is none, what they answered last.
    """
    if key.framework not in state.former or state.leads is None:
        return _of(state.answers.get(key, ()), person)
    alike = [each.statement for each in state.leads.answers(key, "") if each.is_alike]
    standing = [g for other in alike for g in _of(state.answers.get(other, ()), person)]
    last = [e for e in _of(state.history.get(key, ()), person) if e.event.statement == key]
    return standing or [each for each in last[-1:] if each.answer]


def _entry(state: State, kind: str, key: tuple[str, ...]) -> Record | None:
    """Give what a register holds; of a version that is no longer used, what was said last."""
    if key[0] not in state.former:
        return state.record(kind, *key)
    last = state.record_history.get((kind, key), ())[-1:]
    return next((each for each in last if not each.removed), None)


def _is_known(voice: Voice, key: StatementKey, said: Response, current: Sequence[Given]) -> bool:
    """Say whether an answer was there when its workbook was made, or is now; a blank adds none."""
    if said.new is None:
        return not current
    before = _of(voice.then.answers.get(key, ()), voice.asked) if voice.then is not None else []
    return any(each.event.said == said.said for each in before) or (
        len(current) == 1
        and all(
            mine in ("", there)
            for mine, there in zip(said.said, current[0].event.said, strict=True)
        )
    )


def _confirm(
    made: Plan, assessment: Assessment, voice: Voice, key: StatementKey, reply: ConfirmReply
) -> None:
    """Take an offered answer: an earlier one becomes this person's, an inherited one is linked.

    An inherited answer stays the shared service's, so that its evidence is counted once and a
    change there is seen here.
    """
    offer = reply.offer
    if offer.kind is OfferKind.EARLIER or offer.source is None:
        reason = "\n".join(filter(None, dict.fromkeys((offer.reason, reply.words))))
        said, source = offer.said.but(reason=reason), reply.source._replace(place=offer.origin)
        taken = AnswerReply((key,), said, source, reply.read)
        _answer(made, assessment, voice, key, taken)
        return
    if not _is_asked(made, assessment, key, reply.source):
        return
    record_key = (*key, offer.source)
    there = _entry(assessment.state, INHERITANCE, record_key)
    same = there is not None and there.fields.get("answer") == offer.answer
    if there is not None and same and reply.words in ("", there.fields.get("words")):
        made.unchanged += 1
        return
    taken_over = registers.Inheritance(answer=offer.answer, words=reply.words or None)
    made.events.append(
        happened.put(
            record_key, taken_over, person=voice.person, source=reply.source, read=reply.read,
            time=voice.time,
        )
    )  # fmt: skip
    made.stored += 1


def _share(made: Plan, assessment: Assessment, voice: Voice, reply: SharingReply) -> None:
    """Keep whether a topic is the same as in the shared services that a scope uses."""
    if not taken_over(reply.key, assessment.frameworks, assessment.contents.settings):
        made.problems.append(
            Problem(
                "not-asked-here",
                _where(reply.source),
                f'"{reply.key.scope}" takes nothing of {reply.key.group} over in this assessment.',
                "It was not stored. Look at inherits under scopes in assessment.yaml.",
            )
        )
        return
    there = _entry(assessment.state, SHARING, reply.key)
    said = (reply.same, reply.words)

    def is_said(record: Record | None) -> bool:
        fields = record.fields if record else {}
        mine = fields.get("same"), str(fields.get("reason") or "")
        return mine == said or (mine[0] == reply.same and not reply.words)

    before = voice.then.record(SHARING, *reply.key) if voice.then is not None else None
    if is_said(before) or is_said(there):
        made.unchanged += 1
        return
    if there is not None and _compare(reply.source, there) < 0:
        made.problems.append(_older(reply.source, f"answer about {reply.key.group}", there))
        return
    sharing = registers.Sharing(same=reply.same, reason=reply.words or None)
    made.events.append(
        happened.put(
            reply.key, sharing, person=voice.person, source=reply.source, read=reply.read,
            time=voice.time,
        )
    )  # fmt: skip
    made.stored += 1


def _moment(given: Given | Said | Record) -> str:
    return given.source.saved or given.origin.time


def _older(source: Source, what: str, newer: Given | Said | Record) -> Problem:
    """Say that something newer stands."""
    return Problem(
        "older",
        _where(source),
        f"A newer {what} is there already: it came {_came(newer.source)}, on "
        f"{newer.origin.time[:10]}.",
        "The newer one stays; this one was not stored. The file is kept.",
    )


def _compare(source: Source, there: Given | Said | Record) -> int:
    """Say whether a reply is newer (1), as old (0) or older (-1) than what is there.

    Newer means a higher serial, then the time saved inside the file; answers at the prompt and
    from imports count by their time, and what is said now is always newer.
    """
    if source.kind != "workbook":
        return 1
    if there.source.kind == "workbook":
        mine, other = (source.serial, source.saved), (there.source.serial, there.source.saved)
        if mine == other and source.file != there.source.file:
            return 0
        return 1 if mine >= other else -1
    return 1 if not source.saved or source.saved >= there.origin.time else -1


def _text(made: Plan, assessment: Assessment, voice: Voice, reply: TextReply) -> None:
    if not _is_asked(made, assessment, reply.outcome, reply.source):
        return
    rationale = reply.kind is TextKind.RATIONALE

    def texts(state: State) -> list[Said]:
        register = state.rationales if rationale else state.evidence
        former = state.leads.outcomes(reply.outcome) if state.leads else ()
        found = [each for key in (reply.outcome, *former) for each in register.get(key, ())]
        return found or [*state.former_texts.get(reply.outcome, ())]

    def same(each: Said) -> bool:
        dated = not reply.valid_until or each.valid_until == reply.valid_until
        return each.text == reply.text and dated

    if voice.then is not None and any(
        same(each) for each in texts(voice.then) if each.person == voice.asked
    ):
        made.unchanged += 1
        return
    current = [each for each in texts(assessment.state) if each.person == voice.person]
    if len(current) == 1 and same(current[0]):
        made.unchanged += 1
        return
    if current:
        newer = max(current, key=lambda each: (each.source.serial, _moment(each)))
        if _compare(reply.source, newer) < 0:
            what = f"text about {reply.outcome.outcome}"
            made.problems.append(_older(reply.source, what, newer))
            return
    kind = happened.Rationale if rationale else happened.Evidence
    made.events.append(
        kind(
            framework=reply.outcome.framework,
            scope=reply.outcome.scope,
            outcome=reply.outcome.outcome,
            person=voice.person,
            new=reply.text,
            valid_until=reply.valid_until,
            source=reply.source,
            time=voice.time,
        )
    )
    made.texts += 1
