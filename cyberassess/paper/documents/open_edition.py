"""What the open edition of a document may not name, and whether it does."""

import dataclasses
import re
from collections.abc import Iterator

from cyberassess.domain.record.evidence import ITEM
from cyberassess.errors import Problem, ReportError, counted
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import Picture
from cyberassess.paper.document import Document


def _names(basis: Basis) -> Iterator[str]:
    """Give everything the open edition may not name."""
    settings, state = basis.settings, basis.state
    for scope in settings.all_scopes:
        if scope.kind != "organisation":
            yield scope.title
        yield scope.supplier
    yield from (each.title for each in settings.left_out)
    for person in settings.everybody:
        yield from (person.name, person.email)
    yield from (each.name for found in state.names.named.values() for each in found)
    for said in state.evidence.values():
        yield from (line for each in said for line in each.text.splitlines())
    for record in state.register(ITEM):
        yield from (str(record.fields.get(each, "")) for each in ("title", "name", "known_as"))
    yield from (each.owner for each in basis.actions if settings.person(each.owner) is None)
    for finding in basis.findings:
        yield from (finding.score.asked.outcome.id, finding.score.asked.outcome.title)
    yield from (each.name for each in state.received)


_NOT_SAID = frozenset({"look", "kind", "anchor", "link", "cut"})
"""Fields of a document and its blocks that nobody reads."""


def _texts(value: object) -> Iterator[str]:
    """Give every text in a document, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Picture):
        yield from (value.alternative, *(each.text for each in value.words))
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            if each.name not in _NOT_SAID:
                yield from _texts(getattr(value, each.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)


def _as_words(name: str) -> re.Pattern[str]:
    """Find a name as whole words in text that is folded to small letters."""
    return re.compile(rf"(?<!\w){re.escape(name.casefold())}(?!\w)")


def leaks(basis: Basis, document: Document) -> tuple[str, ...]:
    """Give the names that the open edition may not hold and that stand in a document.

    Names of the organisation, of themes, control sets and targets may stand there, whatever they
    are made of.
    """
    allowed = [basis.settings.organisation, basis.look.name, basis.look.board]
    allowed += [each.title for each in basis.themes.themes]
    for framework in basis.frameworks.values():
        allowed += [framework.title, framework.short_title]
    for profile in basis.profiles.values():
        allowed += [profile.title, profile.owner] if profile else []
    allowed += [basis.version.approval.role] if basis.version.approval else []
    text = "\n".join(_texts(document)).casefold()
    for each in sorted(filter(None, allowed), key=len, reverse=True):
        text = _as_words(each).sub(" ", text)
    found: list[str] = []
    for name in dict.fromkeys(" ".join(each.split()) for each in _names(basis)):
        if name and _as_words(name).search(text):
            found.append(name)
    return tuple(found)


def refuse_leaks(basis: Basis, document: Document) -> None:
    """Refuse a document that names what the open edition may not hold.

    Raises:
        ReportError: with the first of the names.
    """
    found = leaks(basis, document)
    if found:
        raise ReportError(
            Problem(
                "open-edition-names",
                "the open edition",
                f'It would name "{found[0]}"'
                + (f" and {counted(len(found) - 1, 'other name')}." if found[1:] else "."),
                "Say it otherwise in --decision, in house-style.yaml or in assessment.yaml, or "
                "print the restricted edition. Nothing was written.",
            )
        )
