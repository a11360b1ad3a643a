"""People and systems as a spreadsheet, and back.

Rows are known by their *Id*, or by name where there is none. Whoever is not in the file stays as
they are and is named: nothing is ever removed by leaving it out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cyberassess.books.table_book import Column, Kind, TableSheet, write_table
from cyberassess.books.tables import Row, read_table
from cyberassess.domain.assessment import (
    ORGANISATION,
    SHARED_SERVICE,
    Person,
    Scope,
    Settings,
)
from cyberassess.domain.people.naming import goes_by, unsettled
from cyberassess.domain.record.happened import Event
from cyberassess.errors import AssessmentError, CyberassessError, Problem, Severity, closest
from cyberassess.opening.asks import asks_text, read_asks
from cyberassess.opening.assessment import (
    Assessment,
    about_renamings,
    need_known_names,
    open_assessment,
)
from cyberassess.opening.changing import UNTOUCHED, change_settings, plain
from cyberassess.opening.file_names import slug
from cyberassess.opening.files_for_people import refuse_existing
from cyberassess.opening.names import find_scope
from cyberassess.sources.tables import fold
from cyberassess.steps.people.people import next_person_id, people_values
from cyberassess.steps.people.same_people import as_they_were, handed_over, named_among, separated
from cyberassess.steps.people.systems import scopes_values

_PEOPLE_COLUMNS = (
    Column("Id", 60, is_input=False),
    Column("Name", 200, also=("Full name", "Display name", "User", "Person", "Employee")),
    Column("Role", 170, also=("Job title", "Position", "Function")),
    Column("E-mail", 260, also=("Email", "Email address", "E-mail address", "Mail")),
    Column("Asked about", 520, also=("Asked", "Questions", "Responsible for")),
)
_SYSTEMS_COLUMNS = (
    Column("Id", 130, is_input=False),
    Column("Name", 190, also=("System", "System name", "Title", "Application", "Asset")),
    Column("Kind", 120, ("system", SHARED_SERVICE, "cloud-service"), also=("Type",)),
    Column("Service", 130, also=("Department", "Directorate", "Business area")),
    Column("Owner", 130, also=("System owner", "Business owner", "Service owner")),
    Column("Supplier", 150, also=("Vendor", "Provider")),
    Column("Hosting", 100, ("on-premises", "hosted", "saas"), also=("Hosted", "Hosting type")),
    Column(
        "Why critical",
        290,
        takes_links=True,
        also=("Criticality", "Why it is critical", "Critical because"),
    ),
    Column("Inherits from", 130),
    Column("Covers", 100),
    Column("Left out because", 200, takes_links=True),
)
_PEOPLE_LINE = (
    "Asked about: roles or outcomes, @ and a system, for example service@housing; B2.c@revenues."
)
_SYSTEMS_LINE = "A row with a reason under Left out because is considered and not assessed."


def _kind(name: str, columns: tuple[Column, ...], line: str) -> Kind:
    return Kind(
        columns,
        needed=("Name",),
        once=("Id", "Name"),
        unread="It was not stored. Write it under one of the headings.",
        refused=UNTOUCHED,
        titles=(f"{name} of {{organisation}}, {{period}}",),
        lines=(line,),
        is_plain=True,
        is_whole=True,
    )


PEOPLE = _kind("People", _PEOPLE_COLUMNS, _PEOPLE_LINE)
SYSTEMS = _kind("Systems", _SYSTEMS_COLUMNS, _SYSTEMS_LINE)


def _to_write(output: Path | None, default: Path, *, force: bool) -> Path:
    path = output or default
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise AssessmentError(
            Problem(
                "unknown-kind",
                path.name,
                f'"{path.suffix or path.name}" is not a kind of file that is written here.',
                f"Give it a name that ends in .xlsx or .csv. {UNTOUCHED}",
            )
        )
    refuse_existing(path, force=force)
    return path


def _export(
    assessment: Assessment,
    path: Path,
    *,
    name: str,
    kind: Kind,
    rows: Sequence[tuple[str, ...]],
) -> Path:
    settings = assessment.contents.settings
    title = f"{name} of {settings.organisation}, {settings.period}"
    (line,) = kind.lines
    sheet = TableSheet(name, title, line, kind.columns, tuple(rows), spare=20)
    write_table(assessment, path, sheet)
    return path


def export_people(folder: Path, output: Path | None = None, *, force: bool = False) -> Path:
    """Write the people to a workbook, or to CSV; people.xlsx in the workspace by default.

    Raises:
        AssessmentError: where the file is there already, or cannot be written.
    """
    assessment = open_assessment(folder)
    path = _to_write(output, folder / "people.xlsx", force=force)
    rows = [
        (str(each.id), each.name, each.role, each.email, asks_text(each))
        for each in assessment.contents.settings.everybody
    ]
    return _export(assessment, path, name="People", kind=PEOPLE, rows=rows)


def export_systems(folder: Path, output: Path | None = None, *, force: bool = False) -> Path:
    """Write systems and what was left out to a workbook, or to CSV; systems.xlsx by default.

    Raises:
        AssessmentError: where the file is there already, or cannot be written.
    """
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    path = _to_write(output, folder / "systems.xlsx", force=force)
    rows: list[tuple[str, ...]] = [
        (
            str(each.id), each.title, each.kind, each.service,
            assessment.name_of(each.owner) if each.owner else "", each.supplier, each.hosting,
            each.why_critical, ", ".join(each.inherits), ", ".join(each.covers), "",
        )
        for each in settings.all_scopes
        if each.id != ORGANISATION
    ]  # fmt: skip
    rows += [("", each.title, *[""] * 8, each.reason) for each in settings.left_out]
    return _export(assessment, path, name="Systems", kind=SYSTEMS, rows=rows)


@dataclass
class TableTaken:
    """What a spreadsheet of people or systems changed."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    not_listed: list[str] = field(default_factory=list)
    """Those that are not in the file; they stay as they are."""
    problems: list[Problem] = field(default_factory=list)


