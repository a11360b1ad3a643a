"""The years in a row, each by its own approved numbers: as values, JSON and rows of a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess.domain.result.theme_maturity import THEME_RULE
from cyberassess.domain.result.trend import Line, Point, Trend, YearFacts
from cyberassess.errors import Json, Problem, fields_of
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.years import in_a_row


@dataclass(frozen=True, slots=True)
class Years:
    """What ``trend`` found."""

    trend: Trend
    notes: tuple[Problem, ...]
    """Why no more years can be read, and what is odd about one."""


def years_in_a_row(folder: Path) -> Years:
    """Put an assessment beside all before it."""
    return Years(*in_a_row(open_assessment(folder)))


def trend_json(found: Years, kinds: Sequence[str]) -> Json:
    """Give ``trend --json``."""
    return {
        "schema": 1,
        "rule": THEME_RULE,
        "years": [
            {
                **fields_of(each, "period basis"),
                "rules": dict(each.rules),
                **fields_of(each, "answered statements why_not?"),
            }
            for each in found.trend.years
        ],
        "lines": [
            {
                **fields_of(line, "kind set id title"),
                "points": [_point_json(each) for each in line.points],
            }
            for line in found.trend.lines
            if line.kind in kinds
        ],
        "notes": [str(each) for each in found.notes],
    }


def _point_json(point: Point) -> Json:
    restated = point.restated
    return {
        **fields_of(point, "period framework meets of word? why_not?"),
        "version_changed": point.is_break,
        "same_outcomes": None if restated is None else dict(restated._asdict()),
    }


HEADINGS = (
    "kind", "set", "id", "title", "period", "framework", "meets", "of", "word", "why no point",
    "version changed", "same outcomes", "met then", "met now", "rule", "basis",
)  # fmt: skip


def trend_rows(found: Years, kinds: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give a row for each year of each line, under the headings."""
    yield HEADINGS
    years = {each.period: each for each in found.trend.years}
    for line in found.trend.lines:
        for each in line.points if line.kind in kinds else ():
            restated = ("", "", "") if each.restated is None else tuple(map(str, each.restated))
            yield (
                line.kind, line.set, line.id, line.title, each.period, each.framework,
                str(each.meets), str(each.of), each.word, each.why_not,
                "yes" if each.is_break else "", *restated, _rule(line, each, years),
                years[each.period].basis,
            )  # fmt: skip


def _rule(line: Line, point: Point, years: Mapping[str, YearFacts]) -> str:
    by = years[point.period].rules.get(point.framework, "")
    return f"{THEME_RULE}, {by}" if line.kind == "theme" else by
