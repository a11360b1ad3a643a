"""Between versions and between sets: framework diff, framework map, and their check."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cyberassess.disk.framework_yaml import Found, Shelf, files_of, open_shelf, place
from cyberassess.domain.sets.comparing import (
    Registry,
    SetMapping,
    Upgrade,
    UpgradeCounts,
    check_mapping,
    check_registry,
    check_upgrade,
    count_upgrade,
    mapping_name,
    stays_in_column,
    upgrade_name,
)
from cyberassess.domain.sets.framework import Framework, FrameworkRef
from cyberassess.errors import CyberassessError, FrameworkError, Json, Problem, closest, fields_of


@dataclass(frozen=True, slots=True)
class Compared:
    """An upgrade with both versions."""

    upgrade: Upgrade
    before: Framework
    after: Framework


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping with the titles of its ends."""

    mapping: SetMapping
    titles_from: Mapping[str, str]
    """Keyed by id; an id without a title is not there."""
    titles_to: Mapping[str, str]


def framework_diff(before: str, after: str, folder: Path | None = None) -> Compared:
    """Give what became of every statement between two versions.

    Raises:
        FrameworkError: where there is no such upgrade, or its file has problems.
    """
    check = _Check(open_shelf(folder))
    stem = upgrade_name(before, after)
    found = check.files(Upgrade).get(stem)
    upgrade = check.upgrade(stem, found) if found else None
    check.stop_at_problems()
    if upgrade is None or (upgrade.from_, upgrade.to) != (before, after):
        known = [each.read()[0] for each in check.files(Upgrade).values()]
        raise _no_pair("upgrade", before, after, [(e.from_, e.to) for e in known if e])
    return Compared(upgrade, check.known[before], check.known[after])


def framework_map(one: str, other: str, folder: Path | None = None) -> Mapped:
    """Give which ids of one set relate to which of another.

    Raises:
        FrameworkError: where there is no such mapping, or its file has problems.
    """
    check = _Check(open_shelf(folder))
    stem = mapping_name(one, other)
    found = check.files(SetMapping).get(stem)
    if found:
        check.read_registries({_file_name(one), _file_name(other)})
    mapping = check.mapping(stem, found) if found else None
    check.stop_at_problems()
    if mapping is None or (mapping.from_, mapping.to) != (one, other):
        known = [each.read()[0] for each in check.files(SetMapping).values()]
        raise _no_pair("mapping", one, other, [(e.from_, e.to) for e in known if e])
    return Mapped(mapping, check.titles(one), check.titles(other))


def _file_name(ref: str) -> str:
    return ref.replace("@", "-")


def _no_pair(what: str, one: str, other: str, known: list[tuple[str, str]]) -> FrameworkError:
    names = [f"{first} to {second}" for first, second in known]
    near = closest(one, [first for first, second in known if second == other]) or closest(
        other, [second for first, second in known if first == one]
    )
    if (other, one) in known:
        near = f"There is one the other way: {other} to {one}."
    hint = f"{near} There are: {', '.join(names) or 'none'}.".strip()
    return FrameworkError.because(
        f"unknown-{what}",
        "",
        f'There is no {what} from "{one}" to "{other}".',
        hint,
    )


def counts_json(counts: UpgradeCounts) -> Json:
    """Give the counts of an upgrade."""
    return {
        "from": {each.value: number for each, number in counts.from_.items()},
        "to": {each.value: number for each, number in counts.to.items()},
        "wording": {each.value: number for each, number in counts.wording.items()},
        "carries": counts.carries,
    }


def diff_json(compared: Compared) -> Json:
    """Give ``framework diff --json``."""
    upgrade = compared.upgrade
    return {
        "schema": 1,
        "id": upgrade.id,
        "from": upgrade.from_,
        **fields_of(upgrade, "to revision publisher author source accessed about"),
        "reused_outcomes": list(upgrade.reused_outcomes),
        "reused_statements": list(upgrade.reused_statements),
        "counts": counts_json(count_upgrade(upgrade)),
        "outcomes": [
            {
                "from": each.from_,
                "to": list(each.to),
                "wording": each.wording.value if each.wording else None,
                "place": each.place.value,
            }
            for each in upgrade.outcomes
        ],
        "statements": [
            {
                "from": each.from_,
                "to": each.to,
                "wording": each.wording.value if each.wording else None,
                "place": each.place.value,
                "same_column": stays_in_column(each, compared.before, compared.after),
                "carries": each.carries,
                "why": each.why,
            }
            for each in upgrade.statements
        ],
    }


def map_json(mapped: Mapped) -> Json:
    """Give ``framework map --json``."""
    mapping = mapped.mapping
    return {
        "schema": 1,
        "id": mapping.id,
        "from": mapping.from_,
        "to": mapping.to,
        "revision": mapping.revision,
        "status": mapping.status.value,
        **fields_of(mapping, "author date source licence note"),
        "awards_determination": False,
        "links": [
            {
                "from": each.from_,
                "to": each.to,
                "relation": each.relation.value,
                "statements": list(each.statements),
            }
            for each in mapping.links
        ],
    }


