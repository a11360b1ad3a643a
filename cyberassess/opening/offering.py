"""Answers given elsewhere, offered beside the questions they fit.

They come from shared services and from the assessment before this one. None counts until somebody
confirms it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from cyberassess.domain.assessment import (
    Asked,
    Person,
    PersonId,
    Scope,
    ScopeId,
    StatementKey,
    all_asked,
    asked_scopes,
    outcome_key,
)
from cyberassess.domain.people.inheriting import inheritable
from cyberassess.domain.people.naming import goes_by
from cyberassess.domain.people.questions import Offer, OfferKind, Past, Questionnaire, Row
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.standing import Standing, standings_of
from cyberassess.domain.sets.across import Across, Successor
from cyberassess.domain.sets.framework import Answer, CountsAs, Framework, IndicatorId
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import PREVIOUS, Assessment
from cyberassess.opening.years import former_sets, leading

_Shown = TypeVar("_Shown")

SUPPLIER = "supplier"
"""The role of people outside: what others answered is never shown to them."""


def offers_to(assessment: Assessment, *people: PersonId) -> dict[StatementKey, tuple[Offer, ...]]:
    """Give the offers these people may see; who is outside sees what they answered themselves."""
    outside = _outside(assessment, people)
    if outside is None:
        return offers_for(assessment)
    found = _earlier(assessment, outside)
    return _by_statement((key, each) for key, each in found if isinstance(each, Offer))


def past_to(assessment: Assessment, *people: PersonId) -> dict[StatementKey, tuple[Past, ...]]:
    """Give last year's answers to what is asked again, as far as these people may see them."""
    outside = _outside(assessment, people)
    found = _earlier(assessment, outside)
    return _by_statement((key, each) for key, each in found if isinstance(each, Past))


def with_past(what: Questionnaire, past: Mapping[StatementKey, tuple[Past, ...]]) -> Questionnaire:
    """Give a questionnaire that shows last year's answers beside what is asked again.

    Args:
        past: keyed by the statement that is asked again.
    """
    if not past:
        return what

    def shown(row: Row) -> Row:
        found = dict.fromkeys(p for key in row.statements for p in past.get(key, ()))
        return replace(row, past=tuple(found)) if found else row

    topics = tuple(
        replace(t, blocks=tuple(replace(b, rows=tuple(map(shown, b.rows))) for b in t.blocks))
        for t in what.topics
    )
    return replace(what, topics=topics)


def _outside(assessment: Assessment, people: Sequence[PersonId]) -> tuple[Person, ...] | None:
    """Give these people where one of them is outside; ``None`` where none is."""
    settings = assessment.contents.settings
    known = (each for each in map(settings.person, people) if each is not None)
    found = tuple(each for each in known if each != settings.officer and is_outside(each))
    return found or None


def is_outside(person: Person) -> bool:
    """Say whether somebody is a supplier, by their role or by all they are asked."""
    asked = [each.owner_roles for each in person.answers]
    by_questions = bool(asked) and all(roles == (SUPPLIER,) for roles in asked)
    return person.role.strip().casefold() == SUPPLIER or by_questions


def offers_for(
    assessment: Assessment, kind: OfferKind | None = None
) -> dict[StatementKey, tuple[Offer, ...]]:
    """Give the offers, keyed by the statement they fit; inherited ones first.

    Args:
        kind: the one that is wanted; last year is not read for what is inherited.
    """
    found = [] if kind is OfferKind.EARLIER else list(_inherited(assessment))
    if kind is not OfferKind.INHERITED:
        found += [(k, e) for k, e in _earlier(assessment, None) if isinstance(e, Offer)]
    return _by_statement(found)


def _by_statement(
    pairs: Iterable[tuple[StatementKey, _Shown]],
) -> dict[StatementKey, tuple[_Shown, ...]]:
    found: dict[StatementKey, tuple[_Shown, ...]] = {}
    for key, each in pairs:
        if each not in found.get(key, ()):
            found[key] = (*found.get(key, ()), each)
    return found


def _label(framework: Framework, statement: IndicatorId, code: str) -> str:
    answers = framework.answers_for(framework.indicators[statement][1]).answers
    return next((each.label for each in answers if each.code == code), code)


