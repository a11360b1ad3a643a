"""The verbs of the commands as functions for a script; ``docs/library.md`` teaches them.

Each raises ``CyberassessError`` where the command would refuse, with every problem.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyberassess.errors import CyberassessError as CyberassessError
from cyberassess.errors import Problem as Problem
from cyberassess.errors import ReportError, closest
from cyberassess.opening import assessment as opening
from cyberassess.opening.assessment import Assessment as Assessment

if TYPE_CHECKING:
    # NOTE: with "as", so that scripts may name the types of what verbs give
    from cyberassess.domain.people.naming import Renaming as Renaming
    from cyberassess.domain.people.questions import Questionnaire as Questionnaire
    from cyberassess.domain.record.evidence import Item as Item
    from cyberassess.domain.record.plan import Action as Action
    from cyberassess.domain.result.scoring import OutcomeScore as OutcomeScore
    from cyberassess.domain.result.scoring import Scorecard as Scorecard
    from cyberassess.domain.result.trend import Trend as Trend
    from cyberassess.domain.sets.framework import Framework as Framework
    from cyberassess.domain.sets.framework import Indicator as Indicator
    from cyberassess.domain.sets.framework import Outcome as Outcome
    from cyberassess.opening.conflicts import Conflict as Conflict
    from cyberassess.opening.intake import ReceivedFile as ReceivedFile
    from cyberassess.steps.begin.rolling_over import RolledOver as RolledOver
    from cyberassess.steps.begin.setup import Created as Created
    from cyberassess.steps.care.pack import PackVerified as PackVerified
    from cyberassess.steps.care.verifying import Verified as Verified
    from cyberassess.steps.confirm.confirming import Bulk as Bulk
    from cyberassess.steps.evidence.evidencing import Added as Added
    from cyberassess.steps.evidence.listing import Listed as Listed
    from cyberassess.steps.next_year.changing_version import VersionChange as VersionChange
    from cyberassess.steps.pack.packing import PackMade as PackMade
    from cyberassess.steps.people.systems import Inherited as Inherited
    from cyberassess.steps.people.systems import Once as Once
    from cyberassess.steps.receive.answering import Said as Said
    from cyberassess.steps.receive.answering import Told as Told
    from cyberassess.steps.receive.importing import ImportedFile as ImportedFile
    from cyberassess.steps.report.approving import Signed as Signed
    from cyberassess.steps.report.printing import Printed as Printed
    from cyberassess.steps.review.reviewing import ReviewSent as ReviewSent
    from cyberassess.steps.send.sending import SentFile as SentFile


def load_framework(ref: str, folder: Path | str | None = None) -> "Framework":
    """Read a control set, ``ncsc-caf@3.2``: a shipped one, or one in a folder laid out alike."""
    from cyberassess.disk.framework_yaml import open_shelf

    return open_shelf(Path(folder) if folder is not None else None).framework(ref).framework


def new(
    folder: Path | str,
    *,
    organisation: str,
    period: str,
    frameworks: Sequence[str],
    profiles: Sequence[str],
    no_profile_reason: str = "",
    systems: Sequence[str] = (),
    cloud_services: Sequence[str] = (),
    respondents: Sequence[str] = (),
    officer: str = "",
    due: str = "",
    settings: Mapping[str, Any] | None = None,
) -> "Created":
    """Begin an assessment in a new or empty folder.

    Args:
        frameworks: ``ncsc-caf@3.2`` each; the first carries the headline.
        profiles: the targets; ``none`` where there is none, with ``no_profile_reason``.
        respondents: ``NAME <EMAIL>[:ROLE,…[@SCOPE]]`` each; the officer answers the rest.
        officer: ``NAME <EMAIL>``.
        due: ``2026-10-30``.
        settings: further keys of ``assessment.yaml``, such as ``people``; they count in place of
            what the others give.
    """
    from cyberassess.steps.begin.setup import NewAssessment
    from cyberassess.steps.begin.setup import new as begin

    wanted = NewAssessment(
        organisation,
        period,
        tuple(frameworks),
        tuple(profiles),
        no_profile_reason,
        tuple(systems),
        tuple(cloud_services),
        tuple(respondents),
        officer,
        due,
        settings=settings or {},
    )
    return begin(Path(folder), wanted)


def open_assessment(folder: Path | str) -> Assessment:
    """Read an assessment as it stands now; what is written later is not in it."""
    return opening.open_assessment(Path(folder))


def rollover(
    folder: Path | str,
    last: Path | str,
    *,
    period: str = "",
    due: str = "",
    frameworks: Sequence[str] = (),
    profiles: Sequence[str] = (),
    left: Sequence[str] = (),
    ended: Sequence[str] = (),
    merged: Sequence[str] = (),
    systems: Sequence[str] = (),
    respondents: Sequence[str] = (),
    dry_run: bool = False,
) -> "RolledOver":
    """Begin an assessment from the one before it.

    Args:
        folder: where it will stand; new or empty.
        last: last year's assessment, or a pack that was made of it.
        period: the year after last year's if empty.
        due: ``2027-10-30``.
        frameworks: ``ncsc-caf@4.0`` each, where another version is wanted, or one more set.
        profiles: targets, where last year's do not stay.
        left: ``NAME`` or ``NAME=WHO TAKES OVER`` each.
        ended: systems that are there no more.
        merged: ``ONE+OTHER=NAME`` each.
        systems: those that came.
        respondents: as for ``new``.
        dry_run: say what would come over, and make nothing.
    """
    from cyberassess.steps.begin.next_settings import Changes
    from cyberassess.steps.begin.rolling_over import roll_over

    changes = Changes(
        period=period,
        due=due,
        frameworks=tuple(frameworks),
        profiles=tuple(profiles),
        left=tuple(left),
        ended=tuple(ended),
        merged=tuple(merged),
        systems=tuple(systems),
        respondents=tuple(respondents),
    )
    return roll_over(Path(folder), Path(last), changes, dry_run=dry_run)


def change_version(
    folder: Path | str,
    version: str,
    *,
    profile: str = "",
    reason: str = "",
    dry_run: bool = False,
    by: str | None = None,
) -> "VersionChange":
    """Take up another version of a set in the middle of the year, or go back to the one before.

    Args:
        folder: of the assessment.
        version: ``ncsc-caf@4.0``.
        profile: its target, where the one of before says nothing of it.
        reason: why; needed where somebody approved it already.
        dry_run: say what would change, and change nothing.
        by: who does, as ``NAME, ROLE``; the officer if ``None``.
    """
    from cyberassess.steps.next_year.changing_version import (
        Wanted,
        change_of_version,
        take_up_version,
    )

    wanted = Wanted(version, profile=profile, reason=reason)
    if dry_run:
        return change_of_version(open_assessment(folder), wanted)
    return take_up_version(Path(folder), wanted, by=by)


def trend(folder: Path | str) -> "Trend":
    """Put an assessment beside all before it, each by the numbers that were approved."""
    from cyberassess.opening.years import in_a_row

    return in_a_row(open_assessment(folder)).trend


def approve(
    folder: Path | str,
    name: str,
    role: str,
    *,
    reason: str = "",
    as_it_stands: bool = False,
) -> "Signed":
    """Record that somebody signed the present state off.

    Args:
        folder: of the assessment.
        name: who did.
        role: what they are.
        reason: why, where something is open still.
        as_it_stands: sign it off though something is open.
    """
    from cyberassess.steps.receive.importing import ImportedFile as ImportedFile
    from cyberassess.steps.report.approving import approve as sign_off

    return sign_off(Path(folder), name=name, role=role, reason=reason, as_it_stands=as_it_stands)


def send(
    folder: Path | str,
    *,
    to: Sequence[str] = (),
    comments: Sequence[str] = (),
    without_last_year: bool = False,
    by: str | None = None,
    on_file: Callable[["SentFile"], None] = lambda _: None,
) -> list["SentFile"]:
    """Write one workbook for each person who is asked something, and a letter for each.

    Args:
        to: names or ids; everybody if empty.
        comments: ``REF: TEXT`` each, for the one person named.
        without_last_year: send all the same where last year cannot be read.
        by: ``NAME, ROLE`` of who does it; the officer if ``None``.
        on_file: called after each file.
    """
    from cyberassess.steps.send.sending import send as send_all

    return send_all(
        Path(folder), to=to, comments=comments, without_last_year=without_last_year, by=by,
        on_file=on_file,
    )  # fmt: skip


def receive(
    folder: Path | str,
    paths: Iterable[Path | str],
    *,
    dry_run: bool = False,
    by: str | None = None,
    on_file: Callable[["ReceivedFile"], None] = lambda _: None,
) -> list["ReceivedFile"]:
    """Take in workbooks that came back; a file that cannot be used stops no other.

    Args:
        paths: files, or folders whose files are all taken.
        dry_run: say what would change, and change nothing.
        by: ``NAME, ROLE`` of who does it; the officer if ``None``.
        on_file: called after each file is safe.
    """
    from cyberassess.steps.receive.receiving import receive as take

    return take(Path(folder), map(Path, paths), dry_run=dry_run, by=by, on_file=on_file)


def questions(assessment: Assessment, person: str) -> "Questionnaire":
    """Give what somebody, by id, name or address, is asked: topics, questions, refs, choices."""
    from cyberassess.opening.names import find_person
    from cyberassess.steps.send.sending import questions_for

    return questions_for(assessment, find_person(assessment, person).id)


def fill_in(
    blank: Path | str,
    output: Path | str,
    rows: Mapping[str, tuple[str | datetime.date, str]],
    *,
    signed: tuple[str, str] = ("", ""),
) -> int:
    """Type into a questionnaire that was sent, as a person would; give how many rows.

    Args:
        blank: as it was sent; it stays as it is.
        rows: what stands under *Your answer* and *In your own words*, keyed by ref.
        signed: name and date; nobody signs where they are empty.
    """
    from cyberassess.books.questionnaire.filling import Filled, fill

    typed = {ref: Filled(*said) for ref, said in rows.items()}
    return fill(Path(blank), Path(output), typed, signed=signed)


def answer(
    folder: Path | str,
    answers: "Mapping[str, Said]",
    *,
    source: str,
    person: str = "",
    on: str = "",
    by: str | None = None,
) -> "Told":
    """Record answers a script knows from elsewhere, by the rules of workbooks: all, or none.

    Args:
        answers: a code or label, or that and a reason, keyed by statement; with ``/SCOPE``
            where there are several.
        source: where they come from, in words.
        person: whose they are; of whoever does it if empty.
        on: the day they were given; today if empty.
        by: ``NAME, ROLE`` of who does it; the officer if ``None``.
    """
    from cyberassess.steps.receive.answering import answer as tell

    return tell(Path(folder), answers, source=source, person=person, on=on, by=by)


def import_webcaf(
    folder: Path | str,
    path: Path | str,
    *,
    system: str | None = None,
    by: str | None = None,
    dry_run: bool = False,
) -> "ImportedFile | ReceivedFile":
    """Take in an assessment recorded in WebCAF, or an assurer's review of one.

    Args:
        system: which one the file is about, where there are several.
        by: whose answers they are, or whose review it is.
        dry_run: say what would change, and change nothing.
    """
    from cyberassess.steps.receive.importing import import_webcaf as take

    return take(Path(folder), Path(path), system=system, by=by, dry_run=dry_run)


def resolve(
    folder: Path | str, statement: str, answer: str, *, reason: str, by: str | None = None
) -> "Conflict":
    """Settle what people differ on, ``B2.c.NA.2/housing``, with a reason."""
    from cyberassess.steps.settle.resolving import resolve as settle

    return settle(Path(folder), statement, answer=answer, reason=reason, by=by)


def share(
    folder: Path | str,
    topics: Sequence[str],
    *,
    title: str = "All systems",
    without: Sequence[str] = (),
    by: str | None = None,
) -> "Once":
    """Let topics be answered once for all systems, but for those it is said ``without``."""
    from cyberassess.steps.people.systems import share as ask_once

    return ask_once(Path(folder), topics, title=title, without=without, by=by)


def confirm_inherited(folder: Path | str, system: str, *, by: str | None = None) -> "Inherited":
    """Confirm in one action that shared services' answers hold for a system."""
    from cyberassess.steps.people.systems import confirm_inherited as take_over

    return take_over(Path(folder), system, by=by)


