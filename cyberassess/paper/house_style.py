"""``house-style.yaml``: an organisation's name, logo, two colours and words, each checked."""

from pathlib import Path

from pydantic import Field

from cyberassess.disk import strict_yaml
from cyberassess.disk.files import joined, kind_of, open_plain
from cyberassess.domain.record.plan import Cost
from cyberassess.domain.sets.framework import Model
from cyberassess.errors import AssessmentError, Problem
from cyberassess.paper.logo import MOST_BYTES, Refused, read_logo
from cyberassess.paper.look import (
    DEFAULT_COSTS,
    LEAST_CONTRAST,
    OURS,
    WHITE,
    Logo,
    Look,
    contrast,
    shades,
)

HOUSE_STYLE = "house-style.yaml"
_LONGEST = 80
_LONGEST_COST = 24
_COLOUR = r"^#[0-9a-fA-F]{6}$"


class _Colours(Model):
    main: str = Field(default=OURS.main, pattern=_COLOUR)
    accent: str = Field(default=OURS.accent, pattern=_COLOUR)


class _Costs(Model):
    none: str = DEFAULT_COSTS[Cost.NONE]
    low: str = DEFAULT_COSTS[Cost.LOW]
    medium: str = DEFAULT_COSTS[Cost.MEDIUM]
    high: str = DEFAULT_COSTS[Cost.HIGH]


class _Wording(Model):
    board: str = Look().board
    finance_officer: str = ""
    risk_owner: str = Look().risk_owner
    adviser: str = Look().adviser
    costs: _Costs = _Costs()


class _HouseStyle(Model):
    schema_: str = Field(alias="schema", pattern="^1$")
    name: str = ""
    logo: str = ""
    colours: _Colours = _Colours()
    wording: _Wording = _Wording()


def read_look(folder: Path) -> tuple[Look, tuple[Problem, ...]]:
    """Read an organisation's look from its workspace; ours where it has none.

    What is wrong is left out and reported, one problem each.
    """
    path = folder / HOUSE_STYLE
    if not path.exists() and not path.is_symlink():
        return Look(), ()
    fault = _outside(folder, HOUSE_STYLE)
    if fault:
        return Look(), (_problem("house-style", "", fault, "Put the file itself there."),)
    style, problems, _ = strict_yaml.read_file(path, HOUSE_STYLE, _HouseStyle)
    if style is None:
        return Look(), tuple(problems)
    found = [*problems, *_lengths(style), *_contrasts(style.colours)]
    logo: Logo | None = None
    if style.logo:
        try:
            logo = _logo(folder, style.logo)
        except Refused as refusal:
            found.append(_problem("logo", "logo", refusal.message, refusal.hint))
    costs = style.wording.costs
    return Look(
        style.name,
        logo,
        shades(style.colours.main, style.colours.accent),
        style.wording.board,
        style.wording.finance_officer,
        style.wording.risk_owner,
        style.wording.adviser,
        {
            Cost.NONE: costs.none,
            Cost.LOW: costs.low,
            Cost.MEDIUM: costs.medium,
            Cost.HIGH: costs.high,
            Cost.UNKNOWN: DEFAULT_COSTS[Cost.UNKNOWN],
        },
    ), tuple(found)


def _problem(code: str, where: str, message: str, hint: str) -> Problem:
    place = f"{HOUSE_STYLE}, {where}" if where else HOUSE_STYLE
    return Problem(code, place, message, f"{hint} Nothing was printed.")


def _outside(folder: Path, name: str) -> str:
    """Say why a file may not be read: only what lies in the workspace itself may."""
    try:
        what = kind_of(joined(folder, name).lstat())
    except AssessmentError as cause:
        return f'"{name}" may not be used. {cause.problems[0].message}'
    except OSError:
        return f'There is no file "{name}" in the assessment\'s folder.'
    return f'"{name}" is {what}.' if what else ""


def _logo(folder: Path, name: str) -> Logo:
    fault = _outside(folder, name)
    if fault:
        raise Refused(fault, "Copy the picture into the folder, and name it here.")
    try:
        with open_plain(folder / name) as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as cause:
        raise Refused(
            f'"{name}" cannot be read: {cause.strerror}.', "Look at its permissions."
        ) from cause
    return read_logo(name, data)


def _lengths(style: _HouseStyle) -> list[Problem]:
    texts = [("name", style.name, _LONGEST)]
    wording = style.wording
    texts += [
        (f"wording, {key}", getattr(wording, key), _LONGEST)
        for key in ("board", "finance_officer", "risk_owner", "adviser")
    ]
    texts += [
        (f"wording, costs, {key}", getattr(wording.costs, key), _LONGEST_COST)
        for key in ("none", "low", "medium", "high")
    ]
    return [
        _problem(
            "too-long",
            where,
            f'"{text[:40]}…" has {len(text)} characters.'
            if len(text) > most
            else f'"{text[:40]!r}" does not fit on one line.',
            f"Use at most {most}, on one line.",
        )
        for where, text, most in texts
        if len(text) > most or any(not each.isprintable() for each in text)
    ]


def _contrasts(colours: _Colours) -> list[Problem]:
    """Check that both colours can be read as text on white, and white on them."""
    problems = []
    for name in ("main", "accent"):
        value = getattr(colours, name)
        found = contrast(value, WHITE)
        if found < LEAST_CONTRAST:
            problems.append(
                _problem(
                    "contrast",
                    f"colours, {name}",
                    f'"{value}" against white has a contrast of {found:.1f} to 1.',
                    f"Text needs {LEAST_CONTRAST} to 1 or more: take a darker shade.",
                )
            )
    return problems
