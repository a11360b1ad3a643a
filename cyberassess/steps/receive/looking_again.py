"""What the answers of a return say together that none of them says alone.

Judged once they are stored: an earlier return or a shared service counts too.
"""

from collections.abc import Iterable, Iterator, Mapping

from cyberassess.domain.assessment import ScopeId, StatementKey
from cyberassess.domain.people.inheriting import with_inherited
from cyberassess.domain.people.questions import AnswerReply, ConfirmReply, Reply
from cyberassess.domain.record.recorded import Source, State
from cyberassess.domain.record.standing import Standing, standings_of
from cyberassess.domain.result.better import overtaken, overtaken_words
from cyberassess.domain.sets.framework import Framework, IndicatorId, Outcome
from cyberassess.errors import Problem, Severity
from cyberassess.opening.assessment import Assessment

_Cells = Mapping[IndicatorId, Source]
_Standings = Mapping[IndicatorId, Standing]


def remarks(assessment: Assessment, replies: Iterable[Reply]) -> list[Problem]:
    """Say of each statement that describes a shortfall what its sender should look at again."""
    cells: dict[StatementKey, Source] = {}
    for reply in replies:
        if isinstance(reply, AnswerReply | ConfirmReply):
            cells |= dict.fromkeys(reply.statements, reply.source)
    problems: list[Problem] = []
    for ref, framework in assessment.frameworks.items():
        here = {key: cell for key, cell in cells.items() if key.framework == ref}
        if not here or all(each.better is None for each in framework.answer_sets):
            continue
        state, _ = with_inherited(framework, assessment.contents.settings, assessment.state)
        for scope, outcome in dict.fromkeys(
            (key.scope, framework.indicators[key.indicator][0].id) for key in here
        ):
            found = framework.outcomes[outcome]
            places = {key.indicator: cell for key, cell in here.items() if key.scope == scope}
            standings = _standings(framework, found, state, scope)
            problems += _unexplained(framework, found, standings, places)
            problems += _overtaken(framework, found, standings, places)
    return problems


def _standings(framework: Framework, outcome: Outcome, state: State, scope: ScopeId) -> _Standings:
    layouts = [framework.layout_of[each.id] for each in outcome.indicators]
    found = standings_of(framework, layouts, state, scope)
    return {layout.id: each for layout, each in zip(layouts, found, strict=True)}


def _where(cell: Source) -> str:
    return f'{cell.name}, sheet "{cell.sheet}", cell {cell.cell}'


def _unexplained(
    framework: Framework, outcome: Outcome, standings: _Standings, places: _Cells
) -> Iterator[Problem]:
    """Give the answers of somebody who does better, where nothing says how."""
    for indicator in outcome.indicators:
        better, standing = framework.answers_for(indicator).better, standings[indicator.id]
        if better is None or not standing.lacks_reason or standing.answer != better.code:
            continue
        if indicator.id in places:
            unless = " or ".join(indicator.better_than)
            yield Problem(
                "reason-missing",
                _where(places[indicator.id]),
                f'"{better.label}" needs a reason beside {indicator.id}.',
                "It was stored, and counts as not answered until a reason stands beside it"
                f"{f', or {unless} is true' if unless else ''}.",
                Severity.NOTE,
            )


def _overtaken(
    framework: Framework, outcome: Outcome, standings: _Standings, places: _Cells
) -> Iterator[Problem]:
    for statement, better in overtaken(outcome, standings).items():
        offered = framework.answers_for(framework.indicators[statement][1]).better
        label = f'; there is the answer "{offered.label}"' if offered else ""
        cell = next((places[e] for e in (statement, *better) if e in places), None)
        if cell is not None:
            yield Problem(
                "says-less",
                _where(cell),
                overtaken_words(statement, " and ".join(better)),
                "Both were stored as they are. Change what is not meant and send it "
                f"again{label}.",
                Severity.NOTE,
            )
