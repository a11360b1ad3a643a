"""What the present program makes of a frozen version's data, as JSON, and how two results differ.

A case is a command given in a copy of the data, a verb of the library called there, or a look at
what the ledger of a workspace says. What depends on the clock, on luck or on the machine is left
out or has a name in its place.
"""

import contextlib
import io
import json
import re
import shlex
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import cyberassess
from cyberassess.domain.record.recorded import Given, Source, State
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.writing import now
from cyberassess.program import program
from cyberassess.terminal.running import run

Json = Any  # NOTE: what json.loads gives; shapes are those of docs/json.md
HERE = Path(__file__).parent
VERSIONS = tuple(sorted(each.parent.name for each in HERE.glob("*/cases.yaml")))
_NOT_HELD = ("origin", "message", "hint")
"""Fields that are no result: the event it came with; words of a problem, whose code is held."""
_GIVEN = (
    "person", "answer", "reason", "source", "inherited_from", "asked_again", "confirmed",
)  # fmt: skip
"""What is held of an answer."""
ABSENT = "(absent)"
"""Stands for a value that is not there, in a difference."""
_NAMED = (
    "framework", "group", "scope", "outcome", "theme", "statement", "standard", "role", "id",
    "reference", "ref", "action", "title", "version", "name", "text", "level",
)  # fmt: skip
"""Keys that tell the entries of a list apart, those of the widest things first."""


class Case(NamedTuple):
    """One thing that is read again."""

    version: str
    name: str
    run: tuple[str, ...] = ()
    """The command, given in the folder of the data."""
    within: str = ""
    """The workspace: its state is what is looked at, or what command or verb changes."""
    call: tuple[Json, ...] = ()
    """A verb of the library and what it is given; ``{open: FOLDER}`` is an open assessment."""
    of: tuple[str, ...] = ()
    """Which attributes are looked at of what the verb gives; all that is public if empty."""
    shape: bool = False
    """Whether only the shape is held of the JSON, as its values follow luck or what ships."""

    @property
    def expected(self) -> Path:
        """Where the frozen result stands."""
        return HERE / self.version / "expected" / f"{self.name}.json"


class Difference(NamedTuple):
    """A value that is not as it was."""

    where: str
    """The case and the place in its result: ``score: out.outcomes[…].suggested``."""
    old: Json
    new: Json


@dataclass(frozen=True, slots=True)
class Named:
    """A difference that is meant, with its reason."""

    where: str
    """As in a difference; ``*`` stands for anything."""
    old: Json
    new: Json
    reason: str

    def covers(self, found: Difference) -> bool:
        """Say whether it names a difference."""
        pattern = ".*".join(map(re.escape, self.where.split("*")))
        same = canonical(self.old) == canonical(found.old)
        return (
            same
            and canonical(self.new) == canonical(found.new)
            and re.fullmatch(pattern, found.where, re.DOTALL) is not None
        )


def cases(version: str) -> tuple[Case, ...]:
    """Give the cases of a frozen version."""
    listed = yaml.safe_load((HERE / version / "cases.yaml").read_text("utf-8"))
    return tuple(
        Case(
            version,
            name,
            tuple(shlex.split(each.get("run", ""))),
            each.get("in", ""),
            tuple(each.get("call", ())),
            tuple(each.get("of", ())),
            "shape" in each,
        )
        for name, each in listed.items()
    )


def changes(version: str) -> tuple[Named, ...]:
    """Give what has changed on purpose since a version was frozen."""
    listed = yaml.safe_load((HERE / version / "changes.yaml").read_text("utf-8")) or []
    return tuple(
        Named(where, change["old"], change["new"], str(each["reason"] or ""))
        for each in listed
        for change in each["changes"]
        for where in change["where"]
    )


def unpack(version: str, place: Path) -> Path:
    """Lay a version's data out in a folder."""
    with tarfile.open(HERE / version / "kept.tar.xz") as archive:
        for each in archive:
            if (kept := archive.extractfile(each)) is not None:
                path = place / each.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(kept.read())
                path.chmod(each.mode & 0o755)
    return place


