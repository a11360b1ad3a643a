"""The folder of one assessment: ``assessment.yaml`` and the folders beside it.

Nothing in it is hidden. The control sets, profiles and themes an assessment uses are pinned: their
exact bytes lie in its own ``frameworks/`` folder, and ``assessment.yaml`` records the hash of each
control set.
"""

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cyberassess.disk import strict_yaml
from cyberassess.disk.files import (
    TEMPORARY,
    by_name,
    folded,
    joined,
    kind_of,
    read_plain,
    remove_unfinished,
    what_to_do,
    write_whole,
)
from cyberassess.domain.assessment import (
    DEFAULT_THEMES,
    NO_PROFILE,
    Asked,
    PersonId,
    Pinned,
    Settings,
    assign,
    check_settings,
)
from cyberassess.domain.characters import UNFIT_HINT, unfit_in, unfit_message
from cyberassess.domain.sets.checks import check_framework, check_target, check_themes
from cyberassess.domain.sets.framework import Framework, FrameworkRef, Profile
from cyberassess.domain.sets.theming import ThemeChanges, ThemeSet, changed
from cyberassess.errors import AssessmentError, Problem

SETTINGS = "assessment.yaml"
HOUSE_STYLE = "house-style.yaml"
"""The organisation's look, where it has one."""
SCHEMA = "1"
_TWO_BYTES = 0xFFFF
FOLDERS = (
    "ledger",
    "frameworks",
    "evidence",
    "questionnaires/sent",
    "questionnaires/received",
    "questionnaires/refused",
    "questionnaires/notes",
    "questionnaires/receipts",
    "reports",
)
BESIDE_LEDGER = ("frameworks", "evidence", "questionnaires", "reviews", "reports")
"""The folders whose files copies of an assessment share, by their first name."""
_TABLES = ("people.xlsx", "systems.xlsx", "plan.xlsx")
"""The tables officers fill in, under the names they are written with."""


@dataclass(frozen=True)
class Contents:
    """What a workspace's files say, the ledger aside."""

    settings: Settings
    frameworks: Mapping[FrameworkRef, Framework]
    profiles: Mapping[FrameworkRef, Profile | None]
    """``None`` where no profile was chosen."""
    themes: ThemeSet
    flat: Mapping[str, str]
    """The settings keyed by path, for the ledger."""
    sha256: str
    """Of the settings' file."""
    default_themes: ThemeSet | None = None
    """What the organisation's own themes are set beside; ``None`` where it has none of its own."""

    @cached_property
    def portions(self) -> Mapping[PersonId, tuple[Asked, ...]]:
        """Who is asked what; see ``assign``."""
        return assign(self.frameworks, self.settings)


