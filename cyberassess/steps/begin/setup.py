"""Beginning an assessment."""

import contextlib
import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cyberassess.disk import strict_yaml
from cyberassess.disk.files import by_name, fault_of, move, patiently, what_to_do
from cyberassess.disk.framework_yaml import Shelf, Shelved
from cyberassess.disk.segments import LedgerFolder, as_lines, new_text
from cyberassess.disk.workspace import SCHEMA, Workspace, need_free, settings_text
from cyberassess.domain.assessment import NO_PROFILE, ORGANISATION
from cyberassess.domain.characters import visible
from cyberassess.domain.record.happened import Event
from cyberassess.domain.sets.checks import check_target
from cyberassess.domain.sets.framework import Profile
from cyberassess.domain.sets.roles import OWNER_ROLES, owner_role
from cyberassess.domain.sets.theming import THEMES
from cyberassess.errors import AssessmentError, FrameworkError, closest, wrote
from cyberassess.opening.asks import own_roles
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.files_for_people import file_slug, slug
from cyberassess.opening.names import find_place, typed_date, unknown
from cyberassess.opening.writing import now, settings_event
from cyberassess.steps.begin.calendar import typed_dates, write_calendar
from cyberassess.version import __version__

OFFICER_ROLE = "it-security"


@dataclass(frozen=True, slots=True)
class NewAssessment:
    """What ``new`` is told."""

    organisation: str
    period: str
    frameworks: tuple[str, ...]
    """``id@version`` each."""
    profiles: tuple[str, ...]
    """``[FRAMEWORK=]ID|FILE|none`` each."""
    no_profile_reason: str = ""
    systems: tuple[str, ...] = ()
    cloud_services: tuple[str, ...] = ()
    respondents: tuple[str, ...] = ()
    """``NAME <EMAIL>[:ROLE,…[@SCOPE]]`` each."""
    officer: str = ""
    """``NAME[, ROLE]`` or ``NAME <EMAIL>``; a role stands in for the name if empty."""
    due: str = ""
    dates: tuple[str, ...] = ()
    """``WHAT=DATE`` each: review, approval, hand_over."""
    folder: Path | None = None
    """Control sets of one's own, laid out like ``frameworks/``; looked in before the shipped."""
    themes: str = THEMES
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Further keys of ``assessment.yaml``; they count in place of what the others give."""


@dataclass(frozen=True, slots=True)
class Created:
    """What ``new`` made."""

    folder: Path
    notes: tuple[str, ...]


def available(folder: Path | None = None) -> tuple[list[str], list[str]]:
    """Give the framework versions and the profiles that can be chosen."""
    shelf = Shelf(folder, over_shipped=True)
    return [str(ref) for ref in shelf.refs()], shelf.profiles()


def new(folder: Path, wanted: NewAssessment) -> Created:
    """Begin an assessment in a new or empty folder.

    Raises:
        AssessmentError: where something is not allowed or cannot be written; nothing is left.
        FrameworkError: for an unknown framework or profile.
    """
    values, pinned = settings_for(wanted)
    made = create(folder, {**values, **wanted.settings}, pinned)
    shelf = Shelf(wanted.folder, over_shipped=True)
    notices = [shelf.framework(ref).framework.notice for ref in wanted.frameworks]
    return Created(made.folder, (*filter(None, notices), *made.notes))


def settings_for(wanted: NewAssessment) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Give the settings as plain values, and the files to pin keyed by their path."""
    shelf = Shelf(wanted.folder, over_shipped=True)
    shelved = [shelf.framework(ref) for ref in wanted.frameworks]
    if not shelved:
        raise AssessmentError.because(
            "no-framework",
            "--framework",
            "No control set was named.",
            f"There are: {', '.join(shelf.refs())}.",
        )
    for what, text in (("--organisation", wanted.organisation), ("--period", wanted.period)):
        if not text.strip():
            raise AssessmentError.because("empty", what, "Nothing was given.", "Give it a value.")
    pinned: dict[str, bytes] = {}
    frameworks: list[dict[str, str]] = []
    chosen = _profiles(wanted, shelved)
    for each in shelved:
        framework = each.framework
        pinned[f"frameworks/{framework.id}/{framework.version}.yaml"] = each.data
        entry = {
            "id": framework.id,
            "version": framework.version,
            "revision": str(framework.revision),
            "sha256": each.sha256,
        }
        entry |= pin_profile(chosen[framework.ref], each, shelf, pinned)
        if entry["profile"] == NO_PROFILE and wanted.no_profile_reason:
            entry["no_profile_reason"] = wanted.no_profile_reason
        frameworks.append(entry)
    _, pinned[f"frameworks/themes/{wanted.themes}.yaml"] = shelf.themes(wanted.themes)
    scopes = _scopes(wanted)
    values: dict[str, Any] = {
        "schema": SCHEMA,
        "organisation": wanted.organisation.strip(),
        "period": wanted.period.strip(),
        "officer": _officer(wanted.officer),
        "frameworks": frameworks,
        "nation": "england",
        "marking": {"blank": "OFFICIAL", "filled": "OFFICIAL-SENSITIVE"},
        "themes": wanted.themes,
        "scopes": scopes,
    }
    people = [
        read_respondent(text, f"p{number}", scopes)
        for number, text in enumerate(wanted.respondents, start=2)
    ]
    if people:
        values["people"] = people
    if wanted.due:
        values["due"] = typed_date(wanted.due, "--due")
    if wanted.dates:
        values["dates"] = typed_dates(wanted.dates)
    return values, pinned


