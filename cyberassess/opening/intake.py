"""What every file that comes back goes through, whatever its kind.

Whose assessment it belongs to, at which state it was written, what in it is newer than what
stands, where its original is kept, and the receipt of what was taken.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cyberassess.disk.files import write_whole
from cyberassess.disk.workspace import settings_from_flat
from cyberassess.domain.assessment import Settings, StatementKey
from cyberassess.domain.record import happened
from cyberassess.domain.record.recorded import Record
from cyberassess.errors import CyberassessError, Problem, WorkbookError
from cyberassess.opening.assessment import Assessment, differences
from cyberassess.opening.files_for_people import keep_original, saving
from cyberassess.opening.recording import Replaced
from cyberassess.opening.writing import Rehearsal, Writing, now
from cyberassess.opening.years import about_file


class Changed(NamedTuple):
    """A value that a file changes."""

    what: str
    old: str
    new: str


@dataclass
class ReceivedFile:
    """What became of one file."""

    path: Path
    person: str = ""
    noun: str = "answer"
    """What ``stored`` counts."""
    stored: int = 0
    """Statements answered, changed, confirmed or withdrawn; decisions; rows of other files."""
    texts: int = 0
    unchanged: int = 0
    replaced: list[Replaced] = field(default_factory=list)
    changes: list[Changed] = field(default_factory=list)
    """Values of a review, a plan, people or systems that took the place of others."""
    added: list[str] = field(default_factory=list)
    """Actions, people, systems or reviews that are new."""
    changed: list[str] = field(default_factory=list)
    """Those of which something is another now; what was decided."""
    not_listed: list[str] = field(default_factory=list)
    """People or systems that are not in the file; they stay as they are."""
    empty: int = 0
    """Rows of a plan in which nothing is planned yet."""
    problems: list[Problem] = field(default_factory=list)
    conflicts: list[StatementKey] = field(default_factory=list)
    """Statements people differ on since this file."""
    refused: bool = False
    not_ours: str = ""
    """Why a file that lay in a folder is none of ours: it was looked at, and not copied. Empty for
    every other file."""
    sha256: str = ""
    kept_as: str = ""
    """Where the original lies in the workspace, or would lie after a dry run."""
    receipt: str = ""
    """Where the receipt lies, as ``kept_as``; empty where nothing was new."""
    notes: str = ""
    """Where the workbook lies that asks to look again, as ``kept_as``; empty where none is
    needed."""
    declared: str = ""
    """What the declaration is worth now, in words; empty where nobody said anything."""


class Belongs(NamedTuple):
    """What the sheet about a file says of where it belongs."""

    assessment: str
    organisation: str
    period: str
    head: str = ""


ABOUT = ("Kind", "Assessment", "Ledger head", "Organisation", "Period")
"""The labels of that sheet, of a plan, people and systems."""


def about_values(assessment: Assessment, kind: str) -> tuple[tuple[str, str], ...]:
    """Give what that sheet says of a file that is written now, by label."""
    settings, state = assessment.contents.settings, assessment.state
    values = (kind, state.assessment, state.heads[0], settings.organisation, settings.period)
    return tuple(zip(ABOUT, values, strict=True))


def belongs(about: Mapping[str, str]) -> Belongs:
    """Read it, each fact empty where it is gone."""
    return Belongs(*(about.get(each, "") for each in (ABOUT[1], *ABOUT[3:], ABOUT[2])))


TEXTS = "Texts"
"""The label of the fingerprint of what we wrote to be read, on the sheet about a file."""


def texts_mark(rows: Iterable[tuple[str, ...]]) -> str:
    """Give what stands for texts we write to be read.

    Only where it is the same can what stands in a file be compared with what was written: another
    version says the same in other words.
    """
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()


def need_ours(assessment: Assessment, name: str, what: str, found: Belongs, hint: str) -> None:
    """See that a file belongs to this assessment.

    Args:
        what: it is, in a word or two.
        hint: what else to do.

    Raises:
        WorkbookError: where it is another's; nothing was stored.
    """
    if found.assessment == assessment.state.assessment:
        return
    settings = assessment.contents.settings
    if (found.organisation, found.period) == (settings.organisation, settings.period):
        whose = "another assessment with the same name and period"
    else:
        whose = f"{found.organisation or 'another organisation'}, "
        whose += found.period or "another period"
    raise WorkbookError.because(
        "another-assessment",
        name,
        f"This {what} belongs to {whose}.",
        f"This assessment is {settings.organisation}, {settings.period}. Nothing was stored "
        f"from it; receive it there, or {hint}",
    )


def state_at(assessment: Assessment, name: str, head: str, again: str) -> Assessment:
    """Give the assessment as it was when a file was written.

    Args:
        again: what to do for a new file.

    Raises:
        WorkbookError: where that state is not here, or a set was of another version then.
    """
    then = assessment.at(head)
    if then is None:
        raise WorkbookError.because(
            "unknown-head",
            name,
            'The sheet "About this file" names a state of the assessment that is not here.',
            "Nothing was stored from it. Was that sheet changed, or is the folder still syncing? "
            f"Else {again}",
        )
    wrong = about_file(assessment, then, name, again)
    if wrong is not None:
        raise WorkbookError(wrong)
    return then


class SetAt(NamedTuple):
    """When a value was set that stands now."""

    segment: str
    """Empty where it is not recorded yet."""
    time: str
    """When it was said: the time of saving in its file where it came from one."""
    round: int = 0
    """How long the ledger was when its workbook was written; 0 where that is not known."""

    @classmethod
    def of(cls, record: Record) -> "SetAt":
        """Say when a record was made."""
        source, origin = record.source, record.origin
        return cls(origin.segment, source.saved or origin.time, source.serial)


@dataclass(frozen=True)
class Weighing:
    """The values in one file beside those that stand."""

    result: ReceivedFile
    assessment: Assessment
    saved: str
    """The time of saving inside the file; empty where there is none."""
    round: int = 0
    """How long the ledger was when it was written; 0 where that is not known."""

    def is_older(self, there: SetAt) -> bool:
        """Say whether the file is older than what stands.

        What was written on top of the same file's first arrival is newer, whatever clocks say;
        then the state at which a workbook was written counts, and then when it was saved.
        """
        state = self.assessment.state
        if not there.segment:
            return True
        for came in state.received:
            if came.sha256 == self.result.sha256 and came.origin.segment != there.segment:
                return state.has_seen(there.segment, came.origin.segment)
        if self.round and there.round and self.round != there.round:
            return self.round < there.round
        return bool(self.saved) and self.saved < there.time

    def when_saved(self, at: SetAt | None) -> SetAt | None:
        """Say when a value that a file set was saved; when it came in, where that is unknown.

        Of two files that come in on one day, the one that was saved later is the newer.
        """
        if at is None:
            return None
        came = (e for e in self.assessment.state.received if e.origin.segment == at.segment)
        saved = next((each.saved for each in came if each.saved), at.time)
        return at._replace(time=saved)

    def values(
        self,
        what: str,
        where: str,
        came: Mapping[str, str],
        there: Mapping[str, str],
        was: Mapping[str, str] | None,
        *,
        set_at: Callable[[str], SetAt | None],
        say: Callable[[str, str], str] = lambda _, value: value,
    ) -> dict[str, str]:
        """Give what is to stand: what the file changes, and else what is there.

        Args:
            what: the row is about.
            where: it stands.
            came: what the file says.
            there: what stands now.
            was: what stood when the file was written; ``None`` where that is not known.
            set_at: gives when a value was set; ``None`` where that is not known.
            say: gives a value in the words of people.
        """
        stands = dict(there)
        for name, new in came.items():
            old = there.get(name, "")
            if new == old or (was is not None and new == was.get(name, "")):
                continue
            at = set_at(name) if was is None or old != was.get(name, "") else None
            words = say(name, old) or "nothing", say(name, new) or "nothing"
            if at is not None and self.is_older(at):
                self.result.problems.append(_older(what, name, where, words, at))
                continue
            stands[name] = new
            if old:
                self.result.changes.append(Changed(f"{what}, {name}", *words))
        return stands


def _older(what: str, name: str, where: str, words: tuple[str, str], at: SetAt) -> Problem:
    old, new = (f'"{each[:80]}"' for each in words)
    return Problem(
        "older",
        where,
        f"{what}, {name}: {old} is newer, of {at.time[:10]}; this file, which is older, says "
        f"{new}.",
        f"The newer one stays; {new} was not stored. The file is kept.",
    )


def last_set(history: Sequence[Record], name: str) -> SetAt | None:
    """Say when a field got the value it has in the last of a record's entries."""
    found: Record | None = None
    for each in history:
        if found is None or each.fields.get(name, "") != found.fields.get(name, ""):
            found = each
    return SetAt.of(found) if found else None


