"""Publishers' own wording: in the files they or others give out, and as a workspace keeps it.

Read are WebCAF's framework YAML, a CISO Assistant library YAML, an OSCAL catalogue JSON, the JSON
of NIST's reference tool, and tables of id and text. The wording is matched to a framework by id
and by nothing else.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import Field

from cyberassess.disk import strict_yaml
from cyberassess.domain.sets.framework import Framework, FrameworkRef, IndicatorId, Model
from cyberassess.errors import Problem, Severity, closest, counted
from cyberassess.sources.tables import Field as Column
from cyberassess.sources.tables import (
    Row,
    Table,
    find_table,
    fold,
    id_and_text,
    id_of,
    read_csv,
    with_mapping,
)

MOST_BYTES = 30_000_000
_NOTHING = "Nothing was stored."
_ENDS = (".", ")", "?", "!", ":", ";", '"', "”", "'")
_WITHDRAWN = re.compile(r"\W*withdrawn\b", re.IGNORECASE)
_VERSION = re.compile(r"(?<![\d.])\d+\.\d+(?:\.\d+)*(?![\d.]*\d)")

Json = Any  # NOTE: values of somebody else's file; every one is checked where it is used.


class Entry(NamedTuple):
    """One text of the file."""

    ids: tuple[str, ...]
    """What the file calls it, the surest name first."""
    text: str
    place: str
    is_heading: bool = False
    """True for what stands above the outcomes."""
    column: str = ""
    """The level it stands under in the file; empty where the file does not say."""


class Source(NamedTuple):
    """What a file holds."""

    kind: str
    says: str
    """Where the file names itself and its version."""
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


class Matched(NamedTuple):
    """A file's wording beside one framework."""

    texts: Mapping[str, str]
    """Keyed by outcome or statement id, in the publisher's order."""
    missing: tuple[str, ...]
    """Statements the file has no wording for."""
    problems: tuple[Problem, ...]


class WordingSource(Model):
    """The file the wording came from."""

    name: str
    sha256: str
    kind: str


class OfficialWording(Model):
    """A workspace's file of official wording for one framework."""

    schema_: str = Field(alias="schema", pattern="^1$")
    framework: FrameworkRef
    source: WordingSource
    texts: Mapping[str, str]


COLUMNS = (
    Column(
        "id",
        (
            "id", "ref", "reference", "ref id", "code", "index", "ncsc index", "number",
            "csf outcome function category or subcategory",
        ),
    ),
    Column(
        "text",
        (
            "text", "wording", "official wording", "description", "statement", "prose",
            "csf outcome description",
        ),
    ),
)  # fmt: skip
_JOINT = ("subcategory", "control", "requirement", "outcome")


def columns_of(framework_ids: Iterable[str], mapping: Sequence[str] = ()) -> tuple[Column, ...]:
    """Give the columns of a table of wording.

    Args:
        framework_ids: the ids it may hold; they tell one sheet from another.
        mapping: each ``COLUMN=ROLE``.
    """
    number, text = with_mapping(COLUMNS, mapping)
    return number._replace(known=frozenset(map(fold, framework_ids))), text


def ways(fields: Sequence[Column]) -> tuple[tuple[Column, ...], ...]:
    """Give how a table may hold wording: in two columns, or ids and texts in the same cells.

    Where somebody named one column for both, it is in the same cells.
    """
    number, text = fields
    named = [each for each, ours in zip(fields, COLUMNS, strict=True)
             if each.headings != ours.headings]  # fmt: skip
    headings = named[-1].headings if named else (*text.headings, *number.headings, *_JOINT)
    joint = (text._replace(headings=headings, known=number.known),)
    return (joint,) if number.headings == text.headings else (tuple(fields), joint)


