"""What is open while somebody signs off: the list that is asked about, recorded and printed."""

from cyberassess.domain.people.declaring import declarations
from cyberassess.domain.record.approval import OpenKind, OpenPoint
from cyberassess.domain.record.plan import actions_of, by_outcome
from cyberassess.domain.record.recorded import State
from cyberassess.domain.result.confirming import waits
from cyberassess.domain.result.findings import findings
from cyberassess.domain.result.scoring import Scorecard


def open_points(state: State, card: Scorecard) -> tuple[OpenPoint, ...]:
    """Give everything that is open, in the order of ``OpenKind``; nothing that counts zero."""
    sure = card.confidence
    gaps = findings(card)
    planned = by_outcome(actions_of(state))
    returns = declarations(state).values()
    sets = {each.asked.framework.ref for each in card.outcomes}
    applicable = [each for each in card.outcomes if not each.not_applicable]
    points = (
        OpenPoint(OpenKind.ANSWERS, sure.statements - sure.answered, sure.statements),
        OpenPoint(OpenKind.CONFIRMATIONS, sum(map(waits, applicable)), len(applicable)),
        OpenPoint(OpenKind.CONFLICTS, sure.conflicts, sure.statements),
        OpenPoint(OpenKind.RULES, len(card.superseded), len(sets)),
        OpenPoint(OpenKind.GAPS, sum(each.score.key not in planned for each in gaps), len(gaps)),
        OpenPoint(OpenKind.RETURNS, sum(not each.stands for each in returns), len(returns)),
    )
    return tuple(each for each in points if each.count)
