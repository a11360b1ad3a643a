"""Every fixed text of a questionnaire: what is written is known again when it comes back.

Texts with ``{names}`` are templates. A cell is known as ours when it fits the template, whatever
stands in place of the names: organisation, dates and officers may change while a file is away.

NOTE: a workbook may come back after an update of the program. A text that is changed here stays
known only if the old one is kept in ``EARLIER_WORDINGS``.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.characters import QUOTES
from cyberassess.domain.characters import fold as fold  # noqa: PLC0414 - looked for here
from cyberassess.domain.people.questions import EVIDENCE, SHARED, WHY, Past, Row, SharedTopic
from cyberassess.domain.sets.framework import (
    Answer,
    AnswerSet,
    Framework,
    Level,
    Needs,
    Outcome,
)
from cyberassess.errors import counted

REF = "Ref"
STATEMENT = "Statement"
ANSWER = "Your answer"
WORDS = "In your own words"
EARLIER = "Earlier answer"
CONFIRM = "Still true?"
NOTE = "Look at this"

STILL_TRUE = "Yes, still true"
NO_LONGER = "No"
EARLIER_TEXT = "{answer} ({origin}{date})"
THEY_DIFFER = "These differ. Choose your own answer."
CONFIRM_SHEET = "All answers from {origin} on this sheet still hold"
LOOK_FIRST = "Look at these first. {said}"
LOOK_WARNINGS = "Warning signs that were said to be there: {refs}."
LOOK_UNPROVEN = "No evidence in date: {refs}."
CONFIRM_BOOK = "All answers from {origin} hold for {scope}"
CONFIRM_HELP = "Choose Yes, and they all count. Or go through them one by one."
CONFIRM_BOOK_HELP = (
    "Choose Yes, and they all count. What to look at first stands at the top of each sheet."
)
YES = "Yes"
SEE_ALSO = "See also: {places}. The answers may be the same."
SEE_PLACE = "{title} ({ref}, sheet {sheet})"
ANSWERED_BY = "Answered by"
ANSWERED_BY_HELP = "Only if it is not {name}"

LOOK_AGAIN = "Look again"
CHECK_CLAIM = "Look again: a warning sign happens, yet all of “{heading}” is so."
CHECK_WORDS = "Look again: say why beside {refs}"
CHECK_ANSWER = "Look again: choose an answer for {refs}"
CHECK_BETTER = "Look again: a statement that says better is true. Do you do better than {refs}"
CHECK_SOME = "some of these"

SHARED_SHEET = "Shared services"
SHARED_WHAT = "What your systems take over from others"
SHARED_HELP = (
    "These topics are run once for several systems, and whoever runs them answers for all. Say "
    "whether it is the same for yours; what is not the same is asked afterwards."
)
SHARED_CHOICES = "Choose one: Yes / No. Say why if you choose: No."
SHARED_BAND = "What {scope} takes over"
SHARED_TEXT = "{title}: is it the same here as in the shared service?"
SHARED_FROM = "As in: "
"""What stands before the shared services' names, below the question in the same cell."""

MARKED = "{marking} when completed"
SHEET_LINE = "{scope}. {questions}. {marking} when completed."
PROGRESS_WORDS = "of {count} answered"
HELP = "What we mean: {help}"
WARNING_BAND = "{heading}: does this happen here?"
CONDITION_BAND = "{heading}"
CHOICES = "Choose one: {labels}."
NEEDS_REASON = " Say why if you choose: {labels}."
WITH_HELP = "Then, under “In your own words”: {helps}."
"""Where answers say what they need: one line below the choices."""
MEANING = "{label}: {help}"
"""Where an answer that needs no reason says what it means: a line of its own, last."""
BETTER = "“{label}”: {help} Say how, unless a statement that says better is true."
"""Below the choices, where some of the statements offer it."""
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
PROGRESS = "Progress"

