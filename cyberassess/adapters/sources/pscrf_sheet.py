"""The publisher's sheet of the Public Sector Cyber Resilience Framework, whatever its layout.

Nobody here has seen the sheet of version 2.0, so nothing of its layout is taken for granted: the
row of headings is found by its words, each column has a role, and every row that holds a control
must say its id, its stage and its text. Whatever does not is named; nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cyberassess.errors import Problem, Severity, closest, counted

GROUPS = ("domain", "category", "sub-category")
NEEDED = (*GROUPS, "id", "text", "stage", "duty")
ROLES = (*NEEDED, "category-number", "sub-category-number", "references", "ignore")
"""What a column can be for."""
NO_COLUMN = "none"
"""Given as the heading for ``duty``: the sheet has no such column."""

_SAID = {"id": "id of a control", "text": "text of a control", "duty": "duty area"}
_CORE = frozenset({"id", "text", "stage"})
_FEWEST = 3
_FIRST_ROWS = 100
_MOST_NAMED = 10
_KEPT = "Nothing was written."
_MEND = "Correct it in a copy of the sheet and import the copy."

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "domain": (
        "domain", "domains", "domain name", "domain title", "resilience domain", "function",
        "security domain",
    ),
    "category": (
        "category", "categories", "category name", "category title", "control category",
        "main category",
    ),
    "sub-category": (
        "sub category", "subcategory", "sub categories", "subcategories", "sub category name",
        "sub category title", "subcategory name", "subcategory title", "topic", "sub topic",
        "control sub category",
    ),
    "category-number": (
        "category no", "category number", "category id", "category ref", "cat no", "cat id",
        "cat ref",
    ),
    "sub-category-number": (
        "sub category no", "sub category number", "sub category id", "sub category ref",
        "subcategory no", "subcategory number", "subcategory id", "subcategory ref", "sub cat no",
        "sub cat ref", "sub cat id",
    ),
    "id": (
        "id", "ref", "ref no", "reference no", "reference number", "control id", "control ref",
        "control reference", "control no", "control number", "control reference number", "no",
        "number", "identifier", "unique id", "unique ref", "unique reference",
    ),
    "text": (
        "control", "controls", "control text", "control description", "control statement",
        "control wording", "text", "statement", "description of control", "control detail",
    ),
    "stage": (
        "stage", "level", "tier", "control stage", "control level", "control tier", "stage level",
        "resilience stage", "resilience level", "maturity stage", "stage of resilience",
        "baseline target advanced",
    ),
    "duty": (
        "duty area", "duty areas", "duty", "owner", "control owner", "owners", "duty owner",
        "area of duty", "responsible area", "responsible", "responsibility", "lead area",
        "duty area owner", "business area",
    ),
    "references": (
        "references", "standards", "related standards", "standard", "mapping", "mappings",
        "mapped standards", "standards mapping", "cross references", "standard references",
        "source standards", "alignment",
    ),
}  # fmt: skip
"""Headings as they are known, in small letters without punctuation."""


class CellLike(Protocol):
    """A cell as the reader of workbooks gives it."""

    @property
    def row(self) -> int: ...  # noqa: D102 - counted from one
    @property
    def column(self) -> int: ...  # noqa: D102 - counted from one
    @property
    def kind(self) -> str: ...  # noqa: D102 - ``s n b d f e``
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def address(self) -> str: ...  # noqa: D102 - ``D14``


class SheetLike(Protocol):
    """A sheet as the reader of workbooks gives it."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def is_hidden(self) -> bool: ...  # noqa: D102
    @property
    def hidden_rows(self) -> Sequence[int]: ...  # noqa: D102
    @property
    def hidden_columns(self) -> Sequence[int]: ...  # noqa: D102
    @property
    def cells(self) -> Sequence[CellLike]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read."""

    role: str
    letter: str
    heading: str


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
        sheets: all sheets of the workbook.
        name: what places call the workbook.
        columns: roles of columns, keyed by heading or by letter, that settle what is unsure.
        stages: ids of stages, keyed by each word in small letters that may name one.

    Returns:
        The reading, or ``None`` where anything is missing; and every problem and note.
    """
    asked, problems = _asked(columns)
    if problems:
        return None, problems
    found, problems = _find(sheets, name, asked)
    if found is None:
        return None, problems
    sheet, heading_row = found
    place = f'{name}, sheet "{sheet.name}"'
    layout, problems = _layout(sheet, heading_row, place, asked)
    if layout is None:
        return None, problems
    return _Rows(sheet, heading_row, place, layout, stages).read()


