"""Dates as people type them: what is understood, said back and refused."""

import pytest

from cyberassess.domain.calendar_words import (
    read_day_count,
    said_date,
    said_weekday,
    understand_date,
)
from cyberassess.errors import Severity

KEPT = "Nothing was changed."


@pytest.mark.parametrize(
    "typed",
    [
        "31/03/2027", "31.3.2027", "31-03-2027", "31 March 2027", "31 Mar 2027", "31 Mar 27",
        "31-Mar-27", "31 mar '27", "31st of March, 2027", "Wednesday 31 March 2027", "31March2027",
        "2027-03-31", "2027/3/31", "2027-03-31T10:00:00Z", "  31 MARCH 2027 ",
        "Mar 31, 2027", "March 31st 2027", "Wednesday, March 31, 2027",
    ],
)  # fmt: skip
def test_a_plain_date_is_read_alike_in_every_form_and_needs_no_word(typed: str) -> None:
    assert understand_date(typed, "--due", KEPT) == ("2027-03-31", None)
    assert understand_date(typed, "", "").date == "2027-03-31"


@pytest.mark.parametrize(
    ("typed", "date", "words"),
    [
        ("03/04/2027", "2027-04-03", "3 April 2027"),
        ("3.4.27", "2027-04-03", "3 April 2027"),
        ("27-03-31", "2031-03-27", "27 March 2031"),
    ],
)
def test_an_ambiguous_date_is_british_and_said_back(typed: str, date: str, words: str) -> None:
    found = understand_date(typed, "--due", KEPT)
    assert found.date == date
    assert found.said is not None
    assert found.said.severity is Severity.NOTE
    assert str(found.said) == f'--due: "{typed}" was read as {words}.'


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("March 2027", "2027-03-31"),
        ("mar 2027", "2027-03-31"),
        ("end of March 2027", "2027-03-31"),
        ("03/2027", "2027-03-31"),
        ("2027-03", "2027-03-31"),
        ("Feb 2028", "2028-02-29"),
        ("2027", "2027-12-31"),
        ("end 2027", "2027-12-31"),
        ("by the end of March 2027", "2027-03-31"),
        ("Sept 2027", "2027-09-30"),
    ],
)
def test_a_month_or_a_year_alone_means_its_last_day_where_a_period_will_do(
    typed: str, date: str
) -> None:
    found = understand_date(typed, "--due", KEPT, period=True)
    assert found.date == date
    assert found.said is not None
    assert found.said.message == f'"{typed}" was read as {said_date(date)}.'
    refused = understand_date(typed, "--until", KEPT)
    assert refused.date == ""
    assert refused.said is not None
    assert refused.said.message == f'"{typed}" is not a date: it names no day.'


def test_a_year_that_a_cell_of_dates_took_for_a_day_is_the_year() -> None:
    found = understand_date("1905-07-19", "cell C25", KEPT, period=True)
    assert found.date == "2027-12-31"
    assert str(found.said) == 'cell C25: "2027" was read as 31 December 2027.'
    assert understand_date("1905-07-19", "", "").date == "1905-07-19"
    assert understand_date("1899-12-31", "", "", period=True).date == "1899-12-31"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("31/02/2027", ": February 2027 has the days 1 to 28"),
        ("0/3/2027", ": March 2027 has the days 1 to 31"),
        ("31/13/2027", ": there is no month 13"),
        ("2027-00-10", ": there is no month 0"),
        ("31 Smarch 2027", ""),
        ("soon", ""),
        ("March 27", ""),
        ("31 March", ""),
        ("", ""),
        ("0000-01-01", ""),
        ("\u0663\u0661/03/2027", ""),
        ("12:30", ""),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(typed: str, why: str) -> None:
    for period in (False, True):
        found = understand_date(typed, "--due", KEPT, period=period)
        assert found.date == ""
        assert found.said is not None
        assert found.said.code == "not-a-date"
        assert found.said.message == f'"{typed}" is not a date{why}.'
        assert "31 March 2027, 31/03/2027 or 2027-03-31." in found.said.hint
        assert found.said.hint.endswith(KEPT)


def test_a_long_text_is_not_shown_whole() -> None:
    found = understand_date("x" * 30_000, "--due", KEPT)
    assert found.said is not None
    assert len(found.said.message) < 100


def test_dates_are_said_as_people_say_them() -> None:
    assert said_date("2027-03-31T10:00:00Z") == "31 March 2027"
    assert said_date("soon") == "soon"
    assert said_weekday("2027-03-31") == "Wednesday 31 March 2027"


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("46387", "2026-12-31"),
        ("36526", "2000-01-01"),
        ("73050", "2099-12-31"),
        ("36525", None),
        ("73051", None),
        ("2026", None),
        ("46387.5", None),
        ("-4638", None),
    ],
)
def test_days_of_this_century_are_dates_also_when_shown_as_numbers(
    typed: str, date: str | None
) -> None:
    assert read_day_count(typed) == date
