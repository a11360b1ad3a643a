"""What counts for one statement in one scope: several people's answers become one standing."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from cyberassess.domain.assessment import ScopeId, StatementKey
from cyberassess.domain.record.recorded import Given, Record, Resolution, State
from cyberassess.domain.sets.framework import (
    CountsAs,
    Framework,
    IndicatorId,
    Needs,
    StatementLayout,
)


class Offered(NamedTuple):
    """A shared service's answer that could be taken over, and counts only once confirmed."""

    source: ScopeId
    confirmed_before: Record | None
    """By which the answer it had before held; ``None`` where nobody confirmed any."""


class Standing(NamedTuple):
    """What counts for one statement in one scope, and what it follows from."""

    answer: str | None
    """The code of the answer that counts; ``None`` while there is none or people differ."""
    counts_as: CountsAs
    given: tuple[Given, ...] = ()
    in_conflict: bool = False
    """People differ and nobody has settled it; what counts is the least favourable answer."""
    resolution: Resolution | None = None
    lacks_reason: bool = False
    """The answer needs a reason and has none, so it counts as unanswered."""
    ruled_out_by: IndicatorId | None = None
    """The condition that leaves it out, whatever was answered."""
    ended: str = ""
    """What it asks for ended: the sentence that says so; it is left out, whatever was answered."""
    withdrawn: tuple[Given, ...] = ()
    """Answers that were taken back, where none is left."""
    offered: tuple[Offered, ...] = ()
    """Answers of shared services that wait to be confirmed, where none is given."""

    earlier: tuple[Given, ...] = ()
    """Answers to words that asked for something else, where none was given since."""

    @property
    def is_asked(self) -> bool:
        """Whether it counts by what people answer: no condition leaves it out, and it goes on."""
        return self.ruled_out_by is None and not self.ended


_NOTHING = Standing(None, CountsAs.UNANSWERED)


_UNFAVOURABLE_FIRST = {
    False: {
        CountsAs.NOT_MET: 0,
        CountsAs.PARTLY: 1,
        CountsAs.LEFT_OUT: 2,
        CountsAs.MET: 3,
    },
    True: {
        CountsAs.MET: 0,
        CountsAs.PARTLY: 1,
        CountsAs.NOT_MET: 2,
        CountsAs.LEFT_OUT: 3,
    },
}
"""Which of several answers gives the lower determination, by whether it is a warning sign."""


def favour(counts_as: CountsAs, *, is_warning: bool) -> int:
    """Rank what an answer counts as: the higher, the more favourable; unanswered is lowest."""
    return _UNFAVOURABLE_FIRST[is_warning].get(counts_as, -1)


def is_backed(
    framework: Framework,
    layout: StatementLayout,
    standing_of: Callable[[IndicatorId], Standing],
) -> bool:
    """Say whether a statement that says better than this one holds, by anybody's answer.

    Args:
        standing_of: gives the standing of another statement in the same scope.
    """
    for better in layout.better_than:
        standing, answers = standing_of(better), framework.layout_of[better].answers
        said = [answers[e.answer].counts_as for e in standing.given if e.answer in answers]
        if standing.counts_as is CountsAs.MET or (standing.in_conflict and CountsAs.MET in said):
            return True
    return False