def read_wording(data: bytes, name: str, fields: Sequence[Column] = COLUMNS) -> Source:
    """Read a file of any of the kinds but workbooks; problems say what it is not.

    Args:
        fields: the columns of a table.
    """
    if len(data) > MOST_BYTES:
        hint = f"The most is {MOST_BYTES:,}. {_NOTHING}"
        return _refused(Problem("too-large", name, f"The file has {len(data):,} bytes.", hint))
    if not data.strip():
        hint = f"It may still be syncing. {_NOTHING}"
        return _refused(Problem("empty-file", name, "The file is empty.", hint))
    if name.lower().endswith((".csv", ".tsv", ".txt")):
        return _from_csv(data, name, fields)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _from_json(data, name)
    document = strict_yaml.read_loose_text(data, name)
    if document.problems:
        return _refused(*document.problems)
    if isinstance(document.value, dict):
        if isinstance(document.value.get("objectives"), dict):
            return _from_webcaf(document, name)
        if isinstance(document.value.get("objects"), dict):
            return _from_library(document, name)
    return _refused(_unknown(name))


def _unknown(name: str) -> Problem:
    return Problem(
        "unknown-kind",
        name,
        "The file is none of the kinds that are read here.",
        "Name a WebCAF framework YAML, a CISO Assistant library YAML, an OSCAL catalogue JSON, "
        "a JSON of NIST's reference tool, or a table (.csv, .xlsx, .ods) with the columns id and "
        f"text. {_NOTHING}",
    )


def _refused(*problems: Problem) -> Source:
    return Source("", "", (), problems)


def _from_csv(data: bytes, name: str, fields: Sequence[Column]) -> Source:
    found: list[Source] = []
    for looked_for in ways(fields):
        rows, problems = read_csv(data, name, looked_for)
        if problems:
            return _refused(*problems)
        found.append(from_rows(rows, name, "CSV", looked_for))
        if found[-1].entries:
            return found[-1]
    return found[0]


def from_rows(rows: Sequence[Row], name: str, kind: str, fields: Sequence[Column]) -> Source:
    """Give the wording in rows of a table, by the columns of ``fields``."""
    table, problems = find_table(rows, name, fields)
    if table is None:
        return _refused(*problems)
    entries, faults = _table_entries(table) if fields[1:] else _joint_entries(table)
    return Source(kind, "", entries, faults)


def _joint_entries(table: Table) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """Read ids and texts that stand in the same cells; a table of other cells gives none."""
    cells = [each for row in table.rows if (each := row.cells.get(table.columns["text"]))]
    pairs = [(cell, id_and_text(cell.text)) for cell in cells]
    problems = [
        Problem("half-row", cell.place, f'No id stands before "{cell.text[:60]}".', "Add it.")
        for cell, pair in pairs
        if pair is None
    ]
    entries = [Entry((pair[0],), pair[1], cell.place) for cell, pair in pairs if pair]
    if len(problems) > len(entries):
        return (), ()
    return tuple(entries), tuple(problems)


def _table_entries(table: Table) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    for row in table.rows:
        number, text = (row.cells.get(table.columns[each]) for each in ("id", "text"))
        flawed = next((each for each in (number, text) if each and each.flaw), None)
        if flawed:
            message = f'"{flawed.text[:60]}" {flawed.flaw}.'
            hint = "The row was left out. Type the value itself into a visible cell."
            problems.append(Problem("not-a-value", flawed.place, message, hint))
        elif number and text:
            entries.append(Entry((number.text,), text.text, row.place))
        elif number or text:
            shown, lacks = (number, "text") if number else (text, "id")
            found = f'"{shown.text[:60]}"' if shown else ""
            message = f"The row has no {lacks} beside {found}."
            problems.append(Problem("half-row", row.place, message, "Fill it in, or remove it."))
    return tuple(entries), tuple(problems)


def _parts(value: Json, key: str) -> Iterator[tuple[str, dict[str, Json]]]:
    """Give the mappings under a key, by name."""
    inside = value.get(key) if isinstance(value, dict) else None
    if isinstance(inside, dict):
        for name, each in inside.items():
            if isinstance(each, dict):
                yield str(name), each


