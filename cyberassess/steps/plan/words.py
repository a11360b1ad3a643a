"""What the commands about the plan print."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cyberassess.domain.calendar_words import said_date
from cyberassess.errors import counted, fields_of
from cyberassess.terminal.fitting import came_lines, wrap

if TYPE_CHECKING:
    from cyberassess.domain.record.plan import Action
    from cyberassess.opening.assessment import Assessment
    from cyberassess.opening.intake import ReceivedFile

Json = dict[str, Any]  # NOTE: printed as it is.


def action_line(assessment: "Assessment", action: "Action") -> str:
    """Say one action on a line."""
    about = ", ".join(f"{each.outcome}/{each.scope}" for each in action.covers)
    parts = [action.title, f"about {about}"]
    parts += [assessment.name_of(action.owner)] if action.owner else []
    parts += [f"due {said_date(action.due)}"] if action.due else []
    parts += [f"cost {action.cost.value}"] if action.cost.value else []
    parts.append(action.progress.value)
    parts += [f"from {action.since}"] if action.since else []
    return f"{action.said_ref}: {', '.join(parts)}"


def plan_lines(assessment: "Assessment") -> Iterator[str]:
    """Say what stands between each outcome and its target, and what is planned."""
    from cyberassess.steps.plan.planning import now_and_target, others, path_to_target, unplanned

    steps = path_to_target(assessment)
    if not steps:
        yield "Every outcome with a target meets it."
    for step in steps:
        score = step.finding.score
        where = f"{score.key.outcome}/{score.key.scope}"
        changes = counted(step.finding.steps, "statement")
        yield from wrap(f"{where} {score.asked.outcome.title}: {now_and_target(step)}")
        yield from wrap(f"{changes} must change: {', '.join(step.finding.gap.statements)}", "  ")
        for action in step.actions:
            yield from wrap(action_line(assessment, action), "  ")
        if not step.actions:
            yield "  not planned yet"
    rest = others(assessment)
    if rest:
        yield "About outcomes that meet their target:"
        for action in rest:
            yield from wrap(action_line(assessment, action), "  ")
    left = len(unplanned(steps))
    if left:
        yield ""
        yield from wrap(
            f"{counted(left, 'finding')} without an action: cyberassess plan add OUTCOME "
            "--action TEXT, or plan export"
        )


def plan_json(assessment: "Assessment") -> Json:
    """Give ``plan --json``."""
    from cyberassess.domain.record.numbering import NUMBERED
    from cyberassess.domain.record.plan import ACTION
    from cyberassess.steps.plan.planning import others, path_to_target

    def shown(action: "Action") -> Json:
        return {
            "ref": action.ref,
            "was": [NUMBERED[ACTION].format(each) for each in action.number.was],
            **action.about._asdict(),
            "also": list(action.also),
            "action": action.title,
            "owner": assessment.name_of(action.owner) if action.owner else None,
            "due": action.due.isoformat() if action.due else None,
            "cost": action.cost.value or None,
            "status": action.progress.value,
            "priority": action.priority,
        }

    return {
        "schema": 1,
        "findings": [
            {
                **step.finding.score.key._asdict(),
                **fields_of(step.finding.score, "determination target"),
                "must_change": list(step.finding.gap.statements),
                "actions": [shown(each) for each in step.actions],
            }
            for step in path_to_target(assessment)
        ],
        "other_actions": [shown(each) for each in others(assessment)],
    }


def plan_taken_lines(found: "ReceivedFile", *, dry_run: bool) -> Iterator[str]:
    """Say what a plan from a workbook changed."""
    would = "would be " if dry_run else ""
    yield from wrap(
        f"{counted(len(found.added), 'action')} {would}added, "
        f"{len(found.changed)} {would}changed, "
        f"{found.unchanged} as before; {counted(found.empty, 'row')} not planned yet."
    )
    yield from came_lines(found)
    if dry_run:
        yield "Nothing was changed."
