"""Events and headers whose hash is right and whose content is not."""

import copy
import random
import shutil
from pathlib import Path

import pytest

from cyberassess.disk.segments import LedgerFolder
from cyberassess.errors import LedgerError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.care.recovering import recover
from tests.hostile.events import Json, changed, ending, endings, ledger, nested, write

TIMES, SEED = 40, 7
"""``python -m tests.hostile.events`` makes thousands."""


def test_a_changed_field_is_read_or_named_and_never_a_traceback(tmp_path: Path) -> None:
    found = endings(TIMES, SEED, tmp_path, thorough=False)
    odd = [f"{what}\n{how}" for what, how in found if how not in {"read", "named"}]
    assert odd == []


@pytest.fixture(scope="module")
def _lines(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Json]]:
    return ledger("0.1", "northport-2026", tmp_path_factory.mktemp("lines"))


@pytest.fixture
def lines(_lines: tuple[Path, list[Json]], tmp_path: Path) -> tuple[Path, list[Json]]:
    """Give a workspace, and a segment that says a bit of everything."""
    folder, whole = _lines
    return Path(shutil.copytree(folder, tmp_path / folder.name)), copy.deepcopy(whole)


@pytest.mark.parametrize(
    ("kind", "name", "value", "said"),
    [
        ("evidence-item", "number", "x", '"number" is "x", and must be a whole number'),
        ("evidence-item", "number", True, '"number" is true'),
        ("evidence-item", "size", 1.5, '"size" is 1.5'),
        ("extension", "until", "2026-02-30", "must be a date"),
        ("declaration", "serial", None, '"serial" is null'),
        ("acceptance", "left_out", [1], '"left_out" is a list'),
    ],
)  # fmt: skip
def test_a_record_of_another_shape_is_named_and_recover_keeps_the_rest(
    kind: str, name: str, value: Json, said: str, lines: tuple[Path, list[Json]]
) -> None:
    folder, whole = lines
    at = next(n for n, each in enumerate(whole) if each.get("type") == kind and each["new"])
    whole[at]["new"][name] = value
    path = write(folder, whole)
    with pytest.raises(LedgerError) as caught:
        open_assessment(folder)
    (problem,) = caught.value.problems
    assert problem.where == f"ledger/{path.name}, line {at + 1}"
    assert said in problem.message
    assert "cyberassess recover" in problem.hint
    found = recover(folder, folder.with_name("recovered"))
    assert [each.lost[0][0] for each in found.files if each.lost] == [at + 1]
    (read,) = LedgerFolder(folder.with_name("recovered") / "ledger").read().segments
    assert len(read.events) == len(whole) - 2


@pytest.mark.parametrize(
    "value", [float("inf"), float("nan"), nested(40), nested(900), nested(5000)]
)
def test_a_line_that_is_no_plain_json_is_named(
    value: Json, lines: tuple[Path, list[Json]]
) -> None:
    folder, whole = lines
    whole[3]["more"] = value
    write(folder, whole)
    with pytest.raises(LedgerError, match="line 4: The line is not whole"):
        open_assessment(folder)
    assert ending(folder) == "named"


@pytest.mark.parametrize(
    ("name", "value"),
    [("parents", 5), ("parents", [1]), ("parents", [[]]), ("time", "soon"), ("time", None),
     ("actor", "Sam"), ("actor", {"id": 5}), ("seed", 5), ("schema", True), ("command", []),
     ("tool", {}), ("machine", 1)],
)  # fmt: skip
def test_a_header_of_another_shape_is_named_and_recover_keeps_the_rest(
    name: str, value: Json, lines: tuple[Path, list[Json]]
) -> None:
    folder, whole = lines
    whole[0][name] = value
    write(folder, whole)
    with pytest.raises(LedgerError, match="line 1: The first line is not a segment's header"):
        open_assessment(folder)
    found = recover(folder, folder.with_name("recovered"))
    assert [each.lost[0][0] for each in found.files] == [1]
    assert open_assessment(folder.with_name("recovered")).state.events == len(whole) - 1


@pytest.mark.parametrize("name", ["somebody's.jsonl", "000001-{hash}.jsonl.part"])
@pytest.mark.parametrize(("field", "value"), [("parents", 5), ("parents", [[]]), ("time", 5)])
def test_a_header_of_another_shape_under_another_name_is_no_segment(
    name: str, field: str, value: Json, lines: tuple[Path, list[Json]]
) -> None:
    folder, whole = lines
    whole[0][field] = value
    path = write(folder, whole)
    path.rename(path.with_name(name.format(hash=path.stem[7:])))
    assert ending(folder) == "named"


def test_what_a_later_version_adds_to_an_event_is_left_alone(
    lines: tuple[Path, list[Json]],
) -> None:
    folder, whole = lines
    whole[3]["reading"] = {"text": "Yes", "as": ["true"]}
    write(folder, whole)
    assert open_assessment(folder).state.events == len(whole) - 1


def test_changes_are_drawn_the_same_again(lines: tuple[Path, list[Json]]) -> None:
    _, whole = lines
    ones = [changed(whole, random.Random(3))[1] for _ in range(2)]  # noqa: S311
    assert ones[0] == ones[1]
