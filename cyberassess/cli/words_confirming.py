"""What confirm, decisions and ``explain --trace`` print, as lines."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cyberassess.cli.words import wrap
from cyberassess.domain.confirming import Override, disputes, waits
from cyberassess.domain.evidence import Held
from cyberassess.errors import counted

if TYPE_CHECKING:
    from cyberassess.app.confirming import Bulk
    from cyberassess.app.deciding import Written
    from cyberassess.app.opening import Assessment
    from cyberassess.app.receiving import ReceivedFile
    from cyberassess.app.tracing import Step, Trace
    from cyberassess.domain.scoring import OutcomeScore

MOST = 30
_HASH = 12
"""Figures of a hash that are printed; the JSON has all."""


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
    from cyberassess.app.evidencing import support_of

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
    for score, why in found.held_back:
        yield from wrap(f"{_name(score)}: {'; '.join(why)}", "  ")


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
    if found.kept_as:
        yield f"  The original is kept as {found.kept_as}"


def trace_lines(assessment: "Assessment", found: "Trace") -> Iterator[str]:
    """Show the chain behind an outcome."""
    score = found.score
    outcome = score.asked.outcome
    yield f"{outcome.id} {outcome.title}, {score.asked.scope.title}"
    yield f"By the rule: {found.suggested or 'not decided yet'}."
    if found.confirmed:
        yield f"Confirmed: {found.confirmed}."
    elif score.has_lapsed:
        yield "It was confirmed; answers have changed since, so that has lapsed."
    else:
        yield "Nobody has confirmed it yet."
    for statement in found.statements:
        yield ""
        mark = "*" if statement.decides else " "
        yield from wrap(f"{mark} {statement.id}  {statement.text}")
        yield from wrap(f"counts as: {statement.counts}", "    ")
        if statement.says:
            yield from wrap(statement.says, "    ")
        for step in statement.steps:
            yield from _step(step)
    for title, steps in (("Texts", found.texts), ("Determination", found.decisions)):
        if steps:
            yield ""
            yield f"{title}:"
        for step in steps:
            yield from _step(step)
    yield ""
    yield from _support(found)
    if found.overrides:
        yield ""
        yield "Decided differently from what answers and rule alone would give:"
        yield from override_lines(found.overrides, assessment)
    yield "* decided it"
    yield ""


def _step(step: "Step") -> Iterator[str]:
    when = step.origin.time[:16].replace("T", " ")
    by = f" (recorded by {step.recorded_by})" if step.recorded_by else ""
    yield from wrap(f"{when}  {step.who}{by}: {step.what}", "    ")
    if step.reason:
        yield from wrap(f"reason: {step.reason}", "      ")
    file = f", file {step.source.file[:_HASH]}" if step.source.file else ""
    segment = step.origin.segment[:_HASH]
    yield from wrap(
        f"from {step.source}{file}; ledger {segment}, line {step.origin.line}", "      "
    )


def _support(found: "Trace") -> Iterator[str]:
    support = found.support
    if not support.is_offered:
        yield "No evidence offered."
    else:
        yield "Evidence:"
    for item in support.items:
        words = {Held.FILE: f"SHA-256 {item.sha256[:_HASH]}", Held.NAMED: "not yet seen"}
        state = words.get(item.held, f"sighted on {item.facts.sighted_on}")
        yield from wrap(f"{item.reference} {item.facts.title}, {state}", "  ")
    for named in support.named:
        yield from wrap(f"named: {named.text}", "  ")
    for item in support.set_aside:
        word = "rejected" if item.is_rejected else "replaced"
        yield from wrap(f"{item.reference} {item.facts.title}, {word}: does not count", "  ")