def need_free(folder: Path, how: str = "") -> None:
    """See that a folder can be filled.

    Args:
        how: another one is named, if not by itself.

    Raises:
        AssessmentError: where something is there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AssessmentError.because(
            "not-empty",
            str(folder),
            "There is something in this place already.",
            f"Name a folder that is new or empty{how and f' {how}'}. Nothing was changed.",
        )


class Workspace:
    """One assessment's folder."""

    folder: Path
    ledger: Path
    """Where the ledger's segments lie."""
    sent: Path
    """Where questionnaires are written to."""
    letters: Path
    """Where the texts that go with questionnaires are written to."""
    received: Path
    """Where originals of what came in are kept."""
    refused: Path
    """Where files that could not be used are kept."""
    notes: Path
    """Where workbooks are written that go back because something is to be looked at."""
    receipts: Path
    """Where receipts are written."""
    reviews: Path
    """Where the assurers' workbooks and slips lie."""
    reports: Path
    """Where documents are written to."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read yet."""
        self.folder = folder
        self.ledger, self.reviews, self.reports = (
            folder / name for name in ("ledger", "reviews", "reports")
        )
        self.sent, self.letters, self.received, self.refused, self.notes, self.receipts = (
            folder / "questionnaires" / name
            for name in ("sent", "letters", "received", "refused", "notes", "receipts")
        )

    @property
    def start(self) -> Path:
        """Where the pages of outcomes lie that ``start.html`` leads to."""
        return self.folder / "start"

    def beside(self, name: str) -> Path:
        """Give what a path in the settings names, as seen from this folder, there or not."""
        path = self.folder / name
        # NOTE: what a pack names is seen from the folder it was made of, which may have gone
        return path if path.exists() else Path(os.path.normpath(path))

    def settings_text(self) -> str:
        """Give what ``assessment.yaml`` holds."""
        return (self.folder / SETTINGS).read_text(encoding="utf-8")

    def read(self, text: str | None = None) -> Contents:
        """Read the settings and everything pinned.

        Args:
            text: settings that are about to be written, in place of those in the file.

        Raises:
            AssessmentError: with every problem, each with its file and line.
        """
        path = self.folder / SETTINGS
        if not path.is_file():
            raise AssessmentError.because(
                "no-assessment",
                SETTINGS,
                "There is no such file here, so this folder is not an assessment.",
                "Go to the assessment's folder, or name it with -C FOLDER. "
                "To begin one: cyberassess new FOLDER …",
            )
        try:
            data = read_plain(path) if text is None else text.encode()
        except OSError as cause:
            found = f"The file cannot be read: {cause.strerror or 'it cannot be opened'}."
            raise AssessmentError.because("not-readable", SETTINGS, found) from cause
        document = strict_yaml.read_text(data, SETTINGS)
        _check_schema(document)
        settings, problems = strict_yaml.model_of(document, SETTINGS, Settings)
        if settings is None:
            raise AssessmentError(*problems)
        sha256 = hashlib.sha256(data).hexdigest()
        frameworks, profiles, faults = self._pinned(settings)
        themes, default, theme_faults = self._themes(settings, frameworks)
        faults += theme_faults
        faults += _with_lines(check_settings(settings, frameworks), document.lines, settings)
        if faults or themes is None:
            raise AssessmentError(*faults)
        flat = flat_settings(document.value)
        names = {*map(_profile_name, settings.frameworks), _themes_name(settings)}
        if default is not None:
            names.add(themes_file(default.id, settings.themes_revision))
        for name in sorted(names):
            if name:
                data = read_plain(joined(self.folder, name))
                flat[f"file:{name}"] = hashlib.sha256(data).hexdigest()
        flat |= self.house_style()
        return Contents(settings, frameworks, profiles, themes, flat, sha256, default)

    def is_as_read(self, contents: Contents) -> bool:
        """Say whether the settings are as they were; another command may have changed them."""
        try:
            data = read_plain(self.folder / SETTINGS)
        except OSError:
            return False
        return hashlib.sha256(data).hexdigest() == contents.sha256

    def check(self, text: str, contents: Contents) -> Settings:
        """Read settings that are about to be written, beside the control sets pinned now.

        Raises:
            AssessmentError: with every problem, each with its line.
        """
        document = strict_yaml.read_text(text.encode(), SETTINGS)
        settings, problems = strict_yaml.model_of(document, SETTINGS, Settings)
        if settings is None:
            raise AssessmentError(*problems)
        checked = check_settings(settings, contents.frameworks)
        faults = [*_with_lines(checked, document.lines, settings)]
        faults += unfit_settings(contents.flat, flat_settings(document.value))
        if faults:
            raise AssessmentError(*faults)
        return settings

    def settings_copies(self) -> list[Path]:
        """Give files beside the settings that are named like copies of them, as syncing leaves."""
        stem, suffix = SETTINGS.rsplit(".", 1)
        found = self.folder.glob(f"{stem}*.{suffix}")
        return by_name(each for each in found if each.name != SETTINGS and each.is_file())

    def loose(self) -> list[str]:
        """Name the files that belong to the assessment and lie outside its folders.

        They are the organisation's look and logo, profiles and themes of its own, and the tables
        officers fill in. The settings are not among them, nor what leads out of the folder.
        """
        try:
            data = read_plain(self.folder / SETTINGS)
        except OSError:
            data = b""
        flat = flat_settings(strict_yaml.read_text(data, SETTINGS).value)
        own = [
            value for key, value in flat.items() if key == "themes" or key.endswith("].profile")
        ]
        names = [HOUSE_STYLE, self._logo(), *_TABLES]
        names += [each for each in own if each.endswith((".yaml", ".yml"))]
        return [name for name in dict.fromkeys(names) if self._is_loose(name)]

    def _is_loose(self, name: str) -> bool:
        top = folded(name).partition("/")[0]
        return top not in {"ledger", SETTINGS, *BESIDE_LEDGER} and self._has(name)

    def _has(self, name: str) -> bool:
        """Say whether there is a file of this name, and it does not lead out of the folder."""
        try:
            return not kind_of(joined(self.folder, name).lstat())
        except (AssessmentError, OSError):
            return False

    def tidy(self) -> None:
        """Remove what crashed commands left unfinished; under the lock."""
        remove_unfinished(self.folder)
        remove_unfinished(self.start)
        for name in BESIDE_LEDGER:
            for folder, _, files in os.walk(self.folder / name):
                if any(each.endswith(TEMPORARY) for each in files):
                    remove_unfinished(Path(folder))

    def house_style(self) -> dict[str, str]:
        """Give the hash of the organisation's look, so that a change of it is recorded."""
        if not self._is_loose(HOUSE_STYLE):
            return {}
        found = {HOUSE_STYLE: self.folder / HOUSE_STYLE}
        name = self._logo()
        logo = self.folder / name
        if name and logo.stat().st_size <= strict_yaml.MOST_BYTES:
            found[name] = logo
        return {
            f"file:{name}": hashlib.sha256(read_plain(path)).hexdigest()
            for name, path in found.items()
        }

    def _logo(self) -> str:
        """Give the name of the logo as the house style has it; empty where it has none of ours."""
        if not self._is_loose(HOUSE_STYLE):
            return ""
        data = read_plain(self.folder / HOUSE_STYLE)
        value = strict_yaml.read_text(data, HOUSE_STYLE).value
        name = value.get("logo") if isinstance(value, dict) else None
        return name if isinstance(name, str) and name and self._has(name) else ""

    def _read_file(
        self, name: str, model: type[strict_yaml.Shape]
    ) -> tuple[strict_yaml.Shape | None, tuple[Problem, ...], bytes]:
        """Read a file the settings name; links below the folder are not followed."""
        try:
            path = joined(self.folder, name)
        except AssessmentError as cause:
            return None, cause.problems, b""
        return strict_yaml.read_file(path, name, model)

    def _pinned(
        self, settings: Settings
    ) -> tuple[dict[FrameworkRef, Framework], dict[FrameworkRef, Profile | None], list[Problem]]:
        frameworks: dict[FrameworkRef, Framework] = {}
        profiles: dict[FrameworkRef, Profile | None] = {}
        problems: list[Problem] = []
        for pinned in settings.frameworks:
            name = self.framework_name(pinned.ref, str(pinned.revision))
            framework, faults, data = self._read_file(name, Framework)
            problems.extend(faults)
            if framework is None:
                continue
            if hashlib.sha256(data).hexdigest() != pinned.sha256:
                problems.append(
                    Problem(
                        "framework-changed",
                        name,
                        "The control set is not the one this assessment was begun with: "
                        f"its hash differs from the one in {SETTINGS}.",
                        "Restore the file; corrections come as a new revision.",
                    )
                )
                continue
            problems += check_framework(framework)
            frameworks[framework.ref] = framework
            profile, wrong = self._profile(pinned, framework)
            problems.extend(wrong)
            profiles[framework.ref] = profile
        return frameworks, profiles, problems

    def framework_name(self, ref: str, revision: str) -> str:
        """Give where a control set lies: a revision taken up since lies beside the first."""
        name = framework_file(ref, revision)
        return name if (self.folder / name).is_file() else framework_file(ref)

    def _profile(
        self, pinned: Pinned, framework: Framework
    ) -> tuple[Profile | None, list[Problem]]:
        name = _profile_name(pinned)
        if not name:
            return None, []
        profile, faults, _ = self._read_file(name, Profile)
        if profile is None:
            return None, list(faults)
        return profile, check_target(framework, profile)

    def _themes(
        self, settings: Settings, frameworks: Mapping[FrameworkRef, Framework]
    ) -> tuple[ThemeSet | None, ThemeSet | None, list[Problem]]:
        """Give the themes, and those they are set beside where they are the organisation's own."""
        name = _themes_name(settings)
        path = self.folder / name
        beside = DEFAULT_THEMES
        changes: ThemeChanges | None = None
        faults: list[Problem] = []
        revision = settings.themes_revision
        if name != themes_file(DEFAULT_THEMES, revision) and _is_change(path):
            changes, wrong, _ = self._read_file(name, ThemeChanges)
            if changes is None:
                return None, None, list(wrong)
            faults += wrong
            beside = changes.extends
        default: ThemeSet | None = None
        other = themes_file(beside, revision)
        if changes is not None or (name != other and (self.folder / other).is_file()):
            default, wrong, _ = self._read_file(other, ThemeSet)
            faults += wrong
        if changes is None:
            themes, wrong, _ = self._read_file(name, ThemeSet)
            faults += wrong
        elif default is None:
            return None, None, faults
        else:
            themes, more = changed(default, changes, name)
            faults += more
        if themes is not None:
            faults += [p for each in frameworks.values() for p in check_themes(each, themes)]
        return themes, default, faults

    def create(self, settings: str, pinned: Mapping[str, bytes]) -> None:
        """Make the folders, the pinned files (keyed by path) and the settings, in that order.

        Raises:
            AssessmentError: where the folder holds something already, or cannot be written to.
        """
        try:
            need_free(self.folder)
            for name in FOLDERS:
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            for name, data in pinned.items():
                target = self.folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                write_whole(target, data)
            write_whole(self.folder / SETTINGS, settings.encode())
        except OSError as cause:
            raise AssessmentError.because(
                "not-writable",
                str(self.folder),
                f"The assessment cannot be written here: {cause.strerror}.",
                what_to_do(cause, "Choose a folder you may write to."),
            ) from cause


