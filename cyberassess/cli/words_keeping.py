"""What the commands that keep an assessment whole print, as lines: merge, recover, differences."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cyberassess.cli.words import conflict_lines, table, wrap
from cyberassess.errors import counted

if TYPE_CHECKING:
    from cyberassess.app.merging import Merge, SettingDiffers
    from cyberassess.app.recovering import ReadFile, Recovered
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
    from cyberassess.app.settling import conflict_json

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
        "conflicts": [conflict_json(each) for each in found.conflicts],
        "differences": [
            {"what": e.what, "values": [{"ref": c.ref, "text": c.text} for c in e.choices]}
            for e in found.differences
        ],
        "notes": [str(each) for each in found.notes],
    }


def recover_lines(found: "Recovered") -> Iterator[str]:
    """Say what was read, what was lost line by line, and what to do next."""
    if found.folder is None:
        yield "Nothing is damaged: everything can be read. Nothing was written."
        return
    yield f"Recovered {counted(found.answers, 'answer')} into {found.folder}"
    yield "The damaged folder was not changed."
    yield from table((each.name, _fate(each)) for each in found.files)
    for each in found.files:
        for line, why in each.lost:
            place = f"ledger/{each.name}, line {line}" if line else f"ledger/{each.name}"
            yield from wrap(f"{place}: {why}", "  ")
    for name in found.missing:
        yield f"  ledger/{name}.jsonl: The file is not there. What it held is not known."
    for text in found.mended:
        yield from wrap(text, "  ")
    if not found.id_kept:
        yield from wrap(
            "The first file of the ledger is lost, and with it what sent questionnaires are "
            "recognised by. Send new ones: cyberassess send"
        )
    if found.again:
        yield from wrap(
            f"{counted(len(found.again), 'original')} may hold answers that were lost. Receive "
            "them again, inside the new folder:"
        )
        for path in found.again:
            yield f'  cyberassess receive "{path}"'
    yield (
        "Everything that was ever stored is there."
        if found.is_complete
        else "Compare it with a backup if there is one: cyberassess merge FOLDER adds what it has."
    )
    yield f'Next: cyberassess -C "{found.folder}" verify'


def _fate(each: "ReadFile") -> str:
    read = counted(each.events, "entry")
    if each.is_whole:
        return f"whole, {read}"
    return f"damaged, {read} read"


def recover_json(found: "Recovered") -> dict[str, Any]:
    """Give ``recover --json``."""
    return {
        "schema": 1,
        "folder": None if found.folder is None else str(found.folder),
        "answers": found.answers,
        "complete": found.is_complete,
        "files": [
            {
                "name": each.name,
                "entries": each.events,
                "whole": each.is_whole,
                "lost": [{"line": line or None, "why": why} for line, why in each.lost],
            }
            for each in found.files
        ],
        "missing": list(found.missing),
        "mended": list(found.mended),
        "receive_again": list(found.again),
        "problems": [str(each) for each in found.lost],
    }
