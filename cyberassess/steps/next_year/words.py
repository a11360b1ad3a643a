"""What is said of corrected control sets, and of the years in a row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cyberassess.errors import Json, counted, fields_of, named
from cyberassess.terminal.fitting import wrap

if TYPE_CHECKING:
    from cyberassess.domain.result.trend import Line, Point, YearFacts
    from cyberassess.opening.years import Years
    from cyberassess.steps.next_year.changing_version import VersionChange
    from cyberassess.steps.next_year.updating import Later, Updates


_MOST = 12


def update_lines(found: "Updates", *, dry_run: bool) -> Iterator[str]:
    """Say of each set what changes and what is asked again."""
    if not found.later:
        yield "Every control set here is at the revision that ships now. Nothing was changed."
        return
    for each in found.later:
        yield f"{each.pinned.ref}: revision {each.before.revision} to {each.after.revision}"
        for line in _set_lines(found, each):
            yield from wrap(line, indent="  ")
    if found.themes:
        name, old, new = found.themes
        yield f"Themes {name}: revision {old} to {new}"
    if dry_run:
        yield "Nothing was changed. To take this up: cyberassess framework update"
    else:
        yield from wrap("The sets of before stay beside those of now. Next: cyberassess send")


def _set_lines(found: "Updates", each: "Later") -> Iterator[str]:
    yield from each.about
    if each.asked_again:
        yield f"Asked again, since they ask for something else: {named(each.asked_again, _MOST)}"
    if each.only:
        only = named(each.only, _MOST)
        yield f"Asked again where the answer was no, since there is a choice more: {only}"
    if each.reworded:
        yield f"The same in other words: {counted(len(each.reworded), 'statement')}"
    if each.new:
        yield f"New: {named(each.new, _MOST)}"
    if each.gone:
        yield f"Not asked any more: {named(each.gone, _MOST)}"
    if answers := found.answers[each.pinned.ref]:
        yield (
            f"{counted(answers, 'answer')} kept in the ledger, counting for nothing until given "
            "again."
        )
    (met, of), (meet, of_now) = found.meets(each.pinned.ref)
    if of or of_now:
        yield f"Targets met: {met} of {of} before, {meet} of {of_now} after."


def version_lines(found: "VersionChange", *, dry_run: bool) -> Iterator[str]:
    """Say what another version of a set changes, what stands, and what is asked again."""
    yield f"{found.before} to {found.after}"
    again = len({each.after for each in found.asked_again})
    said = [
        f"Statements: {len(found.asked):,}. {len(found.staying):,} are alike; {again:,} follow "
        f"one of before and are asked again; {len(found.new):,} are new. "
        f"Of before, {len(found.gone):,} are not asked any more.",
        f"Outcomes alike in every statement: {len(found.said.whole)} of "
        f"{len(found.way.after.assessed)}. What was confirmed and reviewed stands for them alone.",
    ]
    for line in said:
        yield from wrap(line, indent="  ")
    for kind, (stand, of) in found.kinds.items():
        rest = of - stand
        line = f"{kind[0].upper()}{kind[1:]}: {stand:,} of {of:,} stand"
        yield f"  {line}." if not rest else f"  {line}; {rest:,} {_REST.get(kind, _KEPT)}."
    because: dict[str, list[str]] = {}
    for each in found.asked_again:
        because.setdefault(each.because or _CHOICES, []).append(each.after)
    for why, names in because.items():
        yield from wrap(f"Asked again, because {why}: {named(names, _MOST)}", indent="  ")
    if found.new:
        yield from wrap(f"New: {named(found.new, _MOST)}", indent="  ")
    if found.gone:
        yield from wrap(f"Not asked any more: {named(found.gone, _MOST)}", indent="  ")
    for left in found.left:
        yield from wrap(f"{left.what}: {left.why}", indent="  ")
    (met, of), (meet, of_now) = (
        found.meets(found.then.card, found.before), found.meets(found.now.card, found.after),
    )  # fmt: skip
    if of or of_now:
        yield f"  Targets met: {met} of {of} before, {meet} of {of_now} after."
    if dry_run:
        yield f"Nothing was changed. To take it up: cyberassess framework update {found.after}"
    else:
        said_back = f"To go back: cyberassess framework update {found.before}."
        yield from wrap(f"Nothing was lost. {said_back} Next: cyberassess send")


_CHOICES = "the choices are not the same any more"
_KEPT = "are kept, and to be given again"
_REST = {
    "answers": "are kept, count for nothing, and are shown beside what is asked again",
    "explanations": "are kept, and shown where the outcome is explained (explain --trace)",
    "confirmed results": "are kept, and to be confirmed again",
    "reviewed results": "are kept; they were of the version before",
    "items of evidence": "are kept, and support nothing any more",
    "actions": "are kept, and are about what is not asked any more",
}


def trend_lines(found: "Years", kinds: Sequence[str]) -> Iterator[str]:
    """Say how each thing stood in each year, and what each year's numbers rest on."""
    for basis in basis_lines(found):
        yield from wrap(basis)
    for line in found.trend.lines:
        if line.kind not in kinds or not any(each.of for each in line.points):
            continue
        yield ""
        yield from wrap(f"{line.title} ({line.kind} {line.id} of {line.set})")
        for point in line.points:
            yield from wrap(point_line(point), indent="  ")
    for note in found.notes:
        yield from wrap(str(note))