def stand(
    layout: StatementLayout,
    given: tuple[Given, ...],
    resolution: Resolution | None,
    *,
    is_warning: bool,
    is_backed: bool = False,
) -> Standing:
    """Say what counts where a reason is needed, several answered, or a conflict was settled.

    Args:
        is_backed: whether a statement that says better holds in the same scope.
    """
    answer = layout.answers.get(resolution.answer) if resolution else None
    if resolution and answer and resolution.settled == {(g.person, g.answer) for g in given}:
        return Standing(answer.code, answer.counts_as, given, resolution=resolution)
    known = [each for each in given if each.answer in layout.answers]
    firm = [g for g in known if layout.answers[g.answer].counts_as is not CountsAs.UNANSWERED]
    if not firm:
        return Standing(known[0].answer if known else None, CountsAs.UNANSWERED, given)
    valid = [
        g
        for g in firm
        if g.reason or not layout.answers[g.answer].needs.wants_reason(is_backed=is_backed)
    ]
    if len({g.answer for g in firm}) == 1:
        answer = layout.answers[firm[0].answer]
        if not valid:
            return Standing(answer.code, CountsAs.UNANSWERED, given, lacks_reason=True)
        return Standing(answer.code, answer.counts_as, given)
    order = _UNFAVOURABLE_FIRST[is_warning]
    counts = min(
        (layout.answers[g.answer].counts_as for g in valid or firm), key=order.__getitem__
    )
    return Standing(
        None,
        counts if valid else CountsAs.UNANSWERED,
        given,
        in_conflict=True,
        lacks_reason=not valid,
    )


def standings_of(
    framework: Framework,
    layouts: Sequence[StatementLayout],
    state: State,
    scope_id: ScopeId,
    offered: Mapping[StatementKey, tuple[Offered, ...]] = MappingProxyType({}),
) -> list[Standing]:
    """Say what counts for each statement of an outcome in one scope."""
    ref, answers, resolutions, levels = (
        framework.ref,
        state.answers,
        state.resolutions,
        framework.scale,
    )

    def standing_of(statement: IndicatorId) -> Standing:
        return standings_of(framework, (framework.layout_of[statement],), state, scope_id)[0]

    standings: list[Standing] = []
    for layout in layouts:
        # NOTE: a plain tuple equals the key of the same parts, and is cheaper to make
        key: tuple[str, ...] = (ref, scope_id, layout.id)
        given = answers.get(key)  # type: ignore[call-overload]
        if layout.ended:
            standings.append(Standing(None, CountsAs.LEFT_OUT, given or (), ended=layout.ended))
            continue
        condition = layout.applies_when
        if condition is not None and _is_ruled_out(condition, framework, state, scope_id):
            standings.append(
                Standing(None, CountsAs.LEFT_OUT, given or (), ruled_out_by=condition)
            )
            continue
        if given is None:
            withdrawn = state.withdrawn.get(key, ())  # type: ignore[call-overload]
            waits = offered.get(key, ())  # type: ignore[call-overload]
            again = state.asked_again.get(key, ())  # type: ignore[call-overload]
            standings.append(
                _NOTHING._replace(withdrawn=withdrawn, offered=waits, earlier=again)
                if withdrawn or waits or again
                else _NOTHING
            )
            continue
        answer = layout.answers.get(given[0].answer)
        if len(given) == 1 and answer and (answer.needs is Needs.NOTHING or given[0].reason):
            standings.append(Standing(answer.code, answer.counts_as, given))
        else:
            found = resolutions.get(key)  # type: ignore[call-overload]
            warns = levels[layout.rank].is_warning
            backed = is_backed(framework, layout, standing_of)
            standings.append(stand(layout, given, found, is_warning=warns, is_backed=backed))
    return standings


def _is_ruled_out(
    condition: IndicatorId, framework: Framework, state: State, scope: ScopeId
) -> bool:
    """Say whether a condition leaves out what depends on it, in a scope.

    While nobody has said so, or people differ, what depends on it applies; so it does where none
    of its alternatives holds either.
    """
    alternatives = framework.indicators[condition][1].alternatives
    return _is_denied(condition, framework, state, scope) and not (
        alternatives and all(_is_denied(each, framework, state, scope) for each in alternatives)
    )


def _is_denied(condition: IndicatorId, framework: Framework, state: State, scope: ScopeId) -> bool:
    """Say whether it was answered that a condition does not hold, and nobody differs."""
    key = StatementKey(framework.ref, scope, condition)
    given = state.answers.get(key)
    layout = framework.layout_of[condition]
    if not given or layout.ended:
        return False
    standing = stand(layout, given, state.resolutions.get(key), is_warning=False)
    return standing.counts_as is CountsAs.NOT_MET and not standing.in_conflict
