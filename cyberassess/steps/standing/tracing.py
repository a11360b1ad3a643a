"""The chain behind an outcome: every change to every statement, with who, when, where and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cyberassess.domain.assessment import (
    Asked,
    OutcomeKey,
    ScopeId,
    StatementKey,
    services_of,
    statement_key,
)
from cyberassess.domain.people.inheriting import INHERITANCE
from cyberassess.domain.people.sharing import SAME, SHARING, groups_of
from cyberassess.domain.record.evidence import Support
from cyberassess.domain.record.happened import Resolution
from cyberassess.domain.record.recorded import Given, Origin, Record, Said, Source
from cyberassess.domain.record.reviewing import reviews
from cyberassess.domain.record.versions import OUTCOMES
from cyberassess.domain.result.confirming import Override
from cyberassess.domain.result.counting import said_of, word_of
from cyberassess.domain.result.scoring import ACCEPTANCE, DETERMINATION, OutcomeScore
from cyberassess.domain.sets.framework import Indicator
from cyberassess.errors import Json, fields_of
from cyberassess.opening.assessment import Assessment
from cyberassess.steps.confirm.confirming import overrides
from cyberassess.steps.review.reviewing import determination_words

_Settled = Mapping[StatementKey, Sequence[tuple[Resolution, Origin]]]
"""Every resolution ever written."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, as it stands in the ledger."""

    what: str
    """In words."""
    who: str
    reason: str
    source: Source
    origin: Origin
    recorded_by: str = ""
    """Who gave the command, where that is somebody else."""


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """One statement: what counts, and every step that led there, oldest first."""

    id: str
    text: str
    counts: str
    """The answer that counts, or what stands in its place, in words."""
    says: str
    """Why it counts so; empty where the answer says all."""
    decides: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The chain behind one outcome in one scope."""

    score: OutcomeScore
    suggested: str
    confirmed: str
    """Empty while nobody confirmed it, or where that has lapsed."""
    statements: tuple[StatementTrace, ...]
    texts: tuple[Step, ...]
    """Explanations and documents named, oldest first."""
    decisions: tuple[Step, ...]
    """Confirmations, columns accepted, and those taken back."""
    reviews: tuple[Step, ...]
    """What assurers determined, each with their words as its reason."""
    support: Support
    overrides: tuple[Override, ...]


def traces(assessment: Assessment, scores: Sequence[OutcomeScore]) -> Iterator[Trace]:
    """Give the chain behind each of some outcomes, each in one scope."""
    settled = resolutions(assessment)
    decided: dict[OutcomeKey, list[Override]] = {}
    for each in overrides(assessment):
        decided.setdefault(each.outcome, []).append(each)
    for score in scores:
        framework, deciding = score.asked.framework, frozenset(score.deciding)
        yield Trace(
            score,
            framework.title_of(score.suggested) if score.suggested else "",
            framework.title_of(score.confirmed) if score.confirmed else "",
            tuple(
                _statement(assessment, score, each, settled, decides=each.id in deciding)
                for each in score.asked.outcome.indicators
            ),
            tuple(_texts(assessment, score)),
            tuple(_decisions(assessment, score)),
            tuple(reviewed(assessment, score)),
            assessment.evidence.support(score.evidence_places),
            tuple(decided.get(score.key, ())),
        )


def _statement(
    assessment: Assessment,
    score: OutcomeScore,
    indicator: Indicator,
    settled: _Settled,
    *,
    decides: bool,
) -> StatementTrace:
    labels = score.asked.framework.answers_for(indicator).labels
    key = statement_key(score.asked, indicator)
    return StatementTrace(
        indicator.id,
        indicator.text,
        word_of(score, indicator.id),
        said_of(score, indicator.id, assessment.names),
        decides,
        # NOTE: sorting is stable, so what one command wrote keeps its order
        tuple(sorted(_steps(assessment, key, labels, settled), key=lambda e: e.origin.time)),
    )


def _steps(
    assessment: Assessment,
    key: StatementKey,
    labels: Mapping[str, str],
    settled: _Settled,
) -> Iterator[Step]:
    for change in assessment.state.history.get(key, ()):
        yield _change(assessment, change, labels, _by_version(change, key))
    before = {each.event.statement for each in assessment.state.asked_again.get(key, ())} - {key}
    for other in before:
        for change in assessment.state.history.get(other, ()):
            yield _change(assessment, change, labels, f"asked again, {_by_version(change, key)}")
    for event, origin in settled.get(key, ()):
        what = f"decided as {labels.get(event.new, event.new)}"
        who = assessment.name_of(origin.actor, origin)
        yield Step(what, who, str(event.reason or ""), settled_by(event, origin), origin)
    yield from _taken_over(assessment, key, labels)


def _by_version(change: Given, key: StatementKey) -> str:
    """Name the statement of another version that was answered; empty where it is this one."""
    there = change.event.statement
    return "" if there == key else f"to {there.indicator} of {there.framework}: "


def _taken_over(
    assessment: Assessment, key: StatementKey, labels: Mapping[str, str]
) -> Iterator[Step]:
    """Give what shared services answered, and what was said here of that."""
    framework, settings = assessment.frameworks[key.framework], assessment.contents.settings
    history = assessment.state.record_history
    outcome = framework.indicators[key.indicator][0]
    group = groups_of(framework)[outcome.id]
    topic = history.get((SHARING, (*key[:2], group)), ())
    for record in topic:
        yield _record(assessment, record, _shared(record, group))
    scope = settings.scope(key.scope)
    said = services_of(Asked(framework, outcome, scope), settings) if topic and scope else ()
    taken = [ScopeId(k[3]) for kind, k in history if kind == INHERITANCE and k[:3] == key]
    for service in dict.fromkeys((*taken, *(each.id for each in said))):
        place = settings.title_of(service)
        for change in assessment.state.history.get(key._replace(scope=service), ()):
            yield _change(assessment, change, labels, f"{place}: ")
        for record in history.get((INHERITANCE, (*key, service)), ()):
            yield _record(assessment, record, _inherited(record, labels, place))


def _shared(record: Record, group: str) -> str:
    is_same = record.fields.get("same") == SAME
    return f"{group} is {'' if is_same else 'not '}the same here as in the shared service"


def _inherited(record: Record, labels: Mapping[str, str], place: str) -> str:
    if record.removed:
        return f"no longer taken over from {place}"
    answer = str(record.fields.get("answer", ""))
    return f"taken over from {place}: {labels.get(answer, answer)}"


def _change(assessment: Assessment, change: Given, labels: Mapping[str, str], place: str) -> Step:
    new = labels.get(change.answer, change.answer) or "withdrew the answer"
    old = "" if change.old is None else f", before: {labels.get(change.old, change.old)}"
    return Step(
        f"{place}{new}{old}",
        assessment.name_of(change.person, change.origin),
        change.reason,
        change.source,
        change.origin,
        recorder(assessment, change.person, change.origin),
    )


def recorder(assessment: Assessment, person: str, origin: Origin) -> str:
    """Say who gave the command, where that is somebody else than ``person``."""
    return "" if origin.actor in ("", person) else assessment.name_of(origin.actor, origin)


def _record(assessment: Assessment, record: Record, what: str) -> Step:
    return Step(
        what,
        assessment.name_of(record.person, record.origin),
        str(record.fields.get("reason", "")),
        record.source,
        record.origin,
        recorder(assessment, record.person, record.origin),
    )


def resolutions(assessment: Assessment) -> dict[StatementKey, list[tuple[Resolution, Origin]]]:
    """Give every resolution ever written; the state keeps only the last of each statement."""
    found: dict[StatementKey, list[tuple[Resolution, Origin]]] = {}
    for segment in assessment.reading.segments:
        for origin, event in segment.happened(Resolution.kind):
            if isinstance(event, Resolution):
                found.setdefault(event.statement, []).append((event, origin))
    return found


def settled_by(event: Resolution, origin: Origin) -> Source:
    """Give where a resolution came from; the command, where that is all that is known."""
    return event.source or Source("command", name=origin.command)


def _texts(assessment: Assessment, score: OutcomeScore) -> Iterator[Step]:
    for place in score.evidence_places:
        for texts, word in (
            (assessment.state.rationales, "explained"),
            (assessment.state.evidence, "named as evidence"),
        ):
            yield from (_said(assessment, each, word) for each in texts.get(place, ()))
    yield from _former_texts(assessment, score)


def _former_texts(assessment: Assessment, score: OutcomeScore) -> Iterator[Step]:
    """Give what was written of an outcome of the version before that this one follows."""
    state = assessment.state
    for key, texts in state.former_texts.items():
        if state.leads is None or score.key not in state.leads.outcomes(key, OUTCOMES):
            continue
        if score.key not in state.leads.outcomes(key):
            word = f"said of {key.outcome} of {key.framework}"
            yield from (_said(assessment, each, word) for each in texts)


def _said(assessment: Assessment, said: Said, word: str) -> Step:
    by = recorder(assessment, said.person, said.origin)
    who = assessment.name_of(said.person, said.origin)
    return Step(f"{word}: {said.text}", who, "", said.source, said.origin, by)


def _decisions(assessment: Assessment, score: OutcomeScore) -> Iterator[Step]:
    framework = score.asked.framework
    titles = {each.id: each.title for each in framework.levels}

    def title(value: object) -> str:
        return next((text for level, text in titles.items() if level == value), str(value))

    for (kind, key), records in assessment.state.record_history.items():
        if key[:3] != score.key or kind not in (DETERMINATION, ACCEPTANCE):
            continue
        for record in records:
            suggested = record.fields.get("suggested")
            if kind == ACCEPTANCE:
                out = ", ".join(map(str, record.fields.get("left_out", ())))
                what = f"{title(key[3])} accepted although these do not apply: {out}"
            elif record.removed:
                what = "confirmation taken back"
            else:
                beside = f"the rule suggested {title(suggested)}" if suggested else "undecided"
                what = f"confirmed as {title(record.fields.get('level'))}; {beside}"
            yield _record(assessment, record, what)


def reviewed(assessment: Assessment, score: OutcomeScore) -> Iterator[Step]:
    """Give what each assurer determined of an outcome, and where it stands in their file."""
    for each in reviews(assessment.state).get(score.key, ()):
        said = determination_words(score, each.determination) or "no determination"
        advice = each.recommendation and f"Recommendation: {each.recommendation}"
        yield Step(
            f"reviewed: {said}",
            assessment.name_of(each.person, each.origin),
            "\n".join(filter(None, (each.comment, advice))),
            each.source,
            each.origin,
            recorder(assessment, each.person, each.origin),
        )


def trace_json(found: Trace) -> Json:
    """Give ``explain --trace --json``."""
    key = found.score.key
    return {
        "schema": 1,
        **key._asdict(),
        "title": found.score.asked.outcome.title,
        **fields_of(found.score, "suggested confirmed"),
        "lapsed": found.score.has_lapsed,
        "statements": [
            {
                **fields_of(each, "id text counts says? decides"),
                "steps": [_step_json(step) for step in each.steps],
            }
            for each in found.statements
        ],
        "texts": [_step_json(each) for each in found.texts],
        "decisions": [_step_json(each) for each in found.decisions],
        "reviews": [_step_json(each) for each in found.reviews],
        "evidence": [
            {
                "reference": item.reference,
                "title": item.facts.title,
                "held": item.held.value,
                "sha256": item.sha256 or None,
                "counts": item.counts,
            }
            for item in (*found.support.items, *found.support.set_aside)
        ],
        "named": [each.text for each in found.support.named],
        "overrides": [override_json(each) for each in found.overrides],
    }


def _step_json(step: Step) -> Json:
    source = step.source
    return {
        **fields_of(step, "what who reason?"),
        "from": str(source),
        "workbook": source.name if source.kind == "workbook" else None,
        **fields_of(source, "sheet? cell? file?"),
        **fields_of(step.origin, "time segment line"),
        "recorded_by": step.recorded_by or None,
    }


def override_json(found: Override) -> Json:
    """Give one override."""
    return {
        "kind": found.kind.value,
        **found.outcome._asdict(),
        "statement": found.statement.indicator if found.statement else None,
        **fields_of(found, "without stands"),
        "direction": found.direction.value,
        "person": found.person,
        "time": found.origin.time,
        "reason": found.reason or None,
    }
