"""One field of an event or a header changed, under right hashes: is it read, or named?

``python -m tests.hostile.events 2000 7`` makes 2,000 changes drawn with the seed 7 and counts how
they ended; a traceback is printed with the change that led to it.
"""

import contextlib
import copy
import io
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from cyberassess.disk.segments import LedgerFolder
from cyberassess.domain.record.hashes import canonical, segment_hash, text_field
from cyberassess.errors import CyberassessError
from cyberassess.opening.assessment import open_assessment
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.html import render_html
from cyberassess.program import program
from cyberassess.steps.care.recovering import recover
from cyberassess.steps.pack.contents import answers_json, items_of, tables
from cyberassess.steps.report.printing import basis_of
from tests.frozen.reading import unpack

Json = Any  # NOTE: events are JSON
ODD: Sequence[Callable[[], Json]] = (
    lambda: None, lambda: True, lambda: 0, lambda: -1, lambda: 5, lambda: 10**30, lambda: 1.5,
    lambda: float("inf"), lambda: float("nan"), lambda: "", lambda: "x", lambda: "\ud800",
    lambda: "\x1b[31m\x00", lambda: "9999-99-99", lambda: "2026-02-30T25:00:00+00:00",
    lambda: "0001-01-01", lambda: "2026-05-01", lambda: "../../x", lambda: "a" * 5000, list,
    lambda: [1], lambda: [None], lambda: [[]], lambda: ["x", "y"], dict, lambda: {"x": 1},
    lambda: {"digest": 5}, lambda: {"digest": "ab"}, lambda: text_field("\ud800{%", "s"),
    lambda: nested(40), lambda: nested(900), lambda: nested(5000),
)  # fmt: skip


def nested(levels: int) -> Json:
    """Give lists in lists."""
    value: Json = "x"
    for _ in range(levels):
        value = [value]
    return value


def ledger(version: str, workspace: str, place: Path) -> tuple[Path, list[Json]]:
    """Give a workspace of a frozen version, and one segment that says a bit of everything."""
    folder = unpack(version, place) / workspace
    segments = LedgerFolder(folder / "ledger").read().segments
    kept: Counter[str] = Counter()
    events = []
    for event in (each for segment in segments for each in segment.events):
        kept[event["type"]] += 1
        if event["type"] != "answer" or kept["answer"] % 12 == 0:
            events.append(event)
    for path in sorted((folder / "ledger").iterdir()):
        path.unlink()
    return folder, [segments[0].header, *events]


def places(value: Json) -> Iterator[tuple[Json, Json]]:
    """Give every field in a value: what holds it, and its name there."""
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield value, name
            yield from places(value[name])


def changed(lines: Sequence[Json], draw: random.Random) -> tuple[list[Json], str]:
    """Change one field of one line; says which."""
    kinds = sorted({each.get("type", "") for each in lines})
    kind = draw.choice(kinds)
    number = draw.choice([n for n, each in enumerate(lines) if each.get("type", "") == kind])
    made = copy.deepcopy(list(lines))
    holder, name = draw.choice(list(places(made[number])))
    how = draw.choice(("replace", "replace", "replace", "remove", "rename"))
    if how == "replace":
        holder[name] = draw.choice(ODD)()
    else:
        old = holder.pop(name)
        if how == "rename" and isinstance(holder, dict):
            holder[f"{name}x"] = old
    if isinstance(holder, dict) and {"digest", "salt", "text"} <= holder.keys():
        with contextlib.suppress(RecursionError):
            holder["digest"] = text_field(str(holder["text"]), str(holder["salt"]))["digest"]
    return made, f"line {number + 1}, {kind or 'header'}: {how} {name}"


def write(folder: Path, lines: Sequence[Json]) -> Path:
    """Write the one segment of a ledger, its hash right; give its file."""
    for path in (folder / "ledger").iterdir():
        path.unlink()
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(30_000)
    try:
        name = f"000001-{segment_hash(lines)[:8]}.jsonl"
        data = b"".join(canonical(each) + b"\n" for each in lines)
    finally:
        sys.setrecursionlimit(before)
    path = folder / "ledger" / name
    path.write_bytes(data)
    return path


COMMANDS = (
    "status --json", "score --json", "score", "explain A1.a --trace", "explain B2.d --trace",
    "evidence list", "evidence check", "plan", "people", "systems", "resolve", "review", "approve",
    "trend", "verify",
)  # fmt: skip


def ending(folder: Path, *, thorough: bool = True) -> str:
    """Read a workspace; say how that ended, with the traceback where it was one.

    ``thorough`` gives every reading command and prints the report, too.
    """
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            try:
                assessment = open_assessment(folder)
                answers_json(assessment)
                tables(assessment, items_of(assessment, None), {}, {})
            except CyberassessError as cause:
                with contextlib.suppress(CyberassessError):
                    recover(folder, folder.with_name("recovered"))
                return "named" if str(cause) else "not said"
            if thorough:
                for words in COMMANDS:
                    _given(folder, words)
                render_html(full_report(basis_of(assessment)[0]))
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            return traceback.format_exc()
    return "read"


def _given(folder: Path, words: str) -> None:
    with contextlib.suppress(CyberassessError, click.ClickException, click.exceptions.Exit):
        program.main(["-C", str(folder), "--no-input", *words.split()], standalone_mode=False)


def endings(
    times: int, seed: int, place: Path, *, thorough: bool = True
) -> Iterator[tuple[str, str]]:
    """Change one field that many times; give each change and how it ended."""
    draw = random.Random(seed)  # noqa: S311 - drawn again by whoever knows the seed
    folder, lines = ledger("0.1", "northport-2026", place)
    for _ in range(times):
        made, what = changed(lines, draw)
        write(folder, made)
        yield what, ending(folder, thorough=thorough)
        shutil.rmtree(place / "recovered", ignore_errors=True)


def main(times: str = "2000", seed: str = "7") -> int:
    """Count how changes end, and show the tracebacks."""
    ended: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        for what, how in endings(int(times), int(seed), Path(name)):
            ended[how if how in ("read", "named") else "traceback"] += 1
            if how not in ("read", "named"):
                shown["".join(how.splitlines()[-3:])] += 1
                if shown["".join(how.splitlines()[-3:])] == 1:
                    sys.stdout.write(f"{what}\n{how}\n")
    sys.stdout.write(f"{dict(ended)}\n")
    return int(bool(ended["traceback"]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
