"""What authors bring: targets of their own, new control sets."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess.books.brought import YAML, read_rows
from cyberassess.disk import resources
from cyberassess.disk.files import write_whole
from cyberassess.disk.framework_yaml import Shelf, read_one_file
from cyberassess.domain.calendar_words import understand_date
from cyberassess.domain.sets.checks import can_be_asked, check_target
from cyberassess.domain.sets.framework import Framework, LevelId, OutcomeId, Profile, Target
from cyberassess.domain.sets.theming import THEMES
from cyberassess.errors import FrameworkError, Problem, closest, counted, mention
from cyberassess.opening.files_for_people import saving, slug
from cyberassess.opening.writing import now
from cyberassess.sources import tables
from cyberassess.sources.tables import Cell, Row, Table, fold, id_of

_UNTOUCHED = "Nothing was written."

_OUTCOME = ("outcome", "ref", "id", "reference", "outcome id", "outcome ref", "code",
            "contributing outcome", "control", "sub category", "subcategory",
            "csf outcome function category or subcategory")  # fmt: skip
_QUOTED = 60
"""Characters of a cell that are quoted."""
_LEVEL = ("level", "target", "status", "target level", "target status", "required level",
          "required status", "required", "profile", "determination")  # fmt: skip


@dataclass(frozen=True, slots=True)
class TargetsWanted:
    """What ``framework profile`` is told."""

    framework: str
    """``id@version``."""
    title: str
    publisher: str
    source: str
    date: str
    """ISO 8601."""
    output: Path | None = None
    """``<id>.yaml`` in the current folder where it is ``None``; the id comes from the title."""
    force: bool = False
    folder: Path | None = None
    """Control sets of one's own, laid out like ``frameworks/``; looked in before the shipped."""
    mapping: tuple[str, ...] = ()
    """Each ``COLUMN=ROLE``, where a table's headings do not say what they are."""


@dataclass(frozen=True, slots=True)
class ProfileWritten:
    """What ``framework profile`` made."""

    path: Path
    framework: Framework
    profile: Profile
    notes: tuple[Problem, ...]


def write_profile(path: Path, wanted: TargetsWanted) -> ProfileWritten:
    """Turn a table of outcomes and levels into a profile that ``new --profile`` takes.

    Raises:
        FrameworkError: with everything that is wrong; nothing is written then.
        WorkbookError: where a workbook cannot be read.
    """
    output, name, date = _check_wanted(wanted)
    shelf = Shelf(wanted.folder, over_shipped=True)
    framework = shelf.framework(wanted.framework).framework
    known = (
        tables.Field("outcome", _outcome_headings(framework), frozenset(_outcomes(framework))),
        tables.Field("level", _LEVEL, frozenset(_levels(framework))),
    )
    fields = tables.with_mapping(known, wanted.mapping)
    rows, notes = read_rows(path, fields)
    table, problems = tables.find_table(rows, path.name, fields)
    if table is None:
        raise FrameworkError(*problems)
    placed = _place(framework, table)
    target = Target(
        title=wanted.title.strip(),
        publisher=wanted.publisher.strip(),
        source=wanted.source.strip(),
        accessed=date,
        requirements=placed.requirements,
        no_target=tuple(placed.no_target),
    )
    profile = Profile(
        schema="1",
        id=name,
        revision=1,
        title=target.title,
        owner=target.publisher,
        targets={framework.ref: target},
    )
    faults = [*placed.problems]
    for fault in check_target(framework, profile):
        where = placed.places.get(fault.where.rpartition(", ")[2], path.name)
        if fault.code != "missing-outcome":
            faults.append(Problem(fault.code, where, fault.message, fault.hint or _UNTOUCHED))
    faults += _not_listed(framework, placed, path.name)
    if faults:
        raise FrameworkError(*faults)
    write_text(output, profile_text(profile))
    return ProfileWritten(output, framework, profile, (*notes, *placed.notes))


def _check_wanted(wanted: TargetsWanted) -> tuple[Path, str, str]:
    problems = [
        Problem("empty", what, "Nothing was given.", f"Give it a value. {_UNTOUCHED}")
        for what, text in (
            ("--title", wanted.title),
            ("--publisher", wanted.publisher),
            ("--source", wanted.source),
        )
        if not text.strip()
    ]
    date, said = understand_date(wanted.date, "--date", _UNTOUCHED)
    if said is not None:
        (mention if date else problems.append)(said)
    output = wanted.output or Path(f"{slug(wanted.title)}.yaml")
    name = slug(output.stem)
    if output.suffix not in YAML:
        hint = f"Give it a name such as {output.stem or 'our-target'}.yaml. {_UNTOUCHED}"
        problems.append(Problem("not-yaml-name", str(output), "A profile is a YAML file.", hint))
    elif output.exists() and not wanted.force:
        hint = f"Give another name with -o, or --force to replace it. {_UNTOUCHED}"
        message = "There is a file of this name already."
        problems.append(Problem("exists", str(output), message, hint))
    if name in Shelf().profiles():
        hint = f"Give another name with -o. {_UNTOUCHED}"
        message = f'"{name}" is a profile that comes with cyberassess.'
        problems.append(Problem("shipped-profile", str(output), message, hint))
    if problems:
        raise FrameworkError(*problems)
    return output, name, date


