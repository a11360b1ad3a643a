"""The year's calendar: when answers, review, approval and hand-over are due, as a file to open.

Any calendar program opens it. It is written where the year begins, and again where its dates,
people, period or organisation change; the program itself reminds nobody.

Source: RFC 5545 (iCalendar), https://www.rfc-editor.org/rfc/rfc5545
"""

import datetime
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from cyberassess.disk.files import read_plain, remove_quietly, write_whole
from cyberassess.domain.assessment import Settings
from cyberassess.errors import AssessmentError, closest
from cyberassess.opening.names import typed_date

CALENDAR = "calendar.ics"
STAGES = {
    "due": "Answers are due",
    "review": "Independent review",
    "approval": "Approval",
    "hand_over": "Hand-over to the auditor",
}
_OCTETS = 75
"""The longest line, without its end (RFC 5545, 3.1)."""


class Stage(NamedTuple):
    """A date of the year."""

    name: str
    """``due``, ``review``, ``approval`` or ``hand_over``."""
    title: str
    on: datetime.date


def stages(settings: Settings) -> tuple[Stage, ...]:
    """Give the dates of the year that are known, the earliest first."""
    dates = {"due": settings.due, **dict(settings.dates)}
    found = [Stage(name, title, on) for name, title in STAGES.items() if (on := dates.get(name))]
    return tuple(sorted(found, key=lambda each: each.on))


def typed_dates(texts: Iterable[str]) -> dict[str, str]:
    """Read ``WHAT=DATE`` each.

    Raises:
        AssessmentError: where one is no date of the year.
    """
    found: dict[str, str] = {}
    names = [each for each in STAGES if each != "due"]
    for text in texts:
        what, _, date = text.partition("=")
        name = what.strip().casefold().replace("-", "_").replace(" ", "_")
        if name not in names or name in found:
            said = "is there twice" if name in found else "is no date of the year"
            hint = closest(name, names) or f"There are: {', '.join(names)}; answers: --due."
            raise AssessmentError.because(
                "unknown-date", "--date", f'"{what}" {said}.', f"{hint} Nothing was made."
            )
        found[name] = typed_date(date, f"--date {name}")
    return found


def calendar_text(settings: Settings, time: str) -> str:
    """Give the calendar; empty where no date is known.

    Args:
        time: when it was written, as the ledger writes it.
    """
    known = stages(settings)
    if not known:
        return ""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cyberassess//calendar//EN"]
    for stage in known:
        lines += _event(settings, stage, time.replace("-", "").replace(":", ""))
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def write_calendar(folder: Path, settings: Settings, time: str) -> None:
    """Write the calendar where it is another one now; take it away where no date is known."""
    path, text = folder / CALENDAR, calendar_text(settings, time)
    there = read_plain(path).decode("utf-8", "replace") if path.is_file() else ""
    if not text:
        remove_quietly(path)
    elif _without_stamp(there) != _without_stamp(text):
        write_whole(path, text.encode())


def _without_stamp(text: str) -> list[str]:
    return [each for each in text.splitlines() if not each.startswith("DTSTAMP:")]


def _event(settings: Settings, stage: Stage, stamp: str) -> Iterator[str]:
    whole = f"{settings.organisation} {settings.period}"
    known = hashlib.sha256(f"{whole} {stage.name}".encode()).hexdigest()[:32]
    title = f"{stage.title}: cyber assessment, {whole}"
    yield "BEGIN:VEVENT"
    yield f"UID:{known}@cyberassess"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{stage.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{stage.on + datetime.timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(title)}"
    if stage.name == "due":
        people = "\n".join(each.name for each in settings.everybody)
        said = f"Answers are wanted from:\n{people}"
        yield f"DESCRIPTION:{_escaped(said)}"
    yield "TRANSP:TRANSPARENT"
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P7D")
    yield f"DESCRIPTION:{_escaped(title)}"
    yield from ("END:VALARM", "END:VEVENT")


def _escaped(text: str) -> str:
    """Write a text as a value (RFC 5545, 3.3.11)."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> Iterator[str]:
    """Part a line so that none is longer than it may be, and no character is cut."""
    part, room = "", _OCTETS
    for each in line:
        if len(f"{part}{each}".encode()) > room:
            yield part
            part = " "
        part += each
    yield part


def where_in_the_year(
    settings: Settings, on: datetime.date, *, done: Iterable[str]
) -> Iterator[str]:
    """Say which date comes next, which passed, and what follows; nothing where none is known.

    Args:
        done: what needs no date any more, ``due`` for one.
    """
    over = set(done)
    left = [each for each in stages(settings) if each.name not in over]
    for number, each in enumerate(left):
        days = (each.on - on).days
        said = f"{each.title.lower()} on {each.on.isoformat()}"
        if days < 0:
            yield f"Passed: {said}, {-days} days ago."
            continue
        when = "today" if days == 0 else f"in {days} day{'' if days == 1 else 's'}"
        yield f"Comes next: {said}, {when}."
        after = ", ".join(f"{e.title.lower()} on {e.on.isoformat()}" for e in left[number + 1 :])
        if after:
            yield f"Then: {after}."
        return
