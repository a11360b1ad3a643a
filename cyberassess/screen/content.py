"""Control sets on a screen, for whoever writes or chooses one: nothing here can be changed."""

from collections.abc import Callable, Iterator

from cyberassess.errors import CyberassessError
from cyberassess.screen.blocks import Block, Heading, Items, Link, Links, Screen, Table, Text, to
from cyberassess.screen.web import Query, Room, Shows
from cyberassess.steps.sets.comparing import framework_diff, framework_map
from cyberassess.steps.sets.content import framework_list, framework_show
from cyberassess.steps.sets.words import diff_lines, map_lines


def sets(room: Room, _: Query) -> Screen:
    """List every set."""
    rows = [
        (to("set", f"{each.title} {each.version}", ref=each.ref), each.publisher, each.published)
        for listed in framework_list(room.sets)
        for each in (listed.shelved.framework,)
    ]
    table = Table(("Control set", "Publisher", "Published"), rows)
    return Screen("Control sets", [table], "cyberassess framework list")


def one(room: Room, query: Query) -> Screen:
    """Show a set: every statement, what helps to answer it, and where the publisher says it."""
    found = framework_show(query.get("ref", "") or room.set, room.sets)
    levels = {each.id: each.heading for each in found.levels}
    source: tuple[str | Link, ...] = (f"{found.source}, seen {found.accessed}.",)
    blocks: list[Block] = [
        Text(found.about, "lead"),
        Items([(f"{found.publisher}, {found.published}.",), source, (found.attribution,)]),
        Items(
            [
                (to("sets", "All control sets"),),
                (to("beside", "What changed, and what it maps to", ref=found.ref),),
            ]
        ),
    ]
    if found.notice:
        blocks.append(Text(found.notice, "below"))
    for located in found.located:
        outcome = located.outcome
        rows = [
            (f"{each.id}\n{each.text}", levels[each.level], each.ended or each.source)
            for each in outcome.indicators
        ]
        evidence = f"Typical evidence: {'; '.join(outcome.evidence)}." if outcome.evidence else ""
        blocks += [
            Heading(f"{outcome.id} {outcome.title}"),
            Text(outcome.question),
            Text("\n".join(filter(None, [outcome.help, evidence, outcome.source])), "quiet"),
            Table(("Statement", "Counts for", "To know"), rows),
        ]
    return Screen(
        f"{found.title} {found.version}", blocks, f"cyberassess framework show {found.ref}"
    )


def beside(room: Room, query: Query) -> Screen:
    """Put a set beside another: one of its versions, or one that a mapping links it with."""
    ref = query.get("ref", "") or room.set
    name = ref.partition("@")[0]
    others = [str(each.shelved.framework.ref) for each in framework_list(room.sets)]
    others = sorted((e for e in others if e != ref), key=lambda e: e.partition("@")[0] != name)
    other = query.get("other", "") or next(iter(others), "")
    links = [to("beside", each, ref=ref, other=each) for each in others]
    found = list(_compared(room, ref, other))
    blocks = found or [Text("Neither is a version of the other, and no mapping links them.")]
    title = f"{ref} beside {other}"
    return Screen(
        title, [Links(links, "Other sets", other), *blocks], f"cyberassess framework diff {ref} …"
    )


def _compared(room: Room, ref: str, other: str) -> Iterator[Block]:
    ways: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
        (f"From {other} to {ref}", lambda: diff_lines(framework_diff(other, ref, room.sets))),
        (f"From {ref} to {other}", lambda: diff_lines(framework_diff(ref, other, room.sets))),
        (f"Mapped to {other}", lambda: map_lines(framework_map(ref, other, room.sets))),
    )
    for title, lines in ways:
        try:
            text = "\n".join(lines())
        except CyberassessError:
            continue  # NOTE: there is no such pair
        yield Heading(title)
        yield Text(text)


SETS: dict[str, tuple[str, Shows]] = {"set": ("", one), "sets": ("", sets), "beside": ("", beside)}
"""The screens of sets; the first is where one starts."""
