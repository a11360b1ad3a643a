"""The gaps that matter most: which they are, what is missing, and what will be done."""

from collections.abc import Iterator, Sequence

from cyberassess.domain.record.plan import LOWEST_PRIORITY, Action
from cyberassess.domain.result.findings import Finding, by_outcome
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.paper.basis import MOST_PLACES, Basis, capital
from cyberassess.paper.blocks import Part, Row, Table, Text, columns, strong
from cyberassess.paper.sections.in_the_way import said_of_one
from cyberassess.paper.sections.squares import NOT_CONFIRMED, WAITS
from cyberassess.paper.sections.summary import (
    NOT_PLANNED,
    actions_on,
    said_due,
    said_owner,
    said_unplanned,
)

_TOP_GAPS = 3
_NUMBERS = {2: "two", 3: "three"}

Gap = Sequence[Finding]
"""An outcome below its target, in all the places where it is."""


def top_gaps(basis: Basis) -> Sequence[Gap]:
    """Give the gaps that matter most.

    Those the officer gave the highest priority stand first, then those in most places, then those
    with the fewest statements in the way.
    """

    def order(gap: Gap) -> tuple[int, int, int]:
        actions = actions_on(basis, gap)
        first = min((each.priority for each in actions), default=LOWEST_PRIORITY)
        return first, -len(gap), sum(each.steps for each in gap)

    return sorted(by_outcome(basis.headline_findings()), key=order)[:_TOP_GAPS]


def gaps_title(gaps: Sequence[Gap]) -> str:
    """Head the gaps by how many are shown."""
    if not gaps:
        return "Gaps"
    if len(gaps) == 1:
        return "The gap that matters most"
    return f"The {_NUMBERS[len(gaps)]} gaps that matter most"


def gaps_note(basis: Basis, gaps: Sequence[Gap]) -> str:
    """Say how the gaps were chosen, or why there are none."""
    if not gaps:
        if basis.is_unknown:
            return "Nothing is answered yet, so no gap can be named."
        if basis.target(basis.first.ref) is None:
            return "Without a target there are no gaps to name."
        return f"Every outcome of {basis.headline.title} with a target meets it."
    several = len(basis.scopes) > 1
    order = ["by the priority given in the plan"] if basis.actions else []
    order += ["by how many places fall short"] if several else []
    order.append("by how few statements stand in the way")
    marked = any(basis.is_waiting(each.score) for gap in gaps for each in gap)
    star = f" {WAITS} {capital(NOT_CONFIRMED)}." if marked else ""
    return f"Chosen {', then '.join(order)}.{star}"


def gap_table(basis: Basis, gaps: Sequence[Gap], *, has_links: bool = False) -> Table:
    """Name gaps, with what is missing and what will be done."""
    rows = [_row(basis, each, has_links=has_links) for each in gaps]
    heads = columns(("What is missing, and where", 57), ("Owner", 16), ("By", 16), ("Cost", 11))
    if not any(actions_on(basis, each) for each in gaps):
        heads = columns(("What is missing, and where", 84), ("Owner", 16))
    return Table(heads, tuple(each[: len(heads)] for each in rows), "found gap")


def _row(basis: Basis, gap: Gap, *, has_links: bool) -> Row:
    worst = max(gap, key=lambda each: each.steps)
    outcome = worst.score.asked.outcome
    link = basis.anchor(worst.score.key) if has_links else ""
    name = Part(outcome.name, "strong", link=link)
    where = Part(_marked(basis, [each.score for each in gap]), "place")
    texts = Text((name, " ", where)), *_missing(basis, gap, worst)
    actions = actions_on(basis, gap)
    if not actions:
        return texts, NOT_PLANNED, "", ""
    first, bare = actions[0], said_unplanned(basis, gap)
    doing = strong("Action"), f" {_covered(basis, gap, first)}{first.title}"
    texts = *texts, Text((*doing, " ", strong(bare)) if bare else doing)
    return texts, said_owner(basis, first), said_due(first), basis.look.cost(first)


def _missing(basis: Basis, gap: Gap, worst: Finding) -> Iterator[Text]:
    """Say what was answered, the statement, and what else there is."""
    shown, more = said_of_one(basis, gap, worst)
    rest = Part(more, "place")
    for each in shown:
        yield Text((*each, " ", rest) if more else each)
    if not shown:
        yield Text(more, "place")


def _marked(basis: Basis, scores: Sequence[OutcomeScore]) -> str:
    """Name places, with a mark where nobody confirmed what stands there."""
    marks = {e.key.scope: WAITS if basis.is_waiting(e) else "" for e in scores}
    if len(scores) > MOST_PLACES:
        return f"{basis.said_places(list(marks))}{max(marks.values())}"
    return ", ".join(f"{basis.place(scope)}{mark}" for scope, mark in marks.items())


def _covered(basis: Basis, gap: Gap, action: Action) -> str:
    """Say for which of the places an action is, where it is not for all of them."""
    there = [e.score.key.scope for e in gap if e.score.key in action.covers]
    if len(there) == len(gap):
        return ""
    return f"for {basis.said_places(there)}: "