def _outcome_headings(framework: Framework) -> tuple[str, ...]:
    kind = fold(framework.outcome_kind)
    return tuple(dict.fromkeys((*_OUTCOME, kind, f"{kind} id", f"{kind} ref")))


def _outcomes(framework: Framework) -> dict[str, OutcomeId]:
    """Give the outcomes keyed by every way a row may name them, folded."""
    named: dict[str, OutcomeId] = {}
    for outcome in framework.outcomes.values():
        named[fold(f"{outcome.id} {outcome.title}")] = outcome.id
    return named | {fold(each): each for each in framework.outcomes}


def _levels(framework: Framework) -> dict[str, LevelId]:
    titles = {fold(level.title): level.id for level in framework.scale}
    return titles | {fold(level.id): level.id for level in framework.scale}


class _Placed:
    """The rows that could be placed, and what is wrong with the others."""

    def __init__(self) -> None:
        self.requirements: dict[OutcomeId, LevelId] = {}
        self.no_target: list[OutcomeId] = []
        self.places: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.passed: dict[str, list[Row]] = {}

    def say(self, code: str, where: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(code, where, message, f"{hint} {_UNTOUCHED}".strip()))

    def note(self, row: Row, message: str) -> None:
        """Say that a row was passed over; what is said of many rows is said once."""
        self.passed.setdefault(message, []).append(row)

    @property
    def notes(self) -> list[Problem]:
        """What was passed over."""
        return [_passed_over(rows, message) for message, rows in self.passed.items()]


def _passed_over(rows: Sequence[Row], message: str) -> Problem:
    shown = ", ".join(f'"{cell.text[:40]}"' for cell in list(rows[0].cells.values())[:3])
    more = f" And {counted(len(rows) - 1, 'more row')} like it." if rows[1:] else ""
    return Problem.note("passed-over", rows[0].place, f"{message}: {shown}.{more}")


def _place(framework: Framework, table: Table) -> _Placed:
    """Place every row, or say why it cannot be placed."""
    placed = _Placed()
    outcomes, levels = _outcomes(framework), _levels(framework)
    groups = {fold(group.id) for each in framework.located for group in each.groups}
    groups |= {fold(f"{g.id} {g.title}") for each in framework.located for g in each.groups}
    for row in table.above:
        placed.note(row, "The row stands above the headings and was not read")
    for row in table.rows:
        name, level = (row.cells.get(table.columns[each]) for each in ("outcome", "level"))
        flawed = [cell for cell in (name, level) if cell is not None and cell.flaw]
        for cell in flawed:
            hint = "Type the value itself into a visible cell, as text."
            message = f'"{cell.text[:_QUOTED]}" {cell.flaw}.'
            placed.say("not-a-value", cell.place, message, hint)
        if flawed:
            continue
        if name is None:
            if level is None:
                placed.note(row, "The row names no outcome and no level and was passed over")
            else:
                hint = "Write its id in the outcome column, or remove the row."
                message = f'The level "{level.text[:_QUOTED]}" stands beside no outcome.'
                placed.say("no-outcome", level.place, message, hint)
            continue
        found = outcomes.get(fold(name.text)) or outcomes.get(fold(id_of(name.text)))
        if found is None and fold(name.text) in groups and level is None:
            placed.note(row, "The row is a heading without a level and was passed over")
        elif found is None:
            ids = [str(each) for each in framework.outcomes]
            hint = closest(name.text[:_QUOTED], ids) or f"Outcomes are named like {ids[0]}."
            message = f'"{name.text[:_QUOTED]}" is not an outcome of {framework.ref}.'
            placed.say("unknown-outcome", name.place, message, hint)
        elif found in placed.places:
            hint = "Keep one row. A spreadsheet turns 1.10 into 1.1: format the column as text."
            message = f"{found} stands here again; it stands at {placed.places[found]} already."
            placed.say("repeated-outcome", name.place, message, hint)
        else:
            placed.places[found] = (level or name).place
            _place_level(framework, placed, found, level, levels)
    return placed


def _place_level(
    framework: Framework,
    placed: _Placed,
    outcome: OutcomeId,
    cell: Cell | None,
    levels: Mapping[str, LevelId],
) -> None:
    if cell is None:
        placed.no_target.append(outcome)
        return
    level = levels.get(fold(cell.text))
    if level is None:
        allowed = ", ".join(each.title for each in framework.scale)
        hint = f"Use one of: {allowed}. Leave the cell empty where there is no target."
        message = f'"{cell.text[:_QUOTED]}" is not a level of {framework.ref} ({outcome}).'
        placed.say("unknown-level", cell.place, message, hint)
    elif all(each is not framework.outcomes[outcome] for each in framework.assessed):
        hint = "Leave its cell empty."
        message = f"{outcome} only asks what applies; it reaches no level."
        placed.say("not-assessed", cell.place, message, hint)
    elif not can_be_asked(framework, framework.outcomes[outcome], level):
        has = {each.level for each in framework.outcomes[outcome].indicators}
        allowed = ", ".join(each.title for each in framework.scale if each.id in has)
        title, hint = framework.level(level).title, f"Use one of: {allowed}."
        message = f"{outcome} cannot be {title}: it has no such column."
        if framework.rule.kind.passes_over:
            message = f"{outcome} has no control for {title} or for a stage below it."
            hint += " Leave the cell empty where there is no target."
        placed.say("unreachable-level", cell.place, message, hint)
    else:
        placed.requirements[outcome] = level


