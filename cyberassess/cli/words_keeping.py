"""What the commands that keep an assessment whole print, as lines: merge, recover, differences."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cyberassess.cli.words import conflict_lines, wrap
from cyberassess.errors import counted

if TYPE_CHECKING:
    from cyberassess.app.merging import Merge, SettingDiffers
    from cyberassess.app.settling import Difference

_SHOWN = 20


def difference_lines(found: "list[Difference]") -> Iterator[str]:
    """List what branches changed differently, with the command that settles each."""
    for each in found:
        yield from wrap(f"Two copies of the assessment differ on {each.what}:")
        for choice in each.choices:
            yield from wrap(choice.text or "(nothing)", "  - ")
            yield f"    cyberassess resolve --keep {choice.ref} --reason …"


def merge_lines(found: "Merge", *, dry_run: bool) -> Iterator[str]:
    """Say what was done, which settings count, and what is in conflict now."""
    if not found.changes:
        yield "There is nothing to join: this is one assessment with one history."
    else:
        yield "This would be done:" if dry_run else "Done:"
    for step in found.steps:
        yield from wrap(step.says, "  ")
    if found.heads:
        yield from wrap(f"Join {' and '.join(found.heads)}.", "  ")
    if found.settings:
        yield "Settings that differ:"
        for setting in found.settings[:_SHOWN]:
            yield from wrap(_setting(setting), "  ")
        if len(found.settings) > _SHOWN:
            yield f"  … and {counted(len(found.settings) - _SHOWN, 'more', 'more')}."
        yield "  To change one, edit assessment.yaml: the next command records it."
    if found.conflicts:
        yield from conflict_lines(found.conflicts)
    yield from difference_lines(found.differences)
    if dry_run:
        yield "Nothing was changed: this was a dry run."
    elif found.conflicts:
        first = found.conflicts[0].statement
        yield (f"Next: cyberassess resolve {first.indicator}/{first.scope} --answer … --reason …")
    elif not found.differences:
        yield "Next: cyberassess status"


def _setting(each: "SettingDiffers") -> str:
    if not each.here:
        return f"{each.key}: none here, {each.there} in {each.where}. None counts."
    there = f"{each.there} in" if each.there else "none in"
    return f"{each.key}: {each.here} here, {there} {each.where}. {each.here} counts."


def merge_json(found: "Merge", *, dry_run: bool) -> dict[str, Any]:
    """Give ``merge --json``."""
    return {
        "schema": 1,
        "dry_run": dry_run,
        "joined": list(found.heads),
        "steps": [
            {"kind": each.kind, "name": each.name, "says": each.says} for each in found.steps
        ],
        "settings": [
            {"key": e.key, "here": e.here, "there": e.there, "where": e.where}
            for e in found.settings
        ],
        "conflicts": [
            {
                "framework": each.statement.framework,
                "scope": each.statement.scope,
                "statement": each.statement.indicator,
                "answers": [{"name": n, "answer": a, "reason": r} for n, a, r in each.answers],
            }
            for each in found.conflicts
        ],
        "differences": [
            {"what": e.what, "values": [{"ref": c.ref, "text": c.text} for c in e.choices]}
            for e in found.differences
        ],
        "notes": [str(each) for each in found.notes],
    }