def check_comparisons(
    folder: Path | None = None, frameworks: Mapping[str, Framework] | None = None
) -> list[Problem]:
    """Say everything wrong with the upgrades, mappings and registries of a folder.

    ``frameworks`` holds sets that were read already, keyed by ref; others are read when needed.
    """
    check = _Check(open_shelf(folder), frameworks)
    check.read_registries()
    for stem, upgrade in check.files(Upgrade).items():
        check.upgrade(stem, upgrade)
    for stem, mapping in check.files(SetMapping).items():
        check.mapping(stem, mapping)
    return check.problems


class _Check:
    """One pass over files, reading each set at most once and keeping every problem."""

    def __init__(self, shelf: Shelf, frameworks: Mapping[str, Framework] | None = None) -> None:
        self.shelf = shelf
        self.files = partial(files_of, shelf.folder)
        self.refs = {str(each) for each in shelf.refs()}
        self.known = dict(frameworks or {})
        self.unusable: set[str] = set()
        self.registries: dict[str, Registry] = {}
        self.problems: list[Problem] = []

    def stop_at_problems(self) -> None:
        if self.problems:
            raise FrameworkError(*self.problems)

    def titles(self, ref: str) -> dict[str, str]:
        """Give the title of each id; a statement has that of its outcome."""
        if ref in self.registries:
            return dict(self.registries[ref].titles)
        framework = self.known[ref]
        titles = {str(i): outcome.title for i, (outcome, _) in framework.indicators.items()}
        return titles | {str(i): outcome.title for i, outcome in framework.outcomes.items()}

    def read_registries(self, names: Container[str] | None = None) -> None:
        """Read the registries of these file names, or all."""
        for stem, found in self.files(Registry).items():
            if names is None or stem in names:
                self._registry(stem, found)

    def _named(self, found: Found[Any], stem: str, value: str, name: str) -> None:
        """Compare a file's name and id with what they have to be."""
        if not stem == value == name:
            self.problems.append(
                Problem(
                    "misplaced",
                    f"{found.name}, {value}",
                    f'The file is called "{stem}" and its id is "{value}".',
                    f"By what it holds, both must be {name}.",
                )
            )

    def _registry(self, stem: str, found: Found[Registry]) -> None:
        registry, faults, data = found.read()
        self.problems += faults
        if registry is None:
            return
        name = _file_name(registry.ref)
        self._named(found, stem, name, name)
        self.problems += place(check_registry(registry), data, found.name)
        if registry.ref in self.refs:
            self.problems.append(
                Problem(
                    "two-sets",
                    f"{found.name}, {registry.ref}",
                    "There is a control set of this id and version.",
                    "Remove the registry: the control set has the ids.",
                )
            )
        self.registries[registry.ref] = registry

    def _framework(self, ref: str, found: Found[Any]) -> Framework | None:
        """Read a set once; say in the file that names it where it cannot be had."""
        if ref not in self.known and ref not in self.unusable:
            try:
                self.known[ref] = self.shelf.framework(ref).framework
            except CyberassessError:  # its own problems are said where the set is checked
                self.unusable.add(ref)
        if ref in self.unusable:
            hint = closest(ref, sorted({*self.refs, *self.registries}))
            if ref in self.refs:
                hint = f"Look at it first: cyberassess framework check {ref}"
            self.problems.append(
                Problem(
                    "unknown-framework",
                    f"{found.name}, {ref}",
                    f'"{ref}" is no control set or registry that can be read.',
                    hint,
                )
            )
        return self.known.get(ref)

    def upgrade(self, stem: str, found: Found[Upgrade]) -> Upgrade | None:
        upgrade, faults, data = found.read()
        self.problems += faults
        if upgrade is None:
            return None
        self._named(found, stem, upgrade.id, upgrade_name(upgrade.from_, upgrade.to))
        before = self._framework(upgrade.from_, found)
        after = self._framework(upgrade.to, found)
        if before and after:
            self.problems += place(check_upgrade(upgrade, before, after), data, found.name)
        return upgrade

    def mapping(self, stem: str, found: Found[SetMapping]) -> SetMapping | None:
        mapping, faults, data = found.read()
        self.problems += faults
        if mapping is None:
            return None
        self._named(found, stem, mapping.id, mapping_name(mapping.from_, mapping.to))
        ends: dict[FrameworkRef, set[str]] = {}
        statements: dict[str, str] | None = None
        for ref in (mapping.from_, mapping.to):
            if ref in self.registries:
                ends[ref] = set(self.registries[ref].ids)
                if ref == mapping.to:
                    statements = {}
            elif framework := self._framework(ref, found):
                ends[ref] = {*framework.outcomes, *framework.indicators}
                if ref == mapping.to:
                    statements = {i: o.id for i, (o, _) in framework.indicators.items()}
        self.problems += place(check_mapping(mapping, ends, statements), data, found.name)
        return mapping
