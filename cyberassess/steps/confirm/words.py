"""What confirm and decisions print, as lines."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cyberassess.domain.result.confirming import Override, disputes, waits
from cyberassess.errors import counted
from cyberassess.terminal.fitting import came_lines, wrap

if TYPE_CHECKING:
    from cyberassess.domain.result.scoring import OutcomeScore
    from cyberassess.opening.assessment import Assessment
    from cyberassess.opening.intake import ReceivedFile
    from cyberassess.steps.confirm.confirming import Bulk
    from cyberassess.steps.confirm.deciding import Written


_NAMED = 12


def _name(score: "OutcomeScore") -> str:
    return f"{score.key.outcome}/{score.key.scope}"


def _level(score: "OutcomeScore", level: str | None) -> str:
    framework = score.asked.framework
    return framework.level(level).title if level else "not decided"  # type: ignore[arg-type]


def confirmed_lines(score: "OutcomeScore", *, changes: bool) -> Iterator[str]:
    """Say what was confirmed, beside what the rule suggests."""
    if not changes:
        yield f"{_name(score)} is confirmed so already. Nothing was changed."
        return
    beside = _level(score, score.suggested)
    yield f"{_name(score)}: confirmed as {_level(score, score.confirmed)}. By the rule: {beside}."
    if score.confirmed != score.suggested:
        yield "It differs from the rule, so the report lists it with its reason."


def waiting_lines(assessment: "Assessment") -> Iterator[str]:
    """Say how many outcomes are confirmed, and why the others are not undisputed."""
    from cyberassess.steps.evidence.evidencing import support_of

    outcomes = [each for each in assessment.card.outcomes if not each.not_applicable]
    waiting = [each for each in outcomes if waits(each)]
    yield f"{len(outcomes) - len(waiting)} of {counted(len(outcomes), 'outcome')} confirmed."
    undisputed = 0
    for score in waiting:
        why = disputes(score, support_of(assessment, score), assessment.on)
        undisputed += not why
        if why:
            yield from wrap(f"{_name(score)}: {_level(score, score.suggested)}; "
                            f"{'; '.join(why)}", "  ")  # fmt: skip
    if undisputed:
        yield (
            f"{counted(undisputed, 'outcome')} undisputed: cyberassess confirm --all-undisputed"
        )
    if waiting:
        yield "All that waits for you, in one workbook: cyberassess decisions"


def bulk_lines(found: "Bulk", *, dry_run: bool) -> Iterator[str]:
    """Say what was confirmed together, and why the rest was not."""
    verb = "Would confirm" if dry_run else "Confirmed"
    yield f"{verb} {counted(len(found.confirmed), 'outcome')}."
    levels: dict[str, list[str]] = {}
    for score in found.confirmed:
        levels.setdefault(_level(score, score.suggested), []).append(_name(score))
    for level, names in levels.items():
        yield from wrap(f"{level}: {', '.join(names)}", "  ")
    if found.already:
        yield f"Confirmed before: {found.already}."
    if found.held_back:
        yield f"Not confirmed: {len(found.held_back)}."
    held: dict[str, list[str]] = {}
    for score, why in found.held_back:
        held.setdefault("; ".join(why), []).append(_name(score))
    for reasons, names in held.items():
        yield from wrap(f"{reasons[:1].upper()}{reasons[1:]}: {', '.join(names)}", "  ")
    if held:
        yield "All that waits for you, in one workbook: cyberassess decisions"


def accepted_lines(score: "OutcomeScore", out: list[str]) -> Iterator[str]:
    """Say what follows from an accepted column."""
    yield from wrap(f"Accepted although these do not apply: {', '.join(out)}.")
    yield f"{_name(score)} by the rule now: {_level(score, score.suggested)}."


def override_lines(found: Sequence[Override], assessment: "Assessment") -> Iterator[str]:
    """List what people decided differently, with the direction."""
    for each in found:
        what = each.statement.indicator if each.statement else each.outcome.outcome
        who = assessment.name_of(each.person, each.origin)
        yield from wrap(
            f"{what}/{each.outcome.scope}: {each.direction.value} from {each.without} to "
            f"{each.stands} by {who}, {each.origin.time[:10]}: {each.reason or 'no reason given'}",
            "  ",
        )


def written_lines(written: "Written") -> Iterator[str]:
    """Say what waits, and where it was written."""
    waiting = {name: count for name, count in written.counts.items() if count}
    for name, count in waiting.items():
        yield f"{name}: {count}"
    total = counted(sum(waiting.values()), "decision")
    yield f"Wrote {total} to {written.path}" if waiting else f"Nothing waits. Wrote {written.path}"
    yield "When you have decided: cyberassess decisions receive FILE"


def decided_lines(found: "ReceivedFile", *, dry_run: bool) -> Iterator[str]:
    """Say what became of a decisions workbook."""
    if found.refused:
        yield f"{found.path.name}: refused"
        return
    verb = "would record" if dry_run else "recorded"
    yield (
        f"{found.path.name}: {found.person}: {verb} {counted(found.stored, 'decision')}, "
        f"{found.unchanged} unchanged, {counted(len(found.problems), 'remark')}"
    )
    yield from came_lines(found, None if dry_run else _NAMED)