def rename(
    folder: Path | str, names: Sequence[str], *, reason: str = "", by: str | None = None
) -> "tuple[Renaming, ...]":
    """Say that people whose names were changed in ``assessment.yaml`` are the same people."""
    from cyberassess.steps.people.same_people import renamed

    return renamed(Path(folder), names, reason=reason, by=by)


def register_evidence(folder: Path | str, *, by: str | None = None) -> tuple[int, int]:
    """Give documents named in workbooks a number; give how many are new, and how many known."""
    from cyberassess.steps.evidence.evidencing import register_named

    return register_named(Path(folder), by=by)


def import_evidence(
    folder: Path | str, path: Path | str, *, dry_run: bool = False, by: str | None = None
) -> "Listed":
    """Record the documents of a list; a row that cannot be recorded is named, others are."""
    from cyberassess.steps.evidence.listing import import_list

    return import_list(Path(folder), Path(path), dry_run=dry_run, by=by)


def add_evidence(
    folder: Path | str,
    paths: Sequence[Path | str] = (),
    *,
    supports: Sequence[str] = (),
    known_as: Sequence[str] = (),
    by: str | None = None,
    **facts: str,
) -> "list[Added]":
    """Record files as evidence, or one sighting where there is none.

    Args:
        folder: of the assessment.
        paths: what is copied into it.
        supports: ``B2.c/housing, page 4`` each.
        known_as: what workbooks called it.
        by: ``NAME, ROLE`` of who does it; the officer if ``None``.
        facts: ``title``, ``shows``, ``dated`` and what else ``evidence add`` asks for; of a
            sighting ``link``, ``version``, ``sighted_on`` and ``sighted_by``.
    """
    from cyberassess.domain.record.evidence import Facts
    from cyberassess.steps.evidence.evidencing import add

    known = Facts(**facts, known_as=tuple(known_as))
    return add(Path(folder), [Path(each) for each in paths], known, supports=supports, by=by)


