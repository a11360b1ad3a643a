"""What became of each statement in a newer version, and what relates to what in another set.

An upgrade leads from one version of a set to the next, statement by statement. A mapping leads
from one set to another, and a registry holds the ids of a set that is not shipped, so that a
mapping has an end. None of them ever awards a determination. Ids are never proof: the same id may
mean another thing in the next version.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from enum import Enum
from typing import ClassVar

from pydantic import Field

from cyberassess.domain.sets.framework import (
    Count,
    Framework,
    FrameworkRef,
    IndicatorId,
    Model,
    OutcomeId,
)
from cyberassess.errors import Problem, closest, counted


class Wording(Enum):
    """How far the publisher's words changed."""

    SAME = "same"
    MINOR = "minor"
    REWORDED = "reworded"
    REWRITTEN = "rewritten"


class Place(Enum):
    """Where the content stands in the newer version."""

    SAME = "same"
    """Under the same id."""
    MOVED = "moved"
    SPLIT = "split"
    """It became several."""
    MERGED = "merged"
    """Several became one."""
    NEW = "new"
    GONE = "gone"


class Relation(Enum):
    """How the first side of a link stands to the second (NIST IR 8477)."""

    EQUAL = "equal"
    SUBSET = "subset"
    """The first lies wholly inside the second."""
    SUPERSET = "superset"
    """The second lies wholly inside the first."""
    INTERSECTS = "intersects"


class Status(Enum):
    """Whose judgement a mapping is."""

    SUGGESTED = "suggested, unreviewed"
    PUBLISHED = "published"


CARRYING = frozenset({Wording.SAME, Wording.MINOR})
"""The wordings across which an answer may be offered."""


class OutcomeChange(Model):
    """What became of one outcome, as a whole; its statements may have gone elsewhere."""

    from_: OutcomeId | None = Field(None, alias="from")
    to: tuple[OutcomeId, ...] = ()
    """The one that holds most of it first."""
    wording: Wording | None = None
    """Of title and description; ``None`` where it is new or gone."""
    place: Place


class StatementChange(Model):
    """One link between a statement and its successor, or one that is new or gone.

    A statement that was split has a link for each part; one that was merged, one for each source.
    """

    from_: IndicatorId | None = Field(None, alias="from")
    to: IndicatorId | None = None
    wording: Wording | None = None
    place: Place
    carries: bool = False
    """True where an earlier answer may be offered."""
    why: str = ""
    """Why it is asked again although wording and column would allow an offer."""

    @property
    def name(self) -> str:
        """Both ids, or the one there is."""
        return " to ".join(each for each in (self.from_, self.to) if each) or "a link"


class UpgradeCounts(Model):
    """Figures of the file, to check completeness against."""

    from_: Mapping[Place, Count] = Field(alias="from")
    """Statements of the earlier version."""
    to: Mapping[Place, Count]
    """Statements of the newer version."""
    wording: Mapping[Wording, Count]
    """Links between the two."""
    carries: Count


class Upgrade(Model):
    """What became of every outcome and statement between two versions of one set."""

    folder: ClassVar[str] = "upgrades"
    schema_: str = Field(alias="schema", pattern="^1$")
    id: str
    from_: FrameworkRef = Field(alias="from")
    to: FrameworkRef
    revision: Count
    publisher: str
    author: str
    source: str
    accessed: str
    about: str
    reused_outcomes: tuple[OutcomeId, ...]
    """Ids that stand in both versions and mean different things."""
    counts: UpgradeCounts
    outcomes: tuple[OutcomeChange, ...] = Field(min_length=1)
    statements: tuple[StatementChange, ...] = Field(min_length=1)

    @property
    def reused_statements(self) -> tuple[IndicatorId, ...]:
        """Give the statement ids of both versions that no longer mean the same statement."""
        kept = {each.from_ for each in self.statements if each.from_ == each.to}
        after = {each.to for each in self.statements}
        before = dict.fromkeys(each.from_ for each in self.statements)
        return tuple(each for each in before if each and each in after and each not in kept)


class Link(Model):
    """One relation between an id of one set and an id of another."""

    from_: str = Field(alias="from")
    to: str
    relation: Relation
    statements: tuple[str, ...] = ()
    """The nearest statements under the outcome ``to``, where one stands out."""


