"""Offices and laws by nation: the words councils there use.

Paragraphs are suggestions for whoever decides what may be published; the documents say so. Read in
November 2026 at legislation.gov.uk: Local Government Act 1972, Schedule 12A; Local Government
(Scotland) Act 1973, Schedule 7A; Local Government Act (Northern Ireland) 2014, Schedule 6; Freedom
of Information Act 2000; Freedom of Information (Scotland) Act 2002.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Nation:
    """What offices and laws are called."""

    finance_officer: str
    exempt: str
    """The paragraphs that may exempt a restricted edition from being published."""
    why_exempt: str
    """What a restricted edition does that makes it exempt: the end of a sentence about it."""
    information_act: str
    """The sections under which a request for it may be refused."""


_CRIME = "says how an attack could succeed and what is done to prevent one"
_BUSINESS = "concerns the business affairs of named suppliers"
_WHY = f"{_CRIME}, and {_BUSINESS}"

_NATIONS = {
    "england": Nation(
        "section 151 officer",
        "Local Government Act 1972, Schedule 12A, Part 1, paragraphs 7 and 3",
        _WHY,
        "Freedom of Information Act 2000, sections 31 and 24",
    ),
    "wales": Nation(
        "section 151 officer",
        "Local Government Act 1972, Schedule 12A, Part 4, paragraphs 18 and 14",
        _WHY,
        "Freedom of Information Act 2000, sections 31 and 24",
    ),
    "scotland": Nation(
        "section 95 officer",
        "Local Government (Scotland) Act 1973, Schedule 7A, Part 1, paragraphs 14 and 6",
        _WHY,
        "Freedom of Information (Scotland) Act 2002, sections 35 and 31",
    ),
    "northern-ireland": Nation(
        "chief financial officer",
        "Local Government Act (Northern Ireland) 2014, Schedule 6, Part 1, paragraphs 7 and 3",
        _WHY,
        "Freedom of Information Act 2000, sections 31 and 24",
    ),
}
NATIONS = tuple(_NATIONS)
"""The nations whose offices and laws are known."""
_ELSEWHERE = Nation("chief finance officer", "", _WHY, "")


def nation_of(name: str) -> Nation:
    """Give a nation's words; without paragraphs where the nation is not one we know."""
    return _NATIONS.get(name, _ELSEWHERE)
