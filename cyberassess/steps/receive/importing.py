"""Answers in, from assessments that other tools hold."""

import contextlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from cyberassess.disk.files import read_plain, sha256_of
from cyberassess.domain.assessment import (
    Scope,
    ScopeId,
    StatementKey,
)
from cyberassess.domain.people.questions import AnswerReply, Reply
from cyberassess.domain.record import happened
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.sets.framework import LevelId, OutcomeId
from cyberassess.errors import AssessmentError, Problem
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.files_for_people import keep_original
from cyberassess.opening.intake import ReceivedFile
from cyberassess.opening.names import system_of_file
from cyberassess.opening.recording import Plan, Voice, plan
from cyberassess.opening.writing import Writing, rehearse, writing
from cyberassess.steps.review.importing import caf_of, import_review


@dataclass
class ImportedFile:
    """What became of an import."""

    path: Path
    person: str
    plan: Plan
    answers: int
    """Answers the file holds."""
    problems: list[Problem]
    contradictions: list[Problem]
    """Stored statuses that the file's own statements contradict."""
    differing: list[tuple[StatementKey, StatementKey]]
    """Statements that say the same but are answered differently."""
    scopes: tuple[Scope, ...]


def import_webcaf(
    folder: Path,
    path: Path,
    *,
    system: str | None = None,
    by: str | None = None,
    dry_run: bool = False,
) -> ImportedFile | ReceivedFile:
    """Take in an assessment recorded in WebCAF, or an assurer's review of one.

    Args:
        system: id or title of the system the file is about; needed where there are several.
        by: whose answers they are, ``webcaf import`` if ``None``; the assurer of a review, whom
            the file names if ``None``.

    Raises:
        AssessmentError: where the file cannot be used, or the system is not clear.
    """
    from cyberassess.sources.webcaf import TOOL, load_webcaf, read_webcaf
    from cyberassess.sources.webcaf_review import review_in

    try:
        data = read_plain(path)
    except OSError as cause:
        raise AssessmentError(
            Problem(
                "not-readable",
                str(path),
                f"The file cannot be read: {cause.strerror}.",
                "Nothing was changed.",
            )
        ) from cause
    recorded = load_webcaf(data, path.name)
    review = review_in(recorded)
    if review is not None:
        return import_review(folder, path, review, system=system, by=by, dry_run=dry_run)
    opened: AbstractContextManager[Writing] = (
        contextlib.nullcontext(rehearse(folder, "import webcaf"))
        if dry_run
        else writing(folder, "import webcaf")
    )
    with opened as session:
        assessment = session.assessment
        framework = caf_of(assessment, path.name)
        scope = system_of_file(assessment.contents.settings, system)
        sha256 = sha256_of(path)
        found = read_webcaf(
            recorded,
            path.name,
            sha256=sha256,
            framework=framework,
            system=scope.id if scope else None,
        )
        name = _whose(assessment, scope, by)
        person = session.meet(name)
        replies: list[Reply] = [*found.answers, *found.rationales]
        made = plan(assessment, Voice(person, person), replies)
        claims: list[happened.Claim] = []
        for status in found.statuses:
            there = next(
                (c for c in assessment.state.claims.get(status.outcome, ()) if c.tool == TOOL),
                None,
            )
            if there and (there.level, there.confirmed, there.comment) == (
                status.level,
                status.confirmed,
                status.comment,
            ):
                continue
            claims.append(
                happened.Claim(
                    framework=status.outcome.framework,
                    scope=status.outcome.scope,
                    outcome=status.outcome.outcome,
                    tool=TOOL,
                    level=status.level,
                    confirmed=status.confirmed,
                    comment=status.comment,
                    source=status.source,
                )
            )
        stored_levels = {
            (each.outcome.scope, each.outcome.outcome): each.level
            for each in found.statuses
            if each.level
        }
        result = ImportedFile(
            path,
            name,
            made,
            len(found.answers),
            [*found.problems, *made.problems],
            _contradictions(assessment, path.name, stored_levels, found.answers),
            _differing(assessment, found.answers),
            tuple(s for s in (scope,) if s),
        )
        if not made.events and not claims:
            session.pending.clear()
        elif not dry_run:
            keep_original(path, assessment.workspace.received, sha256)
            session.write([*made.events, *claims])
    return result


_IMPORTER = "webcaf import"


def _whose(assessment: Assessment, scope: Scope | None, by: str | None) -> str:
    """Give the name answers are stored under.

    A file about a second system is a person of its own, so that what two files say of the
    organisation is compared like two people's answers.
    """
    if by:
        return by.partition(",")[0].strip()
    settings = assessment.contents.settings
    others = {s.id for s in settings.all_scopes if s.kind == "system" and s != scope}
    earlier = {each.id for each in assessment.state.met.values() if each.name == _IMPORTER}
    taken = any(
        key.scope in others and given.person in earlier
        for key, answers in assessment.state.answers.items()
        for given in answers
    )
    return f"{_IMPORTER}, {scope.title}" if scope and taken else _IMPORTER


def _contradictions(
    assessment: Assessment,
    name: str,
    stored: dict[tuple[ScopeId, OutcomeId], LevelId],
    answers: Sequence[AnswerReply],
) -> list[Problem]:
    """Recompute each stored status from the file's own statements, and name what differs."""
    from cyberassess.domain.record.segment import Segment
    from cyberassess.domain.result.scoring import determine

    events = [
        happened.Answer(
            framework=key.framework,
            scope=key.scope,
            indicator=key.indicator,
            person="file",
            new=reply.said.new,
            source=reply.source,
        ).as_json(str)
        for reply in answers
        for key in reply.statements
    ]
    state = fold([Segment("the file", 1, "", {"parents": []}, events)])
    problems: list[Problem] = []
    for framework in assessment.frameworks.values():
        for each in determine(framework, assessment.contents.settings, state):
            level = stored.get((each.asked.scope.id, each.asked.outcome.id))
            if level is None or each.suggested == level:
                continue
            found = framework.level(each.suggested).title if each.suggested else "nothing yet"
            problems.append(
                Problem(
                    "contradiction",
                    f"{name}, {each.asked.outcome.id}",
                    f"WebCAF holds {framework.level(level).title}, but its own statements give "
                    f"{found}.",
                    "The statements count; the stored status is kept beside them.",
                )
            )
    return problems


def _differing(
    assessment: Assessment, answers: Sequence[AnswerReply]
) -> list[tuple[StatementKey, StatementKey]]:
    """Name the statements that say the same but are answered differently in a file."""
    given = {key: reply.said.new for reply in answers for key in reply.statements}
    pairs: list[tuple[StatementKey, StatementKey]] = []
    for key, said in given.items():
        indicator = assessment.frameworks[key.framework].indicators[key.indicator][1]
        if indicator.same_as is None:
            continue
        twin = StatementKey(key.framework, key.scope, indicator.same_as)
        if twin in given and given[twin] != said:
            pairs.append((twin, key))
    return pairs
