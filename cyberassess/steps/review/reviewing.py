"""Independent review: claims out to an assurer, determinations back."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cyberassess.books.guard import Cell, Reader
from cyberassess.books.review_book import (
    ASSESSMENT,
    CLAIMS,
    COMMENT,
    DETERMINATION,
    HEAD,
    INPUTS,
    METHOD,
    ORGANISATION,
    PERIOD,
    PERSON,
    QUALITY,
    RECOMMENDATION,
    RISK,
    SAMPLE,
    ClaimRow,
    ReviewBook,
    read_review_book,
    write_review_book,
)
from cyberassess.books.tables import Row
from cyberassess.disk.files import sha256_of, write_whole
from cyberassess.disk.outside import need_plain
from cyberassess.domain.assessment import OutcomeKey, PersonId
from cyberassess.domain.people.questions import make_ref
from cyberassess.domain.record import happened
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.record.reviewing import (
    METHODS,
    NOT_APPLICABLE,
    QUALITIES,
    REVIEW,
    REVIEW_FILE,
    RISKS,
    UNSURE,
    Review,
    reviews,
)
from cyberassess.domain.result.counting import said_of, word_of
from cyberassess.domain.result.findings import Agreement, agreement
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Level
from cyberassess.domain.sets.typed_words import Choice
from cyberassess.errors import AssessmentError, Problem, WorkbookError, closest
from cyberassess.opening.assessment import (
    Assessment,
    Writing,
    now,
    open_assessment,
    rehearse,
    writing,
)
from cyberassess.opening.choices import could_mean, read_as, read_listed
from cyberassess.opening.file_names import keep_original, plain
from cyberassess.opening.files_for_people import moment, refuse_existing, saving

_NOT_APPLICABLE = "Not applicable"
_UNSURE = "Could not determine"
_OPEN = "Not decided"
_FIELDS = {
    QUALITY: "quality", SAMPLE: "sample", COMMENT: "comment",
    RECOMMENDATION: "recommendation", RISK: "risk",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReviewSent:
    """An assurer's workbook that was written."""

    path: Path
    name: str
    outcomes: int


def send_review(
    folder: Path,
    to: str,
    output: Path | None = None,
    *,
    force: bool = False,
    by: str | None = None,
) -> ReviewSent:
    """Write the workbook for an assurer.

    Args:
        to: ``NAME`` or ``NAME, ROLE``; they are met if they are not in the settings.
        output: where to; under ``reviews/`` if ``None``.

    Raises:
        AssessmentError: where no name was given, the file is there, or it cannot be written.
    """
    name = " ".join(to.partition(",")[0].split())
    if not name:
        raise AssessmentError(
            Problem("no-name", "--to", "No name was given.", "Write --to 'NAME, ROLE'.")
        )
    with writing(folder, "review send", by=by) as session:
        person = session.meet(name)
        session.write([])
        assessment = session.assessment
        what = _book(assessment, person, to.strip())
        path = output or assessment.workspace.reviews / f"Review - {plain(name, 40)}.xlsx"
        if output is not None:
            refuse_existing(path, force=force)
        hint = "Close it where it is open, and look at the folder's permissions."
        with saving(path, hint=hint):
            write_review_book(path, what, created=moment(now()))
    return ReviewSent(path, name, sum(len(rows) for _, rows in what.claims))


def _book(assessment: Assessment, person: PersonId, name: str) -> ReviewBook:
    settings = assessment.contents.settings
    titles = dict.fromkeys(
        level.title for each in assessment.frameworks.values() for level in each.scale
    )
    claims = _claims(assessment, person)
    return ReviewBook(
        assessment.state.assessment,
        person,
        name,
        assessment.state.heads[0],
        settings.organisation,
        settings.period,
        settings.marking.filled,
        (*titles, _NOT_APPLICABLE, _UNSURE),
        tuple(
            (framework.short_title, tuple(row for key, row in claims if key.framework == ref))
            for ref, framework in assessment.frameworks.items()
        ),
        tuple(_answers(assessment)),
    )


def _ref(assessment: Assessment, key: OutcomeKey, name: str) -> str:
    number = list(assessment.frameworks).index(key.framework) + 1
    return make_ref(name, key.scope, number)


