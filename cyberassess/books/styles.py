"""How a workbook shows its cells: struck through, or numbers and dates in a form of their own.

A cell of numbers holds 0.8 and shows 80%; what people mean is what they see. Read by the guard's
child process only. Forms that are not known here are named, never guessed.
"""

import datetime
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from cyberassess.books.unpacking import MAIN, Attributes, Package, Tags

_KNOWN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "dd/mm/yyyy h:mm",
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""The formats every program knows by their numbers; dates as they are shown in Britain."""
_NO_DATE = re.compile(r'"[^"]*"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]|[_\\*].')
_DURATION = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_FROM_1900, _FROM_1904 = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)  # noqa: DTZ001
_OFF = frozenset(("0", "false", "off"))


class Style(NamedTuple):
    """How cells of one style look."""

    form: str = ""
    """The code of their number format; empty for the general one."""
    is_date: bool = False
    is_struck: bool = False


class Shown(NamedTuple):
    """A value as a cell shows it."""

    text: str
    """Empty where the form is not one that is known here."""
    is_all: bool
    """Whether the value can be told from it."""


def is_struck(attributes: Attributes) -> bool:
    """Say whether a tag for striking through does so."""
    return attributes.get("val", "1").lower() not in _OFF


def read_styles(package: Package, target: str) -> tuple[Style, ...]:
    """Give the styles of a workbook's cells, in the order cells count them."""
    own: dict[int, str] = {}
    fonts: list[bool] = []
    styles: list[tuple[int, int]] = []
    inside = ""

    def font(_: Attributes) -> None:
        if inside == "fonts":
            fonts.append(False)

    def strike(attributes: Attributes) -> None:
        if inside == "fonts" and fonts:
            fonts[-1] = is_struck(attributes)

    def form(attributes: Attributes) -> None:
        number = _number(attributes.get("numFmtId", ""))
        if number:
            own[number] = attributes.get("formatCode", "")

    def style(attributes: Attributes) -> None:
        if inside == "cellXfs":
            numbers = (attributes.get(each, "0") for each in ("numFmtId", "fontId"))
            first, second = (_number(each) for each in numbers)
            styles.append((first, second))

    def leave(_: str) -> None:
        nonlocal inside
        inside = ""

    def enter(name: str) -> Callable[[Attributes], None]:
        def begin(_: Attributes) -> None:
            nonlocal inside
            inside = name

        return begin

    tags = Tags(MAIN, "styleSheet")
    for name in ("fonts", "cellXfs"):
        tags.on(MAIN, name, start=enter(name), end=leave)
    tags.on(MAIN, "font", start=font)
    tags.on(MAIN, "strike", start=strike)
    tags.on(MAIN, "numFmt", start=form)
    tags.on(MAIN, "xf", start=style)
    package.parse(target, tags)
    return tuple(
        Style(
            code := own.get(number, _KNOWN.get(number, "")),
            _is_date(code),
            0 <= font_number < len(fonts) and fonts[font_number],
        )
        for number, font_number in styles
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _is_date(form: str) -> bool:
    first = form.split(";", maxsplit=1)[0]
    if _DURATION.search(first) or first.casefold() == "general":
        return False
    return re.search("[dmhysDMHYS]", _NO_DATE.sub("", first)) is not None


# Dates


def day_in(text: str) -> datetime.date | None:
    """Give the day of a cell's date; ``None`` where it holds a time of day alone."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def stated_date(raw: str) -> tuple[str, str]:
    """Read a date as Strict Open XML writes it."""
    try:
        value = datetime.datetime.fromisoformat(raw.strip())
    except ValueError:
        return "s", raw
    return "d", value.replace(tzinfo=None).isoformat().removesuffix("T00:00:00")


def moment_saved(stated: str) -> str:
    """Give a time as a file states it, in UTC; empty where it states none."""
    try:
        time = datetime.datetime.fromisoformat(stated)
        time = time.replace(tzinfo=time.tzinfo or datetime.UTC).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return ""
    return time.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def counted_date(value: float, *, from_1904: bool) -> tuple[str, str]:
    """Read a date as ordinary workbooks write it: in days."""
    days, part = divmod(value, 1)
    moment = datetime.timedelta(milliseconds=round(part * 86_400_000))
    if 0 <= value < 1 and not moment.days:
        return "d", (_FROM_1904 + moment).time().isoformat()
    if 0 < value < 60 and not from_1904:  # noqa: PLR2004 - Excel counts a 29 February 1900
        days += 1
    first = _FROM_1904 if from_1904 else _FROM_1900
    try:
        date = first + datetime.timedelta(days=days) + moment
    except OverflowError:
        return "n", str(value)
    return "d", date.isoformat().removesuffix("T00:00:00")


_PIECES = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|(y+|m+|d+)|(h+|s+|am/pm|a/p)|(.)', re.IGNORECASE
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def date_shown(date: datetime.date, form: str) -> tuple[str, str]:
    """Give a date as a cell shows it where that leaves out day or year, and what it is then.

    Both are empty where it is shown whole. What shows a time of day is taken as it is.

    Returns:
        the text, and ISO 8601 without what the text does not say; but the year is always known.
    """
    shown: list[str] = []
    parts: set[str] = set()
    for found in _PIECES.finditer(form.split(";", maxsplit=1)[0]):
        quoted, escaped, piece, time, other = found.groups()
        if time:
            return "", ""
        if piece:
            parts.add(piece[0].lower())
            shown.append(_piece(date, piece.lower()))
        else:
            shown.append(quoted or escaped or other or "")
    if {"d", "m", "y"} <= parts or not parts:
        return "", ""
    iso = date.isoformat()
    known = iso if "d" in parts else iso[:7] if "m" in parts else iso[:4]
    return "".join(shown).strip(), known


def _piece(date: datetime.date, piece: str) -> str:
    long = min(len(piece), 4)
    weekday = _DAYS[date.weekday()]
    month = _MONTHS[date.month - 1]
    return {
        "d": str(date.day), "dd": f"{date.day:02}", "ddd": weekday[:3], "dddd": weekday,
        "m": str(date.month), "mm": f"{date.month:02}", "mmm": month[:3], "mmmm": month,
        "y": f"{date.year % 100:02}", "yy": f"{date.year % 100:02}",
    }.get(piece[:long], str(date.year))  # fmt: skip


# Numbers

_PATTERN = re.compile(r"[#0?,]*(?:\.[#0?]*)?,*")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_(?:.)|\*(?:.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|'
                      r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)\]|"
                      r"([-+ $\u00a3\u20ac\u00a5():!^&'~{}<>=%])", re.IGNORECASE)  # fmt: skip


def number_shown(value: float, form: str) -> Shown | None:
    """Give a number as a cell shows it; ``None`` where it is shown as it is."""
    if not form or form.casefold() in ("general", "@"):
        return None
    sections = _sections(form)
    negative = value < 0
    chosen, sign = sections[0], "-" if negative else ""
    if negative and len(sections) > 1:
        chosen, sign = sections[1], ""
    elif not value and len(sections) > 2:  # noqa: PLR2004 - the third is for zero
        chosen = sections[2]
    taken = _taken_apart(chosen)
    if taken is None:
        return Shown("", is_all=False)
    before, pattern, after, percent = taken
    scaled = Decimal(repr(abs(value))) * 100**percent
    body, _, tail = pattern.rstrip(",").partition(".")
    thousands = len(pattern) - len(pattern.rstrip(","))
    scaled /= 1000**thousands
    if not pattern:
        text = f"{before}{after}".strip()
        return Shown(text, is_all=False) if text else None
    digits = _digits(scaled, body, tail)
    whole = Decimal(digits.replace(",", "").strip() or "0") == scaled and not thousands
    return Shown(f"{sign}{before}{digits}{after}".strip(), whole)


def _sections(form: str) -> list[str]:
    """Take a format apart at its semicolons, but for those that stand for themselves."""
    found, start, skip = [""], 0, ""
    while start < len(form):
        each = form[start]
        if skip:
            skip = "" if each == skip else skip
        elif each in '"[':
            skip = {'"': '"', "[": "]"}[each]
        elif each in "\\_*":
            found[-1] += form[start : start + 2]
            start += 2
            continue
        elif each == ";":
            found.append("")
            start += 1
            continue
        found[-1] += each
        start += 1
    return found


def _taken_apart(section: str) -> tuple[str, str, str, int] | None:
    """Give what stands before the digits, their pattern, what follows, and how many per cents.

    ``None`` where it is a form that is not known here.
    """
    words = ["", ""]
    pattern, at, percent = "", 0, 0
    while at < len(section):
        literal = _LITERAL.match(section, at)
        digits = _PATTERN.match(section, at)
        if literal is not None:
            words[bool(pattern)] += "".join(filter(None, literal.groups()))
            percent += literal[4] == "%"
            at = literal.end()
        elif digits is not None and digits[0] and not pattern:
            pattern, at = digits[0], digits.end()
        else:
            return None
    return words[0], pattern, words[1], percent


def _digits(value: Decimal, body: str, tail: str) -> str:
    places, least = len(tail), tail.count("0")
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, rest = f"{rounded:f}".partition(".")
    while len(rest) > least and rest.endswith("0"):
        rest = rest[:-1]
    whole = whole.lstrip("0").rjust(body.count("0"), "0")
    if "," in body:
        whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", whole)
    return f"{whole}.{rest}" if rest or "." in tail else whole
