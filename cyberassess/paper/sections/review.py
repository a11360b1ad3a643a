"""What the report says of the independent review: both determinations, side by side."""

from dataclasses import dataclass

from cyberassess.domain.record.reviewing import NOT_APPLICABLE, UNSURE, Review
from cyberassess.domain.result.findings import agreement
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One top group's counts."""

    part: str
    outcomes: str
    reviewed: str
    agree: str
    lower: str
    higher: str


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One outcome an assurer looked at."""

    ref: str
    where: str
    claimed: str
    found: str
    differs: bool
    said: str


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The section on the review."""

    lead: str
    agreements: tuple[AgreementRow, ...]
    rows: tuple[ReviewRow, ...]
    note: str


def review(basis: Basis) -> ReviewView | None:
    """Give the section; ``None`` where nobody has reviewed anything."""
    found = basis.reviews
    if not found:
        return None
    several = len(basis.frameworks) > 1
    agreements = [
        (f"{framework.short_title}: " if several else "", row)
        for framework in basis.frameworks.values()
        for row in agreement(basis.card, framework, basis.state)
    ]
    rows = [
        _row(basis, score, each)
        for score in basis.card.outcomes
        for each in found.get(score.key, ())
    ]
    confidence = basis.card.confidence
    people = dict.fromkeys(
        basis.person(each.person, each.origin) for all_ in found.values() for each in all_
    )
    lead = (
        f"{' and '.join(people)} looked at {counted(len(rows), 'outcome')} independently. "
        f"A determination was given for {confidence.reviewed} of "
        f"{confidence.outcomes}; "
        f"{counted(confidence.lowered, 'claim was', 'claims were')} lowered."
    )
    return ReviewView(
        lead,
        tuple(
            AgreementRow(
                f"{prefix}{row.group} {row.title}",
                str(row.outcomes), str(row.reviewed), str(row.agree), str(row.lower),
                str(row.higher),
            )
            for prefix, row in agreements
        ),
        tuple(rows),
        "Outcomes count once for each scope. Lower: the assurer gave a lower level than is "
        "claimed. The scores in this report are the organisation's own; the assurer's "
        "determination stands beside them and changes none.",
    )  # fmt: skip


def _words(score: OutcomeScore, level: str) -> str:
    said = {NOT_APPLICABLE: "Not applicable", UNSURE: "Could not determine", "": ""}
    return said[level] if level in said else score.asked.framework.title_of(level)


def _row(basis: Basis, score: OutcomeScore, each: Review) -> ReviewRow:
    own = NOT_APPLICABLE if score.not_applicable else score.determination or ""
    parts = [
        f"{label}: {text}"
        for label, text in (
            ("Evidence", each.quality),
            ("Method", ", ".join(each.method)),
            ("Sample", each.sample),
            ("Comment", each.comment),
            ("Recommendation", each.recommendation),
            ("Risk", each.risk),
        )
        if text
    ]
    return ReviewRow(
        str(score.key.outcome),
        basis.where(score),
        _words(score, own) or "Not decided",
        _words(score, each.determination) or "none given",
        bool(each.determination) and each.determination != own,
        "\n".join(parts),
    )
