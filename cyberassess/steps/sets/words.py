"""What is said of control sets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.errors import Severity, counted, named
from cyberassess.terminal.fitting import table, wrap

if TYPE_CHECKING:
    from cyberassess.domain.sets.comparing import OutcomeChange, StatementChange, Upgrade
    from cyberassess.domain.sets.framework import Framework, Group
    from cyberassess.steps.sets.authoring import ProfileWritten, SetBegun
    from cyberassess.steps.sets.comparing import Compared, Mapped
    from cyberassess.steps.sets.content import Checked, Listed
    from cyberassess.steps.sets.importing import BuiltSet
    from cyberassess.steps.sets.official import WordingKept


def _counts(framework: "Framework") -> str:
    levels = "/".join(str(count) for count in framework.count_levels().values())
    extra = sum(len(each.indicators) for each in framework.apart)
    return (
        f"{counted(len(framework.assessed) - len(framework.apart), 'outcome')}, "
        f"{counted(sum(framework.count_levels().values()), 'statement')} ({levels})"
        + (f", {extra} more that the publisher does not count" if extra else "")
    )


def listed_lines(listed: "list[Listed]") -> Iterator[str]:
    """Give a block a set."""
    for each in listed:
        framework = each.shelved.framework
        yield f"{framework.ref}  {framework.title}, {framework.publisher}"
        yield f"  {_counts(framework)}; revision {framework.revision}"
        yield from wrap(f"targets: {', '.join(each.profiles) or 'none'}", "  ")


def shown_lines(framework: "Framework") -> Iterator[str]:
    """Show where a set comes from, its outcomes and its rule."""
    yield f"{framework.title} {framework.version} ({framework.ref}, revision {framework.revision})"
    yield from wrap(framework.about)
    yield f"Publisher: {framework.publisher}, {framework.published}"
    yield f"Source: {framework.source} (read {framework.accessed})"
    yield f"Counts: {_counts(framework)}"
    yield from wrap(f"Rule {framework.rule.name}: {framework.rule.text}")
    yield from wrap(framework.licence)
    for group in framework.groups:
        yield from _group_lines(group, "")


def _group_lines(group: "Group", indent: str) -> Iterator[str]:
    yield ""
    yield f"{indent}{group.id} {group.title}"
    for each in group.groups:
        yield from _group_lines(each, indent + "  ")
    for outcome in group.outcomes:
        count = counted(len(outcome.indicators), "statement")
        yield f"{indent}  {outcome.id} {outcome.title} ({count}; {outcome.owner_role})"


def checked_lines(found: "Checked") -> Iterator[str]:
    """Say the counts, and whether anything is wrong."""
    counts = f"{_counts(found.framework)}, " if found.framework else ""
    yield f"{found.name}: {counts}{counted(len(found.problems), 'problem')}"


def diff_lines(compared: "Compared") -> Iterator[str]:
    """Give the counts, the ids that mislead, and then every outcome with its statements."""
    upgrade = compared.upgrade
    yield f"From {upgrade.from_} to {upgrade.to}, revision {upgrade.revision}"
    yield from table(
        [("by", upgrade.author), ("source", f"{upgrade.source} ({upgrade.accessed})")]
    )
    yield from wrap(upgrade.about, "  ")
    yield ""
    yield from _count_lines(upgrade)
    yield ""
    if upgrade.reused_outcomes:
        yield from wrap(
            f"These outcome ids stand in both versions and mean different things: "
            f"{', '.join(upgrade.reused_outcomes)}. So do "
            f"{counted(len(upgrade.reused_statements), 'statement id')}. "
            f"Answers never follow an id."
        )
    yield ""
    yield from wrap(
        "For each statement: its earlier and its newer id, wording, place, and whether an earlier "
        "answer is offered or the statement is asked again."
    )
    leaving: dict[str, list[StatementChange]] = {}
    arriving: dict[str, list[StatementChange]] = {}
    for each in upgrade.statements:
        if each.from_ and each.from_ in compared.before.indicators:
            leaving.setdefault(compared.before.indicators[each.from_][0].id, []).append(each)
        elif each.to and each.to in compared.after.indicators:
            arriving.setdefault(compared.after.indicators[each.to][0].id, []).append(each)
    for change in upgrade.outcomes:
        yield ""
        yield from _outcome_lines(change, compared)
        yield from _statement_lines(leaving.get(change.from_ or "", []), compared)
        if change.from_ is None:
            for target in change.to:
                yield from _new_lines(arriving.pop(target, []))
    if arriving:
        yield ""
        yield f"New statements in outcomes of {upgrade.to} that have a source above"
    for outcome_id, changes in arriving.items():
        yield from wrap(f"{outcome_id}: {', '.join(each.to or '' for each in changes)}", "  ")


def _count_lines(upgrade: "Upgrade") -> Iterator[str]:
    """Say each version's statements by place, and the links by wording."""
    from cyberassess.domain.sets.comparing import count_upgrade

    counts = count_upgrade(upgrade)
    rows: list[tuple[str, Mapping[str, int]]] = [
        (f"Statements of {upgrade.from_}", {k.value: v for k, v in counts.from_.items()}),
        (f"Statements of {upgrade.to}", {k.value: v for k, v in counts.to.items()}),
        ("Links between them", {k.value: v for k, v in counts.wording.items()}),
    ]
    for title, numbers in rows:
        parts = ", ".join(f"{number:,} {name}" for name, number in numbers.items())
        yield from wrap(f"{title}: {sum(numbers.values()):,} ({parts})")
    offered = counted(counts.carries, "answer")
    yield from wrap(f"Offered again, if they were given: {offered}. All else is asked again.")