def _check_schema(document: strict_yaml.Document) -> None:
    schema = document.value.get("schema") if isinstance(document.value, dict) else None
    if isinstance(schema, str) and schema != SCHEMA:
        line = document.lines.get(("schema",), 1)
        hint = (
            "Update cyberassess."
            if schema.isdigit() and int(schema) > int(SCHEMA)
            else f'Write schema: "{SCHEMA}".'
        )
        raise AssessmentError.because(
            "wrong-schema",
            f"{SETTINGS}, line {line}",
            f'"{schema}" is not a version of this file that this program reads.',
            f"{hint} Nothing was changed.",
        )


def _profile_name(pinned: Pinned) -> str:
    """Give where a chosen profile lies; empty where none was chosen."""
    if pinned.profile == NO_PROFILE:
        return ""
    if pinned.profile.endswith((".yaml", ".yml")):
        return pinned.profile
    return profile_file(pinned.profile, pinned.profile_revision)


def _themes_name(settings: Settings) -> str:
    if settings.themes.endswith((".yaml", ".yml")):
        return settings.themes
    return themes_file(settings.themes, settings.themes_revision)


def framework_file(ref: str, revision: int | str = 0) -> str:
    """Give where a control set lies in the workspace; 0 for the one it began with."""
    name, _, version = ref.partition("@")
    return f"frameworks/{name}/{version}{_revised(revision)}.yaml"


