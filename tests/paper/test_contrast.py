"""Checklist 2.8: neighbouring areas of every chart can be told apart, and every text can be read.

Two areas that touch differ by 3 to 1, or a line between them does so against what lies on both of
its sides. What touches is found from the shapes as they are drawn.
"""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from cyberassess.disk import resources
from cyberassess.paper import html as render
from cyberassess.paper.documents.board import board_summary
from cyberassess.paper.documents.theme import theme_report
from cyberassess.paper.look import (
    LEAST_BESIDE,
    LEAST_CONTRAST,
    OURS,
    WHITE,
    Colours,
    Look,
    contrast,
    recoloured,
    shades,
)
from tests.domain.builder import make_profile
from tests.paper.made import GOAL, make_basis, small_state
from tests.paper.test_board import PLAN, last_year

LOOKS = {
    "ours": OURS,
    **{each: shades(each, "#9a3a06") for each in ("#003366", "#7a0019", "#000000", "#757575")},
}
every_look = pytest.mark.parametrize("colours", LOOKS.values(), ids=LOOKS.keys())
THIN = 1.0
"""Millimetres: what is thinner is a line, not an area."""
THINNEST = 0.51
MIXED = make_profile(GOAL | {"B2.b": "low", "B2.a": "low"})
"""A target that some outcomes meet."""
_WIDTHS = {"bar": 37.0, "picture": 170.0, "squares": 170.0}


class Rect(NamedTuple):
    """A filled rectangle, in millimetres."""

    left: float
    top: float
    right: float
    bottom: float
    fill: str


def shapes(svg: str) -> Iterator[Rect]:
    """Give what a picture paints, in order; a stroke is four thin rectangles."""
    (kind,) = re.findall(r'class="(\w+)"', svg[:200])
    (view,) = re.findall(r'viewBox="([^"]+)"', svg[:300])
    scale = _WIDTHS[kind] / float(view.split()[2])
    for tag in re.findall(r"<rect ([^>]*)>", svg):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        x, y, wide, high = (
            float(said.get(each, 0)) * scale for each in ("x", "y", "width", "height")
        )
        if said["fill"] != "none":
            yield Rect(x, y, x + wide, y + high, said["fill"])
        if "stroke" in said:
            half = float(said.get("stroke-width", 1)) * scale / 2
            for left, top, right, bottom in (
                (x, y, x + wide, y), (x, y + high, x + wide, y + high),
                (x, y, x, y + high), (x + wide, y, x + wide, y + high),
            ):  # fmt: skip
                yield Rect(left - half, top - half, right + half, bottom + half, said["stroke"])


class Run(NamedTuple):
    """A stretch of one colour along a line through a picture."""

    fill: str
    length: float


def runs(rects: list[Rect], *, across: bool) -> Iterator[list[Run]]:
    """Give what a line through a picture meets, for every line that meets something else."""
    if not across:
        rects = [Rect(e.top, e.left, e.bottom, e.right, e.fill) for e in rects]
    ys = sorted({y for each in rects for y in (each.top, each.bottom)})
    for top, bottom in itertools.pairwise(ys):
        if bottom - top <= THINNEST:  # along a line, not through an area
            continue
        middle = (top + bottom) / 2
        here = [each for each in rects if each.top < middle < each.bottom]
        xs = sorted({x for each in here for x in (each.left, each.right)})
        found = [Run(WHITE, 9.0)]
        for left, right in itertools.pairwise(xs):
            at = (left + right) / 2
            fill = next((e.fill for e in reversed(here) if e.left < at < e.right), WHITE)
            found.append(Run(fill, right - left))
        joined: list[Run] = []
        for each in (*found, Run(WHITE, 9.0)):
            if joined and joined[-1].fill == each.fill:
                joined[-1] = Run(each.fill, joined[-1].length + each.length)
            elif each.length > 0.01:
                joined.append(each)
        yield joined


def told_apart(line: list[Run]) -> Iterator[tuple[bool, list[str]]]:
    """Say of each area and the next one, with the lines between, whether they are told apart."""
    areas = [number for number, each in enumerate(line) if each.length >= THIN]
    for one, other in itertools.pairwise(areas):
        between = [each.fill for each in line[one : other + 1]]
        differ = contrast(between[0], between[-1]) >= LEAST_BESIDE
        lined = any(
            contrast(between[at], between[at - 1]) >= LEAST_BESIDE
            and contrast(between[at], between[at + 1]) >= LEAST_BESIDE
            for at in range(1, len(between) - 1)
        )
        yield differ or lined, between