def review_evidence(
    folder: Path | str, item: str, verdict: str, *, reason: str = "", by: str | None = None
) -> "Item":
    """Record somebody's verdict on an item, ``EV-001``: ``accepted`` or ``rejected``."""
    from cyberassess.steps.evidence.evidencing import review

    return review(Path(folder), item, verdict, reason=reason, by=by)


def confirm(
    folder: Path | str, outcome: str, *, level: str = "", reason: str = "", by: str | None = None
) -> "OutcomeScore":
    """Record a named person's determination: the suggested one, or another with a reason."""
    from cyberassess.steps.confirm.confirming import confirm as determine

    return determine(Path(folder), outcome, level=level, reason=reason, by=by)[0]


def confirm_undisputed(folder: Path | str, *, by: str | None = None) -> "Bulk":
    """Confirm every suggestion that is complete, proven and disputed by nobody."""
    from cyberassess.steps.confirm.confirming import confirm_undisputed as confirm_all

    return confirm_all(Path(folder), by=by)


def add_action(
    folder: Path | str, outcome: str, title: str, *, by: str | None = None, **facts: str
) -> "Action":
    """Record what will be done about an outcome.

    Args:
        folder: of the assessment.
        outcome: with its scope where there are several.
        title: what will be done.
        by: ``NAME, ROLE`` of who does it; the officer if ``None``.
        facts: ``owner``, ``due``, ``cost``, ``cost_text``, ``status``, ``priority``, ``reason``.
    """
    from cyberassess.steps.plan.planning import Wanted
    from cyberassess.steps.plan.planning import add_action as add

    return add(Path(folder), outcome, Wanted(title=title, **facts), by=by)


