"""A published file is never edited in place: a correction raises its revision.

``published.json`` holds the hash of each file at each revision. An edited file fails here until
its ``revision`` is raised; then run this module as a script to record the new one.
"""

import hashlib
import json
import re
from pathlib import Path

import pytest

FRAMEWORKS = Path(__file__).resolve().parents[2] / "frameworks"
RECORD = Path(__file__).with_name("published.json")
FILES = sorted(FRAMEWORKS.glob("*/*.yaml"))
_REVISION = re.compile(r'^revision: "([0-9]+)"$', re.MULTILINE)


def entry(path: Path) -> tuple[str, str]:
    """Give a file's name with its revision, and the hash of its bytes."""
    data = path.read_bytes()
    found = _REVISION.search(data.decode("utf-8"))
    assert found, f"{path.name} states no revision"
    name = path.relative_to(FRAMEWORKS).as_posix()
    return f"{name} revision {found[1]}", hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_edited_file_has_a_new_revision(path: Path) -> None:
    name, found = entry(path)
    recorded = json.loads(RECORD.read_text("utf-8"))
    assert name in recorded, f"{name} is new: record it with python {Path(__file__).name}"
    assert recorded[name] == found, f"{name} was edited: raise its revision"


if __name__ == "__main__":
    known = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    known = dict(entry(path) for path in FILES) | known
    RECORD.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")
