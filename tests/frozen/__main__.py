"""Propose the changes to be named: ``python -m tests.frozen propose [VERSION…]``.

It adds what differs from the frozen results and is not named yet to ``changes.yaml``, grouped by
what changed, each with an empty reason for you to write; the tests refuse an empty one.
``freeze VERSION`` writes the results of cases that have none yet, and never touches one that is
there.
"""

import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import yaml

from tests.frozen.reading import (
    HERE,
    VERSIONS,
    Case,
    Difference,
    Json,
    canonical,
    cases,
    changes,
    differences,
    load,
    read,
    unpack,
    written,
)


def results(version: str, wanted: Iterable[Case]) -> list[tuple[Case, Json]]:
    """Read cases anew, each in data of its own where it writes."""
    found: list[tuple[Case, Json]] = []
    with tempfile.TemporaryDirectory() as name:
        shared = unpack(version, Path(name) / "shared")
        for number, case in enumerate(wanted):
            writes = case.run and case.within
            place = unpack(version, Path(name) / str(number)) if writes else shared
            found.append((case, read(case, place)))
    return found


def proposals(found: Iterable[Difference]) -> list[Json]:
    """Group differences by what changed, and those of one group by old and new value."""
    groups: dict[str, dict[str, Json]] = {}
    for each in found:
        what = re.sub(r"\[[^]]*\]", "", each.where.partition(": ")[2]).rpartition(".")[2]
        changed = groups.setdefault(what, {})
        entry = changed.setdefault(
            canonical([each.old, each.new]), {"old": each.old, "new": each.new, "where": []}
        )
        entry["where"].append(each.where)
    return [{"reason": "", "changes": list(each.values())} for each in groups.values()]


def propose(version: str) -> None:
    """Add what is not named yet to a version's changes."""
    named = changes(version)
    found = [
        each
        for case, result in results(version, cases(version))
        for each in differences(case, load(case), result)
        if not any(name.covers(each) for name in named)
    ]
    path = HERE / version / "changes.yaml"
    if found:
        text = yaml.safe_dump(proposals(found), allow_unicode=True, sort_keys=False, width=99)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{text}")
    print(f"{version}: {len(found)} differences added to {path.name}. Write their reasons.")


def freeze(version: str) -> None:
    """Write the results of cases that have none."""
    fresh = [each for each in cases(version) if not each.expected.exists()]
    for case, result in results(version, fresh):
        case.expected.parent.mkdir(exist_ok=True)
        case.expected.write_text(written(result), "utf-8")
    print(f"{version}: {len(fresh)} results written.")


def main(words: list[str]) -> None:
    """Propose for the versions named, or all; or freeze one."""
    match words:
        case ["freeze", version]:
            freeze(version)
        case ["propose", *versions]:
            for each in versions or VERSIONS:
                propose(each)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
