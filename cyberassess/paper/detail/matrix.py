"""Every outcome in every place on a page or two, which is also the table of contents."""

from collections.abc import Collection, Iterator, Sequence

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.sets.framework import Framework, OutcomeId
from cyberassess.paper.basis import Basis, fit_as_columns, said_group
from cyberassess.paper.blocks import (
    Block,
    Cell,
    Heading,
    Page,
    Part,
    Row,
    Section,
    Table,
    Text,
    columns,
)
from cyberassess.paper.furniture import letter
from cyberassess.paper.sections.outcomes import result_of, target_of

_MARKS = (
    "c: confirmed by a named person; r: reviewed independently; e: evidence named; s: evidence "
    "seen here."
)
_MOST_COLUMNS = 12
"""Outcomes side by side, where places are the rows."""
_ONE_TABLE = 24
"""Outcomes that are one table, where outcomes are the rows; more have one for each objective."""


def matrices(basis: Basis, shown: Collection[str]) -> Section:
    """Give a matrix for each control set.

    Args:
        shown: anchors of outcomes that have a section in this edition.
    """
    title = "Every outcome in every place"
    heading = Heading(title, anchor="matrix", running=title)
    blocks = (
        block
        for each in basis.frameworks.values()
        for block in _Matrix(basis, each, shown).blocks()
    )
    return Section((heading, *blocks), "new-page", "part")


class _Matrix:
    """One control set."""

    def __init__(self, basis: Basis, framework: Framework, shown: Collection[str]) -> None:
        self.basis, self.framework, self.shown = basis, framework, shown
        self.scores = {
            (each.key.outcome, each.key.scope): each
            for each in basis.card.outcomes
            if each.key.framework == framework.ref
        }
        self.first = {outcome: each for (outcome, _), each in reversed(self.scores.items())}
        asked = {scope for _, scope in self.scores}
        self.places = [each.id for each in basis.scopes if each.id in asked]

    def blocks(self) -> Iterator[Block]:
        """Give its name where there are several, what its letters mean, and its tables."""
        several = len(self.basis.frameworks) > 1
        if several:
            yield Heading(f"{self.framework.title} {self.framework.version}", 3)
        letters = dict.fromkeys(
            f"{found.letter}: {found.word.lower()}"
            for each in self.scores.values()
            for found in (result_of(each), target_of(each))
            if found.letter
        )
        legend = f"{'; '.join(letters)}. {_MARKS} An empty cell was not asked there."
        yield Text(legend, "small keep")
        is_turned = not fit_as_columns([self.basis.place(each) for each in self.places])
        is_one = not is_turned and len(self.first) <= _ONE_TABLE
        groups: dict[str, list[OutcomeId]] = {}
        for outcome in (each for each in self.framework.outcomes if each in self.first):
            top = said_group(self.basis.groups[self.framework.ref, outcome][0])
            groups.setdefault("" if is_one else top, []).append(outcome)
        for title, outcomes in groups.items():
            for few in _few(outcomes) if is_turned else [outcomes]:
                if title:
                    yield Heading(title, 4 if several else 3)
                if is_turned:
                    yield self._by_place(few)
                    yield Text(tuple(self._named(few)), "small")
                else:
                    yield self._by_outcome(few, title)

    def _by_outcome(self, outcomes: Sequence[OutcomeId], title: str) -> Table:
        wide = 14 if len(self.places) > 2 else 18  # noqa: PLR2004
        heads = columns(
            ("Ref", 8), ("Outcome", 0), *((self.basis.place(each), wide) for each in self.places),
            ("Target", 8), ("Page", 6, "number"),
        )  # fmt: skip
        rows: list[Row] = []
        before = title
        for each in outcomes:
            group = said_group(self.basis.groups[self.framework.ref, each][-1])
            if group != before:
                rows.append((group,))
                before = group
            marks = (self._mark(each, place) for place in self.places)
            name = Part(self._title(each), link=self._link(each))
            rows.append((each, name, *marks, self._target(each), self._page(each)))
        return Table(heads, tuple(rows), "matrix")

    def _by_place(self, outcomes: Sequence[OutcomeId]) -> Table:
        rows: list[Row] = [("Target", *map(self._target, outcomes))]
        if any(map(self._link, outcomes)):
            rows.append(("Page", *map(self._page, outcomes)))
        for place in self.places:
            if any((each, place) in self.scores for each in outcomes):
                marks = (self._mark(each, place) for each in outcomes)
                rows.append((self.basis.place(place), *marks))
        heads = columns(("Place", 24), *((each, 0) for each in outcomes))
        return Table(heads, tuple(rows), "matrix turned")

    def _named(self, outcomes: Sequence[OutcomeId]) -> Iterator[str | Part]:
        """Name outcomes, each leading to its section: heads that lead there repeat over pages."""
        for at, each in enumerate(outcomes):
            yield Part(f"{each} {self._title(each)}", link=self._link(each))
            yield "." if at == len(outcomes) - 1 else "; "

    def _title(self, outcome: OutcomeId) -> str:
        return self.first[outcome].asked.outcome.title

    def _link(self, outcome: OutcomeId) -> str:
        anchor = self.basis.outcome_anchor(self.framework.ref, outcome)
        return anchor if anchor in self.shown else ""

    def _page(self, outcome: OutcomeId) -> Cell:
        link = self._link(outcome)
        return Page(link) if link else ""

    def _target(self, outcome: OutcomeId) -> Cell:
        return letter(target_of(self.first[outcome]))

    def _mark(self, outcome: OutcomeId, place: ScopeId) -> Cell:
        """Give a result in one place: its letter, and how far it is proven."""
        score, basis = self.scores.get((outcome, place)), self.basis
        if score is None:
            return ""
        support = basis.evidence.support(score.evidence_places)
        marks = {
            "c": score.confirmed is not None,
            "r": score.key in basis.reviewed,
            "e": support.is_offered or bool(basis.state.evidence.get(score.key)),
            "s": any(each.is_seen for each in support.items),
        }
        return letter(
            result_of(score)
        ), f" {' '.join(key for key in marks if marks[key])}".rstrip()


def _few(outcomes: Sequence[OutcomeId]) -> Iterator[Sequence[OutcomeId]]:
    for start in range(0, len(outcomes), _MOST_COLUMNS):
        yield outcomes[start : start + _MOST_COLUMNS]
