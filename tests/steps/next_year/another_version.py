"""Version 2 of the council's set: some of it alike, some moved, reworded, new or gone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cyberassess.domain.sets.comparing import upgrade_name
from tests.domain.builder import framework_data
from tests.steps.council import OUTCOMES, pinned_files

OUTLINE = """\
A Governance
  A1 Leadership
    A1.a organisation board N.1 N.2 M.1 H.1
    A1.b organisation it-security N.1 H.1
B Protection
  B1 Access
    B1.a system service N.1 N.2 M.1 H.1
    B1.b system it-operations N.1 H.1 H.2 H.3
"""
ALIKE = {
    each: each
    for each in (
        "A1.a.N.1", "A1.a.N.2", "A1.a.M.1", "A1.a.H.1", "A1.b.N.1",
        "B1.a.N.1", "B1.a.N.2", "B1.a.M.1", "B1.a.H.1", "B1.b.N.1",
    )
} | {"B1.b.H.1": "B1.b.H.2"}  # fmt: skip
"""What is alike, by its earlier id: an id that stands in both may mean something else."""
REWORDED = {"A1.b.H.1": "A1.b.H.1", "B1.b.H.2": "B1.b.H.1"}


def sets(folder: Path, before: str = "made@1", after: str = "made@2") -> Path:
    """Make a folder of sets with both versions, how one leads to the other, and what they need."""
    name, _, version = after.partition("@")
    files: dict[str, Any] = {n: json.loads(data) for n, data in pinned_files(before).items()}
    new = framework_data(OUTLINE) | {"id": name, "version": version}
    files[f"frameworks/{name}/{version}.yaml"] = new
    for name, key in (
        ("frameworks/profiles/goal.yaml", "targets"), ("frameworks/themes/two.yaml", "outcomes")
    ):  # fmt: skip
        files[name]["revision"] = "2"
        files[name][key] |= json.loads(pinned_files(after)[name])[key]
    files[f"frameworks/upgrades/{upgrade_name(before, after)}.yaml"] = _upgrade(before, after)
    for name, value in files.items():
        path = folder / Path(name).relative_to("frameworks")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), "utf-8")
    return folder


def _upgrade(before: str, after: str) -> Mapping[str, Any]:
    links = [(one, other, "same", "true") for one, other in ALIKE.items()]
    links += [(one, other, "reworded", "false") for one, other in REWORDED.items()]
    counts = {"same": str(len(links))}
    return {
        "schema": "1",
        "id": upgrade_name(before, after),
        "from": before,
        "to": after,
        "revision": "1",
        "publisher": "us",
        "author": "us",
        "source": "S",
        "accessed": "2026-01-01",
        "about": "Made up.",
        "reused_outcomes": [],
        "counts": {"from": counts, "to": counts, "wording": counts, "carries": str(len(ALIKE))},
        "outcomes": [
            {"from": each, "to": [each], "wording": "same", "place": "same"} for each in OUTCOMES
        ],
        "statements": [
            *(
                {"from": one, "to": other, "wording": wording, "place": "same", "carries": carries}
                for one, other, wording, carries in links
            ),
            {"from": "B1.a.H.2", "place": "gone", "carries": "false"},
            {"to": "B1.b.H.3", "place": "new", "carries": "false"},
        ],
    }
