"""The calendar of the year: right by RFC 5545, and what of it comes next."""

import datetime
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberassess.domain.assessment import Settings
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.calendar import (
    calendar_text,
    typed_dates,
    where_in_the_year,
)
from cyberassess.steps.begin.next_settings import Changes
from cyberassess.steps.begin.rolling_over import roll_over
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.standing.standing import status, status_json
from cyberassess.steps.standing.start import write_start

TIME = "2026-11-29T10:00:00Z"
DATES = ("review=2027-01-29", "approval=2027-03-01", "hand-over=1 April 2027")


def begin(folder: Path, *, name: str = "Northport Council", due: str = "2026-12-18") -> Path:
    wanted = NewAssessment(
        name, "2026", ("cyber-governance-code@2025",), ("all-in-place",),
        respondents=("Dev Malhotra <dev@x.example>",), officer="Sam Reid <sam@x.example>",
        due=due, dates=DATES if due else (),
    )  # fmt: skip
    return new(folder, wanted).folder


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_a_new_year_is_written_as_a_calendar_with_everybody_who_is_asked(tmp_path: Path) -> None:
    data = (begin(tmp_path / "a") / "calendar.ics").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    lines = unfolded(data.decode())
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    starts = [each for each in lines if each.startswith("DTSTART")]
    assert [each[-8:] for each in starts] == ["20261218", "20270129", "20270301", "20270401"]
    ends = [each for each in lines if each.startswith("DTEND")]
    assert ends[0] == "DTEND;VALUE=DATE:20261219"
    assert "DESCRIPTION:Answers are wanted from:\\nSam Reid\\nDev Malhotra" in lines
    assert "SUMMARY:Answers are due: cyber assessment\\, Northport Council 2026" in lines
    keys = [each for each in lines if each.startswith("UID:")]
    assert len(set(keys)) == 4
    assert all(re.fullmatch(r"DTSTAMP:\d{8}T\d{6}Z", e) for e in lines if "DTSTAMP" in e)


def test_it_is_written_again_where_dates_or_people_change_and_only_then(tmp_path: Path) -> None:
    folder = begin(tmp_path / "a")
    path, settings = folder / "calendar.ics", folder / "assessment.yaml"
    first = path.read_bytes()
    write_start(open_assessment(folder))
    assert path.read_bytes() == first
    text = settings.read_text("utf-8")
    text = text.replace("2026-12-18", "2026-12-20").replace("Dev Malhotra", "Kim Lee")
    settings.write_text(text, "utf-8")
    write_start(open_assessment(folder))
    lines = unfolded(path.read_bytes().decode())
    assert "DTSTART;VALUE=DATE:20261220" in lines
    assert "DESCRIPTION:Answers are wanted from:\\nSam Reid\\nKim Lee" in lines
    kept = [each for each in text.splitlines() if not each.startswith(("due:", "dates:"))]
    settings.write_text("\n".join(kept), "utf-8")
    write_start(open_assessment(folder))
    assert not path.exists()


def test_without_a_date_there_is_no_calendar(tmp_path: Path) -> None:
    folder = begin(tmp_path / "a", due="")
    assert not (folder / "calendar.ics").exists()
    assert status(folder).year == ()
    assert "calendar" not in status_json(status(folder))


@given(name=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1))
def test_lines_are_short_whole_characters_and_say_the_same(name: str) -> None:
    settings = Settings.model_validate(
        {
            "schema": "1", "organisation": name, "period": "2026", "due": "2026-12-18",
            "officer": {"id": "p1", "name": name, "role": "it"},
            "frameworks": [
                {"id": "made", "version": "1", "revision": "1", "sha256": "0" * 64,
                 "profile": "none"},
            ],
        }
    )  # fmt: skip
    text = calendar_text(settings, TIME)
    assert all(len(each.encode()) <= 75 for each in text.split("\r\n"))
    (summary,) = [each for each in unfolded(text) if each.startswith("SUMMARY:")]
    plain = re.sub(r"\\(.)", r"\1", summary)
    assert plain == f"SUMMARY:Answers are due: cyber assessment, {name} 2026"


def test_status_says_what_passed_what_comes_next_and_what_then(tmp_path: Path) -> None:
    settings = open_assessment(begin(tmp_path / "a")).contents.settings

    def said(on: str, *done: str) -> list[str]:
        return list(where_in_the_year(settings, datetime.date.fromisoformat(on), done=done))

    assert said("2026-12-17") == [
        "Comes next: answers are due on 2026-12-18, in 1 day.",
        "Then: independent review on 2027-01-29, approval on 2027-03-01, hand-over to the "
        "auditor on 2027-04-01.",
    ]
    assert said("2027-01-29")[:2] == [
        "Passed: answers are due on 2026-12-18, 42 days ago.",
        "Comes next: independent review on 2027-01-29, today.",
    ]
    (after, _) = said("2027-01-30", "due", "review")
    assert after == "Comes next: approval on 2027-03-01, in 30 days."
    assert said("2028-01-01", "due", "review", "approval", "hand_over") == []


def test_a_year_rolled_over_has_dates_of_its_own(tmp_path: Path) -> None:
    last = begin(tmp_path / "a")
    made = roll_over(tmp_path / "b", last, Changes(due="2027-12-17", dates=("review=2028-02-01",)))
    text = (made.folder / "calendar.ics").read_text("utf-8")
    assert "20280201" in text
    assert "20270301" not in text
    left = {each.what: each.why for each in made.left}
    assert "approval" in left["The dates of approval and hand-over"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("reveiw=2027-01-01",), '"reveiw" is no date of the year. Did you mean review'),
        (("review=2027-01-01", "review=2027-01-02"), '"review" is there twice'),
        (("review=soon",), '"soon"'),
        (("due=2027-01-01",), "answers: --due"),
    ],
)
def test_what_is_no_date_of_the_year_is_named(texts: tuple[str, ...], said: str) -> None:
    with pytest.raises(AssessmentError, match=re.escape(said)):
        typed_dates(texts)
