"""Where a sheet of controls has its headings, and what each column is for.

Nobody here has seen the sheet of version 2.0, so nothing of its layout is taken for granted: the
row of headings is found by its words and each column has a role. Nothing is guessed.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cyberassess.errors import Problem, closest, named
from cyberassess.sources.tables import fold

GROUPS = ("domain", "category", "sub-category")
NEEDED = (*GROUPS, "id", "text", "stage", "duty")
ROLES = (*NEEDED, "category-number", "sub-category-number", "references", "ignore")
"""What a column can be for."""
NO_COLUMN = "none"
"""Given as the heading for ``duty``: the sheet has no such column."""

_SAID = {"id": "id of a control", "text": "text of a control", "duty": "duty area"}
CORE = frozenset({"id", "text", "stage"})
_FEWEST = 3
_FIRST_ROWS = 100
_MOST_NAMED = 10
_KEPT = "Nothing was written."

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


def tidy(text: str) -> str:
    """Give a text on one line, without characters that no text file may hold."""
    kept = (c if c.isprintable() else " " for c in text if unicodedata.category(c) != "Cf")
    return " ".join("".join(kept).split())


def asked_columns(columns: Mapping[str, str]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Check the roles somebody gave to columns, and give them keyed by heading or letter."""
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
    heading = fold(text)
    for each, role in asked.items():
        if heading and fold(each) == heading:
            return role
    return next((role for role, words in SYNONYMS.items() if heading in words), "")


def letter(number: int) -> str:
    """Give a column's letters: 28 is ``AB``."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def by_row(sheet: SheetLike) -> dict[int, list[CellLike]]:
    """Give the cells that hold something, keyed by row."""
    rows: dict[int, list[CellLike]] = {}
    for cell in sheet.cells:
        if cell.kind and cell.text.strip():
            rows.setdefault(cell.row, []).append(cell)
    return rows


def find_sheet(
    sheets: Sequence[SheetLike], name: str, asked: Mapping[str, str]
) -> tuple[tuple[SheetLike, int] | None, tuple[Problem, ...]]:
    """Give the one sheet with headings, and their row."""
    found: list[tuple[SheetLike, int]] = []
    seen: list[str] = []
    for sheet in sheets:
        best, best_row, widest = 0, 0, ""
        for row, cells in list(by_row(sheet).items())[:_FIRST_ROWS]:
            roles = {_role(cell.text, asked) for cell in cells if cell.kind == "s"}
            roles |= {role for each, role in asked.items() if _is_letter_of(each, cells)}
            roles -= {"", "ignore"}
            if len(roles) >= _FEWEST and len(roles & CORE) > 1 and len(roles) > best:
                best, best_row = len(roles), row
            widest = max(widest, shown(cells), key=lambda text: text.count('"'))
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
    return any(letter(cell.column) == asked for cell in cells)


def shown(cells: Sequence[CellLike]) -> str:
    """Quote what stands in a row, cut short."""
    return named((f'"{tidy(cell.text)[:40]}" ({cell.address})' for cell in cells), _MOST_NAMED)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column is for what."""

    columns: Mapping[str, int]
    """Numbers of the columns that are read, keyed by role."""
    headings: Mapping[int, str]
    unread: tuple[str, ...]


def columns_of(
    sheet: SheetLike, heading_row: int, place: str, asked: Mapping[str, str]
) -> tuple[Layout | None, tuple[Problem, ...]]:
    """Give the role of every column, or say what is unsure or missing."""
    rows = by_row(sheet)
    headings = {cell.column: tidy(cell.text) for cell in rows[heading_row]}
    used = {cell.column for row, cells in rows.items() if row > heading_row for cell in cells}
    seen = ", ".join(
        f'{letter(each)} "{headings[each]}"' if each in headings else f"{letter(each)} (none)"
        for each in sorted(used | set(headings))
    )
    where = f"{place}, row {heading_row}"
    problems: list[Problem] = []
    settled: dict[int, str] = {}
    for text, role in asked.items():
        if fold(text) == NO_COLUMN and role == "duty":
            continue
        matching = [n for n, each in headings.items() if fold(each) == fold(text)] or [
            n for n in sorted(used | set(headings)) if letter(n) == text
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
    return Layout(
        chosen,
        headings,
        tuple(f'{letter(each)} "{headings.get(each, "")}"' for each in unread),
    ), ()


def _unsure(
    claims: Mapping[str, list[int]],
    headings: Mapping[int, str],
    seen: str,
    where: str,
    asked: Mapping[str, str],
) -> Iterator[Problem]:
    """Say which role no column has, or more than one."""
    for role, found in claims.items():
        if len(found) > 1 and role not in ("", "ignore"):
            both = ", ".join(f'{letter(each)} "{headings.get(each, "")}"' for each in found)
            yield Problem(
                "two-columns",
                where,
                f"More than one column may be the {role}: {both}.",
                f"Say which: --map {letter(found[0])}={role}. {_KEPT}",
            )
    none_of = {role for text, role in asked.items() if fold(text) == NO_COLUMN}
    for role in NEEDED:
        if role not in claims and not (role == "duty" and role in none_of):
            without = " If there is none: --map none=duty." if role == "duty" else ""
            yield Problem(
                "missing-heading",
                where,
                f"No heading stands for the {_SAID.get(role, role)}. Seen: {seen}.",
                f'Name the column: --map "HEADING={role}".{without} {_KEPT}',
            )
