"""What will be done, by whom and by when; and for which gaps nothing is planned yet."""

from collections.abc import Iterable, Iterator, Sequence

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.record.plan import Action
from cyberassess.domain.result.findings import Finding, by_outcome
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import Block, Heading, Part, Row, Section, Table, Text, columns
from cyberassess.paper.costs import said_costs
from cyberassess.paper.detail.gaps import said_findings
from cyberassess.paper.sections.summary import said_due, said_owner

BY_PRIORITY = "The plan's first priority stands first, then what is due first."
"""What to say of the order of actions."""


def actions(basis: Basis) -> Section:
    """Give the section on what is to be done, was done, and is not planned."""
    return Section(tuple(_blocks(basis)), "next", "part on")


def _blocks(basis: Basis) -> Iterator[Block]:
    open_ = [each for each in basis.actions if each.is_open]
    closed = [each for each in basis.actions if not each.is_open]
    yield Heading("Actions", anchor="actions", running="Actions")
    yield Text(f"{said_findings(basis)} {said_costs(open_, basis.look)}".rstrip(), "meta keep")
    if open_:
        yield Heading("To be done", 3)
        yield Text(BY_PRIORITY, "meta keep")
        yield action_table(basis, open_)
    if bare := unplanned(basis):
        yield Heading("Below the target, and not planned yet", 3)
        heads = columns(("Outcome", 46), ("Where", 37), ("In the way", 17))
        yield Table(heads, tuple(_unplanned(basis, each) for each in bare))
    if closed:
        yield Heading("Done or dropped", 3)
        yield action_table(basis, closed)


def action_table(basis: Basis, chosen: Sequence[Action]) -> Table:
    """Give actions as a table."""
    heads = columns(
        ("Ref", 10, "ref"), ("Gap, and where", 25), ("Action", 27), ("Owner", 15),
        ("By, status", 14), ("Cost", 9),
    )  # fmt: skip
    rows = tuple(
        (
            each.ref,
            f"{_name(basis, each.about)}, {basis.said_places(k.scope for k in each.covers)}",
            f"{each.title} Reason: {each.reason}" if each.reason else each.title,
            said_owner(basis, each),
            f"{said_due(each)}, {each.progress.value}",
            basis.look.cost(each),
        )
        for each in chosen
    )
    return Table(heads, rows)


def _name(basis: Basis, key: OutcomeKey) -> str:
    framework = basis.frameworks.get(key.framework)
    found = framework.outcomes.get(key.outcome) if framework else None
    return f"{key.outcome} {found.title if found else ''}".rstrip()


def unplanned(basis: Basis) -> Sequence[Sequence[Finding]]:
    """Give what is below its target where nothing is planned: places of an outcome together."""
    bare = (each for each in basis.findings if each.score.key not in basis.planned)
    return by_outcome(sorted_findings(basis, bare))


def sorted_findings(basis: Basis, found: Iterable[Finding]) -> list[Finding]:
    """Sort findings as the control set has its outcomes, those of one by place."""
    return sorted(found, key=lambda each: basis.position(each.score.key))


def _unplanned(basis: Basis, found: Sequence[Finding]) -> Row:
    key = found[0].score.key
    return (
        Part(_name(basis, key), link=basis.anchor(key)),
        basis.said_places([each.score.key.scope for each in found]),
        _needs(found),
    )


def _needs(found: Sequence[Finding]) -> str:
    """Say how many statements are in the way in each place."""
    least, most = min(each.steps for each in found), max(each.steps for each in found)
    if not most:
        return "more answers"
    number = str(most) if least == most else f"{least} to {most}"
    return f"{number} {'statement' if most == 1 else 'statements'}"
