"""Changing ``assessment.yaml`` by command, so that people may go on editing it by hand."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cyberassess.disk.workspace import Contents, with_key
from cyberassess.domain.assessment import (
    Assignment,
    Person,
    Scope,
    Settings,
)
from cyberassess.domain.record.happened import Event
from cyberassess.errors import BusyError
from cyberassess.opening.assessment import Assessment, writing

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
    read: Assessment | None = None,
    by: str | None = None,
    events: Callable[[Assessment], Sequence[Event]] = lambda _: (),
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Assessment:
    """Change ``assessment.yaml`` and record it, with events of the command's own.

    Args:
        change: gives new values for top-level keys.
        read: what the change was decided on, where it is not decided on what it is given.
        events: what else is recorded, looked up in the assessment as it was changed.
        renamed: why people go by another name now, keyed by their ids.

    Raises:
        AssessmentError: where the result would not fit together; nothing is changed.
        BusyError: where settings or ledger are others by now than those that were read.
    """

    def rewrite(contents: Contents, text: str) -> str:
        if read is not None and read.contents.sha256 != contents.sha256:
            raise _meanwhile("assessment.yaml")
        for key, value in change(contents.settings).items():
            text = with_key(text, key, value)
        return text

    with writing(folder, command, by=by, change=rewrite, renamed=renamed) as session:
        if read is not None and read.state.heads != session.assessment.state.heads:
            raise _meanwhile("ledger")
        session.write(list(events(session.assessment)))
        return session.assessment


def _meanwhile(where: str) -> BusyError:
    found, hint = "Another command changed it at this moment.", "Give this one again."
    return BusyError.because("changed-meanwhile", where, found, f"{hint} {UNTOUCHED}")