class SetMapping(Model):
    """Which ids of one set relate to which of another, in one direction."""

    folder: ClassVar[str] = "mappings"
    schema_: str = Field(alias="schema", pattern="^1$")
    id: str
    from_: FrameworkRef = Field(alias="from")
    to: FrameworkRef
    revision: Count
    status: Status
    author: str
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    source: str
    licence: str
    note: str = ""
    links: tuple[Link, ...] = Field(min_length=1)


class Registry(Model):
    """The ids of a set that is not shipped."""

    folder: ClassVar[str] = "registries"
    schema_: str = Field(alias="schema", pattern="^1$")
    id: str
    version: str
    revision: Count
    title: str
    publisher: str
    source: str
    accessed: str
    licence: str
    count: Count
    ids: tuple[str, ...] = Field(min_length=1)
    titles: Mapping[str, str] = {}
    """Keyed by id; empty where the licence allows ids only."""

    @property
    def ref(self) -> FrameworkRef:
        """``id@version``."""
        return FrameworkRef(f"{self.id}@{self.version}")


def upgrade_name(before: str, after: str) -> str:
    """Give the id, and so the file name, of an upgrade between two refs."""
    return f"{before.replace('@', '-')}--{after.rpartition('@')[2]}"


def mapping_name(one: str, other: str) -> str:
    """Give the id, and so the file name, of a mapping between two refs."""
    return f"{one.replace('@', '-')}--{other.replace('@', '-')}"


def check_upgrade(upgrade: Upgrade, before: Framework, after: Framework) -> Iterator[Problem]:
    """Give everything an upgrade gets wrong; places are ids."""
    if before.id != after.id:
        yield Problem(
            "other-set",
            upgrade.id,
            f"{before.ref} and {after.ref} are different sets.",
            "Write a mapping instead: an upgrade leads between versions of one set.",
        )
    yield from _check_outcome_changes(upgrade, before, after)
    yield from _check_statement_ids(upgrade, before, after)
    yield from _check_places(upgrade.statements)
    yield from _check_carrying(upgrade, before, after)
    yield from _check_upgrade_counts(upgrade)


def _unknown(code: str, name: str, what: str, ref: str, known: Iterable[str]) -> Problem:
    return Problem(code, name, f'"{name}" is not {what} of {ref}.', closest(name, list(known)))


def _missing(what: str, ref: str, ids: Iterable[str], found: Container[object]) -> list[Problem]:
    return [
        Problem(
            f"missing-{what}",
            each,
            f"Nothing is said of this {what} of {ref}.",
            "Add a line that says what became of it, or where it came from.",
        )
        for each in ids
        if each not in found
    ]


def _check_outcome_changes(
    upgrade: Upgrade, before: Framework, after: Framework
) -> Iterator[Problem]:
    sources = Counter(each.from_ for each in upgrade.outcomes if each.from_)
    targets = Counter(target for each in upgrade.outcomes for target in each.to)
    for outcome_id in sources:
        if outcome_id not in before.outcomes:
            yield _unknown(
                "unknown-outcome", outcome_id, "an outcome", before.ref, before.outcomes
            )
    for outcome_id in targets:
        if outcome_id not in after.outcomes:
            yield _unknown("unknown-outcome", outcome_id, "an outcome", after.ref, after.outcomes)
    for each, times in sources.items():
        if times > 1:
            yield Problem(
                "two-classes", each, "Two lines say what became of it.", "Keep one of them."
            )
    yield from _missing("outcome", before.ref, before.outcomes, sources)
    yield from _missing("outcome", after.ref, after.outcomes, targets)
    for change in upgrade.outcomes:
        fitting = _outcome_place(change, targets)
        if change.place is not fitting or (change.wording is None) is not _is_alone(change.place):
            yield _misfit(change.from_ or ", ".join(change.to), change.place, fitting)
    kept = {each.from_ for each in upgrade.outcomes if each.from_ in each.to}
    reused = {each for each in sources if each in after.outcomes and each not in kept}
    if reused != set(upgrade.reused_outcomes):
        yield Problem(
            "wrong-reused",
            "reused_outcomes",
            f'"{", ".join(upgrade.reused_outcomes)}" stands there.',
            f"By the lines below it is: {', '.join(sorted(reused)) or 'none'}.",
        )


