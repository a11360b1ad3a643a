"""Every kind of event is written to the bytes that earlier versions wrote."""

from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from cyberassess.domain.record.happened import KINDS, Event, read_event
from cyberassess.domain.record.hashes import Json, canonical, text_field
from cyberassess.domain.record.shapes import Declared, Text
from tests.frozen.reading import VERSIONS, events, unpack


def salted(text: str) -> dict[str, str]:
    return text_field(text, f"salt of {text}")


SINCE: tuple[dict[str, Json], ...] = (
    {
        "type": "opinion",
        "key": ["met-1f0c2a"],
        "new": {"risk": "medium", "text": salted("Honest; proof is thin.")},
        "person": "met-1f0c2a",
    },
    {
        "type": "sharing",
        "key": ["caf@3.2", "housing", "B2"],
        "new": {"same": "no", "reason": salted("Its supplier runs its own accounts.")},
        "person": "p2",
        "source": {
            "kind": "workbook",
            "file": "0" * 64,
            "name": "kim.xlsx",
            "sheet": "Shared services",
            "cell": "C9",
            "serial": 1,
            "saved": "2026-03-03T10:00:00Z",
        },
        "read": "no",
    },
)
"""What came after the newest ledgers that are kept, as it was written first."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Json]:
    """Give every event of the ledgers that are kept, and of those kinds that came since."""
    found = list(SINCE)
    for version in VERSIONS:
        place = unpack(version, tmp_path_factory.mktemp("kept"))
        found += events(place)
    return found


def texts_in(value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        if "salt" in value:
            yield value["text"], value
        for each in value.values():
            yield from texts_in(each)
    for each in value if isinstance(value, list) else ():
        yield from texts_in(each)


def anew(said: Declared) -> Declared:
    """Make it of plain values, as the program does."""

    def plain(value: Json, *, is_free: bool) -> Json:
        match value:
            case Text():
                return str(value) if is_free else value
            case Declared():
                return anew(value)
            case list():
                return [plain(each, is_free=is_free) for each in value]
            case _:
                return value

    return type(said)(
        **{
            name: plain(value, is_free=name in said.shapes and said.shapes[name].is_free)
            for name, value in vars(said).items()
        }
    )


def as_then(line: Json) -> Callable[[str], Json]:
    """Give a function that salts each text of a line as it was salted."""
    known: dict[str, list[Json]] = defaultdict(list)
    for text, field in texts_in(line):
        known[text].append(field)
    return lambda text: known[text].pop(0)


def test_what_was_read_is_written_as_it_stood(written: list[Json]) -> None:
    def as_it_stood(event: Event) -> bytes:
        return canonical(event.as_json(lambda text: pytest.fail(f"{text} was salted anew")))

    assert [e for e in written if as_it_stood(read_event(e)) != canonical(e)] == []
    assert {each["type"] for each in written} == set(KINDS)


def test_what_is_made_anew_is_written_as_it_was_then(written: list[Json]) -> None:
    def is_whole(line: Json) -> bool:
        return canonical(line).count(b'"digest":') == len(list(texts_in(line)))

    whole = [each for each in written if is_whole(each)]
    made = [canonical(anew(read_event(each)).as_json(as_then(each))) for each in whole]
    assert made == list(map(canonical, whole))
    assert {each["type"] for each in whole} == set(KINDS)


def test_what_a_later_version_adds_is_kept(written: list[Json]) -> None:
    for line in {each["type"]: each for each in written if each.get("new", "")}.values():
        later = line | {"added": {"deep": [salted("Kept")]}}
        if "key" in line:
            later["new"] = line["new"] | {"more": salted("Kept too")}
        assert read_event(later).as_json(str) == later