@cache
def pictures(colours: Colours) -> list[str]:
    """Give every kind of picture: squares, bars in tables, charts, an ambition above and below."""
    found: list[str] = []
    for ambition in ({"pipes": "4", "people": "2"}, {"pipes": "2", "people": "4"}):
        look = Look(colours=colours)
        now = make_basis(small_state(*PLAN), profile=MIXED, look=look, ambition=ambition)
        then = last_year(make_basis(small_state(), profile=make_profile(GOAL)))
        whole = dataclasses.replace(now, years=(then, last_year(now)))
        for each in (
            theme_report(whole),
            board_summary(whole),
            board_summary(whole, edition="open"),
        ):
            found += re.findall(r"<svg class.*?</svg>", render.render_html(each), re.DOTALL)
    return found


@pytest.mark.slow
@every_look
def test_neighbouring_areas_of_every_picture_can_be_told_apart(colours: Colours) -> None:
    drawn = pictures(colours)
    assert {re.findall(r'class="(\w+)"', each)[0] for each in drawn} == set(_WIDTHS)
    seen: set[str] = set()
    for svg in drawn:
        rects = list(shapes(svg))
        seen |= {each.fill for each in rects}
        for across in (True, False):
            for line in runs(rects, across=across):
                for good, between in told_apart(line):
                    assert good, (between, svg[:200])
    assert {colours.main, colours.accent, colours.track, colours.ink} <= seen


def rules(colours: Colours) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each rule of the style sheet: whom it is for, and its colours by property."""
    path = resources.folder("templates") / "report" / "report.css"
    sheet = recoloured(path.read_text("utf-8"), colours)
    for name, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        found = dict(
            re.findall(r"(?<![-\w])(color|background|border):[^;#]*(#[0-9a-f]{3,6})", rule)
        )
        long = {
            key: value if len(value) == 7 else "#" + "".join(2 * each for each in value[1:])
            for key, value in found.items()
        }
        yield name.strip(), long


@every_look
def test_cells_of_the_heat_map_end_visibly_against_the_page(colours: Colours) -> None:
    cells = {name: each for name, each in rules(colours) if name.startswith(".map .")}
    filled = {name: each for name, each in cells.items() if "background" in each}
    assert len(filled) == 4
    for name, each in filled.items():
        line = [Run(WHITE, 9), Run(each["background"], 9), Run(WHITE, 9)]
        if "border" in each:
            edge = Run(each["border"], 0.2)
            line = [line[0], edge, line[1], edge, line[2]]
        assert all(good for good, _ in told_apart(line)) or each["background"] == WHITE, name
        if "border" in each:
            assert contrast(each["border"], WHITE) >= LEAST_BESIDE, name
            assert contrast(each["border"], each["background"]) >= LEAST_BESIDE, name


@every_look
def test_every_text_can_be_read_on_what_lies_behind_it(colours: Colours) -> None:
    pairs = {
        (each["color"], each.get("background", WHITE))
        for _, each in rules(colours)
        if "color" in each
    }
    assert len(pairs) >= 7
    assert [pair for pair in pairs if contrast(*pair) < LEAST_CONTRAST] == []
    drawn = [tag for svg in pictures(colours) for tag in re.findall(r"<text [^>]*>", svg)]
    fills = {re.findall(r'fill="([^"]+)"', each)[0] for each in drawn}
    assert colours.white in fills, "on a filled square"
    assert contrast(colours.white, colours.main) >= LEAST_CONTRAST
    for fill in fills - {colours.white}:
        assert contrast(fill, WHITE) >= LEAST_CONTRAST, fill


def test_two_greys_side_by_side_are_not_told_apart_but_a_dark_line_parts_them() -> None:
    grey, pale = Run("#cccccc", 9), Run("#eeeeee", 9)
    assert [good for good, _ in told_apart([grey, pale])] == [False]
    assert [good for good, _ in told_apart([grey, Run("#777777", 0.3), pale])] == [False]
    assert [good for good, _ in told_apart([grey, Run("#444444", 0.3), pale])] == [True]