def _level_title(score: OutcomeScore, level: str | None) -> str:
    return score.asked.framework.title_of(level) if level else ""


def _claims(assessment: Assessment, person: str) -> list[tuple[OutcomeKey, ClaimRow]]:
    """Give every claim as it is shown, with what this assurer said before."""
    state = assessment.state
    said = {key: [r for r in found if r.person == person] for key, found in reviews(state).items()}
    rows: list[tuple[OutcomeKey, ClaimRow]] = []
    for score in assessment.card.outcomes:
        key = score.key
        before = said.get(key, [])
        rows.append(
            (
                key,
                ClaimRow(
                    _ref(assessment, key, key.outcome),
                    f"{key.outcome} {score.asked.outcome.title}",
                    score.asked.scope.title,
                    _level_title(score, score.target) or "No target",
                    claim_words(score),
                    "\n".join(
                        f"{assessment.name_of(e.person, e.origin)}: {e.text}"
                        for e in state.rationales.get(key, ())
                    ),
                    "\n".join(e.text for e in state.evidence.get(key, ())),
                    _as_cells(score, before[-1]) if before else {},
                ),
            )
        )
    return rows


def claim_words(score: OutcomeScore) -> str:
    """Say what is claimed: the determination, not applicable, or not determined."""
    if score.not_applicable:
        return _NOT_APPLICABLE
    return _level_title(score, score.determination) or _OPEN


def determination_words(score: OutcomeScore, determination: str) -> str:
    """Say what an assurer determined."""
    return {"": "", NOT_APPLICABLE: _NOT_APPLICABLE, UNSURE: _UNSURE}.get(
        determination
    ) or _level_title(score, determination)


def _as_cells(score: OutcomeScore, review: Review) -> dict[str, str]:
    cells = {heading: getattr(review, name) for heading, name in _FIELDS.items()}
    cells[METHOD] = ", ".join(review.method)
    cells[DETERMINATION] = determination_words(score, review.determination)
    return cells


def _answers(assessment: Assessment) -> Iterator[tuple[str, str, str, str, str, str]]:
    for score in assessment.card.outcomes:
        for indicator in score.asked.outcome.indicators:
            standing = score.by_statement[indicator.id]
            yield (
                _ref(assessment, score.key, indicator.id),
                indicator.text,
                word_of(score, indicator.id),
                said_of(score, indicator.id, assessment.names),
                "\n".join(filter(None, (each.reason for each in standing.given))),
                ", ".join(
                    dict.fromkeys(assessment.name_of(e.person, e.origin) for e in standing.given)
                ),
            )


@dataclass
class ReviewReceived:
    """What became of an assurer's workbook."""

    path: Path
    person: str = ""
    stored: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    sha256: str = ""
    kept_as: str = ""
    slip: Path | None = None


def receive_review(
    folder: Path, path: Path, *, dry_run: bool = False, by: str | None = None
) -> ReviewReceived:
    """Take in an assurer's workbook; it is kept byte for byte, with a slip to sign.

    Raises:
        WorkbookError: where it is none of ours, or belongs to another assessment.
        AssessmentError: where it cannot be kept; nothing is stored then.
    """
    result = ReviewReceived(path)
    need_plain(path, "Nothing was changed.")
    if dry_run:
        _receive(result, rehearse(folder, "review receive"), dry_run=True)
    else:
        with writing(folder, "review receive", by=by) as session:
            _receive(result, session, dry_run=False)
    return result


