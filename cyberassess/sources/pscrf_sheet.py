"""The publisher's sheet of the Public Sector Cyber Resilience Framework, row by row.

Every row that holds a control must say its id, its stage and its text. Whatever does not is named;
nothing is guessed.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cyberassess.errors import Problem, counted
from cyberassess.sources.pscrf_layout import (
    CORE,
    GROUPS,
    ROLES,
    CellLike,
    Column,
    Layout,
    SheetLike,
    asked_columns,
    by_row,
    columns_of,
    find_sheet,
    letter,
    shown,
    tidy,
)
from cyberassess.sources.tables import fold

_KEPT = "Nothing was written."
_MEND = "Correct it in a copy of the sheet and import the copy."


@dataclass(frozen=True, slots=True)
class SheetControl:
    """One control as the sheet states it; groups may have been carried down."""

    place: str
    """Sheet and cell of its id."""
    row: int
    id: str
    text: str
    stage: str
    """The id of its stage, as the words given name it."""
    groups: tuple[str, str, str]
    """Domain, category and sub-category, as they stand in the sheet."""
    numbers: tuple[str, str]
    """Numbers of category and sub-category that have columns of their own; else empty."""
    duties: tuple[str, ...]
    references: str
    carried: bool
    """True where its sub-category stands in a row above."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the sheet says."""

    sheet: str
    heading_row: int
    columns: tuple[Column, ...]
    unread: tuple[str, ...]
    """Headings of columns that have no role."""
    controls: tuple[SheetControl, ...]


def read_sheet(
    sheets: Sequence[SheetLike],
    name: str,
    *,
    columns: Mapping[str, str],
    stages: Mapping[str, str],
) -> tuple[Reading | None, tuple[Problem, ...]]:
    """Read the one sheet that holds controls.

    Args:
        name: what places call the workbook.
        columns: roles of columns, keyed by heading or by letter, that settle what is unsure.
        stages: ids of stages, keyed by each word in small letters that may name one.

    Returns:
        The reading, or ``None`` where anything is missing; and every problem and note.
    """
    asked, problems = asked_columns(columns)
    if problems:
        return None, problems
    found, problems = find_sheet(sheets, name, asked)
    if found is None:
        return None, problems
    sheet, heading_row = found
    place = f'{name}, sheet "{sheet.name}"'
    layout, problems = columns_of(sheet, heading_row, place, asked)
    if layout is None:
        return None, problems
    return _Rows(sheet, heading_row, place, layout, stages).read()


