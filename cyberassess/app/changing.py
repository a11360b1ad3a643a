"""Changing ``assessment.yaml`` by command, so that people may go on editing it by hand."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cyberassess.adapters.files import read_plain, write_whole
from cyberassess.adapters.workspace import SETTINGS, Contents, Workspace, with_key
from cyberassess.app.opening import (
    Assessment,
    Event,
    writing,
)
from cyberassess.app.output import saving
from cyberassess.app.setup import slug
from cyberassess.domain.assessment import (
    Assignment,
    Person,
    Scope,
    Settings,
)
from cyberassess.errors import AssessmentError, Problem, closest

UNTOUCHED = "Nothing was changed."


def plain(model: Person | Scope | Assignment) -> dict[str, Any]:
    """Give an entry of the settings as plain values, without what is left at its default."""
    values: dict[str, Any] = model.model_dump(mode="json", exclude_defaults=True)
    return values


def change_settings(
    folder: Path,
    command: str,
    change: Callable[[Settings], dict[str, Any]],
    *,
    by: str | None = None,
    events: Callable[[Assessment], Sequence[Event]] = lambda _: (),
) -> Assessment:
    """Change ``assessment.yaml`` and record it, with events of the command's own.

    Args:
        change: gives new values for top-level keys.
        events: what else is recorded, looked up in the assessment as it was changed.

    Raises:
        AssessmentError: where the result would not fit together; nothing is changed.
    """

    def rewrite(workspace: Workspace, contents: Contents) -> None:
        path = workspace.folder / SETTINGS
        text = read_plain(path).decode("utf-8")
        for key, value in change(contents.settings).items():
            text = with_key(text, key, value)
        workspace.check(text, contents)
        hint = f"Close it where it is open, and look at its permissions. {UNTOUCHED}"
        with saving(path, hint=hint):
            write_whole(path, text.encode())

    with writing(folder, command, by=by, change=rewrite) as session:
        session.write(list(events(session.assessment)))
        return session.assessment


def find_scope(settings: Settings, name: str, *, where: str = "") -> Scope:
    """Give a scope by id or title.

    Raises:
        AssessmentError: where there is none of this name.
    """
    wanted = slug(name)
    for scope in settings.all_scopes:
        if wanted in (scope.id, slug(scope.title)):
            return scope
    known = [str(each.id) for each in settings.all_scopes]
    near = closest(wanted, known)
    raise AssessmentError(
        Problem(
            "unknown-scope",
            where,
            f'"{name}" is not a system or service of this assessment.',
            f"{near or 'There are: ' + ', '.join(known) + '.'} {UNTOUCHED}",
        )
    )
