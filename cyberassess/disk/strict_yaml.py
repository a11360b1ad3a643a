"""YAML as text with line numbers: the only module that knows the YAML library.

Every scalar is read as the text that stands there: no booleans, numbers, dates or nulls. Aliases,
anchors, merge keys, tags, repeated keys, several documents, control characters, and files that
are too large or too deep are refused, each with its line.
"""

import difflib
import types
import typing
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from pydantic import BaseModel, ValidationError

from cyberassess.disk.files import read_plain
from cyberassess.errors import Problem, closest

MOST_BYTES = 8_000_000
MOST_DEPTH = 24

Path_ = tuple[str | int, ...]
Value = Any  # NOTE: text, or lists and dicts of it, as deep as the file.


class Document(NamedTuple):
    """A file's value, where each part stands, and what is wrong with it."""

    value: Value
    """``None`` where nothing could be read."""
    lines: Mapping[Path_, int]
    """Line of every key and item, counted from 1."""
    problems: tuple[Problem, ...]


class _Level:
    """A mapping or a list under construction."""

    __slots__ = ("key", "path", "value")

    def __init__(self, value: "dict[str, Value] | list[Value]", path: Path_) -> None:
        self.value = value
        self.path = path
        self.key: str | None = None


def read_text(data: bytes, name: str) -> Document:
    """Read YAML; ``name`` is how messages call the file."""
    return _Reader(name).read_bytes(data)


def _refuse(where: str, code: str, message: str, hint: str) -> Document:
    return Document(None, {}, (Problem(code, where, message, hint),))


class _Reader:
    """Builds the value from the library's events, without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.lines: dict[Path_, int] = {}
        self.stack: list[_Level] = []
        self.root: Value = None
        self.documents = 0

    def say(self, line: int, code: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(code, f"{self.name}, line {line}", message, hint))

    def read_bytes(self, data: bytes) -> Document:
        """Read a file's bytes; one that is too large, or no text, is refused."""
        if len(data) > MOST_BYTES:
            return _refuse(
                self.name,
                "too-large",
                f"The file has {len(data):,} bytes.",
                f"The most is {MOST_BYTES:,}.",
            )
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as cause:
            line = data.count(b"\n", 0, cause.start) + 1
            return _refuse(
                f"{self.name}, line {line}",
                "not-utf-8",
                "The file is not in UTF-8.",
                "Save it as UTF-8 and try again.",
            )
        return self.read(text)

    def read(self, text: str) -> Document:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in yaml.parse(text, Loader=loader):
                if not self._take(event, yaml):
                    break
        except yaml.MarkedYAMLError as cause:
            mark = cause.problem_mark or cause.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self.problems.append(
                Problem(
                    "not-yaml",
                    f"{self.name}, line {line}, column {column}",
                    f"The file stops being YAML here: {cause.problem or 'it cannot be read'}.",
                    "Look for a missing quotation mark, colon or indent at or above this line.",
                )
            )
        except yaml.YAMLError as cause:
            position = getattr(cause, "position", 0) or 0
            line = text.count("\n", 0, position) + 1
            message = "A control character stands here, which no text may hold."
            self.say(line, "not-yaml", message, "Remove it and save the file again.")
        root = None if self.problems else self.root
        return Document(root, self.lines, tuple(self.problems))

    def _take(self, event: Any, yaml: types.ModuleType) -> bool:
        """Take one event; false where reading must stop."""
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            self.say(
                line,
                "alias",
                f'"*{event.anchor}" refers to another part of the file.',
                "Write the text out: aliases are not allowed.",
            )
            return False
        if isinstance(event, yaml.NodeEvent):
            if event.anchor is not None:
                self.say(
                    line,
                    "anchor",
                    f'"&{event.anchor}" names a part of the file.',
                    "Remove it: anchors are not allowed.",
                )
            if getattr(event, "tag", None) is not None:
                self.say(
                    line,
                    "tag",
                    f'"{event.tag}" is a tag.',
                    "Remove it: every value is read as text.",
                )
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event.value, line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(self.stack) >= MOST_DEPTH:
                self.say(line, "too-deep", f"More than {MOST_DEPTH} levels of nesting.")
                return False
            mapping = isinstance(event, yaml.MappingStartEvent)
            fresh: dict[str, Value] | list[Value] = {} if mapping else []
            path = self._place(fresh, line)
            self.stack.append(_Level(fresh, path))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.say(
                    line,
                    "several-documents",
                    "A second document begins here.",
                    'Remove the "---", or keep it in a file of its own.',
                )
                return False
        return True

    def _scalar(self, value: str, line: int) -> None:
        level = self.stack[-1] if self.stack else None
        if level is None or isinstance(level.value, list) or level.key is not None:
            self._place(value, line)
            return
        if value == "<<":
            self.say(
                line,
                "merge-key",
                '"<<" would merge another part of the file.',
                "Write the keys out: merge keys are not allowed.",
            )
        if value in level.value:
            first = self.lines[(*level.path, value)]
            self.say(
                line,
                "repeated-key",
                f'The key "{value}" stands here again.',
                f"It stands on line {first} already. Keep one of them.",
            )
        level.key = value
        self.lines.setdefault((*level.path, value), line)

    def _place(self, value: Value, line: int) -> Path_:
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        level = self.stack[-1]
        if isinstance(level.value, list):
            level.value.append(value)
            path = (*level.path, len(level.value) - 1)
            self.lines[path] = line
            return path
        if level.key is None:
            self.say(line, "key-not-text", "A key is a list or a mapping.", "Keys are plain text.")
            level.key = f"line {line}"
        key, level.key = level.key, None
        level.value[key] = value
        return (*level.path, key)