FINISH = "Finish"
FINISH_TITLE = "Before you send it back"
DECLARED = "These answers are true to the best of my knowledge"
DECLARED_HELP = "Choose Yes."
DECLARED_BY = "Your name"
DECLARED_BY_HELP = "Whoever is answerable for these answers."
DECLARED_ON = "Date"
DECLARED_ON_HELP = "For example 3 March 2026."
LOOK_WORDS = "to look at again"
LOOK_HELP = "Search the sheets for “Look again”."
RETURN = "Return"
RETURN_TEXT = "Save the file and send it back to {officer}."

DOCUMENTS = "Documents"
DOCUMENTS_TITLE = "Documents that show it"
DOCUMENTS_LINE = (
    "One document a row. Leave this sheet empty if you named your documents beside the questions."
)
DOCUMENT = "Document"
SHOWS = "What it shows"
SUPPORTS = "Refs it supports"
DATED = "Its date"
OWNER = "Owner"
LOCATION = "Where to find it"
VALID_UNTIL = "Good until"
DOCUMENT_HEADINGS = (DOCUMENT, SHOWS, SUPPORTS, DATED, OWNER, LOCATION, VALID_UNTIL)
NO_DUE = "No date is set."
NOT_ASKED = "Not asked"
NOT_ANSWERED = "Not answered"
OFFICIAL = "Official wording: "
"""What stands before the publisher's own words, below ours in the same cell."""
ONLY_IF = "Only if yes to: "
"""What stands before the condition of a question, below it in the same cell."""
PAST_WORDS = "Last year: "
PAST_ANSWER = "Last year: {answer}, {origin}, {date}"
BEFORE_WORDS = "Before: "
BEFORE_ANSWER = "Before: {answer}, {origin}, {date}"
"""Of an answer of this year, to the version of the set that was used before."""
PAST_QUESTION = "The question was: {question}"
ASKED_AGAIN = "Asked again, because {because}."
"""What stands before a text of last year, so that it is known as ours."""
_WHY_YOU = (
    "You know best what is really done. Your answers show where {organisation} "
    "is protected against cyber attack."
)
_WHAT_TO_DO = (
    "Answer the yellow cells on the next sheets, then sign on the sheet Finish. "
    "“I don't know” is welcome and useful. Skip what you cannot answer."
)
_HOW_LONG = "About {minutes} minutes for {questions}. You can stop and come back."
_HOW_LONG_AGAIN = "A moment for {fixes}, listed on the first sheet. All your answers are here."
_WHO_SEES_IT = (
    "{officer}, the independent assurer, and senior managers in summary. "
    "Freedom of information requests are checked before release."
)
START_ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Why you", (_WHY_YOU,)),
    ("What to do", (_WHAT_TO_DO,)),
    ("How long", (_HOW_LONG_AGAIN, _HOW_LONG)),
    ("By when", ("{due}.", NO_DUE)),
    ("Who sees it", (_WHO_SEES_IT,)),
    (RETURN, (RETURN_TEXT,)),
    ("Ask", ("{officer}, {email}", "{officer}")),
)
"""Labels of the first sheet, each with what may stand beside it."""

FIX = "Fix these"
FIX_TITLE = "Look at these, and send the file back"
FIX_LINE = "{organisation}, {period}. {marking} when completed."
FIX_HELP = (
    "Thank you. All your answers are in this file. Each line below needs a moment: "
    "choose the ref to go there."
)
FIX_HEADINGS = ("No.", "Go to", "In the file you sent", "What to look at")
NO_ROW = "No row"

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
SHEETS = (START, DOCUMENTS, FINISH, ABOUT, FIX, SHARED_SHEET)
"""The names of the sheets that are not questions."""
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

CHECKS = (CHECK_CLAIM, CHECK_WORDS, CHECK_ANSWER, CHECK_BETTER)

SHEET_TEMPLATES = (
    SHEET_LINE,
    SEE_ALSO,
    ANSWERED_BY_HELP,
    CONFIRM_HELP,
    ANSWERED_BY,
    LOOK_FIRST,
    SHARED_SHEET,
    SHARED_HELP,
    SHARED_CHOICES,
    SHARED_BAND,
)
"""What stands on a sheet of questions in rows without a ref, besides the framework's texts."""

