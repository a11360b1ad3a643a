"""Statements people differ on."""

from dataclasses import dataclass

from cyberassess.domain.assessment import ScopeId, StatementKey, scopes_of
from cyberassess.domain.people.inheriting import with_inherited
from cyberassess.domain.record.standing import Standing, standings_of
from cyberassess.domain.sets.framework import Framework, IndicatorId
from cyberassess.opening.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Conflict:
    """A statement people differ on."""

    statement: StatementKey
    text: str
    answers: tuple[tuple[str, str, str], ...]
    """Name, answer's label, reason, for each person."""


def conflicts(assessment: Assessment) -> list[Conflict]:
    """Give every open conflict, in the order of the card; nothing is scored for it."""
    found: list[Conflict] = []
    settings = assessment.contents.settings
    for framework in assessment.frameworks.values():
        state, _ = with_inherited(framework, settings, assessment.state)
        assessed = {each.id for each in framework.assessed}
        for scope in settings.all_scopes:
            for outcome, layouts in framework.layout:
                several = [
                    each
                    for each in layouts
                    if len(state.answers.get(StatementKey(framework.ref, scope.id, each.id), ()))
                    > 1
                ]
                if several and outcome.id in assessed and scope in scopes_of(outcome, settings):
                    standings = standings_of(framework, several, state, scope.id)
                    found += [
                        _conflict(assessment, framework, scope.id, layout.id, standing)
                        for layout, standing in zip(several, standings, strict=True)
                        if standing.in_conflict
                    ]
    return found


def _conflict(
    assessment: Assessment,
    framework: Framework,
    scope: ScopeId,
    statement: IndicatorId,
    standing: Standing,
) -> Conflict:
    indicator = framework.indicators[statement][1]
    labels = {a.code: a.label for a in framework.answers_for(indicator).answers}
    return Conflict(
        StatementKey(framework.ref, scope, statement),
        indicator.text,
        tuple(
            (assessment.name_of(g.person, g.origin), labels.get(g.answer, g.answer), g.reason)
            for g in standing.given
        ),
    )
