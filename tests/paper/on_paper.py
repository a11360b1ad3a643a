"""What people wrote and what stands on paper, so that the two can be compared.

White space, soft hyphens and marks that show nothing are left out of both. Running lines at the
top and the foot of a page are left out too, so that a text may go on over the page.
"""

import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.record.reviewing import reviews
from cyberassess.paper.basis import Basis

_INNER = ("-x", "50", "-y", "58", "-W", "496", "-H", "728")
"""A4 without its margins, in points: what stands outside was cut off or is a running line."""
_SHOWS_NOTHING = re.compile(
    "[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0e\ufe0f]+"
)
_TWICE = re.compile(r"([\u2190-\u2bff\U0001f000-\U0001faff])\1+")
"""A symbol in a font without bold is drawn twice to look bold."""


class Written(NamedTuple):
    """Something a person wrote."""

    what: str
    text: str


def squeezed(text: str) -> str:
    """Give a text as it is compared."""
    return _TWICE.sub(r"\1", _SHOWS_NOTHING.sub("", unicodedata.normalize("NFKC", text)))


def pages_of(path: Path) -> list[str]:
    """Give the inner text of each page, in the order it was drawn."""
    command = ["pdftotext", "-raw", "-enc", "UTF-8", *_INNER, str(path), "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return [squeezed(each) for each in text.split("\f")]


def stands(text: str, pages: list[str]) -> bool:
    """Say whether a text stands whole on a page, or in pieces on pages that follow each other."""
    wanted = squeezed(text)
    return any(_goes_on(wanted, pages, number) for number in range(len(pages)))


def _goes_on(wanted: str, pages: list[str], number: int) -> bool:
    while number < len(pages):
        page = pages[number]
        if wanted in page:
            return True
        least, most = 0, len(wanted)
        while least < most:  # how much of it the page holds
            middle = (least + most + 1) // 2
            least, most = (middle, most) if wanted[:middle] in page else (least, middle - 1)
        if least < 4:  # fewer characters are no piece of a text
            return False
        wanted, number = wanted[least:], number + 1
    return False


def lost(written: Iterable[Written], path: Path) -> list[Written]:
    """Give what does not stand in a PDF."""
    pages = pages_of(path)
    return [each for each in dict.fromkeys(written) if not stands(each.text, pages)]


def kept(basis: Basis) -> Iterator[Written]:
    """Give what people wrote and the full report is meant to show, straight from the state."""
    for kind, text in _kept(basis):
        if text.strip():
            yield Written(kind, text)


def _kept(basis: Basis) -> Iterator[tuple[str, str]]:
    scopes = {each.id for each in basis.scopes}
    yield from _answered(basis, scopes)
    yield from _registered(basis, {each.key for each in basis.card.outcomes})
    for scope in basis.scopes:
        yield "system", basis.place(scope.id)
        yield "supplier", scope.supplier
        yield "why it is critical", scope.why_critical
    for left in basis.settings.left_out:
        yield from (("left out", left.title), ("why it was left out", left.reason.rstrip(".")))
    yield from (("certificate", each.title) for each in basis.settings.certificates)
    yield from (("file", each.name) for each in basis.files.values())


def _answered(basis: Basis, scopes: set[ScopeId]) -> Iterator[tuple[str, str]]:
    state = basis.state
    for key, given in state.answers.items():
        if key.scope in scopes:
            yield from (("reason", each.reason) for each in given)
            yield from (("name", basis.person(each.person)) for each in given)
    for what, texts in (("explanation", state.rationales), ("evidence", state.evidence)):
        for text in (each for key, said in texts.items() if key.scope in scopes for each in said):
            yield from ((what, line) for line in text.text.splitlines())
            yield "name", basis.person(text.person)
    for settled_key, settled in state.resolutions.items():
        if settled_key.scope in scopes:
            yield "why it was settled", settled.reason


def _registered(basis: Basis, asked: set[OutcomeKey]) -> Iterator[tuple[str, str]]:
    for item in basis.evidence.items:
        if item.is_seen and any(link.outcome in asked for link in item.links):
            yield "evidence title", item.facts.title
            yield from (("what evidence shows", each) for each in item.facts.shows.splitlines())
    for about, claims in basis.state.claims.items():
        if about in asked:
            yield from (("comment in another tool", each.comment) for each in claims)
    for record in basis.state.register("determination"):
        yield "why it was confirmed", str(record.fields.get("reason", ""))
    for key, all_ in reviews(basis.state).items():
        for each in all_:
            if key in asked:
                texts = (each.quality, each.sample, each.comment, each.recommendation)
                yield from (("review", line) for text in texts for line in text.splitlines())
                yield "name", basis.person(each.person)


def planned(basis: Basis) -> Iterator[Written]:
    """Give what people wrote and the findings report is meant to show."""
    for action in basis.actions:
        person = basis.settings.person(action.owner)
        owner = person.name if person else action.owner
        for what, text in (
            ("action", action.title), ("owner", owner), ("why", action.reason),
            ("cost", action.cost_text), ("ref", action.ref),
        ):  # fmt: skip
            if text.strip():
                yield Written(what, text)
    for all_ in reviews(basis.state).values():
        for each in all_:
            for line in each.recommendation.splitlines():
                yield Written("recommendation", line)
