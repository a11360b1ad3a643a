"""What is said of the house is so: its picture, its rooms, the stops from a cell to a number."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "architecture.md"
STOP = re.compile(
    r"`(\w+)`s?(?:, `\w+`)?(?: in|,)?\s+\(?\[[\w.]+\]\((\.\./cyberassess/[\w/]+\.py)\)"
)


def test_the_picture_is_made_from_the_imports_of_today() -> None:
    drawn = runpy.run_path(str(ROOT / "docs" / "rooms.py"))
    kept = drawn["PICTURE"].read_text("utf-8")
    assert kept == drawn["picture"](), "make it anew: python docs/rooms.py"


@pytest.mark.parametrize(("name", "file"), STOP.findall(DOCUMENT.read_text("utf-8")))
def test_each_stop_is_where_the_document_says(name: str, file: str) -> None:
    text = (DOCUMENT.parent / file).read_text("utf-8")
    assert re.search(rf"^(?:def|class) {name}\b", text, re.MULTILINE), f"{name} is not in {file}"


def test_every_room_is_described() -> None:
    text = DOCUMENT.read_text("utf-8")
    # NOTE: an older checkout may have left folders behind that hold no source
    rooms = {
        each.stem
        for each in (ROOT / "cyberassess").iterdir()
        if each.name[0] not in "_." and (each.suffix == ".py" or (each / "__init__.py").is_file())
    }
    assert {each for each in rooms - {"errors"} if f"| `{each}" not in text} == set()


@pytest.mark.parametrize(
    "folder",
    sorted(each for each in (ROOT / "cyberassess").rglob("*") if (each / "__init__.py").is_file()),
    ids=lambda path: path.name,
)
def test_no_folder_has_more_than_fifteen_files(folder: Path) -> None:
    files = [each for each in folder.glob("*.py") if each.name != "__init__.py"]
    assert len(files) <= 15, sorted(each.name for each in files)
