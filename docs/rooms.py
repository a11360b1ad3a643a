"""Draw the rooms of the house from its imports: ``python docs/rooms.py`` writes the picture.

Each row is a layer of ``pyproject.toml``. An arrow goes from a room to one it builds on; those
that follow from others are left out.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PICTURE = Path(__file__).with_name("architecture.svg")
WIDTH, ROW, BOX, GAP = 1000, 74, 46, 14
INK, PAPER, STEP, LINE = "#1d2b3a", "#f4f6f8", "#e3edf7", "#8aa0b5"

Rows = Sequence[tuple[str, ...]]


def layers(name: str) -> Rows:
    """Give the layers of a contract, highest first, each with its rooms."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    found = next(each for each in told["contracts"] if each["name"] == name)
    return [tuple(room.strip() for room in row.split("|")) for row in found["layers"]]


def edges(graph: grimp.ImportGraph, rooms: Sequence[str]) -> dict[str, set[str]]:
    """Give which room imports which, keyed by room, without what follows from others."""
    direct = {
        one: {
            other
            for other in rooms
            if other != one
            and any(
                len(each) == len((one, other)) for each in graph.find_shortest_chains(one, other)
            )
        }
        for one in rooms
    }
    return {
        one: {
            other
            for other in below
            if not any(other in _all_below(direct, third) for third in below - {other})
        }
        for one, below in direct.items()
    }


def _all_below(direct: Mapping[str, set[str]], room: str) -> set[str]:
    found: set[str] = set()
    waiting = [room]
    while waiting:
        new = direct[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def _places(rows: Rows, prefix: str, top: int) -> Iterator[tuple[str, float, float, float]]:
    """Give each room with the middle and the top of its box, and its width."""
    for at, row in enumerate(rows):
        width = min(230.0, (WIDTH - GAP * (len(row) + 1)) / len(row))
        left = (WIDTH - len(row) * width - (len(row) - 1) * GAP) / 2
        for number, room in enumerate(row):
            middle = left + number * (width + GAP) + width / 2
            yield f"{prefix}.{room}", middle, top + at * ROW, width


def picture() -> str:
    """Give the picture as SVG."""
    graph = grimp.build_graph("cyberassess", include_external_packages=False)
    parts: list[str] = []
    house, steps = layers("Layers"), layers("Steps know only steps they build on")
    steps_top = 60 + len(house) * ROW
    for rows, prefix, top, colour in (
        (house, "cyberassess", 40, PAPER),
        (steps, "cyberassess.steps", steps_top, STEP),
    ):
        placed = {name: (x, y, width) for name, x, y, width in _places(rows, prefix, top)}
        for one, below in edges(graph, list(placed)).items():
            for other in sorted(below):
                parts.append(_arrow(placed[one], placed[other]))
        for name, place in placed.items():
            parts.append(_box(name, place, colour))
    for y, words in ((24, "The house, from above"), (steps_top - 16, "The steps of the year")):
        parts.append(f'<text x="14" y="{y}" font-weight="bold">{words}</text>')
    height = steps_top + len(steps) * ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="Rooms and what they build on" font-family="sans-serif" font-size="15" '
        f'fill="{INK}">\n<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _arrow(one: tuple[float, float, float], other: tuple[float, float, float]) -> str:
    (x1, y1, _), (x2, y2, _) = one, other
    start, end = y1 + BOX, y2 - 4
    bend = (end - start) / 2
    return (
        f'<path d="M{x1:.0f} {start:.0f} C{x1:.0f} {start + bend:.0f} {x2:.0f} {end - bend:.0f} '
        f'{x2:.0f} {end:.0f}" fill="none" stroke="{LINE}" stroke-width="1.5"/>'
        f'<path d="M{x2 - 4:.0f} {end - 5:.0f} L{x2:.0f} {end + 3:.0f} L{x2 + 4:.0f} '
        f'{end - 5:.0f} Z" fill="{LINE}"/>'
    )


def _box(name: str, place: tuple[float, float, float], colour: str) -> str:
    x, y, width = place
    title = escape(name.rpartition(".")[2])
    return (
        f'<rect x="{x - width / 2:.0f}" y="{y}" width="{width:.0f}" height="{BOX}" rx="6" '
        f'fill="{colour}" stroke="{LINE}"/>'
        f'<text x="{x:.0f}" y="{y + 28:.0f}" text-anchor="middle">{title}</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