def _outcome_lines(change: "OutcomeChange", compared: "Compared") -> Iterator[str]:
    outcomes = compared.after.outcomes
    targets = ", ".join(
        f"{each} {outcomes[each].title}" if each in outcomes else each for each in change.to
    )
    if change.from_ is None:
        yield from wrap(f"{targets}: new")
        return
    earlier = compared.before.outcomes.get(change.from_)
    title = f"{change.from_} {earlier.title if earlier else ''}".rstrip()
    wording = change.wording.value if change.wording else ""
    if change.to == (change.from_,):
        yield from wrap(f"{title}: wording {wording}, place {change.place.value}")
    elif change.to:
        yield from wrap(f"{title}: wording {wording}, {change.place.value}, now {targets}")
    else:
        yield from wrap(f"{title}: gone")


def _statement_lines(changes: "list[StatementChange]", compared: "Compared") -> Iterator[str]:
    """Name every statement; those that changed in nothing, on one line."""
    from cyberassess.domain.sets.comparing import stays_in_column

    kept: list[str] = []
    rows: list[tuple[str, ...]] = []
    for each in changes:
        wording = each.wording.value if each.wording else ""
        if each.from_ == each.to and wording == "same" and each.carries:
            kept.append(each.from_ or "")
            continue
        asked = "offered" if each.carries else "asked again" if each.to else ""
        if stays_in_column(each, compared.before, compared.after) is False:
            asked = "asked again, other column"
        rows.append((each.from_ or "", each.to or "", wording, each.place.value, asked, each.why))
    if kept:
        yield from wrap(f"wording same, place same, offered: {', '.join(kept)}", "  ")
    if not rows:
        return
    lines = table([row[:5] for row in rows])
    if len(lines) != len(rows):  # a narrow terminal breaks rows over lines
        lines = ["\n".join(wrap("  ".join(filter(None, row[:5])), "  ")) for row in rows]
    for line, row in zip(lines, rows, strict=True):
        yield line
        if row[5]:
            yield from wrap(row[5], "      ")


def _new_lines(changes: "list[StatementChange]") -> Iterator[str]:
    if changes:
        yield from wrap(f"new: {', '.join(each.to or '' for each in changes)}", "  ")


def map_lines(mapped: "Mapped") -> Iterator[str]:
    """Give whose judgement it is, then every link under the id it starts from."""
    mapping = mapped.mapping
    yield f"From {mapping.from_} to {mapping.to}, revision {mapping.revision}: " + (
        mapping.status.value
    )
    yield from wrap(f"By {mapping.author}, {mapping.date}.", "  ")
    yield from wrap(f"Published elsewhere: {mapping.source}.", "  ")
    yield from wrap(mapping.licence, "  ")
    if mapping.note:
        yield from wrap(mapping.note, "  ")
    yield ""
    yield from wrap(
        "A mapping suggests where evidence and answers may serve again. "
        "It never awards a determination: each outcome is assessed by its own statements."
    )
    yield from wrap(
        "equal: both say the same; subset: the first lies wholly inside the second; "
        "superset: the second lies wholly inside the first; intersects: they share a part."
    )
    kinds = Counter(each.relation.value for each in mapping.links)
    parts = ", ".join(f"{number:,} {kind}" for kind, number in sorted(kinds.items()))
    yield f"{counted(len(mapping.links), 'link')}: {parts}"
    previous = ""
    for link in mapping.links:
        if link.from_ != previous:
            yield ""
            yield from wrap(f"{link.from_} {mapped.titles_from.get(link.from_, '')}".rstrip())
            previous = link.from_
        nearest = f" (nearest: {', '.join(link.statements)})" if link.statements else ""
        title = mapped.titles_to.get(link.to, "")
        yield from wrap(
            f"{link.relation.value.ljust(10)}  {link.to} {title}".rstrip() + nearest, "  "
        )


