"""People and systems as a spreadsheet, and back.

Rows are known by their *Id*, or by name where there is none. Whoever is not in the file stays as
they are and is named: nothing is ever removed by leaving it out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cyberassess.books.coming import Coming, Returning, take_one
from cyberassess.books.table_book import ABOUT as ABOUT_TITLE
from cyberassess.books.table_book import ABOUT_LINE, Column, Kind, write_table
from cyberassess.books.tables import Came, Row, about_of, read_table
from cyberassess.disk.workspace import Contents, with_key
from cyberassess.domain.assessment import ORGANISATION, SHARED_SERVICE, Person, Scope, Settings
from cyberassess.domain.people.naming import Renaming, goes_by, unsettled
from cyberassess.domain.record.happened import Event
from cyberassess.errors import (
    AssessmentError,
    CyberassessError,
    Problem,
    WorkbookError,
    closest,
)
from cyberassess.opening.asks import asks_text, read_asks
from cyberassess.opening.assessment import (
    Assessment,
    about_renamings,
    differences,
    open_assessment,
)
from cyberassess.opening.files_for_people import slug
from cyberassess.opening.intake import (
    ABOUT,
    ReceivedFile,
    SetAt,
    Weighing,
    settings_set_at,
    settings_then,
)
from cyberassess.opening.names import find_scope
from cyberassess.opening.writing import UNTOUCHED, need_known_names, plain
from cyberassess.sources.tables import fold
from cyberassess.steps.people.people import next_person_id, people_values
from cyberassess.steps.people.same_people import as_they_were, handed_over, named_among, separated
from cyberassess.steps.people.systems import scopes_values

_PEOPLE_COLUMNS = (
    Column("Id", 60, is_input=False),
    Column("Name", 200, also=(
        "Full name", "Display name", "DisplayName", "User", "Person", "Employee",
    )),
    Column("Role", 170, also=("Job title", "JobTitle", "Title", "Position", "Function")),
    Column("E-mail", 260, also=(
        "Email", "Email address", "E-mail address", "Mail", "Work email",
        "User principal name", "UserPrincipalName", "UPN",
    )),
    Column("Asked about", 520, also=("Asked", "Questions", "Responsible for")),
)  # fmt: skip
_SYSTEMS_COLUMNS = (
    Column("Id", 130, is_input=False),
    Column("Name", 190, also=("System", "System name", "Title", "Application", "Asset")),
    Column("Kind", 120, ("system", SHARED_SERVICE, "cloud-service"), also=("Type",)),
    Column("Service", 130, also=("Department", "Directorate", "Business area")),
    Column("Owner", 130, also=("System owner", "Business owner", "Service owner")),
    Column("Supplier", 150, also=("Vendor", "Provider")),
    Column("Hosting", 100, ("on-premises", "hosted", "saas"), also=("Hosted", "Hosting type")),
    Column("Why critical", 290, takes_links=True, also=(
        "Criticality", "Why it is critical", "Critical because",
    )),
    Column("Inherits from", 130),
    Column("Covers", 100),
    Column("Left out because", 200, takes_links=True),
)  # fmt: skip
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
        titles=(f"{name} of {{organisation}}, {{period}}", ABOUT_TITLE),
        lines=(line, ABOUT_LINE),
        name=name,
        about=ABOUT,
        is_plain=True,
        is_whole=True,
    )


PEOPLE_KIND = _kind("People", _PEOPLE_COLUMNS, _PEOPLE_LINE)
SYSTEMS_KIND = _kind("Systems", _SYSTEMS_COLUMNS, _SYSTEMS_LINE)


def _export(
    assessment: Assessment, path: Path, kind: Kind, rows: Sequence[tuple[str, ...]], *, force: bool
) -> Path:
    if path.suffix.lower() not in (".xlsx", ".csv"):
        found = f'"{path.suffix or path.name}" is not a kind of file that is written here.'
        hint = f"Give it a name that ends in .xlsx or .csv. {UNTOUCHED}"
        raise AssessmentError.because("unknown-kind", path.name, found, hint)
    write_table(assessment, path, kind, rows, force=force, spare=20)
    return path


def _person_row(person: Person) -> tuple[str, ...]:
    return (str(person.id), person.name, person.role, person.email, asks_text(person))


def _system_row(scope: Scope, settings: Settings) -> tuple[str, ...]:
    owner = settings.person(scope.owner) if scope.owner else None
    return (
        str(scope.id), scope.title, scope.kind, scope.service,
        owner.name if owner else scope.owner or "", scope.supplier, scope.hosting,
        scope.why_critical,
        ", ".join(scope.inherits), ", ".join(scope.covers), "",
    )  # fmt: skip


def export_people(folder: Path, output: Path | None = None, *, force: bool = False) -> Path:
    """Write the people to a workbook, or to CSV; people.xlsx in the workspace by default.

    Raises:
        AssessmentError: where the file is there already, or cannot be written.
    """
    assessment = open_assessment(folder)
    rows = [_person_row(each) for each in assessment.contents.settings.everybody]
    return _export(assessment, output or folder / "people.xlsx", PEOPLE_KIND, rows, force=force)


def export_systems(folder: Path, output: Path | None = None, *, force: bool = False) -> Path:
    """Write systems and what was left out to a workbook, or to CSV; systems.xlsx by default.

    Raises:
        AssessmentError: where the file is there already, or cannot be written.
    """
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    rows = [_system_row(each, settings) for each in settings.all_scopes if each.id != ORGANISATION]
    rows += [("", each.title, *[""] * 8, each.reason) for each in settings.left_out]
    return _export(assessment, output or folder / "systems.xlsx", SYSTEMS_KIND, rows, force=force)


def import_people(
    folder: Path,
    path: Path,
    *,
    renamed: Sequence[str] = (),
    new: Sequence[str] = (),
    reason: str = "",
    dry_run: bool = False,
    by: str | None = None,
) -> ReceivedFile:
    """Take people in from a spreadsheet.

    What was changed since the spreadsheet was written stays, unless it says something else and
    is newer.

    Args:
        renamed: people who have answered, and are the same under the name in the file.
        new: people who have answered, where the name in the file is somebody else's.
        reason: why, kept in the ledger.

    Raises:
        RenamedError: where a name is another one, and neither says what happened.
        AssessmentError: with everything that is wrong, each with its cell; nothing is changed.
        WorkbookError: where a workbook cannot be read, or is another assessment's.
    """

    def take(coming: Coming) -> None:
        _receive_people(coming, renamed, new, reason)

    kind = Returning(PEOPLE.is_one, take)
    return take_one(folder, path, kind, command="people import", dry_run=dry_run, by=by)


def _receive_people(
    coming: Coming, renamed: Sequence[str] = (), new: Sequence[str] = (), reason: str = ""
) -> None:
    result, assessment = coming.result, open_assessment(coming.folder)
    settings = assessment.contents.settings
    came = read_table(result.path, PEOPLE_KIND, coming.book)
    result.problems += came.problems
    everybody = {str(each.id): each for each in settings.everybody}
    problems = _moved(came.rows, {key: each.name for key, each in everybody.items()})
    weighed = _Weighed.of(coming, assessment, came, PEOPLE_KIND)
    listed: set[str] = set()
    for row in came.rows:
        known = _known(row, everybody.values())
        if known is None and weighed.is_gone(row):
            continue
        name = str(known.id) if known else _free_id(settings, everybody)
        entry = weighed.row(row, _person_row(known), name) if known else row
        values: dict[str, Any] = plain(known) if known else {"id": name}
        for heading in ("Name", "Role", "E-mail"):
            if heading in entry.headings:
                values[_KEYS[heading]] = entry.text(heading)
        try:
            if "Asked about" in entry.headings:
                values["answers"] = read_asks(entry.text("Asked about"), entry.where, assessment)
            person = Person.model_validate({k: v for k, v in values.items() if v})
        except CyberassessError as cause:
            problems += cause.problems
            continue
        listed.add(name)
        _tell(result, person.name, is_new=known is None, is_changed=person != known)
        everybody[name] = person
    if problems:
        raise AssessmentError(*problems)
    result.not_listed = [each.name for key, each in everybody.items() if key not in listed]
    values = people_values(everybody.values(), str(settings.officer.id))
    stated = settings.model_validate(settings.model_dump(mode="json", by_alias=True) | values)
    changed = unsettled(assessment.state, stated)
    apart = named_among(changed, new)
    ids: dict[str, str] = {}
    if apart:
        values, ids = separated(stated, as_they_were(assessment), apart)
    same = named_among(changed, renamed)
    rest = [each for each in changed if each not in (*apart, *same)]
    if rest and coming.command == "receive":
        raise WorkbookError(*_unexplained(result.path.name, rest))
    if rest and not coming.dry_run:
        need_known_names(replace(assessment, renamings=tuple(rest)))
    result.problems += about_renamings(rest)
    trail = handed_over(assessment, ids, reason)
    explained = {str(each.person): reason for each in same}
    _settle(coming, values, what="People", events=trail, renamed=explained)


def _unexplained(name: str, renamings: Sequence[Renaming]) -> list[Problem]:
    """Say whose names are others in a file that nobody is asked about."""
    return [
        Problem(
            "renamed",
            name,
            f'"{each.recorded}" has answered, and the file says "{each.stated}".',
            f'Say which it is: cyberassess people import FILE --renamed "{each.recorded}", or '
            f'--new "{each.recorded}". {UNTOUCHED}',
        )
        for each in renamings
    ]


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


def _tell(result: ReceivedFile, name: str, *, is_new: bool, is_changed: bool) -> None:
    if is_new:
        result.added.append(name)
    elif is_changed:
        result.changed.append(name)
    else:
        result.unchanged += 1


_KEYS = {
    "Name": "name", "Role": "role", "E-mail": "email", "Asked about": "answers", "Kind": "kind",
    "Service": "service", "Owner": "owner", "Supplier": "supplier", "Hosting": "hosting",
    "Why critical": "why_critical", "Inherits from": "inherits", "Covers": "covers",
}  # fmt: skip
"""The key of the settings that stands under a heading; a system's name is its title."""