RECEIPT = "Receipt"
RECEIPT_TITLE = "Receipt for {name}"
RECEIPT_LINE = "{organisation}, {period}. {marking}."
RECEIPT_WHAT = "Thank you"
RECEIPT_THANKS = (
    "Your answers have arrived. The next sheet shows them as they are stored. "
    "If one is not as you meant it, tell {officer}."
)
RECEIPT_ANSWERED = "You have answered"
RECEIPT_CAME = "Your file"
RECEIPT_FILE = "{file}, received on {date}"
RECEIPT_STORED = "From this file"
RECEIPT_COUNTS = "{stored} stored, {unchanged} as they were before"
RECEIPT_OPEN = "To look at again"
RECEIPT_LOOK = "{count}: a workbook that shows them comes with this receipt"
RECEIPT_NOTHING_OPEN = "Nothing"
RECEIPT_SIGNED = "Signed"
RECEIPT_DECLARED = "{name}, {date}: true to the best of my knowledge"
RECEIPT_EARLIER = "{name}, {date}, for an earlier file; none of its answers has changed since"
RECEIPT_LAPSED = (
    "Not any more: {name} signed on {date}, and answers changed after that. "
    "Sign the sheet Finish again, and send the file"
)
RECEIPT_REFUSED = "No: {words}"
RECEIPT_UNRECORDED = "{name}; which file was signed is not recorded"
RECEIPT_NOT_SIGNED = "Not yet"
RECEIPT_HEAD = "Mark of everything recorded"
RECEIPT_HASH = "SHA-256 of your file"
RECEIPT_HELP = (
    "Keep this file. The mark (ledger head) stands for everything recorded up to your answers: "
    "if something of that is changed without a trace, it no longer fits."
)
RECEIPT_ANSWERS = "Your answers"
RECEIPT_CONFIRMED = "Confirmed; the answer is that of {origin}"
RECEIPT_UNTIL = "Good until {date}"

EARLIER_WORDINGS: tuple[str, ...] = ()
"""Texts of earlier versions, as templates."""


@cache
def _fixed(template: str) -> tuple[str, ...]:
    """Give what stands between the names of a template, folded."""
    return tuple(re.split(r"\{[a-z]+\}", fold(template)))


def _fits(folded: str, template: str) -> bool:
    """Find the fixed pieces one after another, at least one character apart.

    NOTE: the text may be a stranger's, and a regular expression with several gaps takes forever
    over some texts; the first place of each piece is as good as any.
    """
    first, *others = _fixed(template)
    if not others:
        return folded == first
    *between, last = others
    place = len(first)
    for piece in between:
        found = folded.find(piece, place + 1)
        if found < 0:
            return False
        place = found + len(piece)
    return folded.startswith(first) and folded.endswith(last) and place < len(folded) - len(last)


def fits(text: str, templates: Iterable[str]) -> bool:
    """Say whether a text is one of the templates, filled in."""
    folded = fold(text)
    return any(_fits(folded, template) for template in templates)


_COUNT = re.compile(
    r"[0-9]{1,6} of [0-9]{1,6} answered(?:\. Look again: [0-9]{1,6})?|[0-9]{1,6} to look at again"
)
_COUNTING = re.compile(r'(?:of [0-9]{1,6} answered"|to look at again")\Z')


def is_progress(text: str) -> bool:
    """Say whether a cell's text or formula is one of our counts or checks."""
    stripped = text.strip()
    if not stripped.startswith("="):
        return _COUNT.fullmatch(stripped) is not None or fits(stripped, CHECKS)
    counts = any(each in stripped for each in ("COUNTIF(", "COUNTIFS(", "VALUE("))
    ends = _COUNTING.search(stripped[-40:]) is not None
    return (counts and (ends or "Look again" in stripped)) or fits(stripped, CHECKS)


