"""An outcome in all its places: each statement once, its answers beside each other."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.paper.basis import Basis, Verdict, has_own_name, said_group
from cyberassess.paper.sections.evidence import TextRow
from cyberassess.paper.sections.outcomes import (
    OutcomeView,
    StatementRow,
    outcome_view,
    wants_detail,
)

_MOST_COLUMNS = 3
"""Places with a column of their own; of more, each answer says where it was given."""
_LONG_ROW = 1200
"""Characters: about a quarter of a page."""
_LONG_SET = 30
"""More outcomes than these are easier to find where each objective has its pages."""
_LABELS = ("By the rule", "Confirmed", "Assurer", "Target")
_BETWEEN = ("At worst", "At best")
_MANY = 3
"""A remark beside more statements than these stands once, below them."""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Where the outcome stands in one place."""

    anchor: str
    place: str
    cells: tuple[tuple[Verdict, ...], ...]
    """One for each label of the table."""
    between: tuple[Verdict, ...]
    """The worst and the best it can still be; empty where it is decided."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and who gave it or where it was given."""

    label: str
    where: str


@dataclass(frozen=True, slots=True)
class Line:
    """One statement with the answers of all places."""

    ref: str
    in_the_way: bool
    """It keeps the outcome from its target in one of the places."""
    text: str
    official: str
    cells: tuple[tuple[Given, ...], ...]
    """One for each column of answers."""
    remarks: tuple[str, ...]
    """Reasons, with who gave them."""
    notes: tuple[str, ...]
    """What to know about an answer, or a reason that is missing."""

    @property
    def is_long(self) -> bool:
        """Whether it may go on over the page, so as not to leave half of one empty."""
        return sum(map(len, (*self.remarks, *self.notes))) > _LONG_ROW


@dataclass(frozen=True, slots=True)
class Band:
    """The statements of one level."""

    heading: str
    rows: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One outcome, in the places this edition shows."""

    anchor: str
    ref: str
    title: str
    about: str
    """Group and theme."""
    running: str
    """What the head of its pages says: outcome and places."""
    on_new_page: bool
    labels: tuple[str, ...]
    places: tuple[PlaceRow, ...]
    explanations: tuple[tuple[str, str], ...]
    """Where (empty where it is the only place), and the sentences that explain the result."""
    columns: tuple[str, ...]
    """Heads of the columns of answers."""
    bands: tuple[Band, ...]
    below: tuple[str, ...]
    """Remarks on many of the statements, and what file numbers stand for."""
    rationales: tuple[TextRow, ...]
    evidence: tuple[TextRow, ...]
    claims: tuple[TextRow, ...]
    official: str
    views: tuple[OutcomeView, ...]
    """The same, place by place."""


def side_by_side(basis: Basis, *, every_answer: bool) -> tuple[SideBySide, ...]:
    """Give the outcomes in the order of their sets.

    Args:
        every_answer: shows them all, in every place; otherwise only where there is something to
            decide.
    """
    found: dict[tuple[str, str], list[OutcomeScore]] = {}
    for ref, framework in basis.frameworks.items():
        found |= {(ref, outcome): [] for outcome in framework.outcomes}
    for score in basis.card.outcomes:
        if every_answer or wants_detail(basis, score):
            found[score.key.framework, score.key.outcome].append(score)
    shown = [scores for scores in found.values() if scores]
    before: tuple[str, str] | None = None
    made: list[SideBySide] = []
    for scores in shown:
        framework, outcome, _ = scores[0].asked
        top = framework.ref, basis.groups[framework.ref, outcome.id][0].id
        is_new = len(shown) > _LONG_SET and before is not None and top != before
        made.append(_joined(basis, scores, on_new_page=is_new, names_all=every_answer))
        before = top
    return tuple(made)


def _joined(
    basis: Basis, scores: Sequence[OutcomeScore], *, on_new_page: bool, names_all: bool
) -> SideBySide:
    framework, outcome, _ = scores[0].asked
    views = [outcome_view(basis, each) for each in scores]
    places = [each.asked.scope.id for each in scores]
    labels = [e for e in _LABELS if any(x.label == e for view in views for x in view.verdicts)]
    where = basis.said_places(places)
    name = f"{outcome.id} {outcome.title}"
    return SideBySide(
        anchor=basis.outcome_anchor(framework.ref, outcome.id),
        ref=outcome.id,
        title=outcome.title,
        about=_about(basis, scores[0]),
        running=f"{name} · {where}",
        on_new_page=on_new_page,
        labels=tuple(labels),
        places=tuple(
            PlaceRow(
                view.anchor,
                basis.place(place),
                tuple(
                    tuple(each.verdict for each in view.verdicts if each.label == label)
                    for label in labels
                ),
                tuple(each.verdict for each in view.verdicts if each.label in _BETWEEN),
            )
            for place, view in zip(places, views, strict=True)
        ),
        explanations=tuple(
            _alike(
                basis,
                places,
                [
                    " ".join(filter(None, (e.explanation, e.confirmation, e.no_evidence)))
                    for e in views
                ],
            )
        ),
        columns=_columns(basis, places),
        bands=tuple(_bands(basis, places, views, names_all=names_all)),
        below=tuple(_below(basis, places, views)),
        rationales=tuple(_texts(basis, places, [each.rationales for each in views])),
        evidence=tuple(_texts(basis, places, [each.evidence for each in views])),
        claims=tuple(_texts(basis, places, [each.claims for each in views])),
        official=views[0].official,
        views=tuple(views),
    )


def _about(basis: Basis, score: OutcomeScore) -> str:
    framework, outcome, _ = score.asked
    group = basis.groups[framework.ref, outcome.id][-1]
    parts = [said_group(group) if has_own_name(group) else f"{group.kind} {said_group(group)}"]
    theme = basis.theme_of(score)
    if theme:
        parts.append(f"theme {basis.themes.theme(theme).title}")
    if len(basis.frameworks) > 1:
        parts.insert(0, framework.short_title)
    return " · ".join(parts)


def _alike(
    basis: Basis, places: Sequence[ScopeId], texts: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Say what is the same in several places once: where, and what."""
    found: dict[str, list[ScopeId]] = {}
    for place, text in zip(places, texts, strict=True):
        found.setdefault(text, []).append(place)
    for text, at in found.items():
        yield basis.said_places(at) if len(places) > 1 else "", text


