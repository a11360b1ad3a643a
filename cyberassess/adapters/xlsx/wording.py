"""Every fixed text of a questionnaire: written by ``questionnaire``, known by ``responses``.

Texts with ``{names}`` are templates. A cell is known as ours when it fits the template, whatever
stands in place of the names: organisation, dates and officers may change while a file is away.

NOTE: a workbook may come back after an update of the program. A text that is changed here stays
known only if the old one is kept in ``EARLIER_WORDINGS``.
"""

import re
from collections.abc import Iterable
from functools import cache

from cyberassess.domain.framework import (
    Answer,
    AnswerSet,
    Framework,
    Level,
    Needs,
    Outcome,
    RuleId,
)
from cyberassess.domain.questions import EVIDENCE, WHY, Row
from cyberassess.errors import counted

REF = "Ref"
STATEMENT = "Statement"
ANSWER = "Your answer"
WORDS = "In your own words"
EARLIER = "Last year"
HEADINGS = (REF, STATEMENT, ANSWER, WORDS, EARLIER)

MARKED = "{marking} when completed"
SHEET_LINE = "{scope}. {questions}. {marking} when completed."
PROGRESS_WORDS = "of {count} answered"
HELP = "What we mean: {help}"
WARNING_BAND = "{heading}: does this happen here?"
BAND = "{heading}: is this so here?"
MET_BAND = "{heading}: is this met?"
PLACE_BAND = "{heading}: is this in place?"
CONDITION_BAND = "{heading}"
CHOICES = "Choose one: {labels}."
NEEDS_REASON = " Say why if you choose: {labels}."
WITH_HELP = "Then, under “In your own words”: {helps}."
"""Where answers say what they need: one line below the choices."""
SAY_WHY = "say why"
WHY_TEXT = (
    "Why do you see it this way? About 60 words help the assurer: "
    "what is done, by whom, how often, what is planned."
)
EVIDENCE_TEXT = (
    "Which documents show this? Give names or links, one a line, under “In your own words”. "
    "If you know how long they hold, put that date under “Your answer”."
)
EVIDENCE_EXAMPLES = " For example: {examples}."

START = "Start"
TITLE = "Cyber questions for {name}"
SUBTITLE = "{organisation}, {period}. {marking} when completed."
COMPLETED_BY = "Completed by"
COMPLETED_BY_HELP = "A colleague who fills this in writes their own name."
DECLARED = "I answered to the best of my knowledge"
DECLARED_HELP = "Write Yes."
PROGRESS = "Progress"
NO_DUE = "No date is set."
NOT_ASKED = "Not asked"
NOT_ANSWERED = "Not answered"
OFFICIAL = "Official wording: "
"""What stands before the publisher's own words, below ours in the same cell."""
ONLY_IF = "Only if yes to: "
"""What stands before the condition of a question, below it in the same cell."""
PAST_WORDS = "Last year: "
"""What stands before a text of last year, so that it is known as ours."""
_WHY_YOU = (
    "You know best what is really done. Your answers show where {organisation} "
    "is protected against cyber attack."
)
_WHAT_TO_DO = (
    "Answer the yellow cells on the next sheets. “I don't know” is welcome and useful. "
    "Skip what you cannot answer."
)
_WHO_SEES_IT = (
    "{officer}, the independent assurer, and senior managers in summary. "
    "Freedom of information requests are checked before release."
)
START_ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Why you", (_WHY_YOU,)),
    ("What to do", (_WHAT_TO_DO,)),
    ("How long", ("About {minutes} minutes for {questions}. You can stop and come back.",)),
    ("By when", ("{due}.", NO_DUE)),
    ("Who sees it", (_WHO_SEES_IT,)),
    ("Return", ("Save the file and send it back to {officer}.",)),
    ("Ask", ("{officer}, {email}", "{officer}")),
)
"""Labels of the first sheet, each with what may stand beside it."""

ABOUT = "About this file"
ABOUT_LINE = "Leave this sheet as it is: it tells us whose answers these are."
WHAT = "What this is"
WHAT_TEXT = "Questions about cyber security for one person, with room for the answers"
ASSESSMENT = "Assessment"
ORGANISATION = "Organisation"
PERIOD = "Period"
PERSON = "Person"
NAME = "Name"
SERIAL = "Serial"
HEAD = "Head"
FRAMEWORK = "Framework"
QUESTIONS = "Questions"
WRITTEN_BY = "Written by"
MARKING = "Marking"
ABOUT_LABELS = (
    WHAT,
    MARKING,
    ASSESSMENT,
    ORGANISATION,
    PERIOD,
    PERSON,
    NAME,
    SERIAL,
    HEAD,
    QUESTIONS,
    WRITTEN_BY,
)
NOTHING = "none"
"""What stands where there is no value, so that no label is left alone."""

