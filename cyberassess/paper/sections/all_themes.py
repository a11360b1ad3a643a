"""Where all themes of a control set stand, in one table."""

from collections.abc import Iterator

from cyberassess.domain.assessment import ALL_SCOPES
from cyberassess.domain.result.theme_maturity import THEME_RULE, ThemeScore
from cyberassess.domain.sets.framework import Framework, FrameworkRef
from cyberassess.domain.sets.theming import Theme
from cyberassess.paper.basis import Basis, joined
from cyberassess.paper.blocks import (
    Bar,
    Block,
    Picture,
    Row,
    Table,
    Text,
    columns,
)
from cyberassess.paper.sections.last_year import said_comparison

_BAR, _BAR_HEIGHT = 200, 14
_NEAR_THE_END = 196


def all_themes(basis: Basis) -> Iterator[Block]:
    """Show where all themes stand, a table for each control set."""
    for ref in basis.frameworks:
        yield from _themes(basis, ref)


def _themes(basis: Basis, ref: FrameworkRef) -> Iterator[Block]:
    """Show all themes of a control set: now, last year, the ambition; the headline theme first."""
    framework = basis.frameworks[ref]
    rows: list[Row] = []
    empty: list[str] = []
    for theme in sorted(basis.themes.themes, key=lambda each: each.id != basis.headline.id):
        score = basis.card.theme(ref, theme.id)
        if score.pairs or score.of:
            rows.append(_theme(basis, theme, score))
        else:
            empty.append(theme.title)
    heads = columns(
        ("Theme", 18), ("Meet the target", 15), ("Share; the line is last year", 24),
        ("Last year", 13), ("Level", 17), ("Ambition", 13),
    )  # fmt: skip
    title = f"{framework.title} {framework.version}" if len(basis.frameworks) > 1 else ""
    yield Table(heads, tuple(rows), "short", title)
    yield Text(" ".join(_theme_notes(basis, framework, empty)), "small")


def _theme(basis: Basis, theme: Theme, score: ThemeScore) -> Row:
    before = basis.baseline(score.framework, theme.id)
    ambition = basis.settings.ambition.get(theme.id)
    meets = f"{score.meets} of {score.of}" if score.of else "no target"
    meets = "not known" if basis.is_unknown else meets
    return (
        theme.title,
        meets,
        _bar(basis, f"{theme.title}: {meets} meet the target", score, before) if score.of else "",
        f"{before.meets} of {before.of}" if before else "not known",
        score.level_in_words,
        "none set" if ambition is None else f"level {ambition}",
    )


def _bar(basis: Basis, text: str, score: ThemeScore, before: ThemeScore | None) -> Picture:
    """Draw a theme's share, and last year's as a line with white beside it."""
    colours = basis.look.colours
    bars = [
        Bar(0.5, 2, _BAR - 1, 10, colours.track, colours.outline, line=1, round=2),
        Bar(0, 2, _BAR * score.meets // score.of, 10, colours.main, round=2),
    ]
    if before:
        mark = _BAR * before.meets // before.of
        at = mark - 3 if mark > _NEAR_THE_END else mark
        bars += [
            Bar(at, 0, 4, _BAR_HEIGHT, colours.white),
            Bar(at + 1, 0, 2, _BAR_HEIGHT, colours.ink),
        ]
        text += f", last year {before.meets} of {before.of}"
    return Picture(text, _BAR_HEIGHT, tuple(bars), width=_BAR, kind="bar")


def _by_default(basis: Basis, framework: Framework) -> Iterator[str]:
    """Say what the default's placing would give, where the organisation's own differs."""
    found: list[str] = []
    for default in basis.default_scores:
        if default.framework != framework.ref or default.scope != ALL_SCOPES:
            continue
        own = next((e for e in basis.card.themes if _same_line(e, default)), None)
        if own is None or (own.meets, own.of, own.level) != (
            default.meets,
            default.of,
            default.level,
        ):
            title = basis.title_by_default(default.theme)
            level = default.note or "no level"
            level = level if default.level is None else f"level {default.level.value}"
            found.append(f"{title} {default.meets} of {default.of}, {level}")
    if found:
        yield f"Themes are placed by the organisation. By the default's placing: {joined(found)}."


def _same_line(one: ThemeScore, other: ThemeScore) -> bool:
    return (one.framework, one.scope, one.theme) == (other.framework, other.scope, other.theme)


def _theme_notes(basis: Basis, framework: Framework, empty: list[str]) -> Iterator[str]:
    yield f"Levels follow rule {THEME_RULE}."
    if scale := framework.rule.scale or framework.rule.kind.scale:
        yield scale
    if empty:
        verb = "has" if len(empty) == 1 else "have"
        yield f"{joined(empty)} {verb} no outcome in this framework."
    yield from _by_default(basis, framework)
    yield said_comparison(basis, framework)
