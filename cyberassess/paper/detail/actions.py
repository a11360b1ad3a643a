"""What will be done, by whom and by when; and for which gaps nothing is planned yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.record.plan import Action
from cyberassess.domain.result.findings import Finding
from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId
from cyberassess.paper.basis import Basis
from cyberassess.paper.costs import said_costs
from cyberassess.paper.sections.summary import said_due, said_owner


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action of the plan."""

    ref: str
    gap: str
    doing: str
    reason: str
    """Why it was dropped; mostly empty."""
    owner: str
    by: str
    cost: str
    progress: str


@dataclass(frozen=True, slots=True)
class Unplanned:
    """An outcome below its target in places for which nothing is planned."""

    ref: str
    name: str
    link: str
    where: str
    needs: str
    """How many statements are in the way, in the place with most of them."""


@dataclass(frozen=True, slots=True)
class Actions:
    """The section on what will be done."""

    costs: str
    open: tuple[ActionRow, ...]
    closed: tuple[ActionRow, ...]
    """Done or dropped."""
    unplanned: tuple[Unplanned, ...]


def actions(basis: Basis) -> Actions:
    """Give the section."""
    open_ = [each for each in basis.actions if each.is_open]
    return Actions(
        said_costs(open_, basis.look),
        action_rows(basis, open_),
        action_rows(basis, [each for each in basis.actions if not each.is_open]),
        unplanned(basis),
    )


def action_rows(basis: Basis, chosen: Sequence[Action]) -> tuple[ActionRow, ...]:
    """Give actions as rows of a table."""
    return tuple(
        ActionRow(
            each.ref,
            f"{_name(basis, each.about)}, {basis.said_places([k.scope for k in each.covers])}",
            each.title,
            each.reason,
            said_owner(basis, each),
            said_due(each),
            basis.look.cost(each),
            each.progress.value,
        )
        for each in chosen
    )


def _name(basis: Basis, key: OutcomeKey) -> str:
    framework = basis.frameworks.get(key.framework)
    found = framework.outcomes.get(key.outcome) if framework else None
    return f"{key.outcome} {found.title if found else ''}".rstrip()


def unplanned(basis: Basis) -> tuple[Unplanned, ...]:
    """Give the gaps for which nothing is planned, each outcome once."""
    found: dict[tuple[FrameworkRef, OutcomeId], list[Finding]] = {}
    for each in basis.findings:
        if each.score.key not in basis.planned:
            found.setdefault((each.score.key.framework, each.score.key.outcome), []).append(each)
    return tuple(
        Unplanned(
            all_[0].score.key.outcome,
            _name(basis, all_[0].score.key),
            basis.anchor(all_[0].score.key),
            basis.said_places([each.score.key.scope for each in all_]),
            _needs(all_),
        )
        for all_ in found.values()
    )


def _needs(found: Sequence[Finding]) -> str:
    least, most = min(each.steps for each in found), max(each.steps for each in found)
    if not most:
        return "more answers"
    number = str(most) if least == most else f"{least} to {most}"
    return f"{number} {'statement' if most == 1 else 'statements'}"
