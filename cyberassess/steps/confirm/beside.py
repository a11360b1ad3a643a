"""What is known beside something that waits: who said what, the evidence, others' views."""

from collections.abc import Iterator, Mapping

from cyberassess.domain.assessment import OutcomeKey, StatementKey
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.recorded import Given
from cyberassess.domain.record.reviewing import reviews
from cyberassess.domain.result.like_for_like import comparable
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.across import Across
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import counted, joined
from cyberassess.opening.assessment import Assessment
from cyberassess.steps.evidence.evidencing import support_of
from cyberassess.steps.review.reviewing import determination_words

Ways = Mapping[FrameworkRef, Across]
_LONGEST = 300
"""How much of one text stands in the cell; all of it stands in ``explain`` and on its page."""
_MOST = 4
"""How many texts of one kind."""


def who_said(assessment: Assessment, given: Given, label: str) -> str:
    """Say who gave an answer, when, in which file and cell, and what they wrote."""
    name = assessment.name_of(given.person, given.origin)
    place = f"for {assessment.place_of(given.inherited_from)}, " if given.inherited_from else ""
    said = f"{name}: {label} ({place}{said_date(given.origin.time)}, {given.source})"
    return said + (f"\n“{_short(given.reason)}”" if given.reason else "")


def whose_duty(assessment: Assessment, key: StatementKey, outcome: OutcomeKey) -> str:
    """Say who is asked a statement; empty where nobody in particular is."""
    names = [
        assessment.name_of(person)
        for person, portion in assessment.contents.portions.items()
        if any(
            (e.framework.ref, e.scope.id, e.outcome.id)
            == (key.framework, key.scope, outcome.outcome)
            for e in portion
        )
    ]
    return f"It is asked of {joined(names)}." if names else ""


def last_answered(score: OutcomeScore) -> str:
    """Give the day of the last answer to an outcome, ISO 8601; empty where there is none."""
    times = [g.origin.time for standing in score.standings for g in standing.given]
    return max(times, default="")[:10]


def known_of(assessment: Assessment, key: OutcomeKey, ways: Ways) -> str:
    """Give what is known of an outcome, a line each: rationales, evidence, review, last year.

    Args:
        ways: how last year's sets lead to those of this year.
    """
    score = assessment.card.by_key.get(key)
    if score is None:
        return ""
    return "\n".join(
        [
            *_rationales(assessment, key),
            *_evidence(assessment, score),
            *_reviews(assessment, score),
            *_last_year(assessment, score, ways),
        ]
    )


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rstrip()} …"


def _few(lines: list[str], noun: str) -> list[str]:
    left = len(lines) - _MOST
    return lines[:_MOST] + ([f"and {counted(left, f'more {noun}')}"] if left > 0 else [])


def _rationales(assessment: Assessment, key: OutcomeKey) -> list[str]:
    said = [
        f"{assessment.name_of(e.person, e.origin)}: “{_short(e.text)}”"
        for e in assessment.state.rationales.get(key, ())
        if e.text
    ]
    return _few(said, "text")


def _evidence(assessment: Assessment, score: OutcomeScore) -> list[str]:
    support = support_of(assessment, score)
    items = [
        f"Evidence {each.reference}: {_short(each.facts.title)}"
        + (f", to {said_date(each.facts.valid_until)}" if each.facts.valid_until else "")
        for each in support.items
    ]
    items += [f"Evidence, named only: {_short(each.text)}" for each in support.named]
    items += [f"Set aside: {each.reference}" for each in support.set_aside]
    return _few(items, "document") or ["No evidence is offered."]


def _reviews(assessment: Assessment, score: OutcomeScore) -> Iterator[str]:
    for each in reviews(assessment.state).get(score.key, ()):
        found = determination_words(score, each.determination) or "no level given"
        words = "; ".join(_short(e) for e in (each.comment, each.recommendation) if e)
        name = assessment.name_of(each.person, each.origin)
        yield f"Assurer {name}: {found}" + (f" “{words}”" if words else "")


def _last_year(assessment: Assessment, score: OutcomeScore, ways: Ways) -> Iterator[str]:
    before, way = assessment.previous, ways.get(score.key.framework)
    if before is None or way is None:
        return
    outcome = score.asked.outcome
    source, why_not = (outcome.id, "") if way.is_same else comparable(way, outcome)
    links = (each for e in outcome.asked for each in way.by_after.get(e.id, ()))
    named = [source] if source else [way.before.indicators[e.before][0].id for e in links]
    for each in list(dict.fromkeys(named))[:_MOST]:
        was = before.card.by_key.get(OutcomeKey(way.before.ref, score.key.scope, each))
        if was is None:
            continue
        level = way.before.title_of(was.determination) if was.determination else "open"
        then = "" if way.is_same else f", {each} of {way.before.ref}"
        by = " (confirmed)" if was.confirmed else ""
        apart = f"; not to be compared: {why_not} since" if why_not else ""
        yield f"In {before.contents.settings.period}{then}: {level}{by}{apart}"