def _receive(result: ReviewReceived, session: Writing, *, dry_run: bool) -> None:
    assessment, path = session.assessment, result.path
    with Reader() as reader:
        book = reader.read(path)
    came = read_review_book(book, path.name)
    about = {label: came.about.get(label, "") for label in (ASSESSMENT, PERSON, HEAD)}
    if about[ASSESSMENT] != assessment.state.assessment:
        whose = ", ".join(came.about.get(each, "") for each in (ORGANISATION, PERIOD))
        raise WorkbookError(
            Problem(
                "another-assessment",
                path.name,
                f"This review belongs to {whose}.",
                "Nothing was stored from it; receive it in that assessment.",
            )
        )
    known = {each.id for each in assessment.contents.settings.everybody}
    then = assessment.at(about[HEAD])
    if then is None or about[PERSON] not in {*assessment.state.met, *known}:
        raise WorkbookError(
            Problem(
                "not-known",
                path.name,
                'The sheet "About this file" names a person or a state of the ledger that is '
                "not known here.",
                "Nothing was stored from it. Was that sheet changed? Send a new one: "
                "cyberassess review send.",
            )
        )
    person = PersonId(about[PERSON])
    result.person, result.sha256 = assessment.name_of(person), sha256_of(path)
    result.problems += came.problems
    events = _events(result, assessment, then, person, came.rows)
    there = assessment.state.record(REVIEW_FILE, result.sha256)
    if there is not None and not events:
        session.pending.clear()
        return
    if dry_run:
        return
    workspace = assessment.workspace
    result.kept_as = keep_original(path, workspace.reviews, result.sha256, under="reviews")
    mark = Path(result.kept_as).name.partition(" ")[0]
    result.slip = workspace.reviews / f"slip-{mark}.txt"
    with saving(result.slip):
        write_whole(result.slip, _slip(result, assessment).encode())
    kept = happened.ReviewFile(name=path.name, kept_as=result.kept_as, slip=result.slip.name)
    session.write([*events, happened.put((result.sha256,), kept, person=person)])


def _events(
    result: ReviewReceived,
    assessment: Assessment,
    then: Assessment,
    person: PersonId,
    rows: Sequence[Row],
) -> list[Event]:
    shown = {row.ref: (key, row) for key, row in _claims(then, person)}
    events: list[Event] = []
    for row in rows:
        found = shown.get(row.ref)
        if found is None:
            result.problems.append(_unknown_ref(row, list(shown)))
            continue
        key, claim = found
        changed = [
            heading
            for heading, text in zip(CLAIMS, claim.claims, strict=True)
            if _folded(row.text(heading)) != _folded(text)
        ]
        if changed:
            result.problems.append(
                Problem(
                    "claim-changed",
                    row.where,
                    f"The claim for {row.ref} was changed under {', '.join(changed)}.",
                    "The row was not stored. Put the claim back as it was sent, or ask for a "
                    "new workbook; the file is kept.",
                )
            )
            continue
        score = assessment.card.by_key.get(key)
        if score is not None:
            _take_row(result, assessment, score, person, row, claim=claim, events=events)
    return events


def _folded(text: str) -> str:
    return " ".join(text.split())[:30_000]


def _unknown_ref(row: Row, refs: list[str]) -> Problem:
    return Problem(
        "unknown-ref",
        row.where,
        f'"{row.ref}" is not an outcome of this review.',
        f"{closest(row.ref, refs)} The row was not stored; the file is kept.".strip(),
    )


def _take_row(
    result: ReviewReceived,
    assessment: Assessment,
    score: OutcomeScore,
    person: PersonId,
    row: Row,
    *,
    claim: ClaimRow,
    events: list[Event],
) -> None:
    said = {heading: row.cells[heading] for heading in INPUTS if heading in row.cells}
    if not said:
        return
    values, problems = review_values(_scale(score), said, row)
    result.problems += problems
    if not any(values.values()):
        return
    values["claimed"] = {_NOT_APPLICABLE: NOT_APPLICABLE, _OPEN: ""}.get(
        claim.claimed, next((e.id for e in _scale(score) if e.title == claim.claimed), "")
    )
    key = (*score.key, person)
    there = assessment.state.record(REVIEW, *key)
    if there is not None and dict(there.fields) == values:
        result.unchanged += 1
        return
    first = next(iter(said.values()))
    source = Source(
        "workbook",
        file=result.sha256,
        name=result.path.name,
        sheet=row.place.sheet,
        cell=(said.get(DETERMINATION) or first).address,
    )
    read = said[DETERMINATION].text if values["determination"] else ""
    review = happened.Review(**values)
    events.append(happened.put(key, review, person=person, source=source, read=read))
    result.stored += 1


def _scale(score: OutcomeScore) -> tuple[Level, ...]:
    return score.asked.framework.scale