_EARLIER = re.compile(
    r"(?P<label>.+?) \((?P<origin>.+?)(?:, [0-9]{1,2} [A-Z][a-z]+ [0-9]{4})?\)", re.DOTALL
)

_LINE = re.compile(r"(?P<scope>.+)\. [0-9,]+ questions?\. .+ when completed\.", re.DOTALL)


@cache
def _named(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{([a-z]+)\}", " ".join(template.split()))
    texts = [f"(?P<{e}>.+?)" if n % 2 else re.escape(e) for n, e in enumerate(parts)]
    return re.compile("".join(texts), re.DOTALL | re.IGNORECASE)


def parts_of(text: str, template: str) -> dict[str, str]:
    """Give what stands in place of a template's names; empty where the text does not fit it."""
    found = _named(template).fullmatch(" ".join(text.translate(QUOTES).split()))
    return found.groupdict() if found else {}


def scope_in(text: str) -> str:
    """Give the scope's title from the line under a sheet's title; empty for any other text."""
    found = _LINE.fullmatch(" ".join(text.split()))
    return found["scope"] if found else ""


def confirmed_origin(text: str) -> str:
    """Give the origin a cell asks about for the whole sheet; empty where it asks no such thing."""
    return parts_of(text, CONFIRM_SHEET).get("origin", "")


def is_fix_text(text: str) -> bool:
    """Say whether a cell of the first sheet of a notes workbook is one of its fixed texts."""
    folded = fold(text)
    ours = (FIX_TITLE, FIX_HELP, NO_ROW, *FIX_HEADINGS, DOCUMENTS, FINISH)
    fixed = {fold(each) for each in ours}
    return folded in fixed or folded.isdigit() or fits(text, (FIX_LINE,))


def is_yes(text: str) -> bool:
    """Say whether a cell confirms."""
    return fold(text).rstrip(".") in {fold(YES), fold(STILL_TRUE)}


def is_no(text: str) -> bool:
    """Say whether a cell says no, or nothing."""
    return fold(text).rstrip(".") in {"", fold(NO_LONGER)}


def band(framework: Framework, level: Level) -> str:
    """Give the heading over a level's statements."""
    if level.is_condition:
        return CONDITION_BAND.format(heading=level.heading)
    if level.is_warning:
        return WARNING_BAND.format(heading=level.heading)
    return f"{level.heading}: {framework.rule.band or framework.rule.kind.band}"


def choices(answers: AnswerSet) -> tuple[str, ...]:
    """Give the lines that name a statement's choices, and what to write beside them.

    What only some statements of a level offer has a line of its own, so that the others' lines
    are among these.
    """
    better = answers.better
    plain = [each for each in answers.answers if each != better]
    text = CHOICES.format(labels=" / ".join(each.label for each in plain))
    wanting = [each for each in plain if each.needs is Needs.REASON]
    more = [
        MEANING.format(label=each.label, help=each.help)
        for each in plain
        if each.help and each not in wanting
    ]
    if better:
        more.append(BETTER.format(label=better.label, help=better.help))
    if sum(bool(each.help) for each in wanting) > 1:
        return text, WITH_HELP.format(helps="; ".join(_help(each) for each in wanting)), *more
    labels = " / ".join(each.label for each in wanting)
    return (text + NEEDS_REASON.format(labels=labels) if wanting else text, *more)


def _help(answer: Answer) -> str:
    words = answer.help.rstrip(".") or SAY_WHY
    return f"{answer.label}, {words[:1].lower()}{words[1:]}"


def earlier_text(row: Row) -> str:
    """Give the earlier answers to a row as they stand beside it; each is dated."""
    lines: list[str] = []
    for each in row.offers:
        date = f", {said_date(each.date)}" if each.date else ""
        lines.append(EARLIER_TEXT.format(answer=each.label, origin=each.origin, date=date))
        lines += [each.reason] if each.reason else []
    if row.offers and not can_be_confirmed(row):
        lines.append(THEY_DIFFER)
    return "\n".join([*lines, *past_lines(row.past, row.text)])


def past_lines(past: Sequence[Past], question: str) -> list[str]:
    """Give last year's answers to what is asked again: nothing to confirm, only to look at.

    Args:
        question: of this year; last year's is given where it was another.
    """
    lines: list[str] = []
    for each in past:
        text = BEFORE_ANSWER if each.this_year else PAST_ANSWER
        said = text.format(answer=each.label, origin=each.origin, date=said_date(each.date))
        lines += [said, each.reason] if each.reason else [said]
        if fold(each.question) != fold(question):
            lines.append(PAST_QUESTION.format(question=each.question))
        lines.append(ASKED_AGAIN.format(because=each.because))
    return lines


def can_be_confirmed(row: Row) -> bool:
    """Say whether one *yes* can mean only one answer."""
    return len({each.answer for each in row.offers}) == 1


class Shown(NamedTuple):
    """A line that gives an earlier answer."""

    label: str
    origin: str


def shown_in(line: str) -> Shown | None:
    """Take apart a line that ``earlier_text`` wrote; ``None`` for any other."""
    found = _EARLIER.fullmatch(" ".join(line.split()))
    return Shown(found["label"], found["origin"]) if found else None


def is_earlier(text: str) -> bool:
    """Say whether a cell begins with an earlier answer."""
    return shown_in(next(iter(text.splitlines()), "")) is not None


def is_past(text: str) -> bool:
    """Say whether a cell begins with an earlier answer that is no answer to confirm."""
    return is_of_last_year(text) or fold(text).startswith(fold(BEFORE_WORDS))


def is_of_last_year(text: str) -> bool:
    """Say whether that answer is of last year."""
    return fold(text).startswith(fold(PAST_WORDS))


def reasons_in(text: str) -> list[str]:
    """Give the lines of an earlier answer's cell that are reasons: whoever gave them knows."""
    lines = [" ".join(each.split()) for each in text.splitlines()]
    return [
        each
        for each in lines
        if each and fold(each) != fold(THEY_DIFFER) and shown_in(each) is None
    ]


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
    for located in framework.located:
        group = located.groups[-1]
        known[f"{group.id}{SHARED}"] = SHARED_TEXT.format(title=group.title)
    return known


def texts_of(framework: Framework) -> set[str]:
    """Give every text of a framework that stands on a sheet without a ref, folded."""
    texts: set[str] = set()
    for located in framework.located:
        texts.update(group.title for group in located.groups)
        outcome = located.outcome
        texts.update((outcome.title, outcome.question, HELP.format(help=outcome.help)))
    for level in framework.levels:
        for answers in framework.sets_at(level):
            texts.update((band(framework, level), *choices(answers)))
    return {fold(each) for each in texts}


def questions(count: int) -> str:
    """Give the number of questions with its noun."""
    return counted(count, "question")


def below(row: Row) -> str:
    """Give what stands below our question in its cell, each on a line; empty where nothing."""
    lines = [f"{ONLY_IF}{row.condition}"] if row.condition else []
    lines += [f"{OFFICIAL}{row.official}"] if row.official else []
    return "".join(f"\n{line}" for line in lines)


def shared_below(shared: SharedTopic) -> str:
    """Give what stands below the question about a topic: the services, and what it covers."""
    names = ", ".join(shared.sources)
    outcomes = (each.asked.outcome for each in shared.topic.blocks)
    covered = "; ".join(f"{each.id} {each.title}" for each in outcomes)
    return f"\n{SHARED_FROM}{names}. It covers {covered}."


def question_of(text: str) -> str:
    """Give our question from the text of its cell, without what stands below it."""
    lines = text.splitlines()
    ours = ONLY_IF, OFFICIAL, SHARED_FROM
    after = (n for n, line in enumerate(lines) if line.startswith(ours))
    return "\n".join(lines[: next(after, len(lines))])