@dataclass(frozen=True)
class _Weighed:
    """The rows of a spreadsheet beside what stands, and what stood when it was written."""

    weighing: Weighing
    kind: Kind
    was: Mapping[str, tuple[str, ...]] | None
    """Rows by id; ``None`` where the file does not say when it was written."""
    gone: Mapping[str, str]
    """Names by id of those that were there and are not now."""
    set_at: Mapping[str, SetAt]
    """When each key of the settings got its value."""

    @classmethod
    def of(cls, coming: Coming, assessment: Assessment, came: Came, kind: Kind) -> "_Weighed":
        """See that a spreadsheet belongs here, and what stood when it was written.

        Raises:
            WorkbookError: where it is another assessment's, or of a state not known here.
        """
        word = kind.name.casefold()
        again = f"write a new one with cyberassess {word} export."
        weighing, then = coming.weighing(assessment, came, f"list of {word}", again)
        before = settings_then(then) if then else None
        was = None if before is None else _rows_by_id(before, kind)
        now_there = _rows_by_id(assessment.contents.settings, kind)
        gone = {key: row[1] for key, row in (was or {}).items() if key not in now_there}
        return cls(weighing, kind, was, gone, settings_set_at(assessment))

    def is_gone(self, row: Row) -> bool:
        """Say, and report, whether a row is about somebody or something taken out since."""
        names = [fold(each) for each in self.gone.values()]
        if row.text("Id") not in self.gone and fold(row.text("Name")) not in names:
            return False
        message = f"{row.text('Name')} was taken out since this file was written."
        hint = f"It stays so. To have it again: cyberassess {self.kind.name.casefold()} add."
        self.weighing.result.problems.append(Problem("older", row.where, message, hint))
        return True

    def row(self, row: Row, there: tuple[str, ...], key: str) -> Row:
        """Give a row with nothing in it that is older than what stands."""
        headings = [each.heading for each in self.kind.columns]
        came = {
            each: row.text(each)
            for each in headings[1:]
            if each in row.headings and each in _KEYS and (row.text(each) or each != "Kind")
        }
        was = None
        if self.was is not None:
            was = dict(zip(headings, self.was.get(key, ("",) * len(headings)), strict=True))
        stands = self.weighing.values(
            there[1],
            row.where,
            came,
            dict(zip(headings, there, strict=True)),
            was,
            set_at=lambda heading: self._set_at(key, heading),
        )
        cells = dict(row.cells)
        for heading, text in came.items():
            if stands[heading] != text:
                cells[heading] = cells.get(heading, row.key)._replace(text=stands[heading])
        return replace(row, cells=cells)

    def _set_at(self, key: str, heading: str) -> SetAt | None:
        officer = str(self.weighing.assessment.contents.settings.officer.id)
        last = _KEYS[heading]
        if self.kind is SYSTEMS_KIND:
            path = f"scopes[{key}].{'title' if heading == 'Name' else last}"
        else:
            path = f"officer.{last}" if key == officer else f"people[{key}].{last}"
        found = [
            at
            for each, at in self.set_at.items()
            if each == path or each.startswith((f"{path}.", f"{path}["))
        ]
        return self.weighing.when_saved(max(found, key=lambda at: at.time, default=None))


