"""Conflicts and differences settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event, read_event
from cyberassess.domain.record.recorded import Origin, Value
from cyberassess.domain.result.better import two_meanings
from cyberassess.errors import AssessmentError, closest, mention
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.choices import could_mean, read_answer, read_as
from cyberassess.opening.conflicts import Conflict, conflicts
from cyberassess.opening.outcomes import find_statements, only_one
from cyberassess.opening.writing import writing


class Choice(NamedTuple):
    """One of the values that branches gave to one thing."""

    ref: str
    """How it is named to keep it: the segment's hash and the line, ``9f3c2a1b:4``."""
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Something two copies of the assessment changed differently."""

    what: str
    choices: tuple[Choice, ...]


def differences(assessment: Assessment) -> list[Difference]:
    """Give what branches changed differently, besides conflicts between answers."""
    shown = {each.statement for each in conflicts(assessment)}
    return [
        Difference(
            _with_name(assessment, each.what),
            tuple(Choice(_ref(v.origin), _in_words(assessment, v)) for v in each.values),
        )
        for each in assessment.state.differing
        if each.statement is None or each.statement not in shown
    ]


def _in_words(assessment: Assessment, value: Value) -> str:
    """Give a value as people read it: an answer by its label."""
    event = _event_of(assessment, value.origin)
    if not isinstance(event, happened.Answer):
        return value.text
    key, code = event.statement, event.new
    framework = assessment.frameworks.get(key.framework)
    if framework is None or key.indicator not in framework.indicators:
        return value.text
    answers = framework.answers_for(framework.indicators[key.indicator][1]).answers
    label = next((each.label for each in answers if each.code == code), None)
    return value.text if label is None else label + value.text.removeprefix(str(code))


def _event_of(assessment: Assessment, origin: Origin) -> Event:
    segment = next(s for s in assessment.reading.segments if s.key == origin.segment)
    return read_event(segment.events[origin.line - 2])


def _ref(origin: Origin) -> str:
    return f"{origin.segment[:8] if '-' not in origin.segment else origin.segment}:{origin.line}"


def _with_name(assessment: Assessment, what: str) -> str:
    person, mark, rest = what.partition("'s ")
    return f"{assessment.name_of(person)}{mark}{rest}" if mark else what


def keep(folder: Path, ref: str, *, reason: str, by: str | None = None) -> Difference:
    """Let one of the values that branches gave to one thing stand; the others stay in the history.

    Args:
        ref: the value, as ``differences`` names it.

    Raises:
        AssessmentError: where there is no such value or no reason.
        LedgerError: where the branches are not joined yet.
    """
    _need_reason(reason)
    with writing(folder, "resolve", by=by) as session:
        assessment = session.assessment
        open_ones = differences(assessment)
        found = next((d for d in open_ones if ref.strip() in {c.ref for c in d.choices}), None)
        if found is None:
            refs = [choice.ref for each in open_ones for choice in each.choices]
            raise AssessmentError.because(
                "no-difference",
                "--keep",
                f'"{ref}" is not a value that two copies of the assessment differ on.',
                closest(ref, refs)
                or f"There are: {', '.join(refs[:20]) or 'none'}. Nothing was changed.",
            )
        state = assessment.state
        named = next(d for d in state.differing if _with_name(assessment, d.what) == found.what)
        kept = next(value for value in named.values if _ref(value.origin) == ref.strip())
        session.write(
            [
                _again(assessment, kept, named.what),
                happened.put(
                    (named.what,), registers.Settled(kept=ref.strip(), reason=reason.strip())
                ),
            ]
        )
    return found


def _again(assessment: Assessment, kept: Value, what: str) -> Event:
    """Give the event that wrote a value, to be written once more on top of all branches."""
    event = _event_of(assessment, kept.origin).without("beside", "time")
    if isinstance(event, happened.Settings):
        key = what.removeprefix("the setting ")
        return event.but(changes=[each for each in event.changes if each.key == key])
    return event


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise AssessmentError.because(
            "no-reason",
            "--reason",
            "No reason was given.",
            "Say in a sentence why this answer is right.",
        )


def conflict_json(found: Conflict) -> dict[str, object]:
    """Give a conflict as every command's ``--json`` has it."""
    return {
        "framework": found.statement.framework,
        "scope": found.statement.scope,
        "statement": found.statement.indicator,
        "answers": [{"name": n, "answer": a, "reason": r} for n, a, r in found.answers],
    }


def conflicts_json(found: Sequence[Conflict], branched: Sequence[Difference]) -> dict[str, object]:
    """Give ``resolve --json``."""
    return {
        "schema": 1,
        "conflicts": [conflict_json(each) | {"text": each.text} for each in found],
        "differences": [
            {"what": each.what, "values": [choice._asdict() for choice in each.choices]}
            for each in branched
        ],
    }


def resolve(
    folder: Path,
    statement: str,
    *,
    answer: str,
    reason: str,
    scope: str | None = None,
    by: str | None = None,
) -> Conflict:
    """Settle a conflict with a reason; both answers stay in the history.

    Args:
        statement: its id, or its ref (``B2.c.NA.2/housing``).
        answer: a code or a label.

    Raises:
        AssessmentError: where there is no such conflict, answer or reason.
    """
    _need_reason(reason)
    with writing(folder, "resolve", by=by) as session:
        assessment = session.assessment
        conflict = _find_conflict(assessment, statement, scope)
        key = conflict.statement
        framework = assessment.frameworks[key.framework]
        offered = framework.answers_for(framework.indicators[key.indicator][1])
        choices, understood = offered.answers, read_answer(answer, offered)
        chosen = offered.by_code(understood.choice.code) if understood.choice else None
        if chosen is None or chosen.counts_as.value == "unanswered":
            labels = [c.label for c in choices if c.counts_as.value != "unanswered"]
            raise AssessmentError.because(
                "answer-not-allowed",
                "--answer",
                f'"{answer}" cannot decide {key.indicator}.',
                f"{could_mean(answer, understood) or two_meanings(choices)}"
                f"Choose one of: {', '.join(labels)}. Nothing was changed.",
            )
        if not understood.is_exact:
            mention(read_as("--answer", answer, chosen.label))
        given = assessment.state.answers[key]
        session.write(
            [
                happened.Resolution(
                    framework=key.framework,
                    scope=key.scope,
                    indicator=key.indicator,
                    new=chosen.code,
                    reason=reason.strip(),
                    settled=sorted([g.person, g.answer] for g in given),
                    read="" if understood.is_exact else answer,
                )
            ]
        )
    return conflict


def _find_conflict(assessment: Assessment, statement: str, scope: str | None) -> Conflict:
    open_ones = {each.statement: each for each in conflicts(assessment)}
    meant = find_statements(assessment, statement, scope=scope)
    found = [each for each in meant if each in open_ones]
    if found:
        return open_ones[only_one(assessment, found, statement, "It is in conflict in {} scopes.")]
    places = [f"{each.indicator}/{each.scope}" for each in open_ones]
    hint = f"Open conflicts: {', '.join(places[:20]) or 'none'}. Nothing was changed."
    raise AssessmentError.because("no-conflict", statement, "Nobody differs on it.", hint)
