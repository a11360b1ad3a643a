"""The tests that docs/security.md names for its promises are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:tests/[\w/]+/)?test_\w+(?:\.py)?)`", TEXT)))


@pytest.mark.parametrize("name", NAMED)
def test_what_holds_a_promise_is_there(name: str) -> None:
    files = [*(ROOT / "tests").rglob("test_*.py")]
    if name.endswith(".py"):
        assert [each for each in files if each.as_posix().endswith(f"/{name}")]
    else:
        assert [each for each in files if f"def {name}(" in each.read_text(encoding="utf-8")]
