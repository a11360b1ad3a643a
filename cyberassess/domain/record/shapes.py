"""The shape of every kind of event, and of the line that heads a segment.

What was written elsewhere may say anything under a right hash, so each field is looked at before
it is used: a number is a whole number, a date is a date. Fields that are not named here are left
alone, as a later version may write them and this one reads none of them.
"""

import datetime
import json
from collections.abc import Callable, Mapping

from cyberassess.domain.record.hashes import Json
from cyberassess.domain.record.recorded import Source

DEEPEST = 30
"""Levels of nesting in a line; the program itself writes seven."""
_MOST = 10**12
"""No count, size or serial comes near it."""

_Field = tuple[Callable[[Json], bool], str, type]
"""Says whether a value is allowed; what is, in words; and a type whose values all are."""
_Fields = Mapping[str, _Field]


class _NoType:
    """No value is of it, so that every one is looked at."""


def is_deep(value: Json, levels: int = DEEPEST) -> bool:
    """Say whether lists and objects lie in each other further than any program of ours writes."""
    if isinstance(value, dict):
        return levels == 0 or any(is_deep(each, levels - 1) for each in value.values())
    if isinstance(value, list):
        return levels == 0 or any(is_deep(each, levels - 1) for each in value)
    return False


def _is_word(value: Json) -> bool:
    return isinstance(value, str)


def _is_number(value: Json) -> bool:
    return type(value) is int and 0 <= value < _MOST


def _is_truth(value: Json) -> bool:
    return isinstance(value, bool)


def _is_salted(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and type(value.get("digest", "")) is str
        and type(value.get("salt", "")) is str
        and type(value.get("text", "")) is str
    )


def _is_text(value: Json) -> bool:
    return isinstance(value, str) or _is_salted(value)


def _are_words(value: Json) -> bool:
    return isinstance(value, list) and all(map(_is_word, value))


def _are_names(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_word, value)) and value[0] != ""


def _are_texts(value: Json) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_date(value: Json) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_time(value: Json) -> bool:
    if not isinstance(value, str) or not _is_date(value[:10]):
        return False
    try:
        return bool(datetime.datetime.fromisoformat(value))
    except ValueError:
        return False


def _are_pairs(value: Json) -> bool:
    return isinstance(value, list) and all(
        _are_words(each) and len(each) == 2  # noqa: PLR2004 - person and answer
        for each in value
    )


def _are_changes(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, dict)
        and _is_word(each.get("key"))
        and "new" in each
        and all(each.get(name) is None or _is_text(each[name]) for name in ("old", "new"))
        for each in value
    )


def _are_numbers(value: Json) -> bool:
    return isinstance(value, list) and all(map(_is_number, value))


def _are_named(check: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def _are_open(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, dict)
        and _is_word(each.get("kind"))
        and _is_number(each.get("count"))
        and _is_number(each.get("of"))
        for each in value
    )


def _is_source(value: Json) -> bool:
    if not value:
        return value is None or value == {}
    return (
        isinstance(value, dict)
        and "kind" in value
        and value.keys() <= _SOURCE.keys()
        and not _misfit(_SOURCE, value)[0]
    )


def _is_actor(value: Json) -> bool:
    return (
        isinstance(value, dict) and _is_word(value.get("id")) and _is_text(value.get("name", ""))
    )