def refuse_full(folder: Path) -> None:
    """See that a folder is new or empty, and that every computer can keep its name.

    Raises:
        AssessmentError: where it is not.
    """
    fault = fault_of(folder.absolute().name)
    if fault:
        raise AssessmentError.because(
            "unsafe-name",
            visible(str(folder)),
            f"A folder of this name cannot be kept on every computer. {fault}",
            "Name it in letters and figures. Nothing was changed.",
        )
    need_free(folder)


def create(
    folder: Path,
    values: dict[str, Any],
    pinned: dict[str, bytes],
    *,
    command: str = "new",
    bring: Callable[[Path], Sequence[Event]] = lambda _: (),
) -> Created:
    """Write a workspace: whole under a temporary name, then renamed.

    Args:
        bring: puts more into the folder under its temporary name, and gives what is recorded of
            it.
    """
    folder = Path(folder)
    refuse_full(folder)
    partial = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.partial")
    _remove_unfinished(folder)
    try:
        workspace = Workspace(partial)
        workspace.create(settings_text(values), pinned)
        contents = workspace.read()
        changed = settings_event({}, contents.flat)
        officer = contents.settings.officer
        header = {
            "seed": secrets.token_hex(32),
            "time": now(),
            "tool": __version__,
            "command": command,
            "actor": {"id": str(officer.id), "name": new_text(officer.name), "role": officer.role},
        }
        write_calendar(partial, contents.settings, now())
        ledger = LedgerFolder(workspace.ledger)
        brought = bring(partial)
        with ledger.locked():
            first = ledger.append(header, as_lines([changed] if changed else []), [])
            if brought:
                header = {key: each for key, each in header.items() if key != "seed"}
                ledger.append(header, as_lines(brought), [first])
        if folder.exists():
            patiently(folder.rmdir)
        move(partial, folder)
    except OSError as cause:
        raise AssessmentError.because(
            "not-writable",
            str(folder),
            f"The assessment cannot be written: {cause.strerror}.",
            what_to_do(cause, "Choose a folder you may write to. Nothing is left behind."),
        ) from cause
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(partial, ignore_errors=True)
    wrote(str(folder), lambda: open_assessment(folder))
    notes = []
    if all(pin.profile == NO_PROFILE for pin in contents.settings.frameworks):
        notes.append(
            "No target profile was chosen: outcomes are determined, but nothing says "
            "whether they are good enough."
        )
    return Created(folder, tuple(notes))


def _remove_unfinished(folder: Path) -> None:
    """Remove what an earlier ``new`` of this name began and could not finish."""
    begun = re.compile(re.escape(folder.name) + r"\.[0-9a-f]{8}\.partial")
    with contextlib.suppress(OSError):
        for path in by_name(folder.absolute().parent.iterdir()):
            if begun.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)


def _profiles(wanted: NewAssessment, shelved: Sequence[Shelved]) -> dict[str, str]:
    """Give the profile named for each framework.

    Raises:
        AssessmentError: where one has none: no profile is ever assumed.
    """
    refs = [str(each.framework.ref) for each in shelved]
    general: str | None = None
    chosen: dict[str, str] = {}
    for text in wanted.profiles:
        framework, sign, name = text.partition("=")
        if not sign:
            general = text
            continue
        match = [ref for ref in refs if framework in (ref, ref.split("@", maxsplit=1)[0])]
        if not match:
            raise AssessmentError.because(
                "unknown-framework",
                "--profile",
                f'"{framework}" is not a framework chosen here.',
                closest(framework, refs) or f"Chosen: {', '.join(refs)}.",
            )
        chosen |= dict.fromkeys(match, name)
    shelf = Shelf(wanted.folder, over_shipped=True)
    for ref in refs:
        if ref in chosen:
            continue
        if general is None:
            fitting = [name for name in shelf.profiles() if ref in shelf.profile(name)[0].targets]
            raise AssessmentError.because(
                "no-profile",
                "--profile",
                f"No target profile was named for {ref}.",
                f"Use one of: {', '.join([*fitting, 'a file of your own', NO_PROFILE])}. "
                "None is ever assumed.",
            )
        chosen[ref] = general
    return chosen