def _is_alone(place: Place) -> bool:
    return place in {Place.NEW, Place.GONE}


def _outcome_place(change: OutcomeChange, targets: Mapping[OutcomeId, int]) -> Place:
    if change.from_ is None:
        return Place.NEW
    if not change.to:
        return Place.GONE
    if len(change.to) > 1:
        return Place.SPLIT
    if change.to[0] == change.from_:
        return Place.SAME
    return Place.MERGED if targets[change.to[0]] > 1 else Place.MOVED


def _misfit(name: str, place: Place, fitting: Place) -> Problem:
    return Problem(
        "wrong-place",
        name,
        f'"{place.value}" does not fit the ids and the wording given.',
        f"By the ids it is {fitting.value}; what is new or gone has no wording, the rest has one.",
    )


def _check_statement_ids(
    upgrade: Upgrade, before: Framework, after: Framework
) -> Iterator[Problem]:
    sources = dict.fromkeys(each.from_ for each in upgrade.statements if each.from_)
    targets = dict.fromkeys(each.to for each in upgrade.statements if each.to)
    for ids, framework in ((sources, before), (targets, after)):
        for each in ids:
            if each not in framework.indicators:
                yield _unknown(
                    "unknown-statement", each, "a statement", framework.ref, framework.indicators
                )
        yield from _missing("statement", framework.ref, framework.indicators, ids)


def _check_places(changes: tuple[StatementChange, ...]) -> Iterator[Problem]:
    """Give every statement that is in no class, in a wrong one, or in two."""
    sources = Counter(each.from_ for each in changes if each.from_)
    targets = Counter(each.to for each in changes if each.to)
    links = Counter((each.from_, each.to) for each in changes)
    classes: dict[tuple[str, str], set[Place]] = {}
    for change in changes:
        if change.from_:
            classes.setdefault(("earlier", change.from_), set()).add(change.place)
        if change.to:
            classes.setdefault(("newer", change.to), set()).add(change.place)
        fitting = _statement_place(change, sources, targets)
        if change.place is not fitting or (change.wording is None) is not _is_alone(change.place):
            yield _misfit(change.name, change.place, fitting)
    for (one, other), times in links.items():
        if times > 1:
            yield Problem(
                "repeated-link", f"{one} to {other}", "This link stands twice.", "Keep one."
            )
    for (side, name), places in classes.items():
        if len(places) > 1:
            yield Problem(
                "two-classes",
                name,
                f"The statement of the {side} version is "
                f"{' and '.join(sorted(each.value for each in places))}.",
                "Each statement is in exactly one class.",
            )


def _statement_place(
    change: StatementChange,
    sources: Mapping[IndicatorId, int],
    targets: Mapping[IndicatorId, int],
) -> Place:
    if change.from_ is None:
        return Place.NEW
    if change.to is None:
        return Place.GONE
    if sources[change.from_] > 1:
        return Place.SPLIT
    if targets[change.to] > 1:
        return Place.MERGED
    return Place.SAME if change.from_ == change.to else Place.MOVED


def stays_in_column(change: StatementChange, before: Framework, after: Framework) -> bool | None:
    """Say whether both statements have one level; ``None`` where there are not two."""
    one = before.indicators.get(change.from_) if change.from_ else None
    other = after.indicators.get(change.to) if change.to else None
    return None if one is None or other is None else one[1].level == other[1].level


def _check_carrying(upgrade: Upgrade, before: Framework, after: Framework) -> Iterator[Problem]:
    for change in upgrade.statements:
        stays = stays_in_column(change, before, after)
        allowed = bool(stays) and change.wording in CARRYING
        if change.carries and not allowed:
            reason = "moved to another column" if stays is False else "changed too much"
            yield Problem(
                "carries-too-much",
                change.name,
                f"An answer would be offered across, but the statement {reason}.",
                "Offer answers only where the wording is same or minor "
                "and the column is the same.",
            )
        if allowed and not change.carries and not change.why:
            yield Problem(
                "unexplained",
                change.name,
                "It is asked again although wording and column would allow an offer.",
                "Say why, or set carries to true.",
            )
        if stays is not None and change.wording is Wording.SAME and change.from_ and change.to:
            one, other = before.indicators[change.from_][1], after.indicators[change.to][1]
            if one.text != other.text:
                yield Problem(
                    "different-wording",
                    change.name,
                    "The wording is called the same, but our two texts differ.",
                    "Correct a text, or the wording given here.",
                )