def _text(value: Json, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found.strip() if isinstance(found, str) else ""


def _from_webcaf(document: strict_yaml.Document, name: str) -> Source:
    entries: list[Entry] = []
    problems: list[Problem] = []

    def place(*path: str) -> str:
        known = (path[:end] for end in range(len(path), -1, -1))
        line = next((document.lines[each] for each in known if each in document.lines), 1)
        return f"{name}, line {line}"

    for o, objective in _parts(document.value, "objectives"):
        for p, principle in _parts(objective, "principles"):
            for number, outcome in _parts(principle, "outcomes"):
                path = ("objectives", o, "principles", p, "outcomes", number)
                entries.append(Entry((number,), _text(outcome, "description"), place(*path)))
                for column, statements in _parts(outcome, "indicators"):
                    for key, statement in _parts({column: statements}, column):
                        where = place(*path, "indicators", column, key)
                        text = _text(statement, "description")
                        index = _text(statement, "ncsc-index")
                        if index:
                            entries.append(Entry((index,), text, where, column=column))
                            continue
                        message = f'"{key}" has no ncsc-index, so nothing says which it is.'
                        hint = "It was left out. A CSV of id and text can hold it."
                        problems.append(Problem("no-index", where, message, hint))
    return Source("WebCAF YAML", "", tuple(entries), tuple(problems))


def _from_library(document: strict_yaml.Document, name: str) -> Source:
    objects = document.value["objects"]
    single = objects.get("framework")
    several = objects.get("frameworks")
    path: tuple[str | int, ...] = ("objects", "framework")
    if isinstance(several, list) and len(several) == 1:
        single, path = several[0], ("objects", "frameworks", 0)
    nodes = single.get("requirement_nodes") if isinstance(single, dict) else None
    if not isinstance(nodes, list):
        message = "The library holds no framework, or several."
        hint = f"Name one with a single framework. {_NOTHING}"
        return _refused(Problem("no-framework", name, message, hint))
    entries = []
    for number, node in enumerate(nodes):
        line = document.lines.get((*path, "requirement_nodes", number), 1)
        text = _text(node, "description") or _text(node, "name")
        ref = _text(node, "ref_id")
        if ref and text:
            heading = _text(node, "assessable") != "true"
            entries.append(Entry((ref,), text, f"{name}, line {line}", heading))
    says = f"{_text(document.value, 'ref_id')} {_text(document.value, 'name')}"
    return Source("CISO Assistant library YAML", says, tuple(entries), ())


def _from_json(data: bytes, name: str) -> Source:
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        message = "The file begins like JSON and cannot be read as JSON."
        hint = f"Download it again: it may be cut short. {_NOTHING}"
        return _refused(Problem("not-json", name, message, hint))
    catalogue = value.get("catalog")
    held = value.get("response", value)
    if isinstance(held, dict) and isinstance(held.get("elements"), dict):
        return _from_reference_tool(held["elements"], name)
    if not isinstance(catalogue, dict):
        return _refused(_unknown(name))
    entries = tuple(_controls(catalogue, name))
    return Source("OSCAL catalogue JSON", _text(catalogue.get("metadata"), "title"), entries, ())


def _from_reference_tool(held: Json, name: str) -> Source:
    """Read what NIST's reference tool gives out: elements of many types, each with its id."""
    entries = (
        Entry((number,), _text(each, "text"), f"{name}, {number}", is_heading=is_other)
        for each in _listed(held, "elements")
        for is_other in (_text(each, "element_type") != "subcategory",)
        if (number := _text(each, "element_identifier"))
    )
    says = " ".join(_text(each, "name") for each in _listed(held, "documents"))
    return Source("NIST reference tool JSON", says, tuple(entries), ())


def _controls(catalogue: Json, name: str) -> Iterator[Entry]:
    """Give groups and controls however deep, without recursion, in the file's order."""
    labels_of = _parameters(catalogue)
    waiting: list[tuple[str, Json]] = [("", catalogue)]
    while waiting:
        kind, each = waiting.pop()
        if not isinstance(each, dict):
            continue
        number = _text(each, "id")
        text = _filled(_prose(each), labels_of) if kind == "controls" else _text(each, "title")
        if kind and number:
            labels = [
                _text(item, "value")
                for item in _listed(each, "props")
                if _text(item, "name") == "label"
            ]
            ids = tuple(dict.fromkeys(filter(None, (number, *labels))))
            yield Entry(ids, text, f"{name}, {number}", kind == "groups")
        inside = [(k, item) for k in ("groups", "controls") for item in _listed(each, k)]
        waiting += reversed(inside)


_INSERT = re.compile(r"\{\{\s*(?:insert:\s*)?param[,:]?\s*([^\s{}]+)\s*\}\}")
_DEEPEST = 5
"""How deep a choice may hold parameters of its own."""


def _parameters(catalogue: Json) -> dict[str, str]:
    """Give what stands for each parameter of a catalogue, by its id: values, choices or label."""
    found: dict[str, str] = {}
    waiting: list[Json] = [catalogue]
    while waiting:
        each = waiting.pop()
        for param in _listed(each, "params"):
            select = param.get("select") if isinstance(param, dict) else None
            values = [e for e in _listed(param, "values") if isinstance(e, str)]
            choices = [e for e in _listed(select, "choice") if isinstance(e, str)]
            said = ", ".join(values) or "; ".join(choices) or _text(param, "label")
            if said and _text(param, "id"):
                found[_text(param, "id")] = said
        waiting += [e for key in ("groups", "controls", "parts") for e in _listed(each, key)]
    return found


def _filled(text: str, labels: Mapping[str, str]) -> str:
    """Give a text with what its parameters say, in brackets; without a label, their ids."""
    for _ in range(_DEEPEST):
        text = _INSERT.sub(lambda found: f"[{labels.get(found[1], found[1])}]", text)
    return text


def _listed(value: Json, key: str) -> list[Json]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _prose(control: Json) -> str:
    """Give what a control demands: its statement with the items under it."""
    waiting = [each for each in _listed(control, "parts") if _text(each, "name") == "statement"]
    texts: list[str] = []
    while waiting:
        part = waiting.pop(0)
        texts.append(_text(part, "prose"))
        waiting = [*_listed(part, "parts"), *waiting]
    return "\n".join(filter(None, texts))


def other_version(framework: Framework, source: Source, name: str) -> str:
    """Give the version a file says it is of, where that is another one; else an empty text."""
    if not _VERSION.fullmatch(framework.version):
        return ""
    said = _VERSION.findall(source.says) or _VERSION.findall(name.rpartition(".")[0])
    return "" if framework.version in said or not said else str(said[-1])


def match(framework: Framework, source: Source) -> Matched:
    """Match wording to outcomes and statements by id, and say what could not be matched."""
    known = {each.casefold(): str(each) for each in (*framework.indicators, *framework.outcomes)}
    groups = {group.id.casefold() for each in framework.located for group in each.groups}
    running, problems = _running(framework, source, known)
    withdrawn: list[Entry] = []
    found: dict[str, tuple[str, str]] = {}
    refused: set[str] = set()
    for entry in source.entries:
        folded = [each.casefold() for each in entry.ids] + [id_of(each) for each in entry.ids]
        target = next((known[each] for each in folded if each in known), None)
        target = target or running.get(entry.ids[0])
        if not target:
            if entry.is_heading or not groups.isdisjoint(folded) or entry.ids[0] in running:
                continue
            if _WITHDRAWN.match(entry.text):
                withdrawn.append(entry)
                continue
            problems.append(_unmatched(framework, entry, list(known.values())))
        elif not entry.text:
            message = f"{target} has no text here."
            note = Severity.NOTE
            problems.append(Problem("no-text", entry.place, message, severity=note))
        elif _elsewhere(framework, target, entry):
            problems.append(_other_column(framework, target, entry))
        elif target in found and found[target][0] != entry.text:
            refused.add(target)
            message = f"{target} has another text here than at {found[target][1]}."
            hint = "Neither was kept: keep one in the file, and load it again."
            if entry.ids[0][-1:].isdigit():
                hint += " A spreadsheet turns 1.10 into 1.1: format the column as text."
            problems.append(Problem("two-texts", entry.place, message, hint))
        else:
            found.setdefault(target, (entry.text, entry.place))
    problems += _cut_short(framework, found, source)
    if withdrawn:
        message = f"{counted(len(withdrawn), 'text is', 'texts are')} of what was withdrawn."
        problems.append(Problem.note("withdrawn", withdrawn[0].place, message, "Left out."))
    order = dict.fromkeys(
        str(each)
        for outcome in framework.outcomes.values()
        for each in (outcome.id, *(indicator.id for indicator in outcome.indicators))
    )
    texts = {each: found[each][0] for each in order if each in found and each not in refused}
    missing = tuple(str(each) for each in framework.indicators if each not in texts)
    return Matched(texts, missing, tuple(problems))


def _elsewhere(framework: Framework, target: str, entry: Entry) -> bool:
    statement = framework.indicators.get(IndicatorId(target))
    columns = {fold(level.id) for level in framework.levels}
    named = fold(entry.column)
    return bool(statement and named in columns and named != fold(statement[1].level))


def _other_column(framework: Framework, target: str, entry: Entry) -> Problem:
    level = framework.indicators[IndicatorId(target)][1].level
    return Problem(
        "other-column",
        entry.place,
        f'{target} stands under "{entry.column}" here, and under "{level}" in {framework.ref}.',
        "Its text was left out. A CSV of id and text can hold it.",
    )


def _unmatched(framework: Framework, entry: Entry, known: list[str]) -> Problem:
    shown = entry.ids[0][:60]
    return Problem(
        "unmatched",
        entry.place,
        f'"{shown}" is neither an outcome nor a statement of {framework.ref}.',
        f"{closest(shown, known)} Its text was left out.".strip(),
    )


def _cut_short(
    framework: Framework, found: Mapping[str, tuple[str, str]], source: Source
) -> list[Problem]:
    """Say which texts end without a full stop; once where most do, as some publishers print."""
    looked_at = [each for each in found if each in framework.indicators]
    bare = [each for each in looked_at if not found[each][0].endswith(_ENDS)]
    if len(bare) > _FEW and len(bare) * 2 > len(looked_at):
        message = f"{counted(len(bare), 'text')} of {len(looked_at)} end without a full stop."
        hint = "If the publisher prints them so, all is well. They were kept as they stand."
        place = source.entries[0].place.rpartition(", ")[0] or source.entries[0].place
        return [Problem.note("cut-short", place, message, hint)]
    return [
        Problem.note(
            "cut-short",
            found[each][1],
            f'The text of {each} ends with "{found[each][0][-30:]}", without a full stop.',
            "Compare it with the publication: it may be cut short. It was kept as it stands.",
        )
        for each in bare
    ]


_FEW = 5


def _running(
    framework: Framework, source: Source, known: Mapping[str, str]
) -> tuple[dict[str, str], list[Problem]]:
    """Place ids that number the statements of an outcome's highest column (``A1.a.1``).

    Where the file numbers more or fewer of them than the column has, none of that outcome's is
    placed (its value is empty): the numbers would not say which is which.
    """
    if not framework.rule.kind.has_columns:
        return {}, []
    numbered: dict[str, list[Entry]] = {}
    outcomes = {str(each).casefold(): outcome for each, outcome in framework.outcomes.items()}
    for entry in source.entries:
        parent, _, last = entry.ids[0].rpartition(".")
        is_known = entry.ids[0].casefold() in known
        if last.isdecimal() and parent.casefold() in outcomes and not is_known:
            numbered.setdefault(parent.casefold(), []).append(entry)
    placed: dict[str, str] = {}
    problems: list[Problem] = []
    for parent, entries in numbered.items():
        outcome = outcomes[parent]
        column = outcome.at_level(framework.highest_for(outcome))
        numbers = [int(entry.ids[0].rpartition(".")[2]) for entry in entries]
        if sorted(numbers) == list(range(1, len(column) + 1)):
            for number, entry in zip(numbers, entries, strict=True):
                placed[entry.ids[0]] = str(column[number - 1].id)
            continue
        placed |= {entry.ids[0]: "" for entry in entries}
        here = counted(len(entries), "numbered statement")
        title = framework.level(column[0].level).title
        message = f"The file has {here} for {outcome.id}, {framework.ref} has {len(column)}"
        problems.append(
            Problem(
                "other-count",
                entries[0].place,
                f'{message} in the column "{title}", so the numbers do not say which is which.',
                "Their texts were left out. A CSV of id and text can hold them.",
            )
        )
    return placed, problems