def send_review(folder: Path | str, to: str, output: Path | str | None = None) -> "ReviewSent":
    """Write the workbook of an independent assurer, ``NAME, ROLE``."""
    from cyberassess.steps.review.reviewing import send_review as send_book

    return send_book(Path(folder), to, Path(output) if output is not None else None)


def fill_in_review(
    blank: Path | str,
    output: Path | str,
    rows: Mapping[str, Mapping[str, str]],
    said: Mapping[str, str] | None = None,
) -> int:
    """Type into an assurer's workbook: texts keyed by heading, keyed by ref.

    Args:
        said: texts keyed by their label on the first sheet, ``Overall risk`` and ``Opinion``.
    """
    from cyberassess.books.questionnaire.filling import fill_review

    return fill_review(Path(blank), Path(output), rows, said)


def receive_review(folder: Path | str, path: Path | str) -> "ReceivedFile":
    """Take in an assurer's workbook that came back; it is kept byte for byte."""
    from cyberassess.steps.review.reviewing import receive_review as receive_book

    return receive_book(Path(folder), Path(path))


def score(assessment: Assessment) -> "Scorecard":
    """Give everything that follows from the answers by the published rules."""
    return assessment.card


def explain(
    assessment: Assessment, outcome: str, scope: str | None = None
) -> list["OutcomeScore"]:
    """Give an outcome in every scope, or in one, with the statements that decided it."""
    from cyberassess.steps.standing.results import find_scores

    return find_scores(assessment, outcome, scope)


