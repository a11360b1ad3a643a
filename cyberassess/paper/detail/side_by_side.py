"""An outcome in all its places: each statement once, its answers beside each other."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.paper.basis import Basis, Verdict, are_many, has_own_name, joined, said_group
from cyberassess.paper.blocks import (
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

_MOST_NAMED = 3
"""Places that are all named beside an answer, in every edition."""
_MOST_KEPT = 8
"""Places whose verdicts stay on one page."""
_LONG_SET = 30
"""More outcomes than these are easier to find where each objective has its pages."""
_LONG_HEAD = 40
"""Characters of names of places; more take a third line of a page's head."""
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
            title = "Outcomes, one by one"
            heading = Heading(title, kind="control", anchor="outcomes", running=title)
            files = (
                "In brackets stands where an answer comes from: F1 is one of the files listed "
                "under Method and limits, C25 a cell. What keeps a place from its target is "
                "marked: in the way."
            )
            text = Text(f"{note} {files}".lstrip(), "meta keep")
            yield Section((heading, text), "new-page intro", "part")
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
        running=f"{name} · {_said_few(basis, places)}",
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
        heads = columns(("Evidence", 56, "pre"), ("In date until", 18), ("From", 26))
        rows = tuple((e.text, e.valid, f"{e.who}, {e.origin}") for e in evidence)
        yield Table(heads, rows, "tight", names=())
    claims = _texts(basis, places, [each.claims for each in views])
    yield from filled(Heading("Said in other tools", 4), said_texts(claims))


def _said_few(basis: Basis, places: Sequence[ScopeId]) -> str:
    """Name places, or say how many there are: in as many words as fit above a page."""
    names = basis.said_places(places)
    return names if len(places) == 1 or len(names) <= _LONG_HEAD else f"{len(places)} places"


def _verdicts(
    basis: Basis, places: Sequence[ScopeId], views: Sequence[OutcomeView]
) -> Table | Text:
    """Say where the outcome stands in each place."""
    if len(places) == 1:
        return _verdict(basis.place(places[0]), views[0])
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


def _verdict(place: str, view: OutcomeView) -> Text:
    """Say where the outcome stands in the one place there is."""
    parts = (part for e in view.verdicts for part in (f" · {e.label}: ", *chip(e.verdict)))
    return Text((Part(place, anchor=view.anchor), *parts), "keep")


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
    """Give each text once, with the places before who wrote it where there are several."""
    found: dict[tuple[str, str], dict[tuple[str, str], list[ScopeId]]] = {}
    for place, here in zip(places, rows, strict=True):
        for each in here:
            where = found.setdefault((each.text, each.valid), {})
            where.setdefault((each.who, each.origin), []).append(place)
    for (text, valid), where in found.items():
        said = [
            (f"{_all_named(basis, places, at)}: {who}" if len(places) > 1 else who, origin)
            for (who, origin), at in where.items()
        ]
        *others, (last, from_) = said
        whos = [*(f"{who}, {origin}" for who, origin in others), last]
        yield TextRow(text, "; ".join(whos), from_, valid)


def _all_named(basis: Basis, places: Sequence[ScopeId], at: Sequence[ScopeId]) -> str:
    """Name every place, where it is not all of them."""
    is_all = len(at) == len(places)
    return basis.said_places(at) if is_all else joined([basis.place(each) for each in at])


def _bands(
    basis: Basis, places: Sequence[ScopeId], views: Sequence[OutcomeView], *, names_all: bool
) -> Iterator[Table]:
    """Give the statements of each level, each once with the answers of all places."""
    shared = _shared(views)
    for at, band in enumerate(views[0].bands):
        heads = columns(("Ref", 11), (band.heading, 55), ("Answer", 16), ("From", 18))
        found = list(zip(*(view.bands[at].rows for view in views), strict=True))
        found.sort(key=lambda rows: not any(each.in_the_way for each in rows))
        lines = (_line(basis, places, rows, shared, names_all=names_all) for rows in found)
        yield Table(heads, tuple(lines), "st", by=2)


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
    official = f"Official wording: {first.official}" if first.official else ""
    remarks = (
        Text(f"{f'{basis.place(place)}, ' if several else ''}{who}: {reason}", "pre")
        for place, row in zip(places, rows, strict=True)
        for who, reason in row.reasons
    )
    said = (Text(each, "n") for each in _said(basis, places, notes))
    text: tuple[str | Text, ...]
    text = (first.text, *paragraph(official, "official"), *remarks, *said)
    answer, origin = _answers(basis, places, rows, names_all=names_all)
    if any(each.in_the_way for each in rows):
        answer += " (in the way)"
    return first.ref, text, answer, origin


def _answers(
    basis: Basis, places: Sequence[ScopeId], rows: Sequence[StatementRow], *, names_all: bool
) -> tuple[str, str]:
    """Say what was answered where, the most usual first, and from where in whose files.

    Args:
        names_all: otherwise, of many places, those of the most usual answer are not named.
    """
    found: dict[str, dict[ScopeId, str]] = {}
    for place, row in zip(places, rows, strict=True):
        found.setdefault(row.answer, {})[place] = _where(row)
    usual, *others = sorted(found, key=lambda label: -len(found[label]))
    shown = [usual, *others] if names_all or len(places) <= _MOST_NAMED else others
    counted = {label for label in shown if others and are_many(found[label])}
    origins = {where for label in shown for where in found[label].values() if where}
    named = (_from(basis, label, found[label], is_counted=label in counted) for label in shown)
    is_one = len(origins) == 1 and not counted and len(shown) == len(found)
    origin = "; ".join(origins if is_one else filter(None, named))
    if not others:
        number = len(places)
        everywhere = "both" if number == 2 else f"all {number}"  # noqa: PLR2004 - two
        return f"{usual} in {everywhere} places" if number > 1 else usual, origin
    said = (f"{label} in {basis.said_places(found[label])}" for label in (usual, *others))
    return "; ".join(said), origin


def _from(basis: Basis, label: str, at: Mapping[ScopeId, str], *, is_counted: bool) -> str:
    """Say from where an answer comes, place by place; where those were counted, name them all."""
    places = (
        f"{basis.place(e)} {where}".rstrip() for e, where in at.items() if where or is_counted
    )
    return f"{label}: {'; '.join(places)}" if is_counted else "; ".join(places)


def _where(row: StatementRow) -> str:
    if row.several:
        return "; ".join(
            _short(f"{each.who}: {each.label}, {each.origin}") for each in row.answers
        )
    return _short(row.origin)


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
    files = " ".join(_said(basis, places, [each.files for each in views]))
    if files:
        yield files


def _short(origin: str) -> str:
    """Say ``F1 C25`` for ``F1, cell C25``: it stands beside every answer."""
    return origin.removeprefix("Cell ").replace(", cell ", " ")
