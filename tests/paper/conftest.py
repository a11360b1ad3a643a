"""A small report, and snapshots with one normaliser.

Set ``SNAPSHOTS=update`` to write the snapshots anew; look at the difference before committing it.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberassess.paper.document import Document
from tests.domain.builder import make_profile
from tests.paper.made import GOAL, build, small_state

SNAPSHOTS = Path(__file__).parent / "snapshots"


def normalised(html: str) -> str:
    """Give HTML as it is compared: without the style sheet, one element to a line."""
    html = re.sub(r"<style>.*?</style>", "<style></style>", html, flags=re.DOTALL)
    lines = (line.strip() for line in re.sub(r">\s*<", ">\n<", html).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


@pytest.fixture
def same_as_snapshot() -> Callable[[str, str], None]:
    """Compare HTML with the snapshot of that name, or write it where that was asked for."""

    def compare(name: str, html: str) -> None:
        path = SNAPSHOTS / name
        found = normalised(html)
        if os.environ.get("SNAPSHOTS") == "update":
            path.parent.mkdir(exist_ok=True)
            path.write_text(found, encoding="utf-8", newline="\n")
        assert found == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def small() -> Document:
    """Give a small report with every kind of thing in it."""
    left_out = [{"title": "Museum booking", "reason": "no critical function"}]
    return build(small_state(), profile=make_profile(GOAL), left_out=left_out).document
