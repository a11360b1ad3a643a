"""An outcome in all its places: each statement once, its answers beside each other."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.paper.basis import Basis, Verdict, has_own_name, said_group
from cyberassess.paper.blocks import (
    BREAK,
    Block,
    Heading,
    Part,
    Row,
    Section,
    Table,
    Text,
    columns,
    filled,
    paragraph,
    strong,
)
from cyberassess.paper.furniture import chip
from cyberassess.paper.sections.evidence import TextRow, said_texts
from cyberassess.paper.sections.outcomes import (
    OutcomeView,
    StatementRow,
    outcome_view,
    wants_detail,
)

_MOST_COLUMNS = 3
"""Places with a column of their own; of more, each answer says where it was given."""
_MOST_KEPT = 8
"""Places whose verdicts stay on one page."""
_LONG_SET = 30
"""More outcomes than these are easier to find where each objective has its pages."""
_LABELS = ("By the rule", "Confirmed", "Assurer", "Target")
_BETWEEN = ("At worst", "At best")
_MANY = 3
"""A remark beside more statements than these stands once, below them."""


Outcome = Sequence[OutcomeScore]
"""One outcome in the places an edition shows."""


def shown_outcomes(basis: Basis, *, every_answer: bool) -> list[Outcome]:
    """Give the outcomes that have a section, in the order of their sets.

    Args:
        every_answer: all of them, in every place; otherwise only where there is something to
            decide.
    """
    found: dict[tuple[str, str], list[OutcomeScore]] = {}
    for ref, framework in basis.frameworks.items():
        found |= {(ref, outcome): [] for outcome in framework.outcomes}
    for score in basis.card.outcomes:
        if every_answer or wants_detail(basis, score):
            found[score.key.framework, score.key.outcome].append(score)
    return [scores for scores in found.values() if scores]


def side_by_side(
    basis: Basis, outcomes: Sequence[Outcome], note: str, *, names_all: bool
) -> Iterator[Section]:
    """Give each outcome a section.

    Args:
        note: what this edition leaves out.
        names_all: names each place that gave an answer; otherwise the most are only counted.
    """
    before: tuple[str, str] | None = None
    for scores in outcomes:
        framework, outcome, _ = scores[0].asked
        top = framework.ref, basis.groups[framework.ref, outcome.id][0].id
        is_new = len(outcomes) > _LONG_SET and before is not None and top != before
        cut = "part" if is_new else "part on"
        if before is None:
            heading = Heading("Outcomes, one by one", kind="control", anchor="outcomes")
            files = "F numbers name the files listed under Method and limits; C25 is a cell."
            text = Text(f"{note} {files}".lstrip(), "meta keep")
            yield Section((heading, text), "intro", cut)
            cut = ""
        yield Section(tuple(_outcome(basis, scores, names_all=names_all)), "outcome", cut)
        before = top


def _outcome(basis: Basis, scores: Outcome, *, names_all: bool) -> Iterator[Block]:
    framework, outcome, _ = scores[0].asked
    views = [outcome_view(basis, each) for each in scores]
    places = [each.asked.scope.id for each in scores]
    name = f"{outcome.id} {outcome.title}"
    yield Heading(
        name,
        3,
        anchor=basis.outcome_anchor(framework.ref, outcome.id),
        running=f"{name} · {basis.said_places(places)}",
    )
    yield Text(_about(basis, scores[0]), "meta keep")
    yield _verdicts(basis, places, views)
    said = [" ".join(filter(None, (e.explanation, e.confirmation, e.no_evidence))) for e in views]
    for at, text in _alike(basis, places, said):
        yield Text((strong(f"{at}."), f" {text}") if at else text)
    if views[0].official:
        yield Text(f"Official wording: {views[0].official}", "official")
    yield from _bands(basis, places, views, names_all=names_all)
    yield from (Text(each, "by files") for each in _below(basis, places, views))
    why = _texts(basis, places, [each.rationales for each in views])
    yield from filled(Heading("Why", 4), said_texts(why))
    evidence = tuple(_texts(basis, places, [each.evidence for each in views]))
    if evidence:
        heads = columns(
            ("Evidence", 56, "band pre"), ("In date until", 18, "a"), ("From", 26, "from")
        )
        rows = tuple((e.text, e.valid, f"{e.who}, {e.origin}") for e in evidence)
        yield Table(heads, rows, "st evidence", names=())
    claims = _texts(basis, places, [each.claims for each in views])
    yield from filled(Heading("Said in other tools", 4), said_texts(claims))


def _verdicts(basis: Basis, places: Sequence[ScopeId], views: Sequence[OutcomeView]) -> Table:
    """Say where the outcome stands in each place."""
    labels = [e for e in _LABELS if any(x.label == e for view in views for x in view.verdicts)]
    rows: list[Row] = []
    for place, view in zip(places, views, strict=True):
        cells = (
            _chips(each.verdict for each in view.verdicts if each.label == label)
            for label in labels
        )
        rows.append((Part(basis.place(place), anchor=view.anchor), *cells))
        open_ = [each.verdict for each in view.verdicts if each.label in _BETWEEN]
        if open_:
            worst, best = map(chip, open_)
            text = Text(("Between ", *worst, " at worst and ", *best, " at best"), "between")
            rows.append(("", text))
    short = " short" if len(places) <= _MOST_KEPT else ""
    heads = columns(("Place", 26), *((each, 0) for each in labels))
    return Table(heads, tuple(rows), f"verdicts keep{short}")


def _chips(found: Iterable[Verdict]) -> tuple[str | Part, ...]:
    parts: list[str | Part] = []
    for each in found:
        parts += [*([", "] if parts else []), *chip(each)]
    return tuple(parts)


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
) -> Iterator[Table]:
    """Give the statements of each level, each once with the answers of all places."""
    shared = _shared(views)
    answers = _columns(basis, places)
    text = 61 if len(places) == 1 else 46 if len(answers) == 1 else 90 - 16 * len(answers)
    rest = 90 - text if len(answers) == 1 else 0
    for at, band in enumerate(views[0].bands):
        heads = columns(
            ("Ref", 10), (band.heading, text, "band"),
            *((each, rest, "several") for each in answers),
        )  # fmt: skip
        found = zip(*(view.bands[at].rows for view in views), strict=True)
        rows = (_line(basis, places, each, shared, names_all=names_all) for each in found)
        yield Table(heads, tuple(rows), "st")


def _line(
    basis: Basis,
    places: Sequence[ScopeId],
    rows: Sequence[StatementRow],
    shared: Collection[str],
    *,
    names_all: bool,
) -> Row:
    several = len(places) > 1
    first = rows[0]
    notes = ["" if each.note in shared else each.note for each in rows]
    tag = (Part("In the way:", "tag"), " ") if any(each.in_the_way for each in rows) else ()
    official = f"Official wording: {first.official}" if first.official else ""
    remarks = (
        Text(f"{f'{basis.place(place)}, ' if several else ''}{who}: {reason}", "pre")
        for place, row in zip(places, rows, strict=True)
        for who, reason in row.reasons
    )
    said = (Text(each, "n") for each in _said(basis, places, notes))
    text = (*tag, first.text, *paragraph(official, "official"), *remarks, *said)
    if len(places) <= _MOST_COLUMNS:
        return (first.ref, text, *(_answers(_given(each)) for each in rows))
    return first.ref, text, _answers(_by_answer(basis, places, rows, names_all=names_all))


def _answers(given: Iterable[tuple[str, str]]) -> tuple[str | Part, ...]:
    """Say what was answered, and who gave it or where; each on a line of its own."""
    parts: list[str | Part] = []
    for label, where in given:
        parts += [*([BREAK] if parts else []), strong(label), *([f" {where}"] if where else [])]
    return tuple(parts)


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


def _given(row: StatementRow) -> Iterator[tuple[str, str]]:
    if row.several:
        for each in row.answers:
            yield each.label, _short(f"{each.who}, {each.origin}")
    else:
        yield row.answer, _short(row.origin)


def _short(origin: str) -> str:
    """Say ``F1 C25`` for ``F1, cell C25``: it stands beside every answer."""
    return origin.removeprefix("Cell ").replace(", cell ", " ")


def _by_answer(
    basis: Basis, places: Sequence[ScopeId], rows: Sequence[StatementRow], *, names_all: bool
) -> Iterator[tuple[str, str]]:
    """Give each answer once, with the places that gave it and where it stands in their files.

    Args:
        names_all: otherwise the answer most places gave is only counted.
    """
    found: dict[str, list[str]] = {}
    for place, row in zip(places, rows, strict=True):
        for label, where in _given(row):
            at = f"{basis.place(place)} ({where})" if where else basis.place(place)
            found.setdefault(label, []).append(at)
    for label, all_ in sorted(found.items(), key=lambda item: -len(item[1])):
        is_usual = not names_all and len(all_) == max(map(len, found.values()))
        yield label, f"{len(all_)} places" if is_usual else "; ".join(all_)
