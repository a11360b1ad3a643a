"""What the report says of the independent review: both determinations, side by side."""

import re
from collections import Counter
from collections.abc import Iterator

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
from cyberassess.paper.blocks import Block, Heading, Row, Section, Table, Text, columns, strong
from cyberassess.paper.sections.summary import said_due, said_owner

_ENOUGH = 10
"""One result in so many is a sample that carries."""
_MANY = 4
"""More than one of so many lowered is many."""


def review(basis: Basis) -> Iterator[Section]:
    """Give the section on the review; none where nobody has reviewed anything."""
    if basis.reviews or basis.opinions:
        yield Section(tuple(_blocks(basis)), "new-page", "part")


def _blocks(basis: Basis) -> Iterator[Block]:
    title = "Independent review"
    yield Heading(title, anchor="review", running=title)
    if basis.opinions:
        yield Heading("Opinion of the whole, in the assurer's own words", 3)
        for each in basis.opinions:
            yield Text(each.text or capital(each.words), "said")
            yield Text(_by(basis, each), "by")
        yield Heading("What was reviewed", 3)
    else:
        yield Text(_NO_OPINION)
    yield Text(_lead(basis))
    for name, said, why in (_overall_risk(basis), _confidence(basis)):
        yield Text((strong(f"{name}: {said}."), f" {why}"))
    yield _agreement(basis)
    yield Text(
        "Lower: the assurer gave a lower level than is claimed. The scores in this report are the "
        "organisation's own; the assurer's determination stands beside them and changes none.",
        "small",
    )
    if rows := tuple(_rows(basis)):
        yield Heading("Both determinations, side by side", 3)
        heads = columns(
            ("Ref", 7), ("Where", 14), ("Claimed", 12), ("Assurer", 12),
            ("What the assurer says", 55, "pre"),
        )  # fmt: skip
        yield Table(heads, rows, "found")


def _lead(basis: Basis) -> str:
    """Say who looked at how much, and what came of it."""
    seen = [each for score in basis.card.outcomes for each in basis.reviews.get(score.key, ())]
    if not seen:
        return "No single result was looked at independently."
    people = dict.fromkeys(
        basis.person(each.person, each.origin) for all_ in basis.reviews.values() for each in all_
    )
    sure = basis.card.confidence
    return (
        f"{joined(list(people))} looked at {counted(len(seen), 'result')} independently. "
        f"A determination was given for {sure.reviewed} of {sure.outcomes}; "
        f"{counted(sure.lowered, 'claim was', 'claims were')} lowered."
    )


def _agreement(basis: Basis) -> Table:
    """Count, for each part of each set, how far the assurer agrees."""
    several = len(basis.frameworks) > 1
    rows = tuple(
        (
            f"{f'{framework.short_title}: ' if several else ''}{row.group} {row.title}",
            *map(str, (row.outcomes, row.reviewed, row.agree, row.lower, row.higher)),
        )
        for framework in basis.frameworks.values()
        for row in agreement(basis.card, framework, basis.state)
    )
    counts = ("Results", "Reviewed", "Agree", "Lower", "Higher")
    heads = columns(("Part", 40), *((each, 12, "number") for each in counts))
    return Table(heads, rows, "found", "How far the assurer agrees")


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
        begin = "An assurer gave an opinion" if is_open else f"Opinion of the assurer{who}"
        said.append(f"{begin}{risk}{words}")
    if any(each.text for each in basis.opinions):
        words = "Their words are in the restricted edition."
        said.append(words if is_open else "In full in the full report.")
    return " ".join(said)


_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def _by(basis: Basis, each: Opinion) -> str:
    """Say whose an opinion is; who typed it in where it did not come from them."""
    risk = f"; overall risk: {each.risk}" if each.risk else ""
    by = f"{basis.person(each.person, each.origin)}, {said_date(each.origin.time)}{risk}"
    if not each.source.file and each.origin.actor != each.person:
        by += f"; recorded by {basis.person(each.origin.actor, each.origin)}"
    return by


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


def _rows(basis: Basis) -> Iterator[Row]:
    for score in basis.card.outcomes:
        own = NOT_APPLICABLE if score.not_applicable else score.determination or ""
        for each in basis.reviews.get(score.key, ()):
            given = _words(score, each.determination) or "none given"
            differs = bool(each.determination) and each.determination != own
            yield (
                score.key.outcome,
                basis.where(score),
                _words(score, own) or "Not decided",
                strong(given) if differs else given,
                _remarks(basis, score, each),
            )


def _remarks(basis: Basis, score: OutcomeScore, each: Review) -> str:
    return "\n".join(
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
    )