def import_people(
    folder: Path,
    path: Path,
    *,
    renamed: Sequence[str] = (),
    new: Sequence[str] = (),
    reason: str = "",
    dry_run: bool = False,
    by: str | None = None,
) -> TableTaken:
    """Take people in from a spreadsheet.

    Args:
        renamed: people who have answered, and are the same under the name in the file.
        new: people who have answered, where the name in the file is somebody else's.
        reason: why, kept in the ledger.

    Raises:
        RenamedError: where a name is another one, and neither says what happened.
        AssessmentError: with everything that is wrong, each with its cell; nothing is changed.
        WorkbookError: where a workbook cannot be read.
    """
    taken = TableTaken()
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    came = read_table(path, PEOPLE)
    entries = came.rows
    taken.problems += came.problems
    everybody = {str(each.id): each for each in settings.everybody}
    problems = _moved(entries, {key: each.name for key, each in everybody.items()})
    listed: set[str] = set()
    for entry in entries:
        known = _known(entry, everybody.values())
        name = str(known.id) if known else _free_id(settings, everybody)
        values: dict[str, Any] = plain(known) if known else {"id": name}
        for heading, key in (("Name", "name"), ("Role", "role"), ("E-mail", "email")):
            if heading in entry.headings:
                values[key] = entry.text(heading)
        try:
            if "Asked about" in entry.headings:
                values["answers"] = read_asks(entry.text("Asked about"), entry.where, assessment)
            person = Person.model_validate({k: v for k, v in values.items() if v})
        except CyberassessError as cause:
            problems += cause.problems
            continue
        listed.add(name)
        _tell(taken, person.name, is_new=known is None, is_changed=person != known)
        everybody[name] = person
    if problems:
        raise AssessmentError(*problems)
    taken.not_listed = [each.name for key, each in everybody.items() if key not in listed]
    values = people_values(everybody.values(), str(settings.officer.id))
    stated = settings.model_validate(settings.model_dump(mode="json", by_alias=True) | values)
    changed = unsettled(assessment.state, stated)
    apart = named_among(changed, new)
    ids: dict[str, str] = {}
    if apart:
        values, ids = separated(stated, as_they_were(assessment), apart)
    same = named_among(changed, renamed)
    rest = [each for each in changed if each not in (*apart, *same)]
    if rest and not dry_run:
        need_known_names(replace(assessment, renamings=tuple(rest)))
    taken.problems += about_renamings(rest)
    trail = handed_over(assessment, ids, reason)
    _settle(
        folder,
        taken,
        values,
        command="people import",
        dry_run=dry_run,
        by=by,
        events=trail,
        renamed={each.person: reason for each in same},
    )
    return taken


