"""Beginning this year's assessment from last year's.

It is made whole beside its place and put there, or nothing is left. Answers never come over:
last year's stand beside the questions, and count once somebody confirms them.
"""

import contextlib
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cyberassess.disk.files import temporary_folder
from cyberassess.disk.segments import single_head
from cyberassess.domain.assessment import StatementKey, all_asked, statement_key
from cyberassess.domain.people.questions import OfferKind
from cyberassess.domain.record.approval import approvals_of
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import (
    AssessmentError,
    CyberassessError,
    Json,
    Problem,
    counted,
    seeing_writes,
)
from cyberassess.opening.assessment import Assessment, open_assessment, open_pack
from cyberassess.opening.conflicts import conflicts
from cyberassess.opening.offering import offers_for, past_to
from cyberassess.opening.writing import now
from cyberassess.opening.years import CIRCLE, years_before
from cyberassess.steps.begin.bringing import Brought, bring, origin_of, put_files
from cyberassess.steps.begin.next_settings import (
    NOTHING,
    Changes,
    Left,
    Next,
    next_settings,
    refused,
    settings_values,
)
from cyberassess.steps.begin.setup import create, refuse_full


@dataclass(frozen=True, slots=True)
class Asking:
    """How many questions of a set come with something of last year."""

    framework: FrameworkRef
    questions: int
    """Statements in the scopes they are asked about."""
    confirm: int
    """Beside which last year's answer stands, to be confirmed."""
    again: int
    """Asked again, with last year's words and answer beside."""


@dataclass(frozen=True, slots=True)
class RolledOver:
    """What became of last year's assessment."""

    folder: Path
    period: str
    before: str
    """Whose assessment of which period it follows."""
    came: tuple[str, ...]
    """What came over, in words."""
    actions: tuple[str, ...]
    evidence: tuple[str, ...]
    """The references that came over."""
    left: tuple[Left, ...]
    """What did not, and why."""
    asking: tuple[Asking, ...]
    notes: tuple[Problem, ...]
    """What the reader should know of last year's assessment."""


def roll_over(
    folder: Path, last: Path, changes: Changes | None = None, *, dry_run: bool = False
) -> RolledOver:
    """Begin an assessment from the one before it.

    Args:
        folder: where it will stand; new or empty.
        last: last year's assessment, or a pack that was made of it.
        dry_run: say what would come over; nothing is made.

    Raises:
        AssessmentError: where last year's assessment cannot be gone on from, something named does
            not fit, or nothing can be written; nothing is left behind.
        FrameworkError: for an unknown control set or target.
    """
    refuse_full(folder)
    on = datetime.date.fromisoformat(now()[:10])
    with _opened(last) as before:
        found = next_settings(before, last, folder, changes or Changes(), on)
        brought = bring(found, on)
        if not dry_run:
            asking = _made(folder, found, brought, with_files=True)
        else:
            # NOTE: what is made only to be looked at gets no page to start from
            with temporary_folder() as scratch, seeing_writes():
                asking = _made(scratch / "made", found, brought, with_files=False)
        return RolledOver(
            folder,
            found.settings.period,
            origin_of(before),
            tuple(_came(found, brought)),
            tuple(brought.actions),
            tuple(brought.evidence),
            (*found.left, *brought.left),
            asking,
            tuple(_notes(before)),
        )


@contextlib.contextmanager
def _opened(last: Path) -> Iterator[Assessment]:
    """Open last year's assessment: its folder, or a pack that was made of it.

    Raises:
        AssessmentError: where it cannot be read or trusted, or its copies went apart.
    """
    with contextlib.ExitStack() as stack:
        try:
            before = (
                stack.enter_context(open_pack(last)) if last.is_file() else open_assessment(last)
            )
            single_head(before.reading.segments)
        except CyberassessError as cause:
            first = cause.problems[0]
            where = ", ".join(filter(None, (last.as_posix(), first.where)))
            hint = f"{first.hint} {NOTHING}".strip()
            raise AssessmentError.because(first.code, where, first.message, hint) from cause
        for each in years_before(before):
            if isinstance(each, Problem) and each.code == CIRCLE:
                raise refused(CIRCLE, each.where, each.message, each.hint)
        yield before


