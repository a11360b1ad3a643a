"""What is said of corrected control sets."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cyberassess.errors import counted, named
from cyberassess.terminal.fitting import wrap

if TYPE_CHECKING:
    from cyberassess.steps.next_year.updating import Later, Updates


_MOST = 12


def update_lines(found: "Updates", *, dry_run: bool) -> Iterator[str]:
    """Say of each set what changes and what is asked again."""
    if not found.later:
        yield "Every control set here is at the revision that ships now. Nothing was changed."
        return
    for each in found.later:
        yield f"{each.pinned.ref}: revision {each.before.revision} to {each.after.revision}"
        for line in _set_lines(found, each):
            yield from wrap(line, indent="  ")
    if found.themes:
        name, old, new = found.themes
        yield f"Themes {name}: revision {old} to {new}"
    if dry_run:
        yield "Nothing was changed. To take this up: cyberassess framework update"
    else:
        yield from wrap("The sets of before stay beside those of now. Next: cyberassess send")


def _set_lines(found: "Updates", each: "Later") -> Iterator[str]:
    yield from each.about
    if each.asked_again:
        yield f"Asked again, since they ask for something else: {named(each.asked_again, _MOST)}"
    if each.only:
        only = named(each.only, _MOST)
        yield f"Asked again where the answer was no, since there is a choice more: {only}"
    if each.reworded:
        yield f"The same in other words: {counted(len(each.reworded), 'statement')}"
    if each.new:
        yield f"New: {named(each.new, _MOST)}"
    if each.gone:
        yield f"Not asked any more: {named(each.gone, _MOST)}"
    if answers := found.answers[each.pinned.ref]:
        yield (
            f"{counted(answers, 'answer')} kept in the ledger, counting for nothing until given "
            "again."
        )
    (met, of), (meet, of_now) = found.meets(each.pinned.ref)
    if of or of_now:
        yield f"Targets met: {met} of {of} before, {meet} of {of_now} after."