def _moved(entries: Sequence[Row], names: Mapping[str, str]) -> list[Problem]:
    """Report rows that have the id of one and the name of another; nothing is taken in then."""
    from cyberassess.books.row_texts import Texts, moved

    texts = Texts.of(names.items())
    return [
        moved(each.where, each.text("Id"), other, each.text("Name"))
        for each in entries
        if each.text("Id") in names
        if (other := texts.owner(each.text("Name"), names[each.text("Id")]))
    ]


def _known(entry: Row, there: Iterable[Person]) -> Person | None:
    everybody = list(there)
    wanted, name = entry.text("Id"), fold(entry.text("Name"))
    by_id = (each for each in everybody if wanted and str(each.id) == wanted)
    by_name = (each for each in everybody if fold(each.name) == name)
    return next(by_id, None) or next(by_name, None)


def _free_id(settings: Settings, there: Mapping[str, Person]) -> str:
    first = next_person_id(settings)
    number = int(first[1:])
    while f"p{number}" in there:
        number += 1
    return f"p{number}"


def _tell(taken: TableTaken, name: str, *, is_new: bool, is_changed: bool) -> None:
    if is_new:
        taken.added.append(name)
    elif is_changed:
        taken.changed.append(name)
    else:
        taken.unchanged += 1


def _settle(
    folder: Path,
    taken: TableTaken,
    values: dict[str, Any],
    *,
    command: str,
    dry_run: bool,
    by: str | None,
    events: Sequence[Event] = (),
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> None:
    if dry_run:
        assessment = open_assessment(folder)
        from cyberassess.disk.workspace import SETTINGS, with_key

        text = (folder / SETTINGS).read_text(encoding="utf-8")
        for key, value in values.items():
            text = with_key(text, key, value)
        assessment.workspace.check(text, assessment.contents)
    elif taken.added or taken.changed:
        change_settings(
            folder, command, lambda _: values, by=by, events=lambda _: events, renamed=renamed
        )
    if taken.not_listed:
        taken.problems.append(
            Problem(
                "not-listed",
                "",
                f"Not in the file: {', '.join(taken.not_listed)}.",
                "They stay as they are.",
                Severity.NOTE,
            )
        )


_FACTS = (
    ("Service", "service"), ("Supplier", "supplier"), ("Hosting", "hosting"),
    ("Why critical", "why_critical"),
)  # fmt: skip


def import_systems(
    folder: Path, path: Path, *, dry_run: bool = False, by: str | None = None
) -> TableTaken:
    """Take systems, shared services and what was left out in from a spreadsheet.

    An owner nobody knows becomes somebody who is asked nothing yet, so that this spreadsheet may
    come before the one of people.

    Raises:
        AssessmentError: with everything that is wrong, each with its cell; nothing is changed.
        WorkbookError: where a workbook cannot be read.
    """
    taken = TableTaken()
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    came = read_table(path, SYSTEMS)
    entries = came.rows
    taken.problems += came.problems
    scopes = {str(each.id): each for each in settings.scopes}
    left_out = {fold(each.title): (each.title, each.reason) for each in settings.left_out}
    before = dict(left_out)
    problems = _moved(entries, {key: each.title for key, each in scopes.items()})
    listed: set[str] = {str(ORGANISATION)}
    owners = _Owners(settings)
    for entry in entries:
        title, reason = entry.text("Name"), entry.text("Left out because")
        if reason:
            left_out[fold(title)] = (title, reason)
            _tell(
                taken,
                title,
                is_new=fold(title) not in before,
                is_changed=before.get(fold(title)) != (title, reason),
            )
            continue
        titled = next((k for k, each in scopes.items() if fold(each.title) == fold(title)), "")
        key = entry.text("Id") or titled or slug(title)
        known = scopes.get(key)
        try:
            scope = _scope(entry, key, known, settings, entries=entries, owners=owners)
        except CyberassessError as cause:
            problems += cause.problems
            continue
        listed.add(key)
        _tell(taken, scope.title, is_new=known is None, is_changed=scope != known)
        scopes[key] = scope
    if problems:
        raise AssessmentError(*problems)
    taken.not_listed = [each.title for key, each in scopes.items() if key not in listed]
    values = scopes_values(settings, [plain(each) for each in scopes.values()])
    if owners.new:
        people = [*settings.everybody, *owners.new]
        values |= people_values(people, str(settings.officer.id))
        taken.problems.append(owners.note())
    if left_out != before:
        values["left_out"] = [{"title": t, "reason": r} for t, r in left_out.values()]
    _settle(folder, taken, values, command="systems import", dry_run=dry_run, by=by)
    return taken


def _scope(
    entry: Row,
    key: str,
    known: Scope | None,
    settings: Settings,
    *,
    entries: Sequence[Row],
    owners: "_Owners",
) -> Scope:
    values: dict[str, Any] = plain(known) if known else {"id": key, "kind": "system"}
    values["title"] = entry.text("Name")
    if entry.text("Kind"):
        values["kind"] = entry.text("Kind")
    for heading, name in _FACTS:
        if heading in entry.headings:
            values[name] = entry.text(heading)
    if "Owner" in entry.headings:
        values["owner"] = owners.find(entry)
    if "Inherits from" in entry.headings:
        there = {str(each.id) for each in settings.all_scopes}
        new = {e.text("Id") or slug(e.text("Name")) for e in entries} - there
        values["inherits"] = [
            slug(each)
            if slug(each) in new
            else str(find_scope(settings, each, where=entry.where).id)
            for each in _listed(entry.text("Inherits from"))
        ]
    if "Covers" in entry.headings:
        values["covers"] = _listed(entry.text("Covers"))
    if not _ID.fullmatch(key):
        raise AssessmentError(
            Problem(
                "not-an-id",
                entry.where,
                f'"{key}" is not an id: it may hold small letters, digits and hyphens.',
                f"Leave Id empty for a new system; it is made from the name. {UNTOUCHED}",
            )
        )
    return Scope.model_validate({name: value for name, value in values.items() if value})


_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


def _listed(text: str) -> list[str]:
    return [each for each in (part.strip() for part in text.split(",")) if each]


class _Owners:
    """The people who own systems, and those among them nobody knew."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._there = {str(each.id): each for each in settings.everybody}
        self.new: list[Person] = []

    def find(self, entry: Row) -> str:
        """Give the id of a row's owner, empty where it has none.

        Raises:
            AssessmentError: where the name is nearly somebody's.
        """
        name = entry.text("Owner")
        wanted = fold(name)
        if not wanted:
            return ""
        for each in self._there.values():
            if goes_by(each, name):
                return str(each.id)
        near = closest(name, [each.name for each in self._settings.everybody])
        if near:
            raise AssessmentError(
                Problem(
                    "unknown-person",
                    entry.where,
                    f'"{name}" is nobody in assessment.yaml.',
                    f"{near} {UNTOUCHED}",
                )
            )
        person = Person.model_validate({"id": _free_id(self._settings, self._there), "name": name})
        self._there[str(person.id)] = person
        self.new.append(person)
        return str(person.id)

    def note(self) -> Problem:
        """Say who was added."""
        names = ", ".join(each.name for each in self.new)
        return Problem(
            "met-owner",
            "",
            f"Owners who were not known are people of this assessment now: {names}.",
            "Nothing is asked of them yet: cyberassess people export, or people import.",
            Severity.NOTE,
        )