def settings_then(then: Assessment) -> Settings | None:
    """Give the settings as they were recorded at a state; ``None`` where they are not whole."""
    recorded = {k: v for k, v in then.state.settings.items() if v is not None and ":" not in k}
    with contextlib.suppress(CyberassessError, ValueError):
        return Settings.model_validate(settings_from_flat(recorded))
    return None


def settings_set_at(assessment: Assessment) -> dict[str, SetAt]:
    """Say when each value of the settings was set, by its key; now, where it is not recorded."""
    found: dict[str, SetAt] = {}
    for segment in assessment.reading.segments:
        for origin, event in segment.happened(happened.Settings.kind):
            if isinstance(event, happened.Settings):
                at = SetAt(origin.segment, origin.time)
                found |= dict.fromkeys((each.key for each in event.changes), at)
    by_hand = differences(assessment.state.settings, assessment.contents.flat)
    return found | dict.fromkeys(by_hand, SetAt("", now()))


def is_known(assessment: Assessment, sha256: str) -> bool:
    """Say whether the very file came before."""
    return any(each.sha256 == sha256 for each in assessment.state.received)


def keep(
    result: ReceivedFile, assessment: Assessment, *, is_real: bool, folder: Path | None = None
) -> None:
    """Keep the original of a file as it came; only name where it would lie, in a rehearsal.

    Args:
        folder: where to; among the questionnaires that came back if ``None``.

    Raises:
        AssessmentError: where it cannot be kept.
    """
    target = folder or assessment.workspace.received
    under = "questionnaires" if folder is None else folder.name
    result.kept_as = keep_original(result.path, target, result.sha256, under=under, copy=is_real)