def pin_profile(
    name: str, shelved: Shelved, shelf: Shelf, pinned: dict[str, bytes]
) -> dict[str, str]:
    """Pin a target, named by its id or its file; gives what the settings say of it.

    Raises:
        FrameworkError: where it is not there, or does not fit the set.
    """
    if name == NO_PROFILE:
        return {"profile": NO_PROFILE}
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        profile, problems, data = strict_yaml.read_file(path, path.name, Profile)
        if profile is None:
            raise FrameworkError(*problems)
        target = f"frameworks/profiles/{file_slug(path.stem)}.yaml"
        stored = target
    else:
        profile, data = shelf.profile(name)
        target, stored = f"frameworks/profiles/{name}.yaml", name
    faults = check_target(shelved.framework, profile)
    if faults:
        raise FrameworkError(*faults)
    pinned[target] = data
    return {"profile": stored}


def _scopes(wanted: NewAssessment) -> list[dict[str, str]]:
    scopes = [
        {"id": str(ORGANISATION), "kind": "organisation", "title": wanted.organisation.strip()}
    ]
    wanted_scopes = [("system", each) for each in wanted.systems]
    wanted_scopes += [("cloud-service", each) for each in wanted.cloud_services]
    for kind, title in wanted_scopes:
        name = slug(title)
        if not title.strip() or any(scope["id"] == name for scope in scopes):
            raise AssessmentError.because(
                "repeated-system",
                f"--{kind}",
                f'"{title}" is empty, or a scope has this id already.',
                "Give each system a name of its own; the id is made of its letters a to z and "
                "its digits.",
            )
        scopes.append({"id": name, "kind": kind, "title": title.strip()})
    return scopes


_RESPONDENT = re.compile(
    r"^\s*(?P<name>[^<>:@]+?)\s*(?:<(?P<email>[^<>]*)>)?\s*(?::|(?=@)|$)(?P<asked>.*)$"
)


def _officer(text: str) -> dict[str, str]:
    found = _RESPONDENT.match(text.partition(",")[0]) if text.strip() else None
    name = found["name"] if found else "IT security officer"
    officer = {"id": "p1", "name": name, "role": text.partition(",")[2].strip() or OFFICER_ROLE}
    if found and found["email"]:
        officer["email"] = found["email"]
    return officer


def read_respondent(
    text: str, person_id: str, scopes: list[dict[str, str]], *, where: str = "--respondent"
) -> dict[str, Any]:
    """Read ``NAME <EMAIL>[:ROLE,…[@SCOPE][; …]]`` as a person's plain values.

    Raises:
        AssessmentError: where it does not have that form, or names no scope there is.
    """
    found = _RESPONDENT.match(text)
    if found is None:
        raise AssessmentError.because(
            "respondent",
            where,
            f'"{text}" does not have the expected form.',
            "Write 'NAME <EMAIL>', then if you like ':role,role' and '@system', for example "
            "'Priya Shah <priya@northport.example>:service,hr@housing'; what follows a "
            "semicolon is asked too: ':service@housing; service@revenues'.",
        )
    parts = [each for each in found["asked"].split(";") if each.strip()]
    answers = [_assignment(each, scopes, where) for each in parts] or [{}]
    roles = parts[0].partition("@")[0].split(",") if parts else [""]
    person: dict[str, Any] = {
        "id": person_id,
        "name": found["name"],
        "role": roles[0].strip(),
    }
    if found["email"]:
        person["email"] = found["email"]
    return {**person, "answers": answers}


def _assignment(text: str, scopes: list[dict[str, str]], where: str) -> dict[str, Any]:
    """Read ``ROLE,…@SCOPE``, of which either may be left out."""
    names, _, scope = text.partition("@")
    roles = [owner_role(role) for role in names.split(",") if role.strip()]
    titles = {each["id"]: each["title"] for each in scopes}
    for role in roles:
        if role not in OWNER_ROLES:
            known = [*OWNER_ROLES, *(f"@{title}" for title in titles.values())]
            raise unknown("not-a-role", where, role, "not a role that owns questions here", known)
    assignment: dict[str, Any] = {}
    if scope.strip():
        what = "a system of this assessment"
        assignment["scope"] = find_place(titles, scope.strip(), where, what)
        if not roles:
            kinds = {each["id"]: each["kind"] for each in scopes}
            assignment["owner_roles"] = own_roles(kinds[assignment["scope"]])
    if roles:
        assignment["owner_roles"] = roles
    return assignment
