"""The assurer's workbook: each claim beside empty columns, and what came back in them.

The claims are facts: they are compared, cell by cell, with what was sent, so that a determination
is never taken for an answer to something else.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberassess.books.guard import Book
from cyberassess.books.table_book import Column, Kind, TableSheet, write_tables
from cyberassess.books.tables import Came, about_of, read_tables
from cyberassess.domain.record.reviewing import LONGEST_OPINION, METHODS, QUALITIES, RISKS
from cyberassess.errors import WorkbookError
from cyberassess.opening.intake import TEXTS, texts_mark

REF = "Ref"
DETERMINATION = "Your determination"
QUALITY = "Evidence quality"
METHOD = "Method"
SAMPLE = "Sample"
COMMENT = "Comment"
RECOMMENDATION = "Recommendation"
RISK = "Risk"
OVERALL, OPINION = "Overall risk", "Opinion"
"""Labels on the first sheet, beside which the assurer says what they think of the whole."""
INPUTS = (DETERMINATION, QUALITY, METHOD, SAMPLE, COMMENT, RECOMMENDATION, RISK)
CLAIMS = ("Outcome", "Where", "Target", "Claimed", "Why", "Evidence")
ABOUT = "About this file"
ASSESSMENT, PERSON, HEAD = "Assessment", "Person", "Ledger head"
ORGANISATION, PERIOD = "Organisation", "Period"


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One outcome in one scope, as it is shown to the assurer."""

    ref: str
    outcome: str
    where: str
    target: str
    claimed: str
    why: str
    evidence: str
    given: Mapping[str, str]
    """What this assurer said before, keyed by heading."""

    @property
    def claims(self) -> tuple[str, ...]:
        """The texts under ``CLAIMS``."""
        return (self.outcome, self.where, self.target, self.claimed, self.why, self.evidence)


@dataclass(frozen=True, slots=True)
class ReviewBook:
    """What the workbook holds."""

    assessment: str
    person: str
    name: str
    """The assurer's name and role."""
    head: str
    organisation: str
    period: str
    marking: str
    determinations: tuple[str, ...]
    """The words that may be chosen."""
    claims: tuple[tuple[str, tuple[ClaimRow, ...]], ...]
    """For each control set, its short title and its rows."""
    answers: tuple[tuple[str, str, str, str, str, str], ...]
    """Ref, statement, answer, why it counts so, reason, by whom: for reference."""
    risk: str = ""
    """The overall risk this assurer gave before."""
    opinion: str = ""
    """Their opinion, as they gave it before."""


_START = (
    ("What this is", "The organisation's own assessment, for you to check independently."),
    (
        "What to do",
        "On the sheets Review, give your own determination beside each claim you look at. "
        "Say how good the evidence was and how you assessed it. Leave the rest empty.",
    ),
    (
        "Your opinion",
        "Below, say how high the overall risk is as you see it (high, medium or low), and give "
        f"your opinion of the whole in your own words, up to {LONGEST_OPINION:,} characters. It "
        "stands in front of your review in the full report; the board's summary has its first "
        "sentence. Leave both empty to give none.",
    ),
    ("Please leave", "The claims as they are: a row whose claim was changed is not taken in."),
    ("Sheet Answers", "Every statement, its answer and who gave it, for reference."),
    ("Your words", "They are stored as you write them and printed beside the claim."),
    ("When done", "Save the file under any name and send it back. It is kept byte for byte."),
)


_ANSWERS = (
    Column(REF, 140, is_input=False),
    Column("Statement", 470, is_input=False),
    Column("Answer", 165, is_input=False),
    Column("Why it counts so", 320, is_input=False),
    Column("Reason", 320, is_input=False),
    Column("By", 145, is_input=False),
)
ANSWERS = tuple(each.heading for each in _ANSWERS)
_LINE = "Claims on the left, your view in the yellow columns. Several methods: examine, test."
_TITLE, _REVIEW, _EVERY = (
    "Independent review of {organisation}, {period}",
    "Review: {name}",
    "Every answer",
)
_FOR, _REFERENCE, _LEAVE = "For {name}.", "For reference.", "Leave this sheet as it is."