def arrival(result: ReceivedFile, person: str, saved: str = "") -> happened.Received:
    """Give the event that says a file came that is no questionnaire.

    Args:
        person: who brought it.
        saved: when it was saved, ISO 8601 in UTC; empty where that is not known.
    """
    return happened.Received(
        person=person,
        name=result.path.name,
        sha256=result.sha256,
        serial=0,
        saved=saved or None,
        accepted=True,
        stored=result.stored,
        problems=len(result.problems),
    )


def take_down(
    result: ReceivedFile,
    session: Writing,
    what: str,
    lines: Iterable[str] = (),
    *,
    saved: str = "",
) -> list[happened.Event]:
    """Keep the original of a file that is no questionnaire, and write its receipt.

    Args:
        what: the file is.
        lines: what else the receipt says of what was taken.
        saved: when the file was saved, as ``arrival`` takes it.

    Returns:
        The event that says it came.

    Raises:
        AssessmentError: where either cannot be written.
    """
    is_real = not isinstance(session, Rehearsal)
    keep(result, session.assessment, is_real=is_real)
    place = session.assessment.workspace.receipts / f"{Path(result.kept_as).stem} receipt.txt"
    result.receipt = f"questionnaires/{place.parent.name}/{place.name}"
    if is_real:
        write_slip(place, result, session.assessment, what, lines)
    return [arrival(result, session.actor.id, saved)]


def write_slip(
    place: Path,
    result: ReceivedFile,
    assessment: Assessment,
    what: str,
    lines: Iterable[str],
    *,
    who: str = "Brought by",
    to_sign: Iterable[str] = (),
) -> None:
    """Write a receipt as a text: which file came, what was taken, at which head.

    Args:
        who: what the person is, who stands in it.
        lines: what else it says of what was taken.
        to_sign: lines below, where somebody is to sign it.

    Raises:
        AssessmentError: where it cannot be written.
    """
    settings = assessment.contents.settings
    text = "\n".join(
        [
            settings.marking.filled,
            "",
            f"{what} of {settings.organisation}, {settings.period}",
            f"{who}: {result.person}",
            f"File as received: {result.path.name}",
            f"SHA-256: {result.sha256}",
            *lines,
            *(f"{each.what}: was {each.old}, is now {each.new}" for each in result.changes),
            f"Cells that could not be taken in: {len(result.problems)}",
            "Mark of everything recorded before (head of the ledger): "
            f"{' '.join(assessment.state.heads)}",
            *to_sign,
            "",
        ]
    )
    with saving(place):
        write_whole(place, text.encode())
