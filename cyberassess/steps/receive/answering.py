"""Answers a script knows from elsewhere, recorded as a person's."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberassess.domain.assessment import StatementKey, all_asked, statement_key
from cyberassess.domain.people.questions import AnswerReply
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError, CyberassessError, Problem
from cyberassess.opening.assessment import Assessment, writing
from cyberassess.opening.names import find_person, typed_date
from cyberassess.opening.outcomes import find_statements, only_one
from cyberassess.opening.recording import Voice, plan

Said = str | tuple[str, str]
"""An answer's code or label; with a reason in a pair."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of answers a script told."""

    stored: int
    unchanged: int
    problems: tuple[Problem, ...]


def answer(
    folder: Path,
    answers: Mapping[str, Said],
    *,
    source: str,
    person: str = "",
    on: str = "",
    by: str | None = None,
) -> Told:
    """Record answers by the same rules as those of a workbook; all of them, or none.

    Args:
        answers: keyed by statement, with its scope where there are several.
        source: where they come from, in words.
        person: whose they are; of whoever does it if empty.
        on: the day they were given; today if empty.

    Raises:
        AssessmentError: for an unknown statement, person, answer or day.
    """
    day = typed_date(on, "on") if on else ""
    with writing(folder, "answer", by=by) as session:
        assessment = session.assessment
        who = find_person(assessment, person).id if person else session.actor.id
        came = Source("import", name=source)
        known = {
            f"{each.id}/{asked.scope.id}": statement_key(asked, each)
            for asked in all_asked(assessment.frameworks, assessment.contents.settings)
            for each in asked.outcome.indicators
        }
        replies: list[AnswerReply] = []
        problems: list[Problem] = []
        for name, said in answers.items():
            try:
                key = known.get(name) or only_one(
                    assessment, find_statements(assessment, name), name
                )
                replies.append(_reply(assessment, key, said, came))
            except CyberassessError as cause:
                problems += cause.problems
        if problems:
            raise AssessmentError(*problems)
        made = plan(assessment, Voice(who, who, time=f"{day}T09:00:00Z" if day else ""), replies)
        session.write(made.events)
    return Told(made.stored, made.unchanged, tuple(made.problems))


def _reply(assessment: Assessment, key: StatementKey, said: Said, came: Source) -> AnswerReply:
    text, reason = (said, "") if isinstance(said, str) else said
    framework = assessment.frameworks[key.framework]
    choices = framework.answers_for(framework.indicators[key.indicator][1]).answers
    for each in choices:
        if text.casefold() in (each.code, each.label.casefold()):
            return AnswerReply((key,), Response(new=each.code, reason=reason), came)
    hint = f"Choose one of: {', '.join(each.code for each in choices)}. Nothing was recorded."
    found = f'"{text}" is not an answer to {key.indicator}.'
    raise AssessmentError(
        Problem("answer-not-allowed", f"{key.indicator}/{key.scope}", found, hint)
    )
