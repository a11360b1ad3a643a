"""Answers given elsewhere, offered beside the questions they fit.

They come from shared services and from the assessment before this one. None counts until somebody
confirms it.
"""

from collections.abc import Iterator, Mapping

from cyberassess.disk.framework_yaml import files_of
from cyberassess.disk.resources import folder as shipped
from cyberassess.domain.assessment import Person, PersonId, StatementKey
from cyberassess.domain.people.inheriting import inheritable
from cyberassess.domain.people.questions import Offer, OfferKind
from cyberassess.domain.record import happened
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.comparing import Upgrade, upgrade_name
from cyberassess.domain.sets.framework import CountsAs, Framework, FrameworkRef, IndicatorId
from cyberassess.errors import AssessmentError, Problem
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.last_year import PREVIOUS

SUPPLIER = "supplier"
"""The role of people outside: what others answered is never shown to them."""


def offers_to(assessment: Assessment, *people: PersonId) -> dict[StatementKey, tuple[Offer, ...]]:
    """Give the offers these people may see; none where one of them is outside."""
    settings = assessment.contents.settings
    known = (settings.person(each) for each in people)
    if any(each is not None and each != settings.officer and is_outside(each) for each in known):
        return {}
    return offers_for(assessment)


def is_outside(person: Person) -> bool:
    """Say whether somebody is a supplier, by their role or by all they are asked."""
    asked = [each.owner_roles for each in person.answers]
    by_questions = bool(asked) and all(roles == (SUPPLIER,) for roles in asked)
    return person.role.strip().casefold() == SUPPLIER or by_questions


def offers_for(assessment: Assessment) -> dict[StatementKey, tuple[Offer, ...]]:
    """Give every offer, keyed by the statement it fits; inherited ones first."""
    found: dict[StatementKey, tuple[Offer, ...]] = {}
    for key, offer in (*_inherited(assessment), *_earlier(assessment)):
        found[key] = (*found.get(key, ()), offer)
    return found


def _label(framework: Framework, statement: IndicatorId, code: str) -> str:
    answers = framework.answers_for(framework.indicators[statement][1]).answers
    return next((each.label for each in answers if each.code == code), code)


def _inherited(assessment: Assessment) -> Iterator[tuple[StatementKey, Offer]]:
    settings, state = assessment.contents.settings, assessment.state
    for framework in assessment.frameworks.values():
        for each in inheritable(framework, settings, state):
            given = each.given
            yield (
                each.statement,
                Offer(
                    OfferKind.INHERITED,
                    given.answer,
                    _label(framework, each.statement.indicator, given.answer),
                    given.reason,
                    given.origin.time[:10],
                    each.source.title,
                    each.source.id,
                    each.confirmed,
                ),
            )


def need_last_year(assessment: Assessment) -> Assessment | None:
    """Give the assessment before this one; ``None`` where the settings name none.

    Raises:
        AssessmentError: where it cannot be used.
    """
    before, problem = assessment.previous, assessment.about_previous
    if before is None and problem is not None:
        raise AssessmentError(
            Problem(
                problem.code,
                problem.where,
                problem.message,
                "Correct previous: the folder of last year's assessment, as seen from this one; "
                "or send without earlier answers: cyberassess send --without-last-year. "
                "Nothing was written.",
            )
        )
    return before


def last_year_event(assessment: Assessment, before: Assessment) -> happened.Entry | None:
    """Give the event that keeps which assessment is last year's; ``None`` where that is known."""
    name = assessment.contents.settings.previous or ""
    if assessment.state.record(PREVIOUS, name) is not None:
        return None
    return happened.put((name,), happened.Previous(assessment=before.state.assessment))


def _earlier(assessment: Assessment) -> Iterator[tuple[StatementKey, Offer]]:
    before = assessment.previous
    if before is None:
        return
    settings = before.contents.settings
    origin = f"{settings.organisation}, {settings.period}"
    asked = assessment.contents.settings
    for ref, framework in assessment.frameworks.items():
        for old_ref, links in _links(before, ref, framework):
            for score in before.card.outcomes:
                if score.key.framework == old_ref and asked.scope(score.key.scope):
                    yield from _from_outcome(score, framework, links, origin)


_Links = Mapping[IndicatorId, tuple[IndicatorId, ...]]
"""Statements of the earlier version, each with those of the newer an answer fits."""


def _from_outcome(
    score: OutcomeScore, framework: Framework, links: _Links, origin: str
) -> Iterator[tuple[StatementKey, Offer]]:
    old = score.asked.framework
    for statement, standing in score.by_statement.items():
        if standing.answer is None or standing.counts_as is CountsAs.UNANSWERED:
            continue
        chosen_from = old.answers_for(old.indicators[statement][1])
        given = next((each for each in standing.given if each.answer == standing.answer), None)
        reason = standing.resolution.reason if standing.resolution else ""
        reason = reason or (given.reason if given else "")
        origin_of = standing.resolution.origin if standing.resolution else None
        when = origin_of or (given.origin if given else None)
        for fitting in links.get(statement, ()):
            if framework.layout_of[fitting].ended:
                continue
            answers = framework.answers_for(framework.indicators[fitting][1])
            said_less = chosen_from.says_less_than(answers, standing.answer)
            if answers.by_code(standing.answer) is None or said_less:
                continue
            yield (
                StatementKey(framework.ref, score.key.scope, fitting),
                Offer(
                    OfferKind.EARLIER,
                    standing.answer,
                    _label(framework, fitting, standing.answer),
                    reason,
                    when.time[:10] if when else "",
                    origin,
                ),
            )


def _links(
    before: Assessment, ref: FrameworkRef, framework: Framework
) -> Iterator[tuple[FrameworkRef, _Links]]:
    """Give what fits across: all of the same version, or what the upgrade lets through."""
    if ref in before.frameworks:
        old = before.frameworks[ref]
        fitting = framework.indicators.keys() - framework.asked_again_since(old.revision)
        yield ref, {each: (each,) for each in old.indicators if each in fitting}
        return
    upgrades = files_of(shipped("frameworks"), Upgrade)
    for old_ref in before.frameworks:
        if old_ref.partition("@")[0] != framework.id:
            continue
        found = upgrades.get(upgrade_name(old_ref, ref))
        upgrade = found.read()[0] if found else None
        links: dict[IndicatorId, tuple[IndicatorId, ...]] = {}
        for change in upgrade.statements if upgrade else ():
            if change.carries and change.from_ and change.to:
                links[change.from_] = (*links.get(change.from_, ()), change.to)
        yield old_ref, links
