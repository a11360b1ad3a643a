"""Which control of an older version is like one of the newer; never applied by itself."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cyberassess.domain.sets.framework import Framework
from cyberassess.opening.files_for_people import csv_bytes
from cyberassess.sources.pscrf_layout import plain
from cyberassess.sources.pscrf_sheet import SheetControl

ALIKE = 0.6
"""Similarity of two texts, 0 to 1, from which a control of the older version is suggested."""

_FILLER = frozenset(
    plain(
        "a an and any are as at be by do does for has have in is it its of on or our that the "
        "their there they this to we with organisation organisations"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A control of 1.0 whose text is like one of 2.0; never applied by itself."""

    new: str
    old: str
    likeness: float
    new_text: str
    old_text: str


def _words(text: str) -> list[str]:
    return [each for each in re.findall(r"[a-z0-9']+", text.casefold()) if each not in _FILLER]


def suggest(controls: Sequence[SheetControl], older: Framework) -> tuple[Suggestion, ...]:
    """Give, for each control, the one of the older set whose words are most alike, if any is."""
    known = [
        (str(id_), each.text, _words(each.text))
        for id_, (_, each) in older.indicators.items()
        if id_ not in older.conditions and each.same_as is None
    ]
    found: list[Suggestion] = []
    for control in controls:
        matcher: difflib.SequenceMatcher[str] = difflib.SequenceMatcher(None, autojunk=False)
        words = _words(control.text)
        matcher.set_seq2(words)
        common, best = set(words), (ALIKE, "", "")
        for id_, text, other in known:
            if common.isdisjoint(other):
                continue
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() < best[0] or matcher.quick_ratio() < best[0]:
                continue
            likeness = matcher.ratio()
            if likeness > best[0] or (likeness == best[0] and not best[1]):
                best = (likeness, id_, text)
        if best[1]:
            found.append(Suggestion(control.id, best[1], best[0], control.text, best[2]))
    return tuple(found)


def suggestions_csv(suggestions: Sequence[Suggestion]) -> bytes:
    """Give the suggestions as a table people check."""
    header = ("pscrf 2.0", "pscrf 1.0", "likeness", "text of 2.0", "our question of 1.0")
    rows = [
        (each.new, each.old, f"{each.likeness:.2f}", each.new_text, each.old_text)
        for each in suggestions
    ]
    return csv_bytes([header, *rows], "\n")