Shape = TypeVar("Shape", bound=BaseModel)


def read_model(
    data: bytes, name: str, model: type[Shape]
) -> tuple[Shape | None, tuple[Problem, ...]]:
    """Read a file of a known shape; every problem names its line.

    The same bytes give the same value, which nobody can change: last year and this one mostly pin
    the same control set, and whoever opens an assessment again reads it again.
    """
    value, problems = _read_model(data, name, model)
    return cast("Shape | None", value), problems


@lru_cache(maxsize=24)
def _read_model(
    data: bytes, name: str, model: type[BaseModel]
) -> tuple[BaseModel | None, tuple[Problem, ...]]:
    return model_of(read_text(data, name), name, model)


def model_of(
    document: Document, name: str, model: type[Shape]
) -> tuple[Shape | None, tuple[Problem, ...]]:
    """Give what was read its shape; every problem names its line."""
    if document.problems:
        return None, document.problems
    if not isinstance(document.value, dict):
        return None, (
            Problem(
                "wrong-shape",
                f"{name}, line 1",
                "The file holds no keys with values.",
                f"It begins with: {', '.join(_keys_at(model, ()))}.",
            ),
        )
    try:
        return model.model_validate(document.value), ()
    except ValidationError as cause:
        faults = [dict(fault) for fault in cause.errors(include_url=False)]
        return None, tuple(
            _explain(fault, name, document, model)
            for fault in faults
            if not _only_follows(fault, faults)
        )


def _only_follows(fault: dict[str, Any], faults: list[dict[str, Any]]) -> bool:
    """Say whether a list is called too short only because its items are at fault."""
    place = fault["loc"]
    return fault["type"] == "too_short" and any(
        len(each["loc"]) > len(place) and each["loc"][: len(place)] == place for each in faults
    )


def _explain(
    fault: dict[str, Any], name: str, document: Document, model: type[BaseModel]
) -> Problem:
    """Turn one fault the model found into a sentence with its line."""
    place = tuple(part for part in fault["loc"] if part != "[key]")
    at = place
    while at and at not in document.lines:
        at = at[:-1]
    where = f"{name}, line {document.lines.get(at, 1)}"
    key = str(place[-1]) if place else ""
    shown = " > ".join(str(part + 1) if isinstance(part, int) else part for part in place)
    context = fault.get("ctx", {})
    found = f'"{fault["input"]}"' if isinstance(fault["input"], str) else "what stands there"
    match fault["type"]:
        case "missing":
            return Problem(
                "missing-key", where, f'The key "{key}" is missing ({shown}).', "Add it."
            )
        case "extra_forbidden":
            keys = _keys_at(model, place[:-1])
            near = difflib.get_close_matches(key, keys, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(keys)}."
            return Problem("unknown-key", where, f'"{key}" is not a key here ({shown}).', hint)
        case "enum" | "literal_error":
            allowed = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
            return Problem(
                "not-allowed",
                where,
                f"{found} is not allowed for {shown}.",
                closest(str(fault["input"]), allowed.split(", ")) or f"Use one of: {allowed}.",
            )
        case "string_pattern_mismatch":
            return Problem(
                "wrong-form",
                where,
                f"{found} does not have the form of {shown}.",
                f"It must match {context.get('pattern')}.",
            )
        case "string_too_short" | "too_short":
            return Problem("empty", where, f"{shown} is empty.", "Give it a value.")
        case "string_type" | "model_type" | "tuple_type" | "dict_type" | "mapping_type":
            kind = {"string_type": "text", "tuple_type": "a list"}.get(
                fault["type"], "keys with values"
            )
            return Problem("wrong-shape", where, f"{shown} must be {kind}.")
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            return Problem(
                "wrong-value",
                where,
                f"{found} cannot be used for {shown}: it is not a date.",
                "Write it as YYYY-MM-DD, for example 2026-06-30.",
            )
        case _:
            return Problem(
                "wrong-value",
                where,
                f"{found} cannot be used for {shown}: {fault['msg'].lower()}.",
            )