class _Rows:
    """Reads the rows below the headings, carrying group names down over empty cells."""

    def __init__(
        self,
        sheet: SheetLike,
        heading_row: int,
        place: str,
        layout: Layout,
        stages: Mapping[str, str],
    ) -> None:
        self.sheet, self.heading_row, self.place = sheet, heading_row, place
        self.layout, self.stages = layout, stages
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.controls: list[SheetControl] = []
        self.current: dict[str, str] = {}
        self.carried: dict[str, list[int]] = {role: [] for role in GROUPS}
        self.first: dict[str, str] = {}

    def read(self) -> tuple[Reading | None, tuple[Problem, ...]]:
        by_column = {number: role for role, number in self.layout.columns.items()}
        rows = by_row(self.sheet)
        headings = {each.column: fold(each.text) for each in rows[self.heading_row]}
        for number in sorted(each for each in rows if each > self.heading_row):
            cells = rows[number]
            if {each.column: fold(each.text) for each in cells} == headings:
                self.note("repeated-headings", self.at(cells[0]), "The headings stand here again.")
                continue
            self.row(number, {by_column[c.column]: c for c in cells if c.column in by_column})
            if not any(c.column in by_column for c in cells):
                self.note(
                    "not-placed", self.at(cells[0]), f"No column here is read: {shown(cells)}."
                )
        self.sum_up()
        if not self.controls and not self.problems:
            self.say("no-controls", self.place, "No row below the headings holds a control.")
        if self.problems:
            return None, (*self.problems, *self.notes)
        columns = tuple(
            Column(role, letter(number), self.layout.headings.get(number, ""))
            for role, number in self.layout.columns.items()
        )
        reading = Reading(
            self.sheet.name,
            self.heading_row,
            tuple(sorted(columns, key=lambda each: ROLES.index(each.role))),
            self.layout.unread,
            tuple(self.controls),
        )
        return reading, tuple(self.notes)

    def at(self, cell: CellLike) -> str:
        return f"{self.place}, cell {cell.address}"

    def say(self, code: str, where: str, message: str, hint: str = _MEND) -> None:
        self.problems.append(Problem(code, where, message, f"{hint} {_KEPT}"))

    def note(self, code: str, where: str, message: str, hint: str = "") -> None:
        self.notes.append(Problem.note(code, where, message, hint))

    def row(self, number: int, cells: Mapping[str, CellLike]) -> None:
        if not self.is_readable(cells):
            return
        values = {role: tidy(cell.text) for role, cell in cells.items()}
        self.carry(number, values, is_control=bool(CORE & values.keys()))
        if not CORE & values.keys():
            if values:
                cell = next(iter(cells.values()))
                what = (
                    "It holds names of groups and no control."
                    if set(values) <= {*GROUPS, "category-number", "sub-category-number"}
                    else "It holds no id, no text and no stage."
                )
                self.note(
                    "not-placed", self.at(cell), f"{what} It has {shown(list(cells.values()))}."
                )
            return
        missing = [role for role in ("id", "text", "stage") if role not in values]
        missing += [role for role in GROUPS if not self.current.get(role)]
        where = f"{self.place}, row {number}"
        if missing:
            empty = " and ".join(
                f"{role} ({letter(self.layout.columns[role])}{number})" for role in missing
            )
            self.say(
                "incomplete-control",
                where,
                f"The row holds a control but no {empty}. It has {shown(list(cells.values()))}.",
                "Fill the cell in a copy of the sheet, or delete the row there if it is none, "
                "and import the copy.",
            )
            return
        self.place_control(number, cells, values)

    def is_readable(self, cells: Mapping[str, CellLike]) -> bool:
        """Refuse cells whose value cannot be trusted."""
        good = True
        for role, cell in cells.items():
            said = ""
            if cell.kind == "f":
                said = f'A formula stands here: "{tidy(cell.text)[:60]}". Its value is not read.'
            elif cell.kind == "e":
                said = f'"{cell.text}" stands here instead of a value.'
            elif cell.kind in "db" and role not in ("references", "duty"):
                said = f'The spreadsheet turned this {role} into "{tidy(cell.text)}".'
            if said:
                code = {"f": "formula", "e": "error-value"}.get(cell.kind, "changed-value")
                self.say(
                    code,
                    self.at(cell),
                    said,
                    "Type the text itself there in a copy of the sheet and import the copy.",
                )
                good = False
        return good

    def carry(self, number: int, values: Mapping[str, str], *, is_control: bool) -> None:
        """Take new names of groups; a new one ends those below it."""
        for role in GROUPS:
            if role in values:
                if values[role] != self.current.get(role):
                    for below in GROUPS[GROUPS.index(role) + 1 :]:
                        self.current.pop(below, None)
                        self.current.pop(f"{below}-number", None)
                    self.current.pop(f"{role}-number", None)
                self.current[role] = values[role]
            elif is_control and self.current.get(role):
                self.carried[role].append(number)
            if f"{role}-number" in values:
                self.current[f"{role}-number"] = values[f"{role}-number"]

    def place_control(
        self, number: int, cells: Mapping[str, CellLike], values: Mapping[str, str]
    ) -> None:
        control = values["id"].rstrip(".")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", control):
            self.say(
                "unusable-id",
                self.at(cells["id"]),
                f'"{values["id"]}" cannot be an id: it may hold letters, digits, dots and '
                "hyphens only.",
            )
            return
        if control in self.first:
            self.say(
                "repeated-id",
                self.at(cells["id"]),
                f'The id "{control}" stands in {self.first[control]} already.',
                "If the spreadsheet cut a zero off (1.10 became 1.1), type it as text in a copy, "
                "and import the copy.",
            )
            return
        self.first[control] = f"cell {cells['id'].address}"
        stage = self.stage_of(values["stage"])
        if not stage:
            self.say(
                "unknown-stage",
                self.at(cells["stage"]),
                f'"{values["stage"]}" names no one stage.',
                f"Stages are named by: {', '.join(self.stages)}. {_MEND}",
            )
            return
        duty = re.split(r"[;|\n]", cells["duty"].text) if "duty" in cells else []
        self.controls.append(
            SheetControl(
                f'sheet "{self.sheet.name}", cell {cells["id"].address}',
                number,
                control,
                values["text"],
                stage,
                (self.current["domain"], self.current["category"], self.current["sub-category"]),
                (
                    self.current.get("category-number", ""),
                    self.current.get("sub-category-number", ""),
                ),
                tuple(dict.fromkeys(tidy(each) for each in duty if each.strip())),
                values.get("references", ""),
                "sub-category" not in values,
            )
        )

    def stage_of(self, text: str) -> str:
        """Give the stage that the words name, if they name just one and say nothing else."""
        words = [each for each in fold(text).split() if each not in _STAGE_WORDS]
        found = {self.stages.get(each, "") for each in words}
        return found.pop() if len(found) == 1 else ""

    def sum_up(self) -> None:
        """Say what was carried down and what was hidden."""
        for role, numbers in self.carried.items():
            if numbers:
                self.note(
                    "carried-down",
                    self.place,
                    f"The {role} was taken from the row above in "
                    f"{counted(len(numbers), 'row')} whose cell is empty: {spans(numbers)}.",
                )
        hidden = sorted({each.row for each in self.controls} & set(self.sheet.hidden_rows))
        if hidden:
            self.note(
                "hidden-rows",
                self.place,
                f"{counted(len(hidden), 'hidden row')} with a control was read too: "
                f"{spans(hidden)}."
                if len(hidden) == 1
                else f"{len(hidden)} hidden rows with controls were read too: {spans(hidden)}.",
                "If they are withdrawn, delete them in a copy and import the copy.",
            )
        unseen = set(self.layout.columns.values()) & set(self.sheet.hidden_columns)
        if unseen:
            letters = ", ".join(letter(each) for each in sorted(unseen))
            self.note("hidden-columns", self.place, f"Read although hidden: column {letters}.")
        if self.sheet.is_hidden:
            self.note("hidden-sheet", self.place, "The sheet is hidden. It was read.")


_STAGE_WORDS: Collection[str] = frozenset({"stage", "level", "tier"})


def spans(numbers: Sequence[int]) -> str:
    """Give ``3 to 5, 9`` for 3, 4, 5, 9."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in parts)