def _columns(determinations: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Give the columns of a review.

    Args:
        determinations: the words that may be chosen.
    """
    widths = (200, 130, 100, 100, 330, 250)
    return (
        Column(REF, 110, is_input=False),
        *(Column(c, w, is_input=False) for c, w in zip(CLAIMS, widths, strict=True)),
        Column(DETERMINATION, 150, determinations),
        Column(QUALITY, 110, QUALITIES, words="quality"),
        Column(METHOD, 120, METHODS, words="method"),
        Column(SAMPLE, 150, takes_links=True),
        Column(COMMENT, 280, takes_links=True),
        Column(RECOMMENDATION, 260, takes_links=True),
        Column(RISK, 80, RISKS, words="risk"),
    )


_KIND = Kind(
    _columns(),
    needed=(REF, DETERMINATION),
    once=(REF,),
    unread="It was not stored. Write it under Comment; the file is kept.",
    refused="It was not stored; the file is kept.",
    titles=(_TITLE, _REVIEW, _EVERY, ABOUT),
    lines=(_FOR, _LINE, _REFERENCE, _LEAVE),
    texts=tuple(text for pair in _START for text in pair),
    said=(OVERALL, OPINION),
    name="Assurer's workbook",
    about=("Kind", ASSESSMENT, PERSON, HEAD, ORGANISATION, PERIOD, TEXTS),
    reference=ANSWERS,
    takes_half=True,
)


def write_review_book(path: Path, what: ReviewBook, *, created: datetime.datetime) -> None:
    """Write an assurer's workbook; the same input gives the same bytes.

    Raises:
        OSError: where it cannot be written.
    """
    facts = (Column("", 200, is_input=False), Column("What it says", 800, is_input=False))
    start = (*_START, (OVERALL, what.risk), (OPINION, what.opinion))
    offered = tuple(RISKS if label == OVERALL else () for label, _ in start)
    title = _TITLE.format(organisation=what.organisation, period=what.period)
    told = (facts[0], Column("What it says", 800, by_row=offered, is_input=False))
    sheets = [
        TableSheet(
            "Start",
            title,
            _FOR.format(name=what.name),
            told,
            start,
            to_change=(OVERALL, OPINION),
            roomy=(OPINION,),
        )
    ]
    columns = _columns(what.determinations)
    for number, (name, rows) in enumerate(what.claims, start=1):
        label = "Review" if len(what.claims) == 1 else f"Review {number}"
        texts = tuple((e.ref, *e.claims, *(e.given.get(h, "") for h in INPUTS)) for e in rows)
        titled = _REVIEW.format(name=name)
        sheets.append(TableSheet(label, titled, _LINE, columns, texts, is_wide=True))
    sheets.append(TableSheet("Answers", _EVERY, _REFERENCE, _ANSWERS, what.answers))
    facts_of = (what.assessment, what.person, what.head, what.organisation, what.period)
    values = (*facts_of, texts_mark(what.answers))
    about = tuple(zip(_KIND.about, (_KIND.name, *values), strict=True))
    sheets.append(TableSheet(ABOUT, ABOUT, _LEAVE, facts, about))
    write_tables(
        path,
        sheets,
        marking=what.marking,
        footer=f"{what.organisation} {what.period} - review by {what.name}",
        created=created,
    )


def is_review_book(book: Book) -> bool:
    """Say whether a workbook is an assurer's."""
    return about_of(book, _KIND) is not None


def read_review_book(book: Book, name: str) -> Came:
    """Read an assurer's workbook.

    Raises:
        WorkbookError: where it is none of ours.
    """
    if not is_review_book(book):
        raise WorkbookError.because(
            "not-a-review",
            name,
            "This is not an assurer's workbook of ours.",
            "Nothing was stored from it. Send the one that `review send` wrote, filled in.",
        )
    return read_tables(book, name, _KIND)
