"""The row of squares: a box for each outcome of the headline theme, with what is known of it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cyberassess.domain.sets.framework import OutcomeId
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import WIDTH, Bar, Picture, Text, Words, paragraph
from cyberassess.paper.look import Colours

_A_ROW = 15
_PITCH = WIDTH / _A_ROW
_HEAD = 5.4
"""From the foot of what heads a group of boxes back to where it begins, and to its boxes."""
_WIDE, _HIGH = 10.2, 7.4
_TOP = 0.9
"""Room above the first row, for a mark that stands out of its box."""
_STROKE = 0.5
_INSIDE, _LINE = 2.2, 0.7
"""From the sides of a box to the line of last year in it, and how thick that is."""
_CORNER, _HALO = 2.0, 0.4
_TEXT = 3.2
_LONGEST = 5
"""Characters of an id that a box can hold."""
WAITS, NOT_CONFIRMED = "*", "not confirmed"
"""What marks such a result, and what the mark means."""
_LONGEST_WORDS = 420
"""Characters of the squares in words that page one has room for."""


class _Box(NamedTuple):
    """One outcome, and its marks."""

    ref: OutcomeId
    meets: bool
    met_before: bool
    lowered: bool
    waits: bool
    """Not confirmed by anybody in one of its places, where other results are."""


def row_of_squares(basis: Basis, *, is_open: bool = False) -> Iterator[Picture | Text]:
    """Draw a box for each outcome of the headline theme that has a target.

    Where boxes have no room for names, the same stands below them in words.

    Args:
        is_open: names no outcome.
    """
    boxes = [] if basis.is_unknown else _boxes(basis)
    if not boxes:
        return
    is_named = not is_open and all(len(each.ref) <= _LONGEST for each in boxes)
    drawn = _Drawing(basis.look.colours)
    several = len(basis.scopes) > 1
    other = sum(basis.met_everywhere(basis.reviewed).values())
    for group in ([e for e in boxes if e.meets], [e for e in boxes if not e.meets]):
        if group:
            drawn.group(_head(group, other, several=several), group, is_named=is_named)
    drawn.explain(list(_legend(boxes)))
    met = sum(each.meets for each in boxes)
    said = " ".join(_counts(boxes) if is_open else _names(boxes))
    shown = "" if is_open or is_named else said
    if len(shown) > _LONGEST_WORDS:
        shown = (
            f"Filled squares meet the target. The {len(boxes) - met} below it are named in the "
            "full report."
        )
    names = "" if shown == said else said
    message = f"{met} of {counted(len(boxes), 'outcome')} meet the target. {names}".strip()
    yield Picture(
        message,
        drawn.height,
        tuple(drawn.bars),
        tuple(drawn.words),
        kind="squares",
        instead=names,
    )
    yield from paragraph(shown, "note")


def _boxes(basis: Basis) -> list[_Box]:
    """Give a box for each outcome, those that meet the target first."""
    before = basis.before.met(basis.first.ref) if basis.before else {}
    lowered = {each.key.outcome for each in basis.lowered if each.key.framework == basis.first.ref}
    waiting = {
        each.key.outcome
        for each in basis.card.outcomes
        if each.key.framework == basis.first.ref
        and each.meets_target is not None
        and basis.is_waiting(each)
    }
    boxes = [
        _Box(ref, meets, before.get(ref, False), ref in lowered, ref in waiting)
        for ref, meets in basis.met_everywhere().items()
    ]
    return sorted(boxes, key=lambda each: not each.meets)


def _head(group: Sequence[_Box], other: int, *, several: bool) -> str:
    """Say what boxes that stand together have in common, and how many of them that is new for.

    Args:
        other: how many outcomes meet the target by the independent review.
        several: whether there is more than one place.
    """
    meets = group[0].meets
    text = "Meet the target" if meets else "Below the target"
    if several:
        text += " in every place" if meets else " in one place or more"
    text += f": {len(group)}"
    if meets and other != len(group):
        text += f", by the review {other}"
    before = sum(each.met_before for each in group)
    if not before:
        return text
    if meets:
        return text if before == len(group) else f"{text}; last year {before} of these did"
    return f"{text}; last year {before} of these met it"


def _legend(boxes: Sequence[_Box]) -> Iterator[tuple[str, str]]:
    """Give each mark that stands on a box, and what it means."""
    if any(each.met_before for each in boxes):
        yield "line", "met the target last year"
    if any(each.lowered for each in boxes):
        yield "corner", "the independent review found less"
    if any(each.waits for each in boxes):
        yield WAITS, "not confirmed by a named person"


def _marks(boxes: Sequence[_Box]) -> Iterator[tuple[str, list[str]]]:
    for what, wanted in (
        ("Met it last year", [each.ref for each in boxes if each.met_before]),
        ("The independent review found less for", [each.ref for each in boxes if each.lowered]),
        ("Not confirmed by a named person", [each.ref for each in boxes if each.waits]),
    ):
        if wanted:
            yield what, list(map(str, wanted))


def _names(boxes: Sequence[_Box]) -> Iterator[str]:
    """Say in words which outcomes are which."""
    met = [str(each.ref) for each in boxes if each.meets]
    unmet = [str(each.ref) for each in boxes if not each.meets]
    if met:
        yield f"Meet the target: {', '.join(met)}."
    if unmet:
        yield f"Below the target: {', '.join(unmet)}."
    for what, refs in _marks(boxes):
        yield f"{what}: {', '.join(refs)}."


def _counts(boxes: Sequence[_Box]) -> Iterator[str]:
    for what, refs in _marks(boxes):
        yield f"{what}: {len(refs)}."


class _Drawing:
    """Collects the shapes."""

    def __init__(self, colours: Colours) -> None:
        self.colours = colours
        self.height = _TOP
        self.bars: list[Bar] = []
        self.words: list[Words] = []

    def group(self, head: str, boxes: Sequence[_Box], *, is_named: bool) -> None:
        """Draw boxes in rows of even length below what they have in common."""
        foot = round(self.height + _TEXT, 2)
        self.words.append(Words(_STROKE, foot, head, weight=600, size=_TEXT))
        self.height = round(self.height + _HEAD, 2)
        rows = -(-len(boxes) // _A_ROW)
        in_row = -(-len(boxes) // rows)
        for number, box in enumerate(boxes):
            x = round(number % in_row * _PITCH + _STROKE, 2)
            star = WAITS if box.waits else ""
            y = round(self.height + number // in_row * (_HIGH + 1.4), 2)
            self.add(x, y, box, f"{box.ref}{star}" if is_named else star)
        self.height = round(self.height + rows * (_HIGH + 1.4) + 0.6, 2)

    def add(self, x: float, y: float, box: _Box, said: str) -> None:
        """Draw a box with its marks."""
        colours = self.colours
        edge = colours.main if box.meets else colours.accent
        fill, text = (colours.main, colours.white) if box.meets else (colours.white, edge)
        self.bars.append(Bar(x, y, _WIDE, _HIGH, fill, edge, _STROKE, 1))
        if said:
            at = round(x + _WIDE / 2, 2), round(y + _HIGH / 2 + _TEXT * 0.3, 2)
            self.words.append(Words(*at, said, "middle", 600, text, _TEXT))
        if box.met_before:
            self._line(x, y, text)
        if box.lowered:
            self._corner(round(x + _WIDE - _CORNER + 0.4, 2), round(y - 0.4, 2))

    def _line(self, x: float, y: float, fill: str) -> None:
        """Draw the line of last year: inside its box, so that it belongs to no other."""
        top = round(y + _HIGH - 1 - _LINE, 2)
        self.bars.append(Bar(round(x + _INSIDE, 2), top, _WIDE - 2 * _INSIDE, _LINE, fill))

    def _corner(self, x: float, y: float) -> None:
        wide = _CORNER + 2 * _HALO
        left, top = round(x - _HALO, 2), round(y - _HALO, 2)
        self.bars.append(Bar(left, top, wide, wide, self.colours.white))
        self.bars.append(Bar(x, y, _CORNER, _CORNER, self.colours.ink))

    def explain(self, legend: Sequence[tuple[str, str]]) -> None:
        """Say below the boxes what their marks mean."""
        at = _STROKE
        for mark, meaning in legend:
            foot = round(self.height + _TEXT + 0.4, 2)
            if mark == WAITS:
                self.words.append(Words(round(at, 2), foot, mark, weight=600, size=_TEXT))
                at += 2.4
            elif mark == "line":
                self.bars.append(
                    Bar(round(at, 2), round(foot - 1.4, 2), 5, _LINE, self.colours.ink)
                )
                at += 6.2
            else:
                self._corner(at + _HALO, foot - _CORNER)
                at += 4
            self.words.append(Words(round(at, 2), foot, meaning, size=_TEXT))
            at += len(meaning) * _TEXT * 0.5 + 6
        if legend:
            self.height = round(self.height + _TEXT + 1.8, 2)