MOST_NAMED = 12
"""Ids printed in one line before the rest is only counted."""


def profile_lines(made: "ProfileWritten", folder: Path | None) -> Iterator[str]:
    """Say where a profile was written, and what it names."""
    framework = made.framework
    target = made.profile.targets[framework.ref]
    yield f"Wrote {made.path}: {made.profile.title}, set by {made.profile.owner}."
    for level in reversed(framework.scale):
        ids = [str(key) for key, wanted in target.requirements.items() if wanted == level.id]
        if ids:
            yield from wrap(f"{level.title}: {counted(len(ids), 'outcome')}", "  ")
    if target.no_target:
        yield from wrap(f"no target: {named(map(str, target.no_target), MOST_NAMED)}", "  ")
    own = f"--frameworks {folder} " if folder else ""
    yield from wrap(
        f"Next: cyberassess new FOLDER {own}--framework {framework.ref} --profile {made.path} …"
    )


def wording_lines(kept: "WordingKept") -> Iterator[str]:
    """Say how many statements have official wording now."""
    framework, texts = kept.framework, kept.matched.texts
    of_all = len(framework.indicators)
    with_text = of_all - len(kept.matched.missing)
    yield (
        f"{kept.kind}: wording for {with_text:,} of {of_all:,} statements "
        f"and {sum(each in texts for each in framework.outcomes):,} of "
        f"{len(framework.outcomes):,} outcomes of {framework.ref}."
    )
    if kept.matched.missing:
        yield from wrap(f"Without wording: {named(kept.matched.missing, MOST_NAMED)}")
    left_out = sum(each.severity is not Severity.NOTE for each in kept.problems)
    if left_out:
        yield f"Not matched: {counted(left_out, 'entry')} of the file, named above."
    yield f"Kept in {kept.path}"


def begun_lines(made: "SetBegun", name: str, folder: Path) -> Iterator[str]:
    """Say what was begun, and what to do with it."""
    yield f"Wrote {made.path}: two outcomes to replace by your own; comments explain each key."
    if made.themes_were_there:
        yield from wrap(f"{made.themes} was there already: place the outcomes of {name} in it.")
    else:
        yield from wrap(f"Wrote {made.themes}: it says which theme each outcome counts for.")
    yield f"Next: edit it, then  cyberassess framework check {made.path}"
    yield f"And with its themes: cyberassess framework check {name} --frameworks {folder}"
    yield "docs/writing-a-framework.md goes from here to a scored questionnaire."


def built_lines(built: "BuiltSet", folder: Path) -> Iterator[str]:
    """Say what was understood, what was written and what to do next."""
    framework, reading = built.framework, built.reading
    groups, levels = framework.count_groups(), framework.count_levels()
    yield f'Understood from sheet "{reading.sheet}", headings in row {reading.heading_row}:'
    yield from table((c.role, c.letter, c.heading or "(no heading)") for c in reading.columns)
    if reading.unread:
        yield from wrap(f"Columns not read: {', '.join(reading.unread)}")
    stages = ", ".join(f"{framework.level(each).title} {n}" for each, n in levels.items())
    yield (
        f"{counted(groups['domain'], 'domain')}, "
        f"{counted(groups['category'], 'category')}, "
        f"{counted(len(framework.outcomes), 'sub-category')}, "
        f"{counted(len(framework.indicators), 'control')}: {stages}."
    )
    for group in framework.groups:
        yield from wrap(
            f"{group.title}: {', '.join(f'{each.id} {each.title}' for each in group.groups)}", "  "
        )
    yield "Duty areas and their owners:"
    yield from table(built.owners.items())
    yield (
        f"{counted(len(built.suggestions), 'control')} may match PSCRF 1.0; nothing was carried "
        "over. Read the list first."
    )
    yield "Written:"
    for path in built.paths:
        yield f"  {path}"
    yield f"To look at it: cyberassess framework show {framework.ref} --frameworks {folder}"
    yield (
        f"Next: cyberassess new DIR --framework {framework.ref} --frameworks {folder} "
        "--themes pscrf-2-themes"
    )
