"""Independent review: claims out to an assurer, determinations back."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cyberassess.books.coming import Coming, Returning, round_of, take_one
from cyberassess.books.guard import Cell
from cyberassess.books.review_book import (
    ANSWERS,
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
    REF,
    RISK,
    SAMPLE,
    ClaimRow,
    ReviewBook,
    is_review_book,
    read_review_book,
    write_review_book,
)
from cyberassess.books.row_texts import quoted
from cyberassess.books.tables import Came, Row
from cyberassess.domain.assessment import OutcomeKey, PersonId
from cyberassess.domain.people.questions import make_ref
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.recorded import Record, Source
from cyberassess.domain.record.reviewing import (
    METHODS,
    NOT_APPLICABLE,
    QUALITIES,
    REVIEW,
    REVIEW_FILE,
    RISKS,
    UNSURE,
    Opinion,
    Review,
    earlier_opinions,
    opinions,
    reviews,
)
from cyberassess.domain.result.counting import said_of, word_of
from cyberassess.domain.result.findings import Agreement, agreement
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Level
from cyberassess.domain.sets.typed_words import Choice
from cyberassess.errors import AssessmentError, Problem, WorkbookError, closest
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.choices import could_mean, read_as, read_listed
from cyberassess.opening.files_for_people import moment, plain, refuse_existing, saving
from cyberassess.opening.intake import (
    TEXTS,
    Belongs,
    ReceivedFile,
    SetAt,
    Weighing,
    keep,
    need_ours,
    state_at,
    texts_mark,
    write_slip,
)
from cyberassess.opening.writing import Writing, now, writing
from cyberassess.steps.review.opining import opinion_events

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
        raise AssessmentError.because(
            "no-name", "--to", "No name was given.", "Write --to 'NAME, ROLE'."
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
    said = [each for each in opinions(assessment.state) if each.person == person]
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
        risk=said[-1].risk if said else "",
        opinion=said[-1].text if said else "",
    )


def ref_of(assessment: Assessment, key: OutcomeKey, name: str) -> str:
    """Give the ref of an outcome, or of a statement or text of it."""
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
                    ref_of(assessment, key, key.outcome),
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
                ref_of(assessment, score.key, indicator.id),
                indicator.text,
                word_of(score, indicator.id),
                said_of(score, indicator.id, assessment.names),
                "\n".join(filter(None, (each.reason for each in standing.given))),
                ", ".join(
                    dict.fromkeys(assessment.name_of(e.person, e.origin) for e in standing.given)
                ),
            )


def receive_review(
    folder: Path, path: Path, *, dry_run: bool = False, by: str | None = None
) -> ReceivedFile:
    """Take in an assurer's workbook; it is kept byte for byte, with a slip to sign.

    What a newer workbook determined stays.

    Raises:
        WorkbookError: where it is none of ours, or belongs to another assessment.
        AssessmentError: where it cannot be kept; nothing is stored then.
    """
    return take_one(folder, path, REVIEWED, command="review receive", dry_run=dry_run, by=by)


def _receive(coming: Coming) -> None:
    result, name = coming.result, coming.result.path.name
    result.noun = "review"
    book = coming.opened()
    came = read_review_book(book, name)
    with coming.session() as session:
        assessment = session.assessment
        found = Belongs(*(came.about.get(e, "") for e in (ASSESSMENT, ORGANISATION, PERIOD, HEAD)))
        need_ours(assessment, name, "review", found, _AGAIN)
        then = state_at(assessment, name, found.head, _AGAIN)
        person = _who(assessment, name, came.about.get(PERSON, ""))
        result.person = assessment.name_of(person)
        result.problems += came.problems
        result.problems += _over_answers(came, then)
        weighing = Weighing(result, assessment, came.saved, round_of(then))
        events = _events(weighing, then, person, came.rows)
        events += opinion_events(weighing, then, person, came)
        take_down_review(coming, session, person, events)


def take_down_review(
    coming: Coming, session: Writing, person: PersonId, events: Sequence[Event]
) -> None:
    """Record what a review says, keep it byte for byte, and write the slip to sign.

    Nothing is recorded of a file that came before and says nothing new.

    Raises:
        AssessmentError: where it cannot be kept; nothing is stored then.
    """
    result, assessment = coming.result, session.assessment
    if assessment.state.record(REVIEW_FILE, result.sha256) is not None and not events:
        session.pending.clear()
        return
    workspace = assessment.workspace
    keep(result, assessment, is_real=not coming.dry_run, folder=workspace.reviews)
    slip = workspace.reviews / f"slip-{Path(result.kept_as).name.partition(' ')[0]}.txt"
    result.receipt = f"{workspace.reviews.name}/{slip.name}"
    if not coming.dry_run:
        taken = result.stored + result.unchanged
        lines = [f"Determinations taken in: {taken}"]
        lines += ["Opinion of the whole: taken in"] if result.texts else []
        write_slip(slip, result, assessment, "Review", lines, who="Assurer", to_sign=_TO_SIGN)
    kept = registers.ReviewFile(name=result.path.name, kept_as=result.kept_as, slip=slip.name)
    session.write([*events, happened.put((result.sha256,), kept, person=person)])


def _over_answers(came: Came, then: Assessment) -> list[Problem]:
    """Report words typed over the answers that are there to be read."""
    sent = list(_answers(then)) if came.reference else []
    if came.about.get(TEXTS) != texts_mark(sent):
        return []
    rows = {row[0]: dict(zip(ANSWERS, row, strict=True)) for row in sent}
    strange = [
        (place, cell)
        for place, cells in came.reference
        if (ref := cells.get(REF)) is not None and (ours := rows.get(ref.text.strip()))
        for heading, cell in cells.items()
        if _folded(cell.text) != _folded(ours.get(heading, ""))
    ]
    message, hint = "{} stands where nothing is read.", "Write it under Comment; the file is kept."
    return [
        Problem("unexpected-text", place.of(cell), message.format(quoted(cell.text)), hint)
        for place, cell in strange
    ]


REVIEWED = Returning(is_review_book, _receive)
_AGAIN = "send a new one with cyberassess review send."


def _who(assessment: Assessment, name: str, person: str) -> PersonId:
    known = {each.id for each in assessment.contents.settings.everybody}
    if person in {*assessment.state.met, *known}:
        return PersonId(person)
    message = 'The sheet "About this file" names a person who is not known here.'
    hint = f"Nothing was stored from it. Was that sheet changed? Then {_AGAIN}"
    raise WorkbookError.because("not-known", name, message, hint)


def _events(
    weighing: Weighing, then: Assessment, person: PersonId, rows: Sequence[Row]
) -> list[Event]:
    result, assessment = weighing.result, weighing.assessment
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
            before = then.state.record(REVIEW, *key, person)
            was = dict(before.fields) if before else {}
            events += _take_row(weighing, score, person, row, claim=claim, was=was)
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
    weighing: Weighing,
    score: OutcomeScore,
    person: PersonId,
    row: Row,
    *,
    claim: ClaimRow,
    was: Mapping[str, Any],
) -> list[Event]:
    """Give the event that stores a row, if it is new; a row is taken or left as a whole."""
    result = weighing.result
    said = {heading: row.cells[heading] for heading in INPUTS if heading in row.cells}
    if not said:
        return []
    values, problems = review_values(_scale(score), said, row)
    result.problems += problems
    if not any(values.values()):
        return []
    values["claimed"] = {_NOT_APPLICABLE: NOT_APPLICABLE, _OPEN: ""}.get(
        claim.claimed, next((e.id for e in _scale(score) if e.title == claim.claimed), "")
    )
    first = next(iter(said.values()))
    source = Source(
        "workbook",
        file=result.sha256,
        name=result.path.name,
        sheet=row.place.sheet,
        cell=(said.get(DETERMINATION) or first).address,
        serial=weighing.round,
        saved=weighing.saved,
    )
    read = said[DETERMINATION].text if values["determination"] else ""
    names = _FIELDS | {DETERMINATION: "determination", METHOD: "method"}
    unclear = [names[h] for h, e in said.items() if e.text.strip() and not values[names[h]]]
    at = Said(row.ref, row.where, source, read, tuple(unclear))
    return put_review(weighing, score, person, values, at=at, was=was)


class Said(NamedTuple):
    """Where a determination stands in the file it came in."""

    ref: str
    where: str
    source: Source
    read: str = ""
    """The words of its cell."""
    unclear: tuple[str, ...] = ()
    """Fields of the record that hold something there which is none of the words for them."""


def put_review(
    weighing: Weighing,
    score: OutcomeScore,
    person: PersonId,
    values: Mapping[str, Any],
    *,
    at: Said,
    was: Mapping[str, Any],
) -> list[Event]:
    """Give the event that stores what an assurer said of an outcome, if it is new.

    Args:
        values: keyed by field of the record.
        was: what stood when the file was written.
    """
    result = weighing.result
    key = (*score.key, person)
    there = weighing.assessment.state.record(REVIEW, *key)
    stands = dict(there.fields) if there is not None else {}
    if values in (stands, was):
        result.unchanged += 1
        return []
    if there is not None and not _is_newer(weighing, score, at, there, values):
        return []
    if any(stands.get(each) for each in at.unclear):
        message = f"{at.ref} stays as it was reviewed before."
        hint = "Some of what is said of it now was not understood, and nothing of it was stored."
        result.problems.append(Problem("review-stays", at.where, message, hint))
        return []
    result.stored += 1
    (result.changed if there else result.added).append(at.ref)
    review = registers.Review(**values)
    return [happened.put(key, review, person=person, source=at.source, read=at.read)]


def _is_newer(
    weighing: Weighing, score: OutcomeScore, said: Said, there: Record, values: Mapping[str, Any]
) -> bool:
    """Say whether a determination is newer than what stands; what differs is named."""
    names = {"determination": DETERMINATION, "method": METHOD}
    names |= {name: heading for heading, name in _FIELDS.items()}

    def texts(found: Mapping[str, Any]) -> dict[str, str]:
        words = {names[each]: str(found.get(each) or "") for each in names}
        words[METHOD] = ", ".join(found.get("method") or ())
        words[DETERMINATION] = determination_words(score, str(found.get("determination") or ""))
        return words

    at = SetAt.of(there)
    came, stands = texts(values), texts(there.fields)
    weighing.values(said.ref, said.where, came, stands, None, set_at=lambda _: at)
    return not weighing.is_older(at)


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


_TO_SIGN = (
    "",
    "I confirm that this file is the review I carried out.",
    "",
    "Signed: ______________________________   Date: ________________",
    "",
    "To check the file: sha256sum FILE (Linux), shasum -a 256 FILE (macOS),",
    "Get-FileHash FILE (Windows PowerShell).",
)


@dataclass(frozen=True, slots=True)
class ReviewState:
    """How far the review is."""

    agreements: tuple[Agreement, ...]
    reviewed: int
    lowered: int
    differing: tuple[tuple[OutcomeScore, Review], ...]
    """Outcomes whose assurer gave another level than is claimed."""
    opinions: tuple[tuple[str, Opinion, tuple[Opinion, ...]], ...] = ()
    """What each assurer thinks of the whole: their name, that, and what they thought before."""


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
    said = tuple(
        (assessment.name_of(e.person, e.origin), e, earlier_opinions(state, e))
        for e in opinions(state)
    )
    counts = confidence.reviewed, confidence.lowered
    return ReviewState(tuple(rows), *counts, tuple(differing), said)