def _keys_at(model: type[BaseModel], place: Path_) -> list[str]:
    """Give the keys the model allows at a place, for suggestions."""
    shape: Any = model
    for part in place:
        shape = _unwrap(shape)
        arguments = typing.get_args(shape)
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            fields = {f.alias or n: f.annotation for n, f in shape.model_fields.items()}
            shape = fields.get(str(part))
        elif arguments:
            shape = arguments[0] if isinstance(part, int) else arguments[-1]
        else:
            return []
    shape = _unwrap(shape)
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return [field.alias or name for name, field in shape.model_fields.items()]
    return []


def _unwrap(shape: Any) -> Any:  # NOTE: annotations have no common type
    if typing.get_origin(shape) in (typing.Union, types.UnionType):
        return next(each for each in typing.get_args(shape) if each is not type(None))
    return shape


def read_file(
    path: Path, name: str, model: type[Shape]
) -> tuple[Shape | None, tuple[Problem, ...], bytes]:
    """Read a file of a known shape and give its exact bytes too."""
    try:
        data = read_plain(path, MOST_BYTES)
    except OSError as cause:
        reason = cause.strerror or "it cannot be opened"
        return None, (Problem("not-readable", name, f"The file cannot be read: {reason}."),), b""
    value, problems = read_model(data, name, model)
    return value, problems, data


MOST_REPEATED = 200_000
"""The most values that references to other parts of a loosely read file may stand for."""


def read_loose_text(data: bytes, name: str) -> Document:
    """Read YAML of somebody else's making: as ``read_text``, but anchors and tags may stand there.

    Every scalar is still the text that stands there. What is referred to several times is one
    shared value, not to be changed.
    """
    return _LooseReader(name).read_bytes(data)


class _LooseReader(_Reader):
    """Follows references, and counts what they would unfold to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.anchors: dict[str, Value] = {}
        self.sizes: dict[int, int] = {}
        self.repeated = 0

    def _take(self, event: Any, yaml: types.ModuleType) -> bool:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            return self._follow(event.anchor, line)
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            value = self.stack[-1].value
            inside = value.values() if isinstance(value, dict) else value
            self.sizes[id(value)] = 1 + sum(self.sizes.get(id(each), 1) for each in inside)
        anchor = None
        if isinstance(event, yaml.NodeEvent):
            anchor, event.anchor, event.tag = event.anchor, None, None
        goes_on = super()._take(event, yaml)
        if goes_on and anchor is not None:
            is_text = isinstance(event, yaml.ScalarEvent)
            self.anchors[anchor] = event.value if is_text else self.stack[-1].value
        return goes_on

    def _follow(self, anchor: str, line: int) -> bool:
        value = self.anchors.get(anchor)
        if value is None or any(level.value is value for level in self.stack):
            self.say(
                line,
                "alias",
                f'"*{anchor}" refers to a part of the file that is not complete before it.',
                "Write the text out.",
            )
            return False
        self.repeated += self.sizes.get(id(value), 1)
        if self.repeated > MOST_REPEATED:
            self.say(
                line,
                "too-large",
                f"References stand for more than {MOST_REPEATED:,} values up to here.",
                "No publisher's file needs so many. Ask where this one comes from.",
            )
            return False
        if isinstance(value, str):
            self._scalar(value, line)
        else:
            self._place(value, line)
        return True