def plain(text: str) -> str:
    """Give a heading in small letters, without punctuation."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def tidy(text: str) -> str:
    """Give a text on one line, without characters that no text file may hold."""
    kept = (c if c.isprintable() else " " for c in text if unicodedata.category(c) != "Cf")
    return " ".join("".join(kept).split())


def _asked(columns: Mapping[str, str]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    problems = [
        Problem(
            "unknown-column-role",
            f"--map {heading}={role}",
            f'"{role}" is not a role a column can have.',
            f"{closest(role, ROLES)} Use one of: {', '.join(ROLES)}. {_KEPT}".strip(),
        )
        for heading, role in columns.items()
        if role not in ROLES
    ]
    roles = [role for role in columns.values() if role != "ignore"]
    problems += [
        Problem(
            "two-columns",
            "--map",
            f'"{role}" is given to more than one column.',
            f"Give it to one of them. {_KEPT}",
        )
        for role in sorted({each for each in roles if roles.count(each) > 1})
    ]
    return {heading.strip(): role for heading, role in columns.items()}, tuple(problems)


def _role(text: str, asked: Mapping[str, str]) -> str:
    """Give the role of a heading; empty where none is known."""
    heading = plain(text)
    for each, role in asked.items():
        if heading and plain(each) == heading:
            return role
    return next((role for role, words in SYNONYMS.items() if heading in words), "")


def _letter(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _by_row(sheet: SheetLike) -> dict[int, list[CellLike]]:
    rows: dict[int, list[CellLike]] = {}
    for cell in sheet.cells:
        if cell.kind and cell.text.strip():
            rows.setdefault(cell.row, []).append(cell)
    return rows


def _find(
    sheets: Sequence[SheetLike], name: str, asked: Mapping[str, str]
) -> tuple[tuple[SheetLike, int] | None, tuple[Problem, ...]]:
    """Give the one sheet with headings, and their row."""
    found: list[tuple[SheetLike, int]] = []
    seen: list[str] = []
    for sheet in sheets:
        best, best_row, widest = 0, 0, ""
        for row, cells in list(_by_row(sheet).items())[:_FIRST_ROWS]:
            roles = {_role(cell.text, asked) for cell in cells if cell.kind == "s"}
            roles |= {role for each, role in asked.items() if _is_letter_of(each, cells)}
            roles -= {"", "ignore"}
            if len(roles) >= _FEWEST and len(roles & _CORE) > 1 and len(roles) > best:
                best, best_row = len(roles), row
            shown = _shown(cells)
            widest = max(widest, shown, key=lambda text: text.count('"'))
        if best:
            found.append((sheet, best_row))
        seen.append(f'"{sheet.name}" has {widest or "nothing"}')
    if len(found) == 1:
        return found[0], ()
    if found:
        names = " and ".join(f'"{sheet.name}" (row {row})' for sheet, row in found)
        return None, (
            Problem(
                "two-sheets",
                name,
                f"More than one sheet has the headings of controls: {names}.",
                f"Keep only the sheet to import in a copy of the workbook. {_KEPT}",
            ),
        )
    return None, (
        Problem(
            "no-headings",
            name,
            f"No sheet has a row with the headings of controls. Widest rows: {'; '.join(seen)}.",
            "Say which heading stands for what, for example --map 'Requirement=text' "
            f"--map 'Item=id'. Roles: {', '.join(ROLES)}. {_KEPT}",
        ),
    )


def _is_letter_of(asked: str, cells: Sequence[CellLike]) -> bool:
    return any(_letter(cell.column) == asked for cell in cells)


def _shown(cells: Sequence[CellLike]) -> str:
    """Quote what stands in a row, cut short."""
    texts = [f'"{tidy(cell.text)[:40]}" ({cell.address})' for cell in cells[:_MOST_NAMED]]
    more = f" and {len(cells) - _MOST_NAMED} more" if len(cells) > _MOST_NAMED else ""
    return ", ".join(texts) + more


@dataclass(frozen=True, slots=True)
class _Layout:
    columns: Mapping[str, int]
    headings: Mapping[int, str]
    unread: tuple[str, ...]


def _layout(
    sheet: SheetLike, heading_row: int, place: str, asked: Mapping[str, str]
) -> tuple[_Layout | None, tuple[Problem, ...]]:
    rows = _by_row(sheet)
    headings = {cell.column: tidy(cell.text) for cell in rows[heading_row]}
    used = {cell.column for row, cells in rows.items() if row > heading_row for cell in cells}
    seen = ", ".join(
        f'{_letter(each)} "{headings[each]}"' if each in headings else f"{_letter(each)} (none)"
        for each in sorted(used | set(headings))
    )
    where = f"{place}, row {heading_row}"
    problems: list[Problem] = []
    settled: dict[int, str] = {}
    for text, role in asked.items():
        if plain(text) == NO_COLUMN and role == "duty":
            continue
        matching = [n for n, each in headings.items() if plain(each) == plain(text)] or [
            n for n in sorted(used | set(headings)) if _letter(n) == text
        ]
        if len(matching) != 1:
            said = "stands over more than one column" if matching else "is not a heading here"
            problems.append(
                Problem(
                    "unknown-heading",
                    where,
                    f'--map: "{text}" {said}. Headings: {seen}.',
                    f"{closest(text, list(headings.values()))} A column's letter will do too: "
                    f"--map F={role}. {_KEPT}".strip(),
                )
            )
            continue
        settled[matching[0]] = role
    given = set(settled.values())
    claims: dict[str, list[int]] = {}
    for number, heading in headings.items():
        role = settled.get(number) or _role(heading, {})
        if number in settled or role not in given:
            claims.setdefault(role, []).append(number)
    for number in settled.keys() - headings.keys():
        claims.setdefault(settled[number], []).append(number)
    problems += _unsure(claims, headings, seen, where, asked)
    if problems:
        return None, tuple(problems)
    chosen = {role: found[0] for role, found in claims.items() if role not in ("", "ignore")}
    unread = sorted((used | set(headings)) - set(chosen.values()))
    return _Layout(
        chosen,
        headings,
        tuple(f'{_letter(each)} "{headings.get(each, "")}"' for each in unread),
    ), ()


def _unsure(
    claims: Mapping[str, list[int]],
    headings: Mapping[int, str],
    seen: str,
    where: str,
    asked: Mapping[str, str],
) -> list[Problem]:
    """Say which role no column has, or more than one."""
    problems: list[Problem] = []
    for role, found in claims.items():
        if len(found) > 1 and role not in ("", "ignore"):
            both = ", ".join(f'{_letter(each)} "{headings.get(each, "")}"' for each in found)
            problems.append(
                Problem(
                    "two-columns",
                    where,
                    f"More than one column may be the {role}: {both}.",
                    f"Say which: --map {_letter(found[0])}={role}. {_KEPT}",
                )
            )
    none_of = {role for text, role in asked.items() if plain(text) == NO_COLUMN}
    for role in NEEDED:
        if role not in claims and not (role == "duty" and role in none_of):
            without = " If there is none: --map none=duty." if role == "duty" else ""
            problems.append(
                Problem(
                    "missing-heading",
                    where,
                    f"No heading stands for the {_SAID.get(role, role)}. Seen: {seen}.",
                    f'Name the column: --map "HEADING={role}".{without} {_KEPT}',
                )
            )
    return problems


class _Rows:
    """Reads the rows below the headings, carrying group names down over empty cells."""

    def __init__(
        self,
        sheet: SheetLike,
        heading_row: int,
        place: str,
        layout: _Layout,
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
        rows = _by_row(self.sheet)
        headings = {each.column: plain(each.text) for each in rows[self.heading_row]}
        for number in sorted(each for each in rows if each > self.heading_row):
            cells = rows[number]
            if {each.column: plain(each.text) for each in cells} == headings:
                self.note("repeated-headings", self.at(cells[0]), "The headings stand here again.")
                continue
            self.row(number, {by_column[c.column]: c for c in cells if c.column in by_column})
            if not any(c.column in by_column for c in cells):
                self.note(
                    "not-placed", self.at(cells[0]), f"No column here is read: {_shown(cells)}."
                )
        self.sum_up()
        if not self.controls and not self.problems:
            self.say("no-controls", self.place, "No row below the headings holds a control.")
        if self.problems:
            return None, (*self.problems, *self.notes)
        columns = tuple(
            Column(role, _letter(number), self.layout.headings.get(number, ""))
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
        self.notes.append(Problem(code, where, message, hint, Severity.NOTE))

    def row(self, number: int, cells: Mapping[str, CellLike]) -> None:
        if not self.is_readable(cells):
            return
        values = {role: tidy(cell.text) for role, cell in cells.items()}
        self.carry(number, values, is_control=bool(_CORE & values.keys()))
        if not _CORE & values.keys():
            if values:
                cell = next(iter(cells.values()))
                what = (
                    "It holds names of groups and no control."
                    if set(values) <= {*GROUPS, "category-number", "sub-category-number"}
                    else "It holds no id, no text and no stage."
                )
                self.note(
                    "not-placed", self.at(cell), f"{what} It has {_shown(list(cells.values()))}."
                )
            return
        missing = [role for role in ("id", "text", "stage") if role not in values]
        missing += [role for role in GROUPS if not self.current.get(role)]
        where = f"{self.place}, row {number}"
        if missing:
            empty = " and ".join(
                f"{role} ({_letter(self.layout.columns[role])}{number})" for role in missing
            )
            self.say(
                "incomplete-control",
                where,
                f"The row holds a control but no {empty}. It has {_shown(list(cells.values()))}.",
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
        words = [each for each in plain(text).split() if each not in _STAGE_WORDS]
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
            letters = ", ".join(_letter(each) for each in sorted(unseen))
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