def _rows_by_id(settings: Settings, kind: Kind) -> dict[str, tuple[str, ...]]:
    if kind is SYSTEMS_KIND:
        return {str(each.id): _system_row(each, settings) for each in settings.all_scopes}
    return {str(each.id): _person_row(each) for each in settings.everybody}


def _settle(
    coming: Coming,
    values: dict[str, Any],
    *,
    what: str,
    events: Sequence[Event] = (),
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Change the settings and record that the file came; only check it in a dry run."""
    result = coming.result
    result.noun = "row"
    if result.not_listed:
        message = f"Not in the file: {', '.join(result.not_listed)}."
        hint = "They stay as they are."
        result.problems.append(Problem.note("not-listed", "", message, hint))

    def rewrite(_: Contents, text: str) -> str:
        for key, value in values.items():
            text = with_key(text, key, value)
        return text

    is_new = bool(result.added or result.changed)
    result.stored = len(result.added) + len(result.changed)
    lines = [f"Added: {', '.join(result.added)}", f"Changed: {', '.join(result.changed)}"]
    if coming.dry_run:
        assessment = open_assessment(coming.folder)
        contents = assessment.contents
        assessment.workspace.check(
            rewrite(contents, assessment.workspace.settings_text()), contents
        )
    change = rewrite if is_new and not coming.dry_run else None
    if change is not None:
        _record_what_was_changed_by_hand(coming)
    with coming.session(change, renamed if is_new else {}) as session:
        coming.take_down(session, events if is_new else (), what, lines)


def _record_what_was_changed_by_hand(coming: Coming) -> None:
    """Keep it apart from what the file sets, which is as old as the file."""
    assessment = open_assessment(coming.folder)
    by_hand = differences(assessment.state.settings, assessment.contents.flat)
    if by_hand and not assessment.renamings:
        with coming.session():
            pass


def import_systems(
    folder: Path, path: Path, *, dry_run: bool = False, by: str | None = None
) -> ReceivedFile:
    """Take systems, shared services and what was left out in from a spreadsheet.

    An owner nobody knows becomes somebody who is asked nothing yet, so that this spreadsheet may
    come before the one of people. What was changed since it was written stays, unless it says
    something else and is newer.

    Raises:
        AssessmentError: with everything that is wrong, each with its cell; nothing is changed.
        WorkbookError: where a workbook cannot be read, or is another assessment's.
    """
    return take_one(folder, path, SYSTEMS, command="systems import", dry_run=dry_run, by=by)


def _receive_systems(coming: Coming) -> None:
    result, assessment = coming.result, open_assessment(coming.folder)
    settings = assessment.contents.settings
    came = read_table(result.path, SYSTEMS_KIND, coming.book)
    result.problems += came.problems
    scopes = {str(each.id): each for each in settings.scopes}
    left_out = {fold(each.title): (each.title, each.reason) for each in settings.left_out}
    before = dict(left_out)
    problems = _moved(came.rows, {key: each.title for key, each in scopes.items()})
    weighed = _Weighed.of(coming, assessment, came, SYSTEMS_KIND)
    listed: set[str] = {str(ORGANISATION)}
    owners = _Owners(settings)
    for row in came.rows:
        title, reason = row.text("Name"), row.text("Left out because")
        if reason:
            left_out[fold(title)] = (title, reason)
            _tell(
                result,
                title,
                is_new=fold(title) not in before,
                is_changed=before.get(fold(title)) != (title, reason),
            )
            continue
        titled = next((k for k, each in scopes.items() if fold(each.title) == fold(title)), "")
        key = row.text("Id") or titled or slug(title)
        known = scopes.get(key)
        if known is None and weighed.is_gone(row):
            continue
        entry = weighed.row(row, _system_row(known, settings), key) if known else row
        try:
            scope = _scope(entry, key, known, settings, entries=came.rows, owners=owners)
        except CyberassessError as cause:
            problems += cause.problems
            continue
        listed.add(key)
        _tell(result, scope.title, is_new=known is None, is_changed=scope != known)
        scopes[key] = scope
    if problems:
        raise AssessmentError(*problems)
    result.not_listed = [each.title for key, each in scopes.items() if key not in listed]
    values = scopes_values(settings, [plain(each) for each in scopes.values()])
    if owners.new:
        people = [*settings.everybody, *owners.new]
        values |= people_values(people, str(settings.officer.id))
        result.problems.append(owners.note())
    if left_out != before:
        values["left_out"] = [{"title": t, "reason": r} for t, r in left_out.values()]
    _settle(coming, values, what="Systems")


PEOPLE = Returning(lambda book: about_of(book, PEOPLE_KIND) is not None, _receive_people)
SYSTEMS = Returning(lambda book: about_of(book, SYSTEMS_KIND) is not None, _receive_systems)


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
    for heading in ("Service", "Supplier", "Hosting", "Why critical"):
        if heading in entry.headings:
            values[_KEYS[heading]] = entry.text(heading)
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
        raise AssessmentError.because(
            "not-an-id",
            entry.where,
            f'"{key}" is not an id: it may hold small letters, digits and hyphens.',
            f"Leave Id empty for a new system; it is made from the name. {UNTOUCHED}",
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
            raise AssessmentError.because(
                "unknown-person",
                entry.where,
                f'"{name}" is nobody in assessment.yaml.',
                f"{near} {UNTOUCHED}",
            )
        person = Person.model_validate({"id": _free_id(self._settings, self._there), "name": name})
        self._there[str(person.id)] = person
        self.new.append(person)
        return str(person.id)

    def note(self) -> Problem:
        """Say who was added."""
        names = ", ".join(each.name for each in self.new)
        return Problem.note(
            "met-owner",
            "",
            f"Owners who were not known are people of this assessment now: {names}.",
            "Nothing is asked of them yet: cyberassess people export, or people import.",
        )