EARLIER_WORDINGS: tuple[str, ...] = ()
"""Texts of earlier versions, as templates."""

_QUOTES = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "}
)


def fold(text: str) -> str:
    """Give a text as it is compared: spaces, letter case and curly quotes do not matter."""
    return " ".join(text.translate(_QUOTES).casefold().split())


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[a-z]+\}", fold(template))
    return re.compile(".+?".join(re.escape(part) for part in parts), re.DOTALL)


def fits(text: str, templates: Iterable[str]) -> bool:
    """Say whether a text is one of the templates, filled in."""
    folded = fold(text)
    return any(_pattern(template).fullmatch(folded) for template in templates)


_PROGRESS = re.compile(r'=.*(?:COUNTIFS|VALUE)\(.*of [0-9]+ answered"|[0-9]+ of [0-9]+ answered')


def is_progress(text: str) -> bool:
    """Say whether a cell's text or formula is one of our counts."""
    return _PROGRESS.fullmatch(text.strip()) is not None


def band(framework: Framework, level: Level) -> str:
    """Give the heading over a level's statements."""
    if level.is_condition:
        return CONDITION_BAND.format(heading=level.heading)
    if level.is_warning:
        return WARNING_BAND.format(heading=level.heading)
    template = {
        RuleId.STAGED: MET_BAND,
        RuleId.ALL_MET: MET_BAND,
        RuleId.IN_PLACE: PLACE_BAND,
    }.get(framework.rule.id, BAND)
    return template.format(heading=level.heading)


def choices(answers: AnswerSet) -> tuple[str, ...]:
    """Give the lines that name a level's choices, and what to write beside them."""
    text = CHOICES.format(labels=" / ".join(each.label for each in answers.answers))
    wanting = [each for each in answers.answers if each.needs is Needs.REASON]
    if sum(bool(each.help) for each in wanting) > 1:
        return text, WITH_HELP.format(helps="; ".join(_help(each) for each in wanting))
    labels = " / ".join(each.label for each in wanting)
    return (text + NEEDS_REASON.format(labels=labels) if wanting else text,)


def _help(answer: Answer) -> str:
    words = answer.help.rstrip(".") or SAY_WHY
    return f"{answer.label}, {words[:1].lower()}{words[1:]}"


def evidence_text(outcome: Outcome) -> str:
    """Give the question for an outcome's documents."""
    if not outcome.evidence:
        return EVIDENCE_TEXT
    examples = "; ".join(each.rstrip(".") for each in outcome.evidence)
    return EVIDENCE_TEXT + EVIDENCE_EXAMPLES.format(examples=examples)


def questions_of(framework: Framework) -> dict[str, str]:
    """Give what stands in *Statement* beside the name in each ref."""
    known: dict[str, str] = {}
    for outcome in framework.outcomes.values():
        known[outcome.id] = outcome.title
        known.update((each.id, each.text) for each in outcome.indicators)
        known[f"{outcome.id}{WHY}"] = WHY_TEXT
        known[f"{outcome.id}{EVIDENCE}"] = evidence_text(outcome)
    return known


def texts_of(framework: Framework) -> set[str]:
    """Give every text of a framework that stands on a sheet without a ref, folded."""
    texts: set[str] = set()
    for located in framework.located:
        texts.update(group.title for group in located.groups)
        outcome = located.outcome
        texts.update((outcome.title, outcome.question, HELP.format(help=outcome.help)))
    sets = {each.id: each for each in framework.answer_sets}
    for level in framework.levels:
        if level.answers:
            texts.update((band(framework, level), *choices(sets[level.answers])))
    return {fold(each) for each in texts}


def questions(count: int) -> str:
    """Give the number of questions with its noun."""
    return counted(count, "question")


def below(row: Row) -> str:
    """Give what stands below our question in its cell, each on a line; empty where nothing."""
    lines = [f"{ONLY_IF}{row.condition}"] if row.condition else []
    lines += [f"{OFFICIAL}{row.official}"] if row.official else []
    return "".join(f"\n{line}" for line in lines)


def question_of(text: str) -> str:
    """Give our question from the text of its cell, without what stands below it."""
    lines = text.splitlines()
    after = (n for n, line in enumerate(lines) if line.startswith((ONLY_IF, OFFICIAL)))
    return "\n".join(lines[: next(after, len(lines))])