def profile_file(name: str, revision: int | str = 0) -> str:
    """Give where a shipped profile lies in the workspace; 0 for the one it began with."""
    return f"frameworks/profiles/{name}{_revised(revision)}.yaml"


def themes_file(name: str, revision: int | str = 0) -> str:
    """Give where shipped themes lie in the workspace; 0 for those it began with."""
    return f"frameworks/themes/{name}{_revised(revision)}.yaml"


def _revised(revision: int | str) -> str:
    return f"-revision-{revision}" if int(revision) else ""


def _is_change(path: Path) -> bool:
    """Say whether a themes file holds only differences from another."""
    try:
        value = strict_yaml.read_text(read_plain(path), path.name).value
    except OSError:
        return False
    return isinstance(value, dict) and "extends" in value


def _with_lines(
    problems: list[Problem], lines: Mapping[tuple[str | int, ...], int], settings: Settings
) -> Iterator[Problem]:
    """Give problems about an id the line of the entry that has it."""
    places: dict[str, int] = {}
    for part in ("scopes", "people"):
        for index, entry in enumerate(getattr(settings, part)):
            places[f"{part}, {entry.id}"] = lines.get((part, index), 0)

    for problem in problems:
        spot = problem.where.removeprefix(f"{SETTINGS}, ")
        line = places.get(spot) or lines.get((spot,), 0)
        where = f"{SETTINGS}, line {line}, {spot}" if line else problem.where
        yield Problem(problem.code, where, problem.message, problem.hint)