def read(case: Case, place: Path) -> Json:
    """Give the result of a case in a folder that holds a copy of the data.

    ``code`` is how the command ended, ``out`` the JSON it printed or what the verb gave,
    ``changed`` what the state says since that it did not say before, ``said`` the cells that were
    spoken of.
    """
    if not case.run and not case.call:
        return {"out": entries(place / case.within)}
    before = entries(place / case.within) if case.within else []
    with contextlib.chdir(place):
        found = {"out": _called(case.call, case.of)} if case.call else _given(case)
    if case.within:
        found["changed"] = _fresh(before, entries(place / case.within))
    return found


def _given(case: Case) -> dict[str, Json]:
    printed, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
        found: dict[str, Json] = {"code": run(program, case.run)}
    if "--json" in case.run:
        out = json.loads(printed.getvalue())
        found["out"] = shape(out) if case.shape else out
    elif case.within:
        text = " ".join(f"{printed.getvalue()} {told.getvalue()}".split())
        found["said"] = sorted(set(re.findall(r'sheet "[^"]*"(?:, cells? [A-Z]+\d+)?', text)))
    return found


def _called(call: Sequence[Json], of: Sequence[str]) -> Json:
    verb, *given = call
    options = given.pop() if given[1:] and isinstance(given[-1], dict) else {}
    opened = cyberassess.open_assessment
    plain = [opened(e["open"]) if isinstance(e, dict) and "open" in e else e for e in given]
    found = getattr(cyberassess, verb)(*plain, **options)

    def looked_at(value: Json) -> Json:
        return {name: getattr(value, name) for name in of} if of else value

    return _plain([looked_at(e) for e in found] if isinstance(found, list) else looked_at(found))


def shape(value: Json) -> Json:
    """Give what JSON is made of: the kind of each value, and every key of a list's entries."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        together: dict[str, list[Json]] = {}
        for each in value:
            for key, inner in each.items():
                together.setdefault(key, []).append(inner)
        return [{key: shape(several)[0] for key, several in together.items()}]
    if isinstance(value, list):
        return [" or ".join(sorted({type(each).__name__ for each in value}))]
    return type(value).__name__


def entries(folder: Path) -> list[dict[str, Json]]:
    """Give everything a workspace's ledger says now, one entry a slot, each with its own id."""
    found: list[dict[str, Json]] = []
    seen: Counter[str] = Counter()
    for name, value in _slots(open_assessment(folder).state):
        seen[name] += 1
        identity = name if seen[name] == 1 else f"{name} #{seen[name]}"
        found.append({"id": identity, **_plain(value)})
    return found


def _slots(state: State) -> Iterator[tuple[str, Json]]:
    for kind in ("answers", "withdrawn", "rationales", "evidence", "claims"):
        for key, several in getattr(state, kind).items():
            for each in several:
                yield f"{kind} {' '.join(key)} {getattr(each, 'person', '')}".strip(), each
    for statement, resolution in state.resolutions.items():
        yield f"resolutions {' '.join(statement)}", resolution
    for person, met in state.met.items():
        yield f"met {person}", met
    for kind, listed in (("sent", state.sent), ("received", state.received)):
        for each in listed:
            yield f"{kind} {each.person} {each.serial}", each
    for path, value in state.settings.items():
        yield f"settings {path}", {"value": value}
    for kind, records in state.records.items():
        for record_key, found in records.items():
            for record in found:
                yield f"{kind} {' '.join(record_key)}", record
    for differing in state.differing:
        values = sorted(each.text for each in differing.values)
        yield f"differing {differing.what}", {"values": values}