def report(
    folder: Path | str,
    kind: str,
    output: Path | str | None = None,
    *,
    force: bool = False,
    version: int | None = None,
    **options: str,
) -> "Printed":
    """Print a document.

    Args:
        folder: of the assessment.
        kind: the word after ``cyberassess report``: ``board``, ``full``, ``soa`` …
        output: its ending says what is written: ``.pdf``, ``.html``, ``.docx``, or ``.zip`` for
            its tables as CSV; a dated name under ``reports/`` if ``None``.
        force: replace the file named by ``output``.
        version: an approved one; the present state if ``None``.
        options: ``edition`` and ``decision`` of the board summary, ``theme`` of a theme's report,
            ``every_answer`` of the full one.
    """
    from cyberassess.steps.report import printing
    from cyberassess.steps.report.documents import DOCUMENTS

    kinds: dict[str, Callable[..., Printed]] = {
        "board": printing.report_board,
        "theme": printing.report_theme,
        **DOCUMENTS,
    }
    if kind not in kinds:
        hint = closest(kind, list(kinds)) or f"There are: {', '.join(kinds)}."
        found = f'"{kind}" is not a report.'
        raise ReportError.because("unknown-report", "", found, f"{hint} Nothing was written.")
    path = Path(output) if output is not None else None
    suffix = path.suffix if path else ".pdf"
    if suffix not in printing.SUFFIXES:
        found = f'"{suffix}" is not an ending this report is written with.'
        hint = f"There are: {', '.join(printing.SUFFIXES)}. Nothing was written."
        raise ReportError.because("unknown-ending", str(path), found, hint)
    wanted = printing.Wanted(path, force, suffix, version)
    return kinds[kind](Path(folder), wanted, **options)


def pack(
    folder: Path | str,
    output: Path | str | None = None,
    *,
    force: bool = False,
    only: Sequence[str] = (),
    redact: bool = False,
    key: Path | str | None = None,
    with_report: bool = True,
) -> "PackMade":
    """Write the evidence pack an auditor can check alone.

    Args:
        folder: of the assessment.
        output: a dated name under ``reports/`` if ``None``.
        force: replace the file named by ``output``.
        only: outcomes, or outcomes in scopes; all if empty.
        redact: withhold evidence marked personal or restricted, and say so.
        key: an SSH key to sign with.
        with_report: print the full report into it.
    """
    from cyberassess.steps.pack.packing import PackWanted
    from cyberassess.steps.pack.packing import pack as make

    wanted = PackWanted(
        Path(output) if output is not None else None,
        force,
        tuple(only),
        redact=redact,
        key=Path(key) if key is not None else None,
        report=with_report,
    )
    return make(Path(folder), wanted)


def verify(path: Path | str, key: Path | str | None = None) -> "Verified | PackVerified":
    """Check an assessment's folder or a pack, and derive every number again.

    Args:
        path: the folder, or the pack.
        key: of the pack's sender, as a file or its fingerprint, if it came another way.
    """
    from cyberassess.steps.care.pack import verify_pack
    from cyberassess.steps.care.verifying import verify as verify_folder

    path = Path(path)
    return verify_folder(path) if path.is_dir() else verify_pack(path, key=key)