def count_upgrade(upgrade: Upgrade) -> UpgradeCounts:
    """Count what the file holds, in the order in which classes are declared."""
    changes = upgrade.statements
    sources = {each.from_: each.place for each in changes if each.from_}
    targets = {each.to: each.place for each in changes if each.to}
    before, after = Counter(sources.values()), Counter(targets.values())
    wordings = Counter(each.wording for each in changes)
    return UpgradeCounts.model_validate(
        {
            "from": {place: before[place] for place in Place if place is not Place.NEW},
            "to": {place: after[place] for place in Place if place is not Place.GONE},
            "wording": {wording: wordings[wording] for wording in Wording},
            "carries": sum(each.carries for each in changes),
        }
    )


def _check_upgrade_counts(upgrade: Upgrade) -> list[Problem]:
    here, stated = count_upgrade(upgrade), upgrade.counts
    pairs: list[tuple[str, int, int | None]] = [("carries", here.carries, stated.carries)]
    pairs += [
        (f"from, {place.value}", here.from_.get(place, 0), stated.from_.get(place, 0))
        for place in Place
    ]
    pairs += [
        (f"to, {place.value}", here.to.get(place, 0), stated.to.get(place, 0)) for place in Place
    ]
    pairs += [
        (f"wording, {wording.value}", here.wording[wording], stated.wording.get(wording, 0))
        for wording in Wording
    ]
    return [
        Problem(
            "wrong-count",
            f"counts, {what}",
            f"The file has {counted(found, 'entry')}; it states {said:,}.",
            "Add what is missing, or correct the count.",
        )
        for what, found, said in pairs
        if found != said
    ]


def check_mapping(
    mapping: SetMapping,
    ends: Mapping[FrameworkRef, Container[str]],
    statements: Mapping[str, str] | None,
) -> Iterator[Problem]:
    """Give everything a mapping gets wrong; places are ids.

    ``ends`` holds the ids there are, keyed by ref; an end that is missing is not checked here.
    ``statements`` gives the outcome of every statement of the set ``to``; ``None`` where that set
    cannot be read.
    """
    for link in mapping.links:
        name = f"{link.from_} to {link.to}"
        for end, ref in ((link.from_, mapping.from_), (link.to, mapping.to)):
            if ref in ends and end not in ends[ref]:
                yield Problem(
                    "unknown-id",
                    name,
                    f'"{end}" is not in {ref}.',
                    "Correct it, or remove the link.",
                )
        if statements is None:
            continue
        for each in link.statements:
            if statements.get(each) == link.to:
                continue
            under = [i for i, outcome in statements.items() if outcome == link.to]
            yield Problem(
                "unknown-statement",
                name,
                f'"{each}" is not a statement of {link.to}.',
                closest(each, under),
            )
    for (one, other), times in Counter((e.from_, e.to) for e in mapping.links).items():
        if times > 1:
            yield Problem(
                "repeated-link", f"{one} to {other}", "This link stands twice.", "Keep one."
            )


def check_registry(registry: Registry) -> list[Problem]:
    """Give everything a registry gets wrong; places are ids."""
    problems = [
        Problem("repeated-id", each, "This id stands twice.", "Keep one.")
        for each, times in Counter(registry.ids).items()
        if times > 1
    ]
    problems += [
        Problem(
            "unknown-id",
            each,
            f'A title is given for "{each}", which is not one of the ids.',
            closest(each, registry.ids),
        )
        for each in registry.titles
        if each not in registry.ids
    ]
    if len(registry.ids) != registry.count:
        problems.append(
            Problem(
                "wrong-count",
                "count",
                f"The file has {counted(len(registry.ids), 'id')}; "
                f"the publisher has {registry.count:,}.",
                "Add what is missing, or correct the count with its source.",
            )
        )
    return problems