def _plain(value: Json) -> Json:
    """Give a value of the state as JSON, without the event it came with."""
    if isinstance(value, Source):
        where = (value.kind, value.name, value.sheet, value.cell, value.place)
        return ", ".join(each for each in where if each)
    if isinstance(value, Given):
        return {each: _plain(getattr(value, each)) for each in _GIVEN}
    if is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value) if each.name not in _NOT_HELD]
        return {each: _plain(getattr(value, each)) for each in names}
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Path | Fraction):
        return value.as_posix() if isinstance(value, Path) else str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _fresh(before: list[dict[str, Json]], after: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Give the entries that are new or other than before, and the ids of those that are gone.

    Random ids have their number in place of them, and the day of the test a word.
    """
    known = {each["id"]: each for each in before}
    fresh = [each for each in after if known.get(each["id"]) != each]
    left = {each["id"] for each in after}
    gone = [{"id": each, "gone": True} for each in known if each not in left]
    old, text = json.dumps(before), json.dumps([*fresh, *gone])
    drawn = dict.fromkeys(re.findall(r"\b(?:met-[0-9a-f]{6}|[0-9a-f]{16})\b", text))
    for number, each in enumerate((each for each in drawn if each not in old), start=1):
        text = text.replace(each, f"drawn-{number}")
    for each in re.findall(r'"head": "([0-9a-f]{64})"', text):
        text = text.replace(each, "HEAD") if each not in old else text
    text = text.replace(now()[:10], "TODAY")
    loaded: list[dict[str, Json]] = json.loads(text)
    return loaded


def canonical(value: Json) -> str:
    """Give a value as text that is the same for equal ones."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def written(value: Json, depth: int = 0) -> str:
    """Give a result as it is kept: an entry of a list a line, so that it can be read."""
    if isinstance(value, dict) and depth <= 1:
        shown = [f"{canonical(key)}: {written(value[key], depth + 1)}" for key in sorted(value)]
        return "{\n" + ",\n".join(shown) + "\n}" + ("" if depth else "\n")
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(canonical, value)) + "\n]"
    return canonical(value)


def differences(case: Case, old: Json, new: Json) -> list[Difference]:
    """Give what a result says otherwise than the frozen one.

    A key that came to an object is none: docs/json.md says that keys are added. An entry that came
    to a list is one, and so is all that is gone.
    """
    return [Difference(f"{case.name}: {path}", *pair) for path, *pair in _walk("", old, new)]


def _walk(path: str, old: Json, new: Json) -> Iterator[tuple[str, Json, Json]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            yield from _walk(f"{path}.{key}".lstrip("."), value, new.get(key, ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _walk_list(path, old, new)
    elif canonical(old) != canonical(new):
        yield path, old, new


def _walk_list(path: str, old: list[Json], new: list[Json]) -> Iterator[tuple[str, Json, Json]]:
    keys = _identity(old, new)
    if keys:
        before, after = _by(keys, old), _by(keys, new)
        for name in dict.fromkeys((*before, *after)):
            yield from _walk(f"{path}[{name}]", before.get(name, ABSENT), after.get(name, ABSENT))
        same = before.keys() == after.keys()
        if same and list(before) != list(after):
            yield f"{path}(order)", list(before), list(after)
        return
    left, came = Counter(map(canonical, old)), Counter(map(canonical, new))
    if left == came:
        if list(map(canonical, old)) != list(map(canonical, new)):
            yield f"{path}(order)", old, new
        return
    for text in (left - came).elements():
        yield f"{path}[]", json.loads(text), ABSENT
    for text in (came - left).elements():
        yield f"{path}[]", ABSENT, json.loads(text)


def _identity(*lists: list[Json]) -> tuple[str, ...]:
    """Give the keys that tell every entry of each list from the others; none where none do."""
    together = [each for several in lists for each in several]
    if not all(isinstance(each, dict) for each in together):
        return ()
    keys: tuple[str, ...] = ()
    for key in _NAMED:
        if all(isinstance(each.get(key), str) for each in together):
            keys = (*keys, key)
            if all(len(_by(keys, several)) == len(several) for several in lists):
                return keys
    return ()


def _by(keys: Iterable[str], listed: list[Json]) -> dict[str, Json]:
    return {" ".join(each[key] for key in keys): each for each in listed}


def load(case: Case) -> Json:
    """Give the frozen result of a case."""
    return json.loads(case.expected.read_text("utf-8"))


def events(place: Path) -> Iterator[Json]:
    """Give every event in all ledgers of the data, but for the line that was torn on purpose."""
    for path in sorted(place.glob("*/ledger/0*.jsonl")):
        for line in path.read_text("utf-8").splitlines()[1:]:
            if line.endswith("}"):
                yield json.loads(line)


def kinds(place: Path) -> set[str]:
    """Give the kinds of event in all ledgers of the data, and ``beside`` where an answer is."""
    found: set[str] = set()
    for event in events(place):
        found.add(event["type"])
        found |= {"beside"} if event.get("beside") else set()
        found |= {f"{event['type']} removed"} if event.get("new", "") is None else set()
    return found