_SEVERAL_LINES = ("reason", "no_profile_reason", "why_critical", "note", "action")
"""The settings that people write as they like; all others are one line."""


def unfit_settings(before: Mapping[str, str | None], flat: Mapping[str, str]) -> list[Problem]:
    """Name new values with characters that nobody sees and that change what is seen.

    Those that stood there before are only shown, made visible.
    """
    found: list[Problem] = []
    for key, value in flat.items():
        unfit = unfit_in(value, lines=key.rsplit(".", 1)[-1] in _SEVERAL_LINES)
        if unfit and before.get(key) != value:
            message, hint = unfit_message(value, unfit), f"{UNFIT_HINT} Nothing was changed."
            found.append(Problem("unseen-character", f"{SETTINGS}, {key}", message, hint))
    return found


def flat_settings(value: Any) -> dict[str, str]:  # NOTE: a text tree
    """Give every text of a settings file, keyed by its path."""
    return dict(_flatten(value)) if isinstance(value, dict) else {}


def _flatten(value: Any, path: str = "") -> Iterator[tuple[str, str]]:  # NOTE: text trees
    """Give every text of the settings with its path; entries with an id are named by it."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flatten(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            name = each.get("id") if isinstance(each, dict) else None
            if name and "version" in each:
                name = f"{name}@{each['version']}"
            yield from _flatten(each, f"{path}[{name or number}]")
    else:
        yield path, str(value)


def settings_text(values: Mapping[str, Any]) -> str:
    """Give ``assessment.yaml`` from plain values: every text quoted, in the given order."""
    lines = [
        "# The assessment's settings. Edit this file to change them: it is checked at every",
        "# command, and changes are recorded in the ledger. docs/formats.md explains the keys.",
    ]
    for key, value in values.items():
        lines += _entry(key, value)
    return "\n".join(lines) + "\n"


def _entry(key: str, value: Any) -> list[str]:  # NOTE: text, or lists and dicts of it
    if value and isinstance(value, list):
        return [f"{key}:", *(f"  - {_inline(each)}" for each in value)]
    return [f"{key}: {_inline(value)}"]


_TOP_KEY = re.compile(r"([a-z_]+):")


def with_key(text: str, key: str, value: Any) -> str:  # NOTE: text, or lists and dicts of it
    """Give the text of ``assessment.yaml`` with one top-level key set; all else stays as it is.

    Comments inside the part that is replaced are kept above it.
    """
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _TOP_KEY.match(line)]
    keys = [(_TOP_KEY.match(lines[number]) or [""])[0].rstrip(":") for number in starts]
    if key not in keys:
        return "\n".join([*lines, *_entry(key, value)]) + "\n"
    first = starts[keys.index(key)]
    last = next((number for number in starts if number > first), len(lines))
    while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1
    comments = [line.strip() for line in lines[first:last] if line.strip().startswith("#")]
    return "\n".join([*lines[:first], *comments, *_entry(key, value), *lines[last:]]) + "\n"


_STEP = re.compile(r"([^.\[\]]+)|\[([^\[\]]*)\]")


def settings_from_flat(flat: Mapping[str, str]) -> dict[str, Any]:
    """Give settings as plain values from texts keyed by path, as the ledger records them."""
    root: dict[str, Any] = {}
    for path, text in flat.items():
        *steps, last = [key or f"[{item}]" for key, item in _STEP.findall(path)]
        value = root
        for step in steps:
            value = value.setdefault(step, {})
        value[last] = text
    found = _with_lists(root)
    return found if isinstance(found, dict) else {}


def _with_lists(value: Any) -> Any:  # NOTE: a tree of texts
    if not isinstance(value, dict):
        return value
    inside = {key: _with_lists(each) for key, each in value.items()}
    if inside and all(key.startswith("[") for key in inside):
        return list(inside.values())
    return inside


def _inline(value: Any) -> str:  # NOTE: text, or lists and dicts of it
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(each) for each in value) + "]"
    return "".join(map(_escaped, json.dumps(str(value), ensure_ascii=False)))


def _escaped(character: str) -> str:
    """Write a character that YAML takes for a line break, or refuses, by its number."""
    if character.isprintable() or unicodedata.category(character) in {"Zs", "Cn", "Co"}:
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number <= _TWO_BYTES else f"\\U{number:08x}"