def _inherited(assessment: Assessment) -> Iterator[tuple[StatementKey, Offer]]:
    settings, state = assessment.contents.settings, assessment.state
    for framework in assessment.frameworks.values():
        for each in inheritable(framework, settings, state):
            if each.is_denied:
                continue
            given = each.given
            yield (
                each.statement,
                Offer(
                    OfferKind.INHERITED,
                    Response(**given.event.fields),
                    _label(framework, each.statement.indicator, given.answer),
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
        raise AssessmentError.because(
            problem.code,
            problem.where,
            problem.message,
            "Correct previous: the folder of last year's assessment, as seen from this one; "
            "or send without earlier answers: cyberassess send --without-last-year. "
            "Nothing was written.",
        )
    return before


def last_year_event(assessment: Assessment, before: Assessment) -> happened.Entry | None:
    """Give the event that keeps which assessment is last year's; ``None`` where that is known."""
    name = assessment.contents.settings.previous or ""
    if assessment.state.record(PREVIOUS, name) is not None:
        return None
    return happened.put((name,), registers.Previous(assessment=before.state.assessment))


def _earlier(
    assessment: Assessment, only: Sequence[Person] | None
) -> Iterator[tuple[StatementKey, Offer | Past]]:
    """Give what last year said of every statement that has to do with one of this year's.

    Args:
        only: whose own answers are given; what counted, whoever answered, if ``None``.
    """
    ours = None if only is None else _ids_then(assessment, only)
    yield from _reshaped(assessment, ours)
    yield from _by_former_version(assessment, ours)
    before = assessment.previous
    if before is None:
        return
    places: dict[ScopeId, list[ScopeId]] = {}
    for scope in assessment.contents.settings.all_scopes:
        for earlier in scope.earlier:
            places.setdefault(earlier, []).append(scope.id)
    ours = None if only is None else _ids_then(before, only)
    for framework in assessment.frameworks.values():
        way = leading(before.frameworks, framework)
        if way is None:
            continue
        for asked in all_asked({way.before.ref: way.before}, before.contents.settings):
            if asked.scope.id in places:
                yield from _answers(before, asked, way, places[asked.scope.id], ours)


_BECAUSE = (
    "version {} asks for something else",
    "the choices are not the same any more",
)
"""Where no upgrade that ships says it; where one says that both are alike."""


def _by_former_version(
    assessment: Assessment, ours: frozenset[PersonId] | None
) -> Iterator[tuple[StatementKey, Past]]:
    """Give what was answered this year to questions of the version that was used before."""
    settings, former = assessment.contents.settings, former_sets(assessment)
    origin = f"{settings.organisation}, {settings.period}"
    ways = {
        (old.ref, framework.ref): leading({old.ref: old}, framework)
        for old in former.values()
        for framework in assessment.frameworks.values()
    }
    for key, several in assessment.state.asked_again.items() if former else ():
        for given in several:
            there = given.event.statement
            old, framework = former.get(there.framework), assessment.frameworks.get(key.framework)
            if old is None or framework is None or (ours is not None and given.person not in ours):
                continue
            way = ways[old.ref, framework.ref]
            links = way.by_after.get(key.indicator, ()) if way else ()
            because = next((each.because for each in links if each.before == there.indicator), "")
            yield (
                key,
                Past(
                    _label(old, there.indicator, given.answer),
                    given.reason,
                    given.origin.time[:10],
                    f"{origin}, version {old.version}",
                    old.indicators[there.indicator][1].text,
                    because or _BECAUSE[bool(links)].format(framework.version),
                    this_year=True,
                ),
            )


def _reshaped(
    assessment: Assessment, ours: frozenset[PersonId] | None
) -> Iterator[tuple[StatementKey, Offer | Past]]:
    """Give what was answered this year for scopes that were merged or split since."""
    settings = assessment.contents.settings
    for scope in settings.all_scopes:
        for gone in scope.earlier:
            if settings.scope(gone) is not None:
                continue
            there = Scope(id=gone, kind=scope.kind, title=gone)
            for framework in assessment.frameworks.values():
                way = leading({framework.ref: framework}, framework)
                for outcome in framework.assessed if way else ():
                    if way is not None and scope in asked_scopes(framework, outcome, settings):
                        asked = Asked(framework, outcome, there)
                        for key, each in _answers(assessment, asked, way, [scope.id], ours):
                            yield key, _of_this_year(each)


def _of_this_year(each: Offer | Past) -> Offer | Past:
    if isinstance(each, Past):
        return each._replace(this_year=True)
    return replace(each, this_year=True)


def _answers(
    before: Assessment,
    asked: Asked,
    way: Across,
    places: Sequence[ScopeId],
    ours: frozenset[PersonId] | None,
) -> Iterator[tuple[StatementKey, Offer | Past]]:
    """Give what was said of an outcome, at every statement and place that follows it."""
    for statement, standing in _standings(before, asked):
        for said in _said(before, asked, statement, standing, ours):
            for link in way.by_before.get(statement, ()):
                if way.after.layout_of[link.after].ended:
                    continue
                for place in places:
                    key = StatementKey(way.after.ref, place, link.after)
                    yield key, _shown(said, asked, way.after, link, place)


def _ids_then(before: Assessment, only: Sequence[Person]) -> frozenset[PersonId]:
    """Give the ids these people answered under last year: an id alone is nobody's name."""
    return frozenset(
        each.id
        for each in before.contents.settings.everybody
        for person in only
        if goes_by(each, person.name) or (person.email and goes_by(each, person.email))
    )


def _standings(before: Assessment, asked: Asked) -> Iterator[tuple[IndicatorId, Standing]]:
    """Give how an outcome's statements stood, those of a shared service too."""
    score = before.card.by_key.get(outcome_key(asked))
    if score is not None:
        yield from score.by_statement.items()
        return
    layouts = [asked.framework.layout_of[each.id] for each in asked.outcome.asked]
    found = standings_of(asked.framework, layouts, before.state, asked.scope.id)
    yield from zip((each.id for each in layouts), found, strict=True)


class _Said(NamedTuple):
    """What last year said of a statement."""

    answer: Answer
    said: Response
    date: str
    """ISO date."""
    origin: str
    """Organisation and period."""
    question: str
    because: str
    """Why it is no answer to confirm; empty where it is one."""


def _said(
    before: Assessment,
    asked: Asked,
    statement: IndicatorId,
    standing: Standing,
    ours: frozenset[PersonId] | None,
) -> Iterator[_Said]:
    """Give what last year said of a statement: what counted, or what people said who differed."""
    framework, settings = asked.framework, before.contents.settings
    indicator = framework.indicators[statement][1]
    because, given = "", standing.given
    if ours is not None:
        given = tuple(each for each in given if each.person in ours)
    elif standing.in_conflict:
        because = "people differed, and nobody decided it"
    elif standing.answer is None or standing.counts_as is CountsAs.UNANSWERED:
        return
    else:
        given = tuple(each for each in given if each.answer == standing.answer)[:1]
    said = [(Response(**each.event.fields), each.origin.time[:10]) for each in given]
    settled = standing.resolution
    if settled is not None and ours is None:
        reason = settled.reason or (given[0].reason if given else "")
        said = [(Response(new=settled.answer, reason=reason), settled.origin.time[:10])]
    origin = f"{settings.organisation}, {settings.period}"
    for response, date in said:
        answer = framework.answers_for(indicator).by_code(response.new or "")
        if answer is not None and answer.counts_as is not CountsAs.UNANSWERED:
            yield _Said(answer, response, date, origin, indicator.text, because)


def _shown(
    said: _Said, asked: Asked, framework: Framework, link: Successor, place: ScopeId
) -> Offer | Past:
    """Give an answer to confirm, where one may be offered across, and else what to look at."""
    old = asked.framework
    chosen_from = old.answers_for(old.indicators[link.before][1])
    choices = framework.answers_for(framework.indicators[link.after][1])
    here = choices.by_code(said.answer.code)
    because = said.because or link.because
    if not because and (here is None or chosen_from.says_less_than(choices, said.answer.code)):
        because = "the choices are not the same any more"
    origin = said.origin if place == asked.scope.id else f"{said.origin}, {asked.scope.title}"
    if because or here is None:
        reason = said.said.reason or ""
        return Past(said.answer.label, reason, said.date, origin, said.question, because)
    return Offer(OfferKind.EARLIER, said.said, here.label, said.date, origin)