def review_values(
    scale: Sequence[Level], said: Mapping[str, Cell], row: Row
) -> tuple[dict[str, Any], list[Problem]]:
    """Read a row's cells; what is not allowed is a problem and left out.

    Args:
        scale: the levels of the row's framework.
        said: what stands in the columns to fill in, keyed by heading.
    """
    problems: list[Problem] = []
    values: dict[str, Any] = {"determination": "", "method": []}
    values |= dict.fromkeys(_FIELDS.values(), "")
    levels = [Choice(level.id, level.title) for level in scale]
    levels += [Choice(NOT_APPLICABLE, _NOT_APPLICABLE), Choice(UNSURE, _UNSURE)]
    allowed = {
        DETERMINATION: [level.title for level in scale] + [_NOT_APPLICABLE, _UNSURE],
        QUALITY: list(QUALITIES),
        RISK: list(RISKS),
        METHOD: list(METHODS),
    }

    def refuse(heading: str, cell: Cell, why: str = "") -> None:
        problems.append(
            Problem(
                "not-allowed",
                row.place.of(cell),
                f'"{cell.text[:80]}" is not one of the words for {heading} of {row.ref}.',
                f"{why}Choose one of: {', '.join(allowed[heading])}. It was not stored; "
                "the file is kept.",
            )
        )

    for heading, cell in said.items():
        text = cell.text.strip()
        if heading == DETERMINATION:
            read = read_listed(text, levels, "level")
            if read.choice is None:
                refuse(heading, cell, could_mean(text, read))
                continue
            values["determination"] = read.choice.code
            if not read.is_exact:
                problems.append(read_as(row.place.of(cell), text, read.choice.label))
        elif heading == METHOD:
            parts = [each for each in re.split(r"[,;/&\s]+|\band\b", text.casefold()) if each]
            if all(each in METHODS for each in parts):
                values["method"] = [each for each in METHODS if each in parts]
            else:
                refuse(heading, cell)
        elif heading in (QUALITY, RISK):
            if text.casefold() in allowed[heading]:
                values[_FIELDS[heading]] = text.casefold()
            else:
                refuse(heading, cell)
        else:
            values[_FIELDS[heading]] = cell.text
    return values, problems


def _slip(result: ReviewReceived, assessment: Assessment) -> str:
    settings = assessment.contents.settings
    return "\n".join(
        [
            settings.marking.filled,
            "",
            f"Review of {settings.organisation}, {settings.period}",
            f"Assurer: {result.person}",
            f"File as received: {result.path.name}",
            f"SHA-256: {result.sha256}",
            f"Determinations taken in: {result.stored + result.unchanged}",
            f"Cells that could not be taken in: {len(result.problems)}",
            f"Head of the ledger before: {' '.join(assessment.state.heads)}",
            "",
            "I confirm that this file is the review I carried out.",
            "",
            "Signed: ______________________________   Date: ________________",
            "",
            "To check the file: sha256sum FILE (Linux), shasum -a 256 FILE (macOS),",
            "Get-FileHash FILE (Windows PowerShell).",
            "",
        ]
    )


@dataclass(frozen=True, slots=True)
class ReviewState:
    """How far the review is."""

    agreements: tuple[Agreement, ...]
    reviewed: int
    lowered: int
    differing: tuple[tuple[OutcomeScore, Review], ...]
    """Outcomes whose assurer gave another level than is claimed."""


def review_state(folder: Path) -> ReviewState:
    """Say how far assurers agree with what is claimed."""
    return state_of_review(open_assessment(folder))


def state_of_review(assessment: Assessment) -> ReviewState:
    """Say how far assurers agree with what is claimed."""
    card, state = assessment.card, assessment.state
    rows = [
        each
        for framework in assessment.frameworks.values()
        for each in agreement(card, framework, state)
    ]
    by_key = reviews(state)
    differing = [
        (score, review)
        for score in card.outcomes
        for review in by_key.get(score.key, ())
        if review.level is not None and review.level != score.determination
    ]
    confidence = card.confidence
    return ReviewState(tuple(rows), confidence.reviewed, confidence.lowered, tuple(differing))
