"""What an event may hold: the shapes of its fields, and how a field is read and written.

What was written elsewhere may say anything under a right hash, so each field is looked at before
it is used: a number is a whole number, a date is a date. Fields that are not named are left alone,
as a later version may write them and this one reads none of them.
"""

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from typing import (
    Annotated,
    Any,
    ClassVar,
    NamedTuple,
    Self,
    dataclass_transform,
    get_args,
    get_origin,
)

from cyberassess.domain.record.hashes import Json

DEEPEST = 30
"""Levels of nesting in a line; the program itself writes seven."""
_MOST = 10**12
"""No count, size or serial comes near it."""


class Text(str):
    """A free text as it was read, with what the ledger keeps of it; empty where redacted."""

    __slots__ = ("kept",)
    kept: Json

    def __new__(cls, kept: Json) -> Self:
        """Take a text with its digest and salt, or one that an older program wrote without."""
        text = kept.get("text", "") if isinstance(kept, dict) else kept
        self = super().__new__(cls, text)
        self.kept = kept
        return self

    @property
    def is_redacted(self) -> bool:
        """Whether only its digest is left."""
        return isinstance(self.kept, dict) and "text" not in self.kept


class _NoType:
    """No value is of it, so that every one is looked at."""


class Source(NamedTuple):
    """Where an event came from."""

    kind: str
    """``workbook``, ``prompt``, ``import``, ``last-year`` or ``command``."""
    file: str = ""
    """SHA-256 of the file, as received."""
    name: str = ""
    """The name the file came with; of a prompt that stood on a screen, ``screen``."""
    sheet: str = ""
    cell: str = ""
    serial: int = 0
    """The workbook's serial; 0 where there is none."""
    saved: str = ""
    """The time saved inside the file, ISO 8601 in UTC."""
    place: str = ""
    """The place in an imported file."""
    together: int = 0
    """How many earlier answers the same word confirmed; 0 where it was said of one alone."""

    def of_many(self, count: int) -> "Source":
        """Give the same where one word confirmed so many answers."""
        return self._replace(together=count) if count > 1 else self

    def as_json(self) -> dict[str, Json]:
        """Give the fields that say something."""
        return {key: value for key, value in self._asdict().items() if value}

    def __str__(self) -> str:
        """Say the place as people would."""
        match self.kind:
            case "workbook":
                said = f"{self.name}, {self.sheet}, cell {self.cell}"
            case "import" | "last-year":
                said = f"{self.name}, {self.place}"
            case "prompt":
                said = "on the screen" if self.name else "at the prompt"
            case _:
                said = f"with the command {self.name}" if self.name else self.kind
        return f"{said}{self.said_together}"

    @property
    def said_together(self) -> str:
        """Say with how many others it was confirmed; empty where it was said of one alone."""
        return f", confirmed together ({self.together:,} answers)" if self.together else ""


class Shape(NamedTuple):
    """What the values of a field are."""

    fits: Callable[[Json], bool]
    allowed: str
    """What is allowed, in words."""
    surely: type = _NoType
    """A type whose values all fit, as they stand."""
    read: Callable[[Json], Any] | None = None
    """Gives a value as the program uses it, where that is not what stands in the ledger."""
    is_free: bool = False
    """Whether it is free text or names somebody, so that it can be redacted later."""

    def takes(self, value: Json) -> bool:
        """Say whether a value is allowed."""
        return type(value) is self.surely or self.fits(value)


class MisshapenError(ValueError):
    """Something has another shape than it must have; its text says what and how."""


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


def _is_salted(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and type(value.get("digest", "")) is str
        and type(value.get("salt", "")) is str
        and type(value.get("text", "")) is str
    )


def is_text(value: Json) -> bool:
    """Say whether something is a text, with its digest and salt or without."""
    return isinstance(value, str) or _is_salted(value)


def _are_names(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_word, value)) and value[0] != ""


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


