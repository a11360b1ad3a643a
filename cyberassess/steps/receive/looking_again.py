"""What the answers of a return say together that none of them says alone.

Judged once they are stored: an earlier return or a shared service counts too.
"""

from collections.abc import Iterator, Mapping, Sequence

from cyberassess.domain.assessment import ScopeId, StatementKey
from cyberassess.domain.people.inheriting import has_own, with_inherited
from cyberassess.domain.people.questions import AnswerReply, ConfirmReply, Reply, SharingReply
from cyberassess.domain.people.sharing import is_opened_by, taken_over
from cyberassess.domain.record.recorded import Source, State
from cyberassess.domain.record.standing import Standing, standings_of
from cyberassess.domain.result.better import overtaken, overtaken_words
from cyberassess.domain.sets.framework import Framework, IndicatorId, Outcome
from cyberassess.errors import Problem, Severity
from cyberassess.opening.assessment import Assessment

_Cells = Mapping[IndicatorId, Source]
_Standings = Mapping[IndicatorId, Standing]


def remarks(assessment: Assessment, replies: Sequence[Reply]) -> list[Problem]:
    """Say of each statement that describes a shortfall what its sender should look at again."""
    cells: dict[StatementKey, Source] = {}
    for reply in replies:
        if isinstance(reply, AnswerReply | ConfirmReply):
            cells |= dict.fromkeys(reply.statements, reply.source)
    problems = [e for each in replies if isinstance(each, SharingReply)
                for e in _opened(assessment, each)]  # fmt: skip
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


def _opened(assessment: Assessment, reply: SharingReply) -> Iterator[Problem]:
    """Say that the questions of a topic are asked now, where nobody has answered one of them."""
    framework, key = assessment.frameworks.get(reply.key.framework), reply.key
    # NOTE: a topic of a version that was used before opens no question of the one since
    if framework is None or not is_opened_by(reply.key, assessment.state):
        return
    statements = [
        StatementKey(key.framework, key.scope, each.id)
        for outcome in taken_over(key, assessment.frameworks, assessment.contents.settings)
        for each in outcome.asked
    ]
    if not any(has_own(framework, assessment.state, each) for each in statements):
        place = assessment.place_of(key.scope)
        yield Problem.note(
            "asked-now",
            _where(reply.source),
            f"{key.group} is not the same for {place}, so its questions are asked for it.",
            "They stand in the workbook that asks to look again, and in every later one.",
        )


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