def _not_listed(framework: Framework, placed: _Placed, name: str) -> list[Problem]:
    missing = [str(each.id) for each in framework.assessed if each.id not in placed.places]
    if not missing:
        return []
    hint = f"Add a row for each; leave its level empty where there is no target. {_UNTOUCHED}"
    message = f"The file says nothing about {', '.join(missing)}."
    return [Problem("missing-outcome", name, message, hint)]


def quoted(text: str) -> str:
    """Give a text as YAML in double quotes, with what YAML refuses written by number."""
    readable = text.encode("utf-8", "replace").decode()
    return "".join(
        each if each.isprintable() or each in "\u00a0\u202f" else _numbered(each)
        for each in json.dumps(readable, ensure_ascii=False)
    )


def _numbered(character: str) -> str:
    number = ord(character)
    return f"\\U{number:08x}" if number >> 16 else f"\\u{number:04x}"


def profile_text(profile: Profile) -> str:
    """Give a profile as a file of the shape of ``frameworks/profiles/``."""
    lines = [
        'schema: "1"',
        f"id: {quoted(profile.id)}",
        f'revision: "{profile.revision}"',
        f"title: {quoted(profile.title)}",
        f"owner: {quoted(profile.owner)}",
        "targets:",
    ]
    for ref, target in profile.targets.items():
        lines += [
            f"  {quoted(ref)}:",
            f"    title: {quoted(target.title)}",
            f"    publisher: {quoted(target.publisher)}",
            f"    source: {quoted(target.source)}",
            f"    accessed: {quoted(target.accessed)}",
            "    requirements:" if target.requirements else "    requirements: {}",
            *(
                f"      {quoted(key)}: {quoted(level)}"
                for key, level in target.requirements.items()
            ),
        ]
        if target.no_target:
            lines.append(f"    no_target: [{', '.join(map(quoted, target.no_target))}]")
    return "\n".join(lines) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a file whole, with the folders above it.

    Raises:
        FrameworkError: where it cannot be written.
    """
    hint = f"Choose a folder you may write to. {_UNTOUCHED}"
    with saving(path, hint=hint, raising=FrameworkError):
        write_whole(path, text.encode())


@dataclass(frozen=True, slots=True)
class SetBegun:
    """What ``framework new`` made."""

    path: Path
    themes: Path
    themes_were_there: bool


_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]*")
_RESERVED = ("answers", "profiles", "themes", "upgrades", "mappings", "registries", "wording")


def begin_set(ref: str, folder: Path) -> SetBegun:
    """Write a starter file of a control set, and a placing in themes where there is none yet.

    Raises:
        FrameworkError: where the name cannot be used or something would be overwritten.
    """
    name, _, version = ref.partition("@")
    if not _ID.fullmatch(name) or not _VERSION.fullmatch(version) or name in _RESERVED:
        message = f'"{ref}" cannot name a control set.'
        hint = (
            "Write an id of lower-case letters, digits and hyphens, @, and a version: "
            f"our-rules@1. These ids are taken: {', '.join(_RESERVED)}. {_UNTOUCHED}"
        )
        raise FrameworkError.because("wrong-name", "ID@VERSION", message, hint)
    if ref in Shelf().refs():
        message = f"{ref} is a control set that is there already."
        hint = f"Choose another id or version. {_UNTOUCHED}"
        raise FrameworkError.because("shipped-set", "ID@VERSION", message, hint)
    path = folder / name / f"{version}.yaml"
    themes = folder / "themes" / f"{THEMES}.yaml"
    if path.exists():
        hint = f"Go on with it, or choose another version or folder. {_UNTOUCHED}"
        message = "There is a file of this name already."
        raise FrameworkError.because("exists", str(path), message, hint)
    skeleton = resources.folder("templates") / "framework"
    there = themes.exists()
    values = {"MY-SET": name, "MY-VERSION": version, "MY-DATE": now()[:10]}
    if not there:
        write_text(themes, _filled((skeleton / "themes.yaml").read_text("utf-8"), values))
    # NOTE: last, so that the command can be given again where it was ended before
    write_text(path, _filled((skeleton / "set.yaml").read_text("utf-8"), values))
    _, problems = read_one_file(path)
    if problems:
        raise FrameworkError(*problems)
    return SetBegun(path, themes, there)


def _filled(text: str, values: Mapping[str, str]) -> str:
    for key, value in values.items():
        text = text.replace(key, value)
    return text
