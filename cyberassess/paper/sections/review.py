"""What the report says of the independent review: both determinations, side by side."""

import re
from collections import Counter
from dataclasses import dataclass

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.plan import Progress
from cyberassess.domain.record.reviewing import (
    NOT_APPLICABLE,
    RISKS,
    UNSURE,
    Opinion,
    Review,
)
from cyberassess.domain.result.findings import agreement
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, capital, clipped, joined
from cyberassess.paper.blocks import Row, strong
from cyberassess.paper.sections.summary import said_due, said_owner

_ENOUGH = 10
"""One result in so many is a sample that carries."""
_MANY = 4
"""More than one of so many lowered is many."""


@dataclass(frozen=True, slots=True)
class OpinionView:
    """What an assurer thinks of the whole, in their own words."""

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The section on the review."""

    opinions: tuple[OpinionView, ...]
    no_opinion: str
    """Empty where somebody gave one."""
    lead: str
    verdicts: tuple[tuple[str, str, str], ...]
    """Overall risk, and confidence in the self-assessment: what, how much, and why."""
    agreements: tuple[Row, ...]
    """The counts of each top group."""
    rows: tuple[Row, ...]
    """The outcomes an assurer looked at."""
    note: str


def review(basis: Basis) -> ReviewView | None:
    """Give the section; ``None`` where nobody has reviewed anything."""
    found = basis.reviews
    if not found and not basis.opinions:
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
    lead = "No single result was looked at independently."
    if rows:
        lead = (
            f"{joined(list(people))} looked at {counted(len(rows), 'result')} independently. "
            f"A determination was given for {confidence.reviewed} of "
            f"{confidence.outcomes}; "
            f"{counted(confidence.lowered, 'claim was', 'claims were')} lowered."
        )
    return ReviewView(
        tuple(_opinion(basis, each) for each in basis.opinions),
        "" if basis.opinions else _NO_OPINION,
        lead,
        (_overall_risk(basis), _confidence(basis)),
        tuple(
            (
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


_NO_OPINION = "No opinion of the whole was given."
_LONGEST_SENTENCE = 300


def said_opinion(basis: Basis, *, is_open: bool = False) -> str:
    """Give the first sentence of what assurers think of the whole.

    Empty where nobody reviewed anything.

    Args:
        is_open: names nobody, and says nothing in their words.
    """
    if not basis.opinions:
        return _NO_OPINION if basis.reviews else ""
    said: list[str] = []
    for each in basis.opinions:
        who = "" if is_open else f", {basis.person(each.person, each.origin)}"
        risk = f" (overall risk: {each.risk})" if each.risk else ""
        first = clipped(_SENTENCE.split(each.text, maxsplit=1)[0], _LONGEST_SENTENCE)
        words = f": “{first}”" if first and not is_open else "."
        said.append(f"Opinion of the assurer{who}{risk}{words}")
    if any(each.text for each in basis.opinions):
        words = "Its words are in the restricted edition."
        said.append(words if is_open else "In full in the full report.")
    return " ".join(said)


_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def _opinion(basis: Basis, each: Opinion) -> OpinionView:
    """Give an opinion with whose it is; who typed it in where it did not come from them."""
    risk = f"; overall risk: {each.risk}" if each.risk else ""
    by = f"{basis.person(each.person, each.origin)}, {said_date(each.origin.time)}{risk}"
    if not each.source.file and each.origin.actor != each.person:
        by += f"; recorded by {basis.person(each.origin.actor, each.origin)}"
    return OpinionView(each.text or capital(each.words), by)


def _overall_risk(basis: Basis) -> tuple[str, str, str]:
    """Give the highest risk assurers gave: of the whole, or of single results."""
    overall = {each.risk for each in basis.opinions}
    given = Counter(
        each.risk for all_ in basis.reviews.values() for each in all_ if each.risk in RISKS
    )
    said = [f"{given[risk]} {risk}" for risk in RISKS if given[risk]]
    if whole := next((risk for risk in RISKS if risk in overall), ""):
        single = f"; of single results: {joined(said)}" if said else ""
        return "Overall risk", whole, f"It is the assurer's view of the whole{single}."
    if not said:
        return "Overall risk", "not said", "No assurer gave a risk."
    highest = next(risk for risk in RISKS if given[risk])
    return "Overall risk", highest, f"It is the highest the assurer gave: {joined(said)}."


def _confidence(basis: Basis) -> tuple[str, str, str]:
    """Say how far the self-assessment can be relied on: by what was sampled, and lowered."""
    sampled, of = len(basis.reviewed), basis.card.confidence.outcomes
    drops = [(each.rank or 0) - basis.reviewed[each.key] for each in basis.lowered]
    verdict = "high"
    if drops or sampled * _ENOUGH < of:
        verdict = "moderate"
    if sampled < len(drops) * _MANY or any(drop > 1 for drop in drops) or not sampled:
        verdict = "low"
    by = f", by at most {counted(max(drops), 'level')}" if drops else ""
    why = (
        f"{sampled} of {counted(of, 'result')} were sampled, as the assurer chose; "
        f"{len(drops) or 'none'} lowered{by}. High: at least a tenth sampled, none lowered; low: "
        "more than a quarter lowered, any by more than one level, or none sampled."
    )
    return "Confidence in the self-assessment", verdict, why


def said_response(basis: Basis, score: OutcomeScore) -> str:
    """Give the management response to a recommendation, as far as the plan has one."""
    actions = [each for each in basis.actions if score.key in each.covers]
    accepted = [
        f"{each.said_ref}, {said_owner(basis, each)}, {said_due(each)}, {each.progress.value}"
        for each in actions
        if each.progress is not Progress.DROPPED
    ]
    if accepted:
        return f"accepted: {'; '.join(accepted)}"
    dropped = [each.reason or "no reason is kept" for each in actions]
    return f"not accepted: {'; '.join(dropped)}" if dropped else "none recorded yet"


def _words(score: OutcomeScore, level: str) -> str:
    said = {NOT_APPLICABLE: "Not applicable", UNSURE: "Could not determine", "": ""}
    return said[level] if level in said else score.asked.framework.title_of(level)


def _row(basis: Basis, score: OutcomeScore, each: Review) -> Row:
    own = NOT_APPLICABLE if score.not_applicable else score.determination or ""
    parts = [
        f"{label}: {text}"
        for label, text in (
            ("Evidence", each.quality),
            ("Method", ", ".join(each.method)),
            ("Sample", each.sample),
            ("Comment", each.comment),
            ("Recommendation", each.recommendation),
            ("Management response", said_response(basis, score) if each.recommendation else ""),
            ("Risk", each.risk),
        )
        if text
    ]
    given = _words(score, each.determination) or "none given"
    differs = bool(each.determination) and each.determination != own
    return (
        score.key.outcome,
        basis.where(score),
        _words(score, own) or "Not decided",
        strong(given) if differs else given,
        "\n".join(parts),
    )
