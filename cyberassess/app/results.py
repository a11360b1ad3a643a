"""What follows from the answers: status, score, explain, verify, report."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyberassess import __version__
from cyberassess.adapters.files import sha256_of, write_whole
from cyberassess.app.opening import Assessment, open_assessment
from cyberassess.app.settling import Conflict, conflicts
from cyberassess.domain.assessment import assign, statement_key
from cyberassess.domain.findings import Tally, tally_by_owner, tally_by_standard
from cyberassess.domain.ledger import Given
from cyberassess.domain.scoring import THEME_RULE, OutcomeScore, Scorecard
from cyberassess.errors import (
    AssessmentError,
    LedgerError,
    Problem,
    ReportError,
    Severity,
    closest,
    counted,
)

if TYPE_CHECKING:
    from cyberassess.adapters.report.view import FullReport

Json = dict[str, Any]  # NOTE: printed as it is; tests fix its shape.


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """How far one person is."""

    id: str
    name: str
    questions: int
    answered: int
    sent: str
    """Date of the last questionnaire, empty if none."""
    received: str
    """Date of the last file that came in, empty if none."""
    prompted: bool
    """Whether they answered at the prompt."""
    open: int
    """Statements nobody has answered."""

    @property
    def waiting(self) -> bool:
        """Whether a questionnaire is out, nothing has come back, and something is missing."""
        return bool(self.sent and self.open) and not self.received and not self.prompted


@dataclass(frozen=True, slots=True)
class Status:
    """Where the assessment stands."""

    assessment: Assessment
    people: tuple[PersonStatus, ...]
    conflicts: tuple[Conflict, ...]
    next_steps: tuple[str, ...]


def status(folder: Path) -> Status:
    """Say who has not replied, what is in conflict, and what to do next."""
    assessment = open_assessment(folder)
    settings, state = assessment.contents.settings, assessment.state
    portions = assign(assessment.frameworks, settings)
    people: list[PersonStatus] = []
    for person_id, portion in portions.items():
        keys = [
            statement_key(asked, each) for asked in portion for each in asked.outcome.indicators
        ]
        given = [g for key in keys for g in state.answers.get(key, ()) if g.person == person_id]
        answered = sum(
            any(each.person == person_id for each in state.answers.get(key, ())) for key in keys
        )
        sent = [each.origin.time[:10] for each in state.sent if each.person == person_id]
        came = [each.origin.time[:10] for each in state.received if each.person == person_id]
        people.append(
            PersonStatus(
                person_id,
                assessment.name_of(person_id),
                len(keys),
                answered,
                max(sent, default=""),
                max(came, default=""),
                any(each.source.kind == "prompt" for each in given),
                sum(not state.answers.get(key) for key in keys),
            )
        )
    open_ones = tuple(conflicts(assessment))
    return Status(assessment, tuple(people), open_ones, _next_steps(assessment, people, open_ones))


def _next_steps(
    assessment: Assessment, people: list[PersonStatus], open_ones: tuple[Conflict, ...]
) -> tuple[str, ...]:
    steps: list[str] = []
    if assessment.state.is_branched:
        return ("Join the two copies of the assessment before anything else is written.",)
    unsent = [each.name for each in people if each.open and not each.sent and not each.answered]
    if unsent:
        steps.append(f"Send the questions to {', '.join(unsent)}: cyberassess send")
    waiting = [each.name for each in people if each.waiting]
    if waiting:
        steps.append(f"Ask {', '.join(waiting)} for the answers, then: cyberassess receive FILE")
    if open_ones:
        first = open_ones[0].statement
        steps.append(
            f"Settle {counted(len(open_ones), 'conflict')}: cyberassess resolve "
            f"{first.indicator}/{first.scope} --answer … --reason …"
        )
    lacking = assessment.card.confidence.lacks_reason
    if lacking:
        steps.append(
            f"Ask again for {counted(lacking, 'reason')} that are missing: cyberassess send"
        )
    if any(each.open for each in people) and not waiting and not unsent:
        steps.append("Fill the last gaps at the prompt: cyberassess ask")
    if not steps:
        steps.append("Everything is answered. Print it: cyberassess report full")
    return tuple(steps)


def status_json(found: Status) -> Json:
    """Give ``status --json``."""
    card = found.assessment.card
    return {
        "schema": 1,
        "organisation": found.assessment.contents.settings.organisation,
        "period": found.assessment.contents.settings.period,
        "heads": list(found.assessment.state.heads),
        "people": [
            {
                "id": each.id,
                "name": each.name,
                "questions": each.questions,
                "answered": each.answered,
                "sent": each.sent or None,
                "received": each.received or None,
                "open": each.open,
                "waiting": each.waiting,
            }
            for each in found.people
        ],
        "conflicts": [
            {
                "framework": c.statement.framework,
                "scope": c.statement.scope,
                "statement": c.statement.indicator,
                "answers": [{"name": n, "answer": a, "reason": r} for n, a, r in c.answers],
            }
            for c in found.conflicts
        ],
        "confidence": confidence_json(card),
        "branches": found.assessment.state.is_branched,
        "notes": [str(each) for each in found.assessment.notes],
        "next": list(found.next_steps),
    }


def one_decimal(value: Fraction | None) -> float | None:
    """Round for display: one decimal, half up."""
    if value is None:
        return None
    tenths = (value * 10 + Fraction(1, 2)).__floor__()
    return tenths / 10


def confidence_json(card: Scorecard) -> Json:
    """Give the figures that stand beside every score."""
    found = card.confidence
    return {name: getattr(found, name) for name in found.__slots__}


def score_json(assessment: Assessment) -> Json:
    """Give ``score --json``; its shape is fixed."""
    card = assessment.card
    outcomes: list[Json] = []
    for each in card.outcomes:
        entry: Json = {
            "framework": each.key.framework,
            "scope": each.key.scope,
            "outcome": each.key.outcome,
            "suggested": each.suggested,
            "best": each.best,
            "worst": each.worst,
            "complete": each.complete,
            "confirmed": each.confirmed,
            "target": each.target,
            "meets_target": each.meets_target,
        }
        if each.not_applicable:
            entry["not_applicable"] = True
        outcomes.append(entry)
    themes = [
        {
            "framework": t.framework,
            "scope": t.scope,
            "theme": t.theme,
            "meets": t.meets,
            "of": t.of,
            "level": None if t.level is None else int(t.level),
            "attainment": one_decimal(t.attainment),
            "attainment_of_target": one_decimal(t.attainment_of_target),
            "rule": THEME_RULE,
        }
        for t in card.themes
    ]
    verdicts = [
        {
            "framework": each.framework,
            "scope": each.scope,
            "is_ready": each.is_ready,
            "failed_by": list(each.failed_by),
        }
        for each in card.verdicts
    ]
    found: Json = {
        "schema": 1,
        "outcomes": outcomes,
        "themes": themes,
        "confidence": confidence_json(card),
    }
    return {**found, "verdicts": verdicts} if verdicts else found


def tallies(assessment: Assessment, by: str) -> dict[str, tuple[Tally, ...]]:
    """Count statements by ``standard`` or by ``owner``, keyed by framework version."""
    count = tally_by_standard if by == "standard" else tally_by_owner
    return {
        str(ref): count(assessment.card, framework)
        for ref, framework in assessment.frameworks.items()
    }


def tallies_json(found: Mapping[str, tuple[Tally, ...]]) -> Json:
    """Give ``score --by standard --json``."""
    return {
        "schema": 1,
        "frameworks": {ref: [each._asdict() for each in rows] for ref, rows in found.items()},
    }


def find_outcomes(assessment: Assessment, name: str, scope: str | None) -> list[OutcomeScore]:
    """Give an outcome in every scope, or in one.

    Raises:
        AssessmentError: where there is no such outcome or scope.
    """
    text, _, named = name.strip().partition("/")
    wanted = scope or named
    card = assessment.card
    found = [e for e in card.outcomes if e.key.outcome.casefold() == text.casefold()]
    if not found:
        ids = list(dict.fromkeys(str(each.key.outcome) for each in card.outcomes))
        raise AssessmentError(
            Problem(
                "unknown-outcome",
                "",
                f'"{text}" is not an outcome of this assessment.',
                closest(text, ids) or f"They run from {ids[0]} to {ids[-1]}.",
            )
        )
    if wanted:
        inside = [each for each in found if each.key.scope == wanted]
        if not inside:
            scopes = [str(each.key.scope) for each in found]
            raise AssessmentError(
                Problem(
                    "unknown-scope",
                    "",
                    f'{text} is not assessed for "{wanted}".',
                    closest(wanted, scopes) or f"It is assessed for: {', '.join(scopes)}.",
                )
            )
        return inside
    return found


def explain_json(assessment: Assessment, found: OutcomeScore) -> Json:
    """Give the statements that decided an outcome, who gave them, from where, every change."""
    framework = found.asked.framework
    statements: list[Json] = []
    for indicator, standing in zip(found.asked.outcome.indicators, found.standings, strict=True):
        key = statement_key(found.asked, indicator)
        statements.append(
            {
                "id": indicator.id,
                "level": indicator.level,
                "text": indicator.text,
                "answer": standing.answer,
                "counts_as": standing.counts_as.value,
                "in_conflict": standing.in_conflict,
                "lacks_reason": standing.lacks_reason,
                "decides": indicator.id in found.deciding,
                "resolved": standing.resolution.reason if standing.resolution else None,
                "given": [_given_json(assessment, each) for each in standing.given],
                "changes": [
                    {
                        "person": assessment.name_of(c.person),
                        "old": c.old,
                        "new": c.new,
                        "from": str(c.source),
                        "file": c.source.file or None,
                        "time": c.origin.time,
                    }
                    for c in assessment.state.history.get(key, ())
                ],
            }
        )
    return {
        "schema": 1,
        "framework": found.key.framework,
        "scope": found.key.scope,
        "outcome": found.key.outcome,
        "title": found.asked.outcome.title,
        "rule": framework.rule.id.value,
        "suggested": found.suggested,
        "best": found.best,
        "worst": found.worst,
        "complete": found.complete,
        "target": found.target,
        "meets_target": found.meets_target,
        "not_applicable": found.not_applicable,
        "unaccepted": list(found.unaccepted),
        "deciding": list(found.deciding),
        "statements": statements,
        "would_change": would_change(found),
    }


def _given_json(assessment: Assessment, given: Given) -> Json:
    return {
        "person": assessment.name_of(given.person),
        "answer": given.answer,
        "reason": given.reason or None,
        "from": str(given.source),
        "file": given.source.file or None,
        "time": given.origin.time,
    }


def would_change(found: OutcomeScore) -> list[Json]:
    """Give, for each level above the determination, the statements that stand in the way."""
    framework = found.asked.framework
    reached = framework.ranks[found.worst] if found.worst else 0
    reachable = {indicator.level for indicator in found.asked.outcome.indicators}
    return [
        {"level": level.id, "warnings": list(gap.warnings), "missing": list(gap.missing)}
        for level in framework.scale[reached + 1 :]
        if level.id in reachable
        for gap in (found.gap_to(level.id),)
    ]


@dataclass(frozen=True, slots=True)
class Verified:
    """What ``verify`` looked at, and what it found wrong."""

    segments: int
    events: int
    head: str
    answers: int
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def verify(folder: Path) -> Verified:
    """Check the ledger, the pinned files and the originals; derive everything again."""
    try:
        assessment = open_assessment(folder)
    except LedgerError as cause:
        return Verified(0, 0, "", 0, cause.problems, ())
    except AssessmentError as cause:
        if any(problem.code == "no-assessment" for problem in cause.problems):
            raise
        return Verified(0, 0, "", 0, cause.problems, ())
    state = assessment.state
    problems = [each for each in assessment.notes if each.severity is Severity.PROBLEM]
    kept = assessment.workspace.received
    hashes = {sha256_of(path) for path in kept.glob("*") if path.is_file()}
    for each in state.received:
        if each.sha256 not in hashes:
            problems.append(
                Problem(
                    "original-missing",
                    f"questionnaires/{kept.name}",
                    f'The original of "{each.name}" ({each.sha256[:8]}) is gone or was changed.',
                    "Restore it from a backup; the answers themselves are in the ledger.",
                )
            )
    assert assessment.card is not None  # noqa: S101 - derived again, raising where it cannot be
    return Verified(
        len(assessment.reading.segments),
        state.events,
        " ".join(state.heads),
        sum(len(given) for given in state.answers.values()),
        tuple(problems),
        tuple(each for each in assessment.notes if each.severity is Severity.NOTE),
    )


@dataclass(frozen=True, slots=True)
class Printed:
    """A document that was written."""

    path: Path
    pages: int
    """0 for HTML."""
    reason: str
    """Why it is not a PDF, empty where it is."""


def report_full(
    folder: Path, *, output: Path | None = None, force: bool = False, html: bool = False
) -> Printed:
    """Write the full report.

    Args:
        output: where to; a dated name under ``reports/`` if ``None``.
        force: replace the file named by ``output``.
        html: write the self-contained HTML edition instead.

    Raises:
        ReportError: where the file is there already, or cannot be written.
    """
    from cyberassess.adapters.report import render

    reason = "" if html else render.can_make_pdf()
    suffix = ".html" if html or reason else ".pdf"
    report, path = _view(folder, suffix, output, force=force)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if suffix == ".pdf":
            return Printed(path, render.write_pdf(report, path), "")
        write_whole(path, render.render_html(report).encode())
    except OSError as cause:
        raise ReportError(
            Problem(
                "not-writable",
                str(path),
                f"The report cannot be written: {cause.strerror}.",
                "Look at the folder's permissions and the space on the disk.",
            )
        ) from cause
    return Printed(path, 0, reason)


def _view(
    folder: Path, suffix: str, output: Path | None, *, force: bool
) -> tuple["FullReport", Path]:
    """Give what is printed, and where to; the assessment itself need not stay in memory."""
    from cyberassess.adapters.report.view import build_view

    assessment = open_assessment(folder)
    path = output or _dated(assessment, suffix)
    if output is not None:
        if suffix == ".html" and path.suffix == ".pdf":
            path = path.with_suffix(".html")
        if path.exists() and not force:
            raise ReportError(
                Problem(
                    "there-already",
                    str(path),
                    "There is a file of this name already.",
                    "Choose another name, or add --force to replace it. Nothing was written.",
                )
            )
    report = build_view(
        settings=assessment.contents.settings,
        frameworks=assessment.frameworks,
        profiles=assessment.profiles,
        themes=assessment.contents.themes,
        state=assessment.state,
        card=assessment.card,
        on=assessment.on,
        tool=__version__,
    )
    return report, path


def _dated(assessment: Assessment, suffix: str) -> Path:
    from cyberassess.app.naming import plain

    settings = assessment.contents.settings
    name = plain(f"{settings.organisation} {settings.period} cyber resilience full", 80)
    stem = f"{assessment.on.isoformat()} {name}"
    number, path = 1, assessment.workspace.reports / f"{stem}{suffix}"
    while path.exists():
        number += 1
        path = assessment.workspace.reports / f"{stem} ({number}){suffix}"
    return path
