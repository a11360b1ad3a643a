"""An organisation's look: its name, logo, two colours and words, and what follows from them.

Every shade in a document comes from the two colours; ``recoloured`` puts them into the style sheet
in place of ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cyberassess.domain.record.plan import Action, Cost
from cyberassess.paper.nation import Nation

INK, WHITE = "#1b1f24", "#ffffff"
LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: text against what lies behind it."""
LEAST_BESIDE = 3
"""WCAG 2.2, success criterion 1.4.11: an area of a chart, or its edge, against what it touches."""
_BRIGHT = 0.04045
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Give the relative luminance of ``#rrggbb``, 0 to 1.

    Source: WCAG 2.2, definition of relative luminance, https://www.w3.org/TR/WCAG22/.
    """

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= _BRIGHT else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, _channels(colour))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """Give a colour with a share of another, 0 to 1."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@dataclass(frozen=True, slots=True)
class Colours:
    """The shades of a document; the defaults are ours."""

    main: str = "#0b5563"
    """For what meets a target."""
    accent: str = "#9a3a06"
    """For what does not; drawn as an outline or as text."""
    middle: str = "#79adb5"
    light: str = "#cfe3e4"
    on_middle: str = "#06262d"
    """Text on ``middle``."""
    on_light: str = "#0b3f49"
    """Text on ``light``."""
    edge: str = "#094a57"
    """Round areas of ``middle`` and ``light``, which are too near white to end without one."""
    ink: str = INK
    grey: str = "#565c63"
    rule: str = "#d8d4cb"
    track: str = "#eceae4"
    """The empty part of a bar."""
    outline: str = "#7d8287"
    """Round ``track``."""
    white: str = WHITE


OURS = Colours()


def shades(main: str, accent: str) -> Colours:
    """Give the shades that follow from two colours."""
    main, accent = main.lower(), accent.lower()
    if main == OURS.main:
        return Colours(accent=accent)
    middle = mixed(main, WHITE, 0.55)
    darker = (mixed(main, INK, tenth / 10) for tenth in range(2, 11))
    return Colours(
        main,
        accent,
        middle,
        mixed(main, WHITE, 0.8),
        INK,
        mixed(main, INK, 0.4),
        next(each for each in darker if contrast(each, middle) >= LEAST_BESIDE),
    )


def recoloured(stylesheet: str, colours: Colours) -> str:
    """Put an organisation's shades in place of ours."""
    names = ("main", "accent", "middle", "light", "on_middle", "on_light", "edge")
    into = {getattr(OURS, name): getattr(colours, name) for name in names}
    return _HEX.sub(lambda found: into.get(found[0].lower(), found[0]), stylesheet)


@dataclass(frozen=True, slots=True)
class Logo:
    """A checked picture, ready to stand inside a document."""

    address: str
    """A ``data:`` address."""
    width: float
    """In proportion to ``height``."""
    height: float
    png: bytes = b""
    """The picture itself where it is a PNG, for documents that cannot show SVG."""


DEFAULT_COSTS: Mapping[Cost, str] = MappingProxyType(
    {
        Cost.NONE: "no cost",
        Cost.LOW: "under £10k",
        Cost.MEDIUM: "£10k to £50k",
        Cost.HIGH: "over £50k",
        Cost.UNKNOWN: "not costed",
    }
)


@dataclass(frozen=True, slots=True)
class Look:
    """How an organisation's documents look and what they call offices."""

    name: str = ""
    """As it stands beside the logo; the settings' name if empty."""
    logo: Logo | None = None
    colours: Colours = OURS
    board: str = "the committee"
    """Who is asked to decide."""
    finance_officer: str = ""
    """As the nation says if empty."""
    risk_owner: str = "senior information risk owner"
    adviser: str = "monitoring officer"
    """Who advises on what may be published."""
    costs: Mapping[Cost, str] = field(default_factory=lambda: DEFAULT_COSTS)

    def finance(self, nation: Nation) -> str:
        """Give what the finance officer is called."""
        return self.finance_officer or nation.finance_officer

    def cost(self, action: Action) -> str:
        """Give what an action costs: as somebody wrote it, or the band."""
        return action.cost_text or self.costs[action.cost]


OUR_LOOK = Look()