def basis_lines(found: "Years") -> Iterator[str]:
    """Say what each year's numbers rest on."""
    from cyberassess.domain.result.theme_maturity import THEME_RULE

    for year in found.trend.years:
        rules = ", ".join(f"{ref} by {rule}" for ref, rule in year.rules.items())
        yield f"{year.period}: {year.basis}. {rules}."
        if year.why_not:
            yield f"No point on any line: {year.why_not}."
    yield f"Themes follow rule {THEME_RULE}; a number counts outcomes that meet their target."


def point_line(point: "Point") -> str:
    """Say one year of a line, with the break before it."""
    said = f"{point.period}: {point.meets} of {point.of}" if point.of else f"{point.period}: none"
    said = f"{said}, {point.word}" if point.word else said
    if point.why_not:
        said = f"{said} (no point: {point.why_not})"
    if not point.is_break:
        return said
    version = point.framework.rpartition("@")[2]
    same = point.restated
    if same is None:
        return f"{said} | version {version} from here: nothing of it is compared"
    few = "" if same.is_enough(point.of) else ", too few to say that it moved"
    return (
        f"{said} | version {version} from here: of {counted(same.of, 'outcome')} that "
        f"{'is' if same.of == 1 else 'are'} the same, {same.then} reached this target then and "
        f"{same.now} now{few}"
    )


def trend_json(found: "Years", kinds: Sequence[str]) -> Json:
    """Give ``trend --json``."""
    from cyberassess.domain.result.theme_maturity import THEME_RULE

    return {
        "schema": 1,
        "rule": THEME_RULE,
        "years": [
            {
                **fields_of(each, "period basis"),
                "rules": dict(each.rules),
                **fields_of(each, "answered statements why_not?"),
            }
            for each in found.trend.years
        ],
        "lines": [
            {
                **fields_of(line, "kind set id title"),
                "points": [_point_json(each) for each in line.points],
            }
            for line in found.trend.lines
            if line.kind in kinds
        ],
        "notes": [str(each) for each in found.notes],
    }


def _point_json(point: "Point") -> Json:
    restated = point.restated
    return {
        **fields_of(point, "period framework meets of word? why_not?"),
        "version_changed": point.is_break,
        "same_outcomes": None if restated is None else dict(restated._asdict()),
    }


HEADINGS = (
    "kind", "set", "id", "title", "period", "framework", "meets", "of", "word", "why no point",
    "version changed", "same outcomes", "met then", "met now", "rule", "basis",
)  # fmt: skip


def trend_rows(found: "Years", kinds: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give a row for each year of each line, under the headings."""
    yield HEADINGS
    years = {each.period: each for each in found.trend.years}
    for line in found.trend.lines:
        for each in line.points if line.kind in kinds else ():
            restated = ("", "", "") if each.restated is None else tuple(map(str, each.restated))
            yield (
                line.kind, line.set, line.id, line.title, each.period, each.framework,
                str(each.meets), str(each.of), each.word, each.why_not,
                "yes" if each.is_break else "", *restated, _rule(line, each, years),
                years[each.period].basis,
            )  # fmt: skip


def _rule(line: "Line", point: "Point", years: "Mapping[str, YearFacts]") -> str:
    from cyberassess.domain.result.theme_maturity import THEME_RULE

    by = years[point.period].rules.get(point.framework, "")
    return f"{THEME_RULE}, {by}" if line.kind == "theme" else by
