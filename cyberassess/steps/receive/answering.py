"""Answers somebody knows: a script's from elsewhere, and those of a page on a screen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberassess.domain.assessment import StatementKey, all_asked, statement_key
from cyberassess.domain.people.questions import AnswerReply, Questionnaire, Reply
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError, CyberassessError, Problem
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.names import find_person, typed_date
from cyberassess.opening.outcomes import find_statements, only_one
from cyberassess.opening.recording import Voice, plan
from cyberassess.opening.writing import writing
from cyberassess.steps.send.sending import questions_for

Said = str | tuple[str, str]
"""An answer's code or label; with a reason in a pair."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of answers that were told."""

    stored: int
    """Answers; of a page also what was said beside them."""
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


Says = Callable[[Questionnaire], Iterable[Reply]]
"""What somebody replies to what they are asked now."""


def say(folder: Path, replies: Mapping[str, Says], *, by: str | None = None) -> dict[str, Told]:
    """Record what one or several people said at one time: all of it, or nothing.

    Args:
        replies: keyed by the name of whose they are.
        by: who wrote them down; the officer if ``None``.

    Returns:
        What became of each person's, keyed by their name.

    Raises:
        AssessmentError: for an unknown person, or one who is asked nothing.
    """
    told: dict[str, Told] = {}
    with writing(folder, "ask", by=by) as session:
        assessment, events = session.assessment, []
        for name, says in replies.items():
            person = find_person(assessment, name)
            what = questions_for(assessment, person.id)
            made = plan(assessment, Voice(person.id, person.id), says(what))
            events += made.events
            stored = made.stored + made.texts
            told[person.name] = Told(stored, made.unchanged, tuple(made.problems))
        session.write(events)
    return told


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
