"""Control sets built on the user's machine from the publisher's own sheet.

The control text of PSCRF 2.0 is not public in a form programs read, so it is never shipped: who
has the official sheet builds the set here. Ids, stages and wording are the sheet's; what is ours
(owner roles, themes, ids of groups without numbers) is said in notes.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess.disk import resources, strict_yaml
from cyberassess.disk.files import remove_unfinished_of, sha256_of, write_whole
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.sets.checks import check_framework, check_target, check_themes
from cyberassess.domain.sets.framework import Framework, Level, Profile
from cyberassess.domain.sets.theming import ThemeSet
from cyberassess.errors import CyberassessError, FrameworkError, Problem, WorkbookError
from cyberassess.opening.files_for_people import csv_bytes
from cyberassess.opening.writing import now
from cyberassess.sources.pscrf_sheet import Reading, SheetControl, read_sheet
from cyberassess.sources.tables import fold
from cyberassess.steps.sets.building import REF, Builder, Source, set_text

OLDER = "pscrf@1.0"
THEMES = "five-themes"
_KEPT = "Nothing was written."
ALIKE = 0.6
"""Similarity of two texts, 0 to 1, from which a control of the older version is suggested."""

_FILLER = frozenset(
    fold(
        "a an and any are as at be by do does for has have in is it its of on or our that the "
        "their there they this to we with organisation organisations"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A control of 1.0 whose text is like one of 2.0; never applied by itself."""

    new: str
    old: str
    likeness: float
    new_text: str
    old_text: str


@dataclass(frozen=True, slots=True)
class BuiltSet:
    """What was understood and written."""

    framework: Framework
    reading: Reading
    owners: Mapping[str, str]
    """Owner role of each duty area, in the order of the sheet."""
    suggestions: tuple[Suggestion, ...]
    notes: tuple[Problem, ...]
    """What to know of the sheet; and what other files of the folder now lack."""
    paths: tuple[Path, ...]


def import_pscrf(
    file: Path,
    folder: Path,
    *,
    columns: Mapping[str, str],
    owners: Mapping[str, str],
    force: bool = False,
    today: str = "",
) -> BuiltSet:
    """Build PSCRF 2.0 from the official sheet and write it with targets and themes.

    Args:
        columns: roles of columns keyed by heading, where headings alone leave doubt.
        owners: owner roles keyed by duty area, where its words alone leave doubt.
        today: the date of building, ISO 8601; read from the clock where empty.

    Raises:
        FrameworkError: with everything that stands in the way; nothing was written.
    """
    _refuse_shipped(folder)
    older = Shelf().framework(OLDER).framework
    stages = tuple(each for each in older.scale if each.answers)
    reading, notes = _read(file, columns, stages)
    built = Builder(reading, older, stages)
    roles = built.owners(owners, columns)
    where = Source(file.name, sha256_of(file), today or now()[:10])
    set_ = built.framework(roles, where)
    suggestions = suggest(reading.controls, older)
    themes, _ = Shelf().themes(THEMES)
    files = {
        **{f"profiles/{n}.yaml": each for n, each in built.profiles(set_, where).items()},
        "themes/pscrf-2-themes.yaml": built.themes(set_, themes, where),
        "pscrf/2.0.yaml": set_,
    }
    texts = {name: set_text(value) for name, value in files.items()}
    framework = _checked(texts)
    texts = {"mappings/pscrf-2.0-suggestions.csv": suggestions_csv(suggestions), **texts}
    paths = _write(folder, texts, force=force)
    # NOTE: other files in the folder, such as its own themes, may not know this set yet
    after = Shelf(folder).check(REF)[1]
    notes = (*notes, *built.notes, *after)
    return BuiltSet(framework, reading, roles, suggestions, notes, tuple(reversed(paths)))


def _refuse_shipped(folder: Path) -> None:
    if folder.resolve() == resources.folder("frameworks").resolve():
        raise FrameworkError.because(
            "shipped-folder",
            str(folder),
            "This is the folder of the control sets that come with cyberassess.",
            f"The official wording does not belong there. Name another: -o DIR. {_KEPT}",
        )