def _or_none(check: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: value is None or check(value)


def _or_empty(check: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: value == "" or check(value)


_WORD: _Field = (_is_word, "text", str)
_WORD_OR_NONE: _Field = (_or_none(_is_word), "text, or null", str)
_NUMBER: _Field = (_is_number, "a whole number that is not negative", _NoType)
_TRUTH: _Field = (_is_truth, "true or false", bool)
_SALTED: _Field = (_is_salted, "a text with its digest and salt", _NoType)
_SALTED_OR_NONE: _Field = (
    _or_none(_is_salted),
    "a text with its digest and salt, or null",
    _NoType,
)
_TEXT: _Field = (_is_text, "text", str)
_WORDS: _Field = (_are_words, "a list of texts", _NoType)
_NAMES: _Field = (_are_names, "a list of texts, the first of which is not empty", _NoType)
_TEXTS: _Field = (_are_texts, "a list of texts", _NoType)
_DATE: _Field = (_is_date, "a date (YYYY-MM-DD)", _NoType)
_DATE_OR_EMPTY: _Field = (_or_empty(_is_date), "a date (YYYY-MM-DD), or empty", _NoType)
_TIME: _Field = (_is_time, "a time (YYYY-MM-DDTHH:MM:SS with its zone)", _NoType)
_ORIGIN: _Field = (_is_source, "an object that says where it came from", _NoType)
_SOURCE: _Fields = {
    "kind": _WORD,
    **{
        name: _NUMBER if isinstance(value, int) else _WORD
        for name, value in Source._field_defaults.items()
    },
}

_HEADER: _Fields = {
    "schema": _NUMBER, "parents": _WORDS, "time": _TIME, "command": _WORD, "tool": _WORD,
    "machine": _WORD, "seed": _WORD,
    "actor": (_is_actor, "an object with an id and a name", _NoType),
}  # fmt: skip
_ABOUT: _Fields = {"type": _WORD, "time": _TIME, "source": _ORIGIN, "person": _WORD}
_STATEMENT: _Fields = {**_ABOUT, "framework": _WORD, "scope": _WORD, "indicator": _WORD}
_OUTCOME: _Fields = {**_ABOUT, "framework": _WORD, "scope": _WORD, "outcome": _WORD}
_SAID: _Fields = {**_OUTCOME, "new": _SALTED_OR_NONE, "valid_until": _DATE_OR_EMPTY}
_EVENTS: Mapping[str, tuple[_Fields, tuple[str, ...]]] = {
    "answer": (
        {**_STATEMENT, "new": _WORD_OR_NONE, "old": _WORD_OR_NONE, "reason": _SALTED_OR_NONE,
         "beside": _TRUTH},
        ("framework", "scope", "indicator", "person", "new"),
    ),
    "rationale": (_SAID, ("framework", "scope", "outcome", "person", "new")),
    "evidence": (_SAID, ("framework", "scope", "outcome", "person", "new")),
    "resolution": (
        {**_STATEMENT, "new": _WORD, "reason": _SALTED_OR_NONE,
         "settled": (_are_pairs, "a list of pairs of person and answer", _NoType)},
        ("framework", "scope", "indicator", "new", "settled"),
    ),
    "claim": (
        {**_OUTCOME, "tool": _WORD, "level": _WORD_OR_NONE, "confirmed": _WORD,
         "comment": _SALTED_OR_NONE},
        ("framework", "scope", "outcome", "tool"),
    ),
    "settings": (
        {**_ABOUT,
         "changes": (_are_changes, "a list of changes, each with its key and values", _NoType)},
        ("changes",),
    ),
    "met": ({**_ABOUT, "name": _SALTED}, ("person", "name")),
    "sent": (
        {**_ABOUT, "name": _SALTED, "serial": _NUMBER, "head": _WORD, "questions": _NUMBER,
         "remarks": _TEXTS, "about": _WORD},
        ("person", "name", "serial", "head", "questions"),
    ),
    "received": (
        {**_ABOUT, "name": _SALTED, "sha256": _WORD, "serial": _NUMBER, "accepted": _TRUTH,
         "stored": _NUMBER, "problems": _NUMBER, "asked": _WORD, "saved": _WORD},
        ("person", "name", "sha256", "serial", "accepted", "stored", "problems"),
    ),
}  # fmt: skip
"""Fields of each kind of event, and which must be there."""
_RECORD: _Fields = {
    **_ABOUT, "key": _NAMES,
    "new": (_or_none(lambda value: isinstance(value, dict)), "an object, or null", _NoType),
}  # fmt: skip
_REGISTERS: Mapping[str, tuple[tuple[int, ...], _Fields, tuple[str, ...]]] = {
    "inheritance": ((4,), {"answer": _WORD}, ("answer",)),
    "determination": ((3,), {"level": _WORD, "suggested": _WORD_OR_NONE, "reason": _TEXT}, ()),
    "acceptance": ((4,), {"left_out": _WORDS, "reason": _TEXT}, ()),
    "declaration": (
        (1,),
        {"name": _TEXT, "date": _TEXT, "serial": _NUMBER, "said": _WORD, "sha256": _WORD},
        ("name", "date", "serial"),
    ),
    "comment": ((4,), {"text": _TEXT}, ("text",)),
    "handover": ((3,), {"from": _WORD, "to": _WORD, "reason": _TEXT}, ("from", "to")),
    "extension": ((1,), {"until": _DATE, "reason": _TEXT}, ("until",)),
    "action": (
        (1,),
        {**dict.fromkeys(
            ("framework", "scope", "outcome", "title", "owner", "due", "cost", "cost_text",
             "status", "priority", "reason"), _TEXT),
         "number": _NUMBER}, (),
    ),
    "approval": (
        (1, 2),
        {**dict.fromkeys(("name", "role", "fingerprint", "reason"), _TEXT),
         "open": (_are_open, "a list of what was open, each with kind, count and of", _NoType)},
        (),
    ),
    "asked-again": (
        (2,),
        {"from": _WORD,
         "texts": (_are_named(_is_word), "an object of texts", _NoType),
         "only": (_are_named(_are_words), "an object of lists of texts", _NoType)},
        ("texts",),
    ),
    "numbering": (
        (), {"number": _NUMBER, "was": (_are_numbers, "a list of whole numbers", _NoType)},
        ("number",),
    ),
    "renamed": ((1,), dict.fromkeys(("from", "to", "reason"), _TEXT), ("to",)),
    "same-person": ((1,), {"as": _WORD, "reason": _TEXT}, ("as",)),
    "previous": ((1,), {"assessment": _WORD}, ("assessment",)),
    "evidence-item": (
        (1, 2),
        {**dict.fromkeys(
            ("held", "name", "sha256", "stored", "title", "shows", "copy", "source_type",
             "author", "dated", "period", "population", "selected", "collected_by",
             "collected_on", "collected_how", "owner", "valid_until", "marking",
             "personal_data", "link", "version", "sighted_on", "sighted_by", "replaces",
             "verdict", "reason"), _TEXT),
         "number": _NUMBER, "size": _NUMBER, "known_as": _TEXTS}, (),
    ),
    "evidence-link": ((4,), {"place": _TEXT}, ()),
    "review": (
        (4,),
        {**dict.fromkeys(("determination", "quality", "sample", "comment", "recommendation",
                          "risk", "claimed"), _TEXT), "method": _WORDS}, (),
    ),
    "review-file": ((1,), dict.fromkeys(("name", "kept_as", "slip"), _TEXT), ("name",)),
    "settled": ((), {"kept": _TEXT, "reason": _TEXT}, ()),
}  # fmt: skip
"""Length of each register's key (any, if empty), its fields, and which must be there."""
REGISTERS = frozenset(_REGISTERS)
"""The kinds of record; docs/formats.md lists their fields."""
KINDS = REGISTERS | set(_EVENTS)


def header_fault(header: Mapping[str, Json]) -> str:
    """Say what is wrong with the line that heads a segment; empty where nothing is."""
    return _fault(_HEADER, header, ("parents", "time"))


def fitting_header(header: Mapping[str, Json]) -> dict[str, Json]:
    """Give what of the line that heads a segment has the right shape."""
    return {
        name: value for name, value in header.items() if not _misfit(_HEADER, {name: value})[0]
    }


def event_fault(event: Mapping[str, Json]) -> str:
    """Say what is wrong with an event of a known kind; empty where nothing is."""
    kind = event["type"]
    known = _EVENTS.get(kind)
    if known is not None:
        return _fault(known[0], event, known[1])
    lengths, fields, needed = _REGISTERS[kind]
    fault = _fault(_RECORD, event, ("key", "new"))
    if fault:
        return fault
    if lengths and len(event["key"]) not in lengths:
        return f'"key" has {len(event["key"])} parts instead of {lengths[0]}'
    return _fault(fields, event["new"], needed) if event["new"] is not None else ""


def _fault(fields: _Fields, found: Mapping[str, Json], needed: tuple[str, ...]) -> str:
    name, allowed = _misfit(fields, found)
    if name:
        return f'"{name}" is {_quoted(found[name])}, and must be {allowed}'
    missing = next((each for each in needed if each not in found), "")
    return f'"{missing}" is missing' if missing else ""


def _misfit(fields: _Fields, found: Mapping[str, Json]) -> tuple[str, str]:
    """Give the first field whose value is not allowed, and what is; two empty texts if none."""
    for name, value in found.items():
        field = fields.get(name)
        if field is not None and type(value) is not field[2] and not field[0](value):
            return name, field[1]
    return "", ""


def _quoted(value: Json) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return json.dumps(value, ensure_ascii=False)[:40]