def _are(check: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _are_named(check: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def _is_open(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and _is_word(value.get("kind"))
        and _is_number(value.get("count"))
        and _is_number(value.get("of"))
    )


def _is_source(value: Json) -> bool:
    if not value:
        return value is None or value == {}
    if not isinstance(value, dict) or "kind" not in value:
        return False
    for name, each in value.items():  # NOTE: nearly every event has one
        shape = _SOURCE.get(name)
        if shape is None or (type(each) is not shape.surely and not shape.fits(each)):
            return False
    return True


def _is_actor(value: Json) -> bool:
    return isinstance(value, dict) and _is_word(value.get("id")) and is_text(value.get("name", ""))


def _or_none(check: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: value is None or check(value)


def _or_empty(check: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: value == "" or check(value)


_are_words, _are_texts = _are(_is_word), _are(is_text)
_WORD = Shape(_is_word, "text", str)
_NUMBER = Shape(_is_number, "a whole number that is not negative")
_TEXT = Shape(is_text, "text", read=Text)
_WORDS = Shape(_are_words, "a list of texts")

Word = Annotated[str, _WORD]
WordOrNone = Annotated[str | None, Shape(_or_none(_is_word), "text, or null", str)]
Words = Annotated[list[str], _WORDS]
Names = Annotated[list[str], Shape(_are_names, "a list of texts, the first of which is not empty")]
Number = Annotated[int, _NUMBER]
Numbers = Annotated[list[int], Shape(_are(_is_number), "a list of whole numbers")]
Truth = Annotated[bool, Shape(lambda value: isinstance(value, bool), "true or false", bool)]
Date = Annotated[str, Shape(_is_date, "a date (YYYY-MM-DD)")]
DateOrEmpty = Annotated[str, Shape(_or_empty(_is_date), "a date (YYYY-MM-DD), or empty")]
Time = Annotated[str, Shape(_is_time, "a time (YYYY-MM-DDTHH:MM:SS with its zone)")]
Salted = Annotated[
    str, Shape(_is_salted, "a text with its digest and salt", read=Text, is_free=True)
]
SaltedOrNone = Annotated[
    str | None,
    Shape(_or_none(_is_salted), "a text with its digest and salt, or null",
          read=lambda value: None if value is None else Text(value), is_free=True),
]  # fmt: skip
Fact = Annotated[str, _TEXT]
"""A text that stands in clear."""
Note = Annotated[str, _TEXT._replace(is_free=True)]
"""A text that can be redacted."""
Notes = Annotated[
    Sequence[str],
    Shape(_are_texts, "a list of texts", read=lambda value: list(map(Text, value)), is_free=True),
]
Pairs = Annotated[
    list[list[str]],
    Shape(
        _are(lambda each: _are_words(each) and len(each) == 2),  # noqa: PLR2004
        "a list of pairs of person and answer",
    ),
]
NamedTexts = Annotated[Mapping[str, str], Shape(_are_named(_is_word), "an object of texts")]
NamedLists = Annotated[
    Mapping[str, list[str]], Shape(_are_named(_are_words), "an object of lists of texts")
]
Open = Annotated[
    list[Json], Shape(_are(_is_open), "a list of what was open, each with kind, count and of")
]
Came = Annotated[
    Source,
    Shape(
        _is_source,
        "an object that says where it came from",
        read=lambda value: Source(**value) if value else None,
    ),
]
_SOURCE = {
    "kind": _WORD,
    **{
        name: _NUMBER if isinstance(value, int) else _WORD
        for name, value in Source._field_defaults.items()
    },
}
Actor = Annotated[Json, Shape(_is_actor, "an object with an id and a name")]


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Declared:
    """What an object of the ledger says: each class names its fields with their shapes.

    A field with a default may be missing. What is not said is not written, and what was read is
    written as it stood, fields that are not named here included. Where Python keeps a name for
    itself, a line follows it here.

    NOTE: no dataclasses, which would take every command 50 ms to make.
    """

    shapes: ClassVar[Mapping[str, Shape]] = {}
    needed: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Take the shapes from the class's own fields."""
        hints: Mapping[str, Any] = cls.__annotations__  # NOTE: types
        own = {n: _shape_of(hint) for n, hint in hints.items() if get_origin(hint) is not ClassVar}
        bases = [each for each in cls.__bases__ if issubclass(each, Declared)]
        shapes = {name: shape for each in bases for name, shape in each.shapes.items()}
        cls.shapes = shapes | {name.rstrip("_"): shape for name, shape in own.items()}
        needed = [name for each in bases for name in each.needed]
        needed += [name.rstrip("_") for name in own if name not in vars(cls)]
        cls.needed = tuple(dict.fromkeys(needed))

    def __init__(self, **said: Any) -> None:  # NOTE: mypy knows each class's fields
        """Take what is to be written; a default is not."""
        new = {
            name.rstrip("_"): value
            for name, value in said.items()
            if not hasattr(type(self), name) or getattr(type(self), name) != value
        }
        vars(self).update(new)

    def __eq__(self, other: object) -> bool:
        """Say whether two say the same."""
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        """Hash what it names; the values may be lists."""
        return hash((type(self), frozenset(vars(self))))

    @classmethod
    def fault(cls, found: Mapping[str, Json]) -> str:
        """Say what is wrong with an object; empty where nothing is."""
        try:
            cls.of(found)
        except MisshapenError as cause:
            return str(cause)
        return ""

    @classmethod
    def of(cls, found: Mapping[str, Json]) -> Self:
        """Read an object.

        Raises:
            MisshapenError: where a field is not as it must be, or missing.
        """
        said: dict[str, Any] = dict(found)
        shapes = cls.shapes
        for name, value in found.items():
            shape = shapes.get(name)
            if shape is None or type(value) is shape.surely:
                continue
            if not shape.fits(value):
                fault = f'"{name}" is {_quoted(value)}, and must be {shape.allowed}'
                raise MisshapenError(fault)
            if shape.read is not None:
                said[name] = shape.read(value)
        for name in cls.needed:
            if name not in said:
                missing = f'"{name}" is missing'
                raise MisshapenError(missing)
        new = cls.__new__(cls)
        new.__dict__ = said
        return new

    def as_json(self, salted: Callable[[str], Json]) -> dict[str, Json]:
        """Give it as it is written.

        Args:
            salted: gives a free text with its digest and a fresh salt.
        """
        free = {name for name, shape in self.shapes.items() if shape.is_free}
        return {
            name: _written(value, salted, is_free=name in free)
            for name, value in vars(self).items()
        }

    def without(self, *names: str) -> Self:
        """Give it as if some fields had not been said."""
        new = self.__new__(type(self))
        new.__dict__ = {name: value for name, value in vars(self).items() if name not in names}
        return new

    def but(self, **said: Any) -> Self:  # NOTE: values of its fields
        """Give it with some values in place of what it says."""
        new = self.__new__(type(self))
        new.__dict__ = vars(self) | said
        return new


def _shape_of(hint: Any) -> Shape:  # NOTE: a type, perhaps with None beside it
    annotated = (each for each in (hint, *get_args(hint)) if hasattr(each, "__metadata__"))
    shape: Shape = next(annotated).__metadata__[0]
    return shape


def _written(value: Any, salted: Callable[[str], Json], *, is_free: bool) -> Json:
    match value:
        case Text():
            return value.kept
        case str():
            return salted(value) if is_free else value
        case Source():
            return value.as_json()
        case Declared():
            return value.as_json(salted)
        case Mapping():
            return {key: _written(each, salted, is_free=False) for key, each in value.items()}
        case list() | tuple():
            return [_written(each, salted, is_free=is_free) for each in value]
        case _:
            return value


def unwrapped(value: Any) -> Any:  # NOTE: JSON, or what was read of it
    """Give a value with its free texts as texts."""
    match value:
        case Text():
            return str(value)
        case {"digest": _}:
            return unwrapped(Text(value))
        case dict():
            return {key: unwrapped(each) for key, each in value.items()}
        case list() | tuple():
            return [unwrapped(each) for each in value]
        case _:
            return value


def _quoted(value: Json) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return json.dumps(value, ensure_ascii=False)[:40]