def _read(
    file: Path, columns: Mapping[str, str], stages: Sequence[Level]
) -> tuple[Reading, tuple[Problem, ...]]:
    from cyberassess.books.guard import Reader

    words = {each.title.casefold(): str(each.id) for each in stages}
    words |= {str(rank): str(each.id) for rank, each in enumerate(stages, 1)}
    try:
        with Reader() as reader:
            book = reader.read(file)
    except WorkbookError as cause:
        hint = "Import the official sheet as Excel Workbook (.xlsx), without password or macros."
        raise FrameworkError(
            *(Problem(p.code, p.where, p.message, f"{hint} {_KEPT}") for p in cause.problems)
        ) from cause
    reading, problems = read_sheet(book.sheets, file.name, columns=columns, stages=words)
    if reading is None:
        raise FrameworkError(*problems)
    return reading, problems


def _checked(texts: Mapping[str, bytes]) -> Framework:
    """Read back what would be written, with the checks of ``framework check``.

    Raises:
        FrameworkError: where they find anything.
    """
    framework: Framework | None = None
    found: list[Problem] = []
    for name in sorted(texts):
        if name.startswith("pscrf/"):
            framework, problems = strict_yaml.read_model(texts[name], name, Framework)
            found += problems
    if framework is None:
        raise FrameworkError(*found)
    found += check_framework(framework)
    for name, data in texts.items():
        if name.startswith("profiles/"):
            profile, problems = strict_yaml.read_model(data, name, Profile)
            found += [*problems, *(check_target(framework, profile) if profile else ())]
        if name.startswith("themes/"):
            themes, problems = strict_yaml.read_model(data, name, ThemeSet)
            found += [*problems, *(check_themes(framework, themes) if themes else ())]
    if found:
        raise FrameworkError(*found)
    return framework


def _write(folder: Path, texts: Mapping[str, bytes], *, force: bool) -> list[Path]:
    """Write the files, the control set last, so that no set ever lacks its targets."""
    paths = {folder / name: data for name, data in texts.items()}
    there = [str(path) for path in paths if path.exists()]
    if there and not force:
        raise FrameworkError(
            *(
                Problem(
                    "file-exists",
                    path,
                    "The file is there already.",
                    f"Name another folder with -o DIR, or give --force to replace it. {_KEPT}",
                )
                for path in there
            )
        )
    done: list[Path] = []
    try:
        for path, data in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            remove_unfinished_of(path)
            write_whole(path, data)
            done.append(path)
    except OSError as cause:
        kept = f"Written so far: {', '.join(map(str, done))}." if done else _KEPT
        raise CyberassessError.because(
            "cannot-write",
            str(cause.filename or folder),
            f"The file cannot be written: {cause.strerror}.",
            f"Check the folder, or name another with -o DIR. {kept}",
        ) from cause
    return done


def _words(text: str) -> list[str]:
    return [each for each in re.findall(r"[a-z0-9']+", text.casefold()) if each not in _FILLER]


def suggest(controls: Sequence[SheetControl], older: Framework) -> tuple[Suggestion, ...]:
    """Give, for each control, the one of the older set whose words are most alike, if any is."""
    known = [
        (str(id_), each.text, _words(each.text))
        for id_, (_, each) in older.indicators.items()
        if id_ not in older.conditions and each.same_as is None
    ]
    found: list[Suggestion] = []
    for control in controls:
        matcher: difflib.SequenceMatcher[str] = difflib.SequenceMatcher(None, autojunk=False)
        words = _words(control.text)
        matcher.set_seq2(words)
        common, best = set(words), (ALIKE, "", "")
        for id_, text, other in known:
            if common.isdisjoint(other):
                continue
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() < best[0] or matcher.quick_ratio() < best[0]:
                continue
            likeness = matcher.ratio()
            if likeness > best[0] or (likeness == best[0] and not best[1]):
                best = (likeness, id_, text)
        if best[1]:
            found.append(Suggestion(control.id, best[1], best[0], control.text, best[2]))
    return tuple(found)


def suggestions_csv(suggestions: Sequence[Suggestion]) -> bytes:
    """Give the suggestions as a table people check."""
    header = ("pscrf 2.0", "pscrf 1.0", "likeness", "text of 2.0", "our question of 1.0")
    rows = [
        (each.new, each.old, f"{each.likeness:.2f}", each.new_text, each.old_text)
        for each in suggestions
    ]
    return csv_bytes([header, *rows], "\n")