def _made(folder: Path, found: Next, brought: Brought, *, with_files: bool) -> tuple[Asking, ...]:
    """Make the assessment, and say how many of its questions come with last year's answers."""

    def fill(partial: Path) -> list[Any]:
        if with_files:
            put_files(brought, partial)
        return brought.events

    values = settings_values(found.settings)
    create(folder, values, found.pinned, command="rollover", bring=fill)
    made = open_assessment(folder)
    # NOTE: last year is in memory already, and is the same read from where previous leads
    made.beside.last_years[found.settings.previous or ""] = found.before
    return tuple(_asking(made))


def _asking(made: Assessment) -> Iterator[Asking]:
    to_confirm = {
        key
        for key, offers in offers_for(made).items()
        if any(each.kind is OfferKind.EARLIER for each in offers)
    }
    again = past_to(made).keys() - to_confirm
    for ref, framework in made.frameworks.items():
        asked: set[StatementKey] = {
            statement_key(each, indicator)
            for each in all_asked({ref: framework}, made.contents.settings)
            for indicator in each.outcome.asked
        }
        yield Asking(ref, len(asked), len(asked & to_confirm), len(asked & again))


def _came(found: Next, brought: Brought) -> Iterator[str]:
    settings = found.settings
    systems = counted(len(settings.all_scopes) - 1, "system or service", "systems and services")
    people = counted(len(settings.everybody), "person", "people")
    yield f"{systems}, {people} with what they are asked"
    if settings.left_out:
        yield f"{counted(len(settings.left_out), 'thing')} left out, each with its reason"
    sets = ", ".join(f"{each.ref} ({each.profile})" for each in settings.frameworks)
    yield f"Control sets and targets: {sets}"
    yield f"Themes {settings.themes}{' and the ambition' if settings.ambition else ''}"
    yield from found.came
    if settings.certificates:
        yield counted(len(settings.certificates), "certificate")
    for references, noun, how in (
        (brought.actions, "open action", "with their numbers and history"),
        (brought.evidence, "item", "of evidence still in date"),
    ):
        if references:
            yield f"{counted(len(references), noun)} {how}: {', '.join(references)}"


def _notes(before: Assessment) -> Iterator[Problem]:
    """Say what is unfinished about last year's assessment; none of it stands in the way."""

    def note(code: str, message: str, hint: str) -> Problem:
        return Problem.note(code, "last year", message, hint)

    open_ones = conflicts(before)
    if open_ones:
        yield note(
            "conflicts-open",
            f"{counted(len(open_ones), 'difference')} between people "
            f"{'was' if len(open_ones) == 1 else 'were'} never decided.",
            "What each said stands beside the question; none of it can be confirmed.",
        )
    approvals = approvals_of(before.state)
    if not approvals:
        yield note(
            "never-approved",
            "Nobody approved it.",
            "Its figures are shown as last year's all the same.",
        )
    elif all(each.fingerprint != before.fingerprint for each in approvals):
        yield note(
            "changed-since",
            "It was changed since it was approved.",
            "Figures are those that were approved; answers, actions and evidence those of now.",
        )
    yield from (replace(e, where=f"last year, {e.where}") for e in before.notes if e.where)


def rolled_over_json(found: RolledOver) -> Json:
    """Give ``rollover --json``."""
    return {
        "schema": 1,
        "folder": found.folder.as_posix(),
        "period": found.period,
        "before": found.before,
        "came": list(found.came),
        "actions": list(found.actions),
        "evidence": list(found.evidence),
        "left": [{"what": each.what, "why": each.why} for each in found.left],
        "questions": [
            {
                "framework": each.framework,
                "questions": each.questions,
                "confirm": each.confirm,
                "asked_again": each.again,
            }
            for each in found.asking
        ],
        "notes": [str(each) for each in found.notes],
    }