def _texts(
    basis: Basis, places: Sequence[ScopeId], rows: Sequence[Sequence[TextRow]]
) -> Iterator[TextRow]:
    """Give texts with the place before who wrote them, where there are several places."""
    for place, here in zip(places, rows, strict=True):
        prefix = f"{basis.place(place)}: " if len(places) > 1 else ""
        for each in here:
            yield TextRow(each.text, f"{prefix}{each.who}", each.origin, each.valid)


def _columns(basis: Basis, places: Sequence[ScopeId]) -> tuple[str, ...]:
    if 1 < len(places) <= _MOST_COLUMNS:
        return tuple(basis.place(each) for each in places)
    return ("Answer",) if len(places) == 1 else ("Answers, and where",)


def _bands(
    basis: Basis, places: Sequence[ScopeId], views: Sequence[OutcomeView], *, names_all: bool
) -> Iterator[Band]:
    shared = _shared(views)
    for at, band in enumerate(views[0].bands):
        columns = zip(*(view.bands[at].rows for view in views), strict=True)
        yield Band(
            band.heading,
            tuple(
                _line(basis, places, rows, shared=shared, names_all=names_all) for rows in columns
            ),
        )


def _line(
    basis: Basis,
    places: Sequence[ScopeId],
    rows: Sequence[StatementRow],
    *,
    shared: Collection[str],
    names_all: bool,
) -> Line:
    several = len(places) > 1
    notes = ["" if each.note in shared else each.note for each in rows]
    return Line(
        rows[0].ref,
        any(each.in_the_way for each in rows),
        rows[0].text,
        rows[0].official,
        tuple(_given(each) for each in rows)
        if len(places) <= _MOST_COLUMNS
        else (tuple(_by_answer(basis, places, rows, names_all=names_all)),),
        tuple(
            f"{f'{basis.place(place)}, ' if several else ''}{who}: {reason}"
            for place, row in zip(places, rows, strict=True)
            for who, reason in row.reasons
        ),
        tuple(_said(basis, places, notes)),
    )


def _said(basis: Basis, places: Sequence[ScopeId], texts: Sequence[str]) -> Iterator[str]:
    """Give texts of places that are not empty, with the places where not all have the same."""
    for at, text in _alike(basis, places, texts):
        if text:
            yield f"{at}: {text}" if at and len(set(texts)) > 1 else text


def _rows(view: OutcomeView) -> Iterator[StatementRow]:
    return (row for band in view.bands for row in band.rows)


def _shared(views: Sequence[OutcomeView]) -> set[str]:
    """Give the remarks that stand beside many statements."""
    found = Counter(row.note for view in views for row in _rows(view) if row.note)
    return {note for note, number in found.items() if number > _MANY}


def _below(basis: Basis, places: Sequence[ScopeId], views: Sequence[OutcomeView]) -> Iterator[str]:
    for note in sorted(_shared(views)):
        where = [", ".join(row.ref for row in _rows(view) if row.note == note) for view in views]
        yield f"{note} So: {'; '.join(_said(basis, places, where))}."
    yield from _said(basis, places, [each.files for each in views])


def _given(row: StatementRow) -> tuple[Given, ...]:
    if row.several:
        return tuple(
            Given(each.label, _short(f"{each.who}, {each.origin}")) for each in row.answers
        )
    return (Given(row.answer, _short(row.origin)),)


def _short(origin: str) -> str:
    """Say ``F1 C25`` for ``F1, cell C25``: it stands beside every answer."""
    return origin.removeprefix("Cell ").replace(", cell ", " ")


def _by_answer(
    basis: Basis, places: Sequence[ScopeId], rows: Sequence[StatementRow], *, names_all: bool
) -> Iterator[Given]:
    """Give each answer once, with the places that gave it and where it stands in their files.

    Args:
        names_all: otherwise the answer most places gave is only counted.
    """
    found: dict[str, list[str]] = {}
    for place, row in zip(places, rows, strict=True):
        for each in _given(row):
            at = f"{basis.place(place)} ({each.where})" if each.where else basis.place(place)
            found.setdefault(each.label, []).append(at)
    for label, where in sorted(found.items(), key=lambda item: -len(item[1])):
        is_usual = not names_all and len(where) == max(map(len, found.values()))
        yield Given(label, f"{len(where)} places" if is_usual else "; ".join(where))
