"""Official wording that an organisation loaded: kept in its folder, shown beside ours."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess.books.brought import WORKBOOKS, bytes_of, read_rows
from cyberassess.disk import strict_yaml
from cyberassess.disk.workspace import Workspace
from cyberassess.domain.sets.framework import Framework, FrameworkRef
from cyberassess.errors import AssessmentError, FrameworkError, Problem, Severity, closest
from cyberassess.sources.tables import Field
from cyberassess.sources.wordings import (
    Matched,
    OfficialWording,
    Source,
    columns_of,
    from_rows,
    match,
    other_version,
    read_wording,
    ways,
)
from cyberassess.steps.sets.authoring import quoted, write_text


@dataclass(frozen=True, slots=True)
class WordingKept:
    """What ``framework wording`` stored."""

    path: Path
    framework: Framework
    kind: str
    matched: Matched
    problems: tuple[Problem, ...]
    """What could not be placed, then notes."""

    @property
    def is_whole(self) -> bool:
        """True where everything in the file found its place."""
        return all(each.severity is Severity.NOTE for each in self.problems)


def keep_wording(
    folder: Path,
    path: Path,
    *,
    framework: str = "",
    force: bool = False,
    mapping: Sequence[str] = (),
) -> WordingKept:
    """Read official wording and keep it in the workspace.

    Args:
        mapping: each ``COLUMN=ROLE``, where a table's headings do not say what they are.

    Raises:
        AssessmentError: where the folder is no assessment.
        FrameworkError: where nothing of the file can be used; nothing is stored then.
    """
    frameworks = Workspace(folder).read().frameworks
    data = bytes_of(path)
    ids = (str(i) for each in frameworks.values() for i in (*each.outcomes, *each.indicators))
    source = _source(data, path, columns_of(ids, mapping))
    if not source.entries:
        raise FrameworkError(*(source.problems or (_no_wording(path),)))
    chosen, matched = _choose(
        {str(ref): each for ref, each in frameworks.items()}, source, path, framework
    )
    target = wording_path(folder, chosen)
    if target.exists() and not force:
        message = f"This assessment has official wording for {chosen.ref} already."
        hint = "To replace it, give --force. Nothing was stored."
        raise FrameworkError.because("exists", str(target), message, hint)
    write_text(target, _wording_text(chosen, source, path.name, data, matched.texts))
    return WordingKept(target, chosen, source.kind, matched, (*source.problems, *matched.problems))


def _source(data: bytes, path: Path, fields: tuple[Field, ...]) -> Source:
    if path.suffix.lower() not in WORKBOOKS:
        return read_wording(data, path.name, fields)
    found: list[Source] = []
    for looked_for in ways(fields):
        rows, notes = read_rows(path, looked_for)
        source = from_rows(rows, path.name, "workbook", looked_for)
        found.append(source._replace(problems=(*notes, *source.problems)))
        if source.entries:
            return found[-1]
    return found[0]


def _no_wording(path: Path) -> Problem:
    return Problem(
        "no-wording", path.name, "The file holds no wording.", "Name another. Nothing was stored."
    )


def _choose(
    frameworks: Mapping[str, Framework], source: Source, path: Path, named: str
) -> tuple[Framework, Matched]:
    """Choose the control set the wording is of: the one named, or the only one that fits."""
    listed = ", ".join(frameworks)
    if named and named not in frameworks:
        message = f'"{named}" is not a control set of this assessment.'
        hint = (
            f"{closest(named, list(frameworks)) or f'Use one of: {listed}.'} Nothing was stored."
        )
        raise FrameworkError.because("unknown-framework", "--framework", message, hint)
    considered = [frameworks[named]] if named else list(frameworks.values())
    matches = {each.ref: match(each, source) for each in considered}
    fitting = [each for each in considered if matches[each.ref].texts]
    others = {each.ref: other_version(each, source, path.name) for each in fitting}
    right = [each for each in fitting if named or not others[each.ref]]
    if len(right) == 1:
        return right[0], matches[right[0].ref]
    if right:
        message = f"The ids fit {', '.join(each.ref for each in right)}."
        hint = "Say which is meant: --framework ID@VERSION. Nothing was stored."
    elif fitting:
        ref = fitting[0].ref
        message = f"The file says it is of version {others[ref]}; this assessment uses {ref}."
        hint = f"If it is of {ref} nevertheless, give --framework {ref}. Nothing was stored."
    elif twice := [p for m in matches.values() for p in m.problems if p.code == "two-texts"]:
        raise FrameworkError(*twice)
    else:
        first = source.entries[0].ids[0]
        message = f'No id in the file belongs to {listed}. The first is "{first}".'
        hint = "Name a file of wording for one of them. Nothing was stored."
    raise FrameworkError.because("no-fit", path.name, message, hint)


def wording_path(folder: Path, framework: Framework) -> Path:
    """Give where a workspace keeps the official wording of a control set."""
    return folder / "frameworks" / "wording" / f"{framework.ref}.yaml"


def _wording_text(
    framework: Framework, source: Source, name: str, data: bytes, texts: Mapping[str, str]
) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    lines = [
        "# Official wording, loaded by this organisation. It stays in this folder.",
        'schema: "1"',
        f"framework: {quoted(framework.ref)}",
        "source:",
        f"  name: {quoted(name)}",
        f"  sha256: {quoted(sha256)}",
        f"  kind: {quoted(source.kind)}",
        "texts:",
        *(f"  {quoted(key)}: {quoted(text)}" for key, text in texts.items()),
    ]
    return "\n".join(lines) + "\n"


def official_wording(folder: Path, framework: Framework) -> Mapping[str, str]:
    """Give the official wording a workspace keeps, keyed by outcome or statement id.

    It is empty where none was loaded.

    Raises:
        AssessmentError: where the file cannot be used.
    """
    path = wording_path(folder, framework)
    if not path.exists():
        return {}
    name = path.relative_to(folder).as_posix()
    kept, problems, _ = strict_yaml.read_file(path, name, OfficialWording)
    if kept is None:
        raise AssessmentError(*problems)
    if kept.framework != framework.ref:
        message = f'The file holds wording of "{kept.framework}", not of {framework.ref}.'
        hint = "Load it again: cyberassess framework wording FILE --force"
        raise AssessmentError.because("misplaced", name, message, hint)
    return kept.texts


def official_texts(
    folder: Path, frameworks: Iterable[Framework]
) -> Mapping[FrameworkRef, Mapping[str, str]]:
    """Give the official wording of each control set that has some.

    Raises:
        AssessmentError: where a file cannot be used.
    """
    found = {each.ref: official_wording(folder, each) for each in frameworks}
    return {ref: texts for ref, texts in found.items() if texts}
