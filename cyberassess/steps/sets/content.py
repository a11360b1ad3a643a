"""The control sets: list, show, check."""

from dataclasses import dataclass
from pathlib import Path

from cyberassess.disk.framework_yaml import Shelved, open_shelf, read_one_file
from cyberassess.domain.sets.framework import Framework
from cyberassess.errors import Json, Problem, fields_of
from cyberassess.steps.sets.comparing import check_comparisons


@dataclass(frozen=True, slots=True)
class Listed:
    """A control set and what there is for it."""

    shelved: Shelved
    profiles: tuple[str, ...]


def framework_list(folder: Path | None = None) -> list[Listed]:
    """Give every published set there is."""
    shelf = open_shelf(folder)
    profiles = {name: shelf.profile(name)[0] for name in shelf.profiles()}
    return [
        Listed(
            shelf.framework(ref),
            tuple(name for name, each in profiles.items() if ref in each.targets),
        )
        for ref in shelf.refs()
    ]


def counts_json(framework: Framework) -> Json:
    """Give the counts of what is in the file, of what the publisher counts."""
    return {
        "groups": sum(framework.count_groups().values()),
        "outcomes": len(framework.assessed) - len(framework.apart),
        "indicators": sum(framework.count_levels().values()),
        "by_level": dict(framework.count_levels()),
    }


def apart_json(framework: Framework) -> Json:
    """Give the counts of what is assessed beside what the publisher counts."""
    return {
        "outcomes": len(framework.apart),
        "indicators": sum(len(each.indicators) for each in framework.apart),
    }


def list_json(listed: list[Listed]) -> list[Json]:
    """Give ``framework list --json``."""
    return [
        {
            **fields_of(each.shelved.framework, "id version revision"),
            "sha256": each.shelved.sha256,
            **fields_of(each.shelved.framework, "title publisher"),
            "profiles": list(each.profiles),
            "counts": counts_json(each.shelved.framework),
            "apart": apart_json(each.shelved.framework),
        }
        for each in listed
    ]


def framework_show(ref: str, folder: Path | None = None) -> Framework:
    """Give one set.

    Raises:
        FrameworkError: where there is no such version.
    """
    return open_shelf(folder).framework(ref).framework


def show_json(framework: Framework) -> Json:
    """Give ``framework show --json``."""
    return {
        "schema": 1,
        **fields_of(
            framework, "id version revision title publisher published source accessed licence"
        ),
        "rule": {
            **fields_of(framework.rule, "id version text"),
        },
        "counts": counts_json(framework),
        "apart": apart_json(framework),
        "outcomes": [
            {
                "id": located.outcome.id,
                "title": located.outcome.title,
                "groups": [each.id for each in located.groups],
                **fields_of(located.outcome, "scope_kind owner_role question"),
                "statements": [
                    {"id": each.id, "level": each.level, "text": each.text}
                    for each in located.outcome.indicators
                ],
            }
            for located in framework.located
        ],
    }


def check_json(checked: "list[Checked]") -> Json:
    """Give ``framework check --json``."""
    return {
        "schema": 1,
        "checked": [
            {
                "name": each.name,
                "counts": counts_json(each.framework) if each.framework else None,
                "problems": [fields_of(p, "code where message hint") for p in each.problems],
            }
            for each in checked
        ],
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """One set, checked."""

    name: str
    framework: Framework | None
    problems: tuple[Problem, ...]


def framework_check(names: list[str], folder: Path | None = None) -> list[Checked]:
    """Check sets named ``id@version``, or files; every one there is if none is named.

    Raises:
        FrameworkError: where a name is neither.
    """
    shelf = open_shelf(folder)
    checked: list[Checked] = []
    for name in names or [str(ref) for ref in shelf.refs()]:
        path = Path(name)
        if path.suffix in (".yaml", ".yml"):
            framework, problems = read_one_file(path)
        else:
            framework, problems = shelf.check(name)
        checked.append(Checked(name, framework, tuple(problems)))
    if not names:
        read = {each.name: each.framework for each in checked if each.framework is not None}
        found = check_comparisons(folder, read)
        checked.append(Checked("upgrades, mappings and registries", None, tuple(found)))
    return checked
