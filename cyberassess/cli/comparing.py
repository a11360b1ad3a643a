"""Commands between versions and between sets: framework diff, framework map."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.cli.running import HELP, json_flag, own_folder, print_json
from cyberassess.cli.words import table, wrap
from cyberassess.errors import counted

if TYPE_CHECKING:
    from cyberassess.app.comparing import Compared, Mapped
    from cyberassess.domain.comparing import OutcomeChange, StatementChange, Upgrade


@click.command(context_settings=HELP)
@click.argument("before", metavar="FROM")
@click.argument("after", metavar="TO")
@own_folder
@json_flag
def diff(before: str, after: str, folder: Path | None, *, as_json: bool) -> None:
    """Say what became of every statement between two versions of a set.

    FROM and TO are named ID@VERSION. Wording and place are given for each; an earlier answer is
    offered again only where both allow it.

    \b
    Examples:
      cyberassess framework diff ncsc-caf@3.2 ncsc-caf@4.0
      cyberassess framework diff ncsc-caf@3.2 ncsc-caf@4.0 --json
    """
    from cyberassess.app.comparing import diff_json, framework_diff

    compared = framework_diff(before, after, folder)
    if as_json:
        print_json(diff_json(compared))
        return
    for line in diff_lines(compared):
        click.echo(line)


@click.command("map", context_settings=HELP)
@click.argument("one", metavar="FROM")
@click.argument("other", metavar="TO")
@own_folder
@json_flag
def map_(one: str, other: str, folder: Path | None, *, as_json: bool) -> None:
    """Say which parts of one set relate to which of another.

    FROM and TO are named ID@VERSION. A mapping suggests where evidence may serve again; it never
    decides how far an outcome is achieved.

    \b
    Examples:
      cyberassess framework map ncsc-caf@3.2 nist-csf@2.0
      cyberassess framework map ncsc-cyber-essentials@3.3 ncsc-caf@4.0 --json
    """
    from cyberassess.app.comparing import framework_map, map_json

    mapped = framework_map(one, other, folder)
    if as_json:
        print_json(map_json(mapped))
        return
    for line in map_lines(mapped):
        click.echo(line)


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
    from cyberassess.domain.comparing import count_upgrade

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
    from cyberassess.domain.comparing import stays_in_column

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
