"""Every writing command, every call with which it touches the disk: killed there, or failing.

After each the assessment opens and verifies, every answer that was acknowledged is there, and the
next command goes through and leaves nothing half-done behind.
"""

import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.domain.record.hashes import canonical
from cyberassess.opening.assessment import differences as changed_settings
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.settle.resolving import differences
from tests.crash.commands import PHOTO, Answers, Command, quietly
from tests.crash.injecting import Ended, Fault, calls_of, injected

KINDS = ("KILL", "ENOSPC", "EIO")
_CHANCE = r"met-[0-9a-f]+|'[0-9a-f]{16}'|\d\d:\d\d:\d\d"


def answers_in(folder: Path) -> Answers:
    """Give every answer of a workspace."""
    assessment = open_assessment(folder)
    state = assessment.state
    return frozenset(
        (state.names.at(each.person, each.origin), str(key.scope), str(key.indicator), each.answer)
        for key, given in state.answers.items()
        for each in given
    )


def records_in(folder: Path) -> frozenset[str]:
    """Give everything else that was recorded: evidence, decisions, actions and reviews.

    People who were met and items of evidence have chance names, and files may carry the time.
    """
    state = open_assessment(folder).state
    return frozenset(
        re.sub(_CHANCE, "*", f"{kind} {name} {canonical(dict(each.fields))!r}")
        for kind, names in state.records.items()
        for name, several in names.items()
        for each in several
    )


def settings_in(place: Path) -> bytes:
    """Give what the settings of a workspace hold; nothing where it is not there."""
    path = place / "here" / "assessment.yaml"
    return path.read_bytes() if path.is_file() else b""


def stated_alone(place: Path) -> bool:
    """Say whether the settings of a workspace say what its ledger does not."""
    if not (place / "here").exists():
        return False
    assessment = open_assessment(place / "here")
    return bool(changed_settings(assessment.state.settings, assessment.contents.flat))


def torn(place: Path) -> Iterator[str]:
    """Name the files that were written in part under their own name."""
    for path in place.rglob("*"):
        if not path.is_file() or path.read_bytes().startswith(PHOTO):
            continue
        if path.suffix in {".zip", ".xlsx", ".docx"}:
            try:
                with zipfile.ZipFile(path) as archive:
                    whole = archive.testzip() is None
            except zipfile.BadZipFile:
                whole = False
        elif path.suffix == ".pdf":
            whole = path.read_bytes().rstrip().endswith(b"%%EOF")
        elif path.suffix == ".html":
            whole = path.read_bytes().rstrip().endswith(b"</html>")
        else:
            whole = True
        if not whole:
            yield path.relative_to(place).as_posix()


# One command


@dataclass
class Swept:
    """What became of one command."""

    name: str
    points: dict[str, int] = field(default_factory=dict)
    """How many faults were tried, keyed by kind."""
    missed: int = 0
    """Faults that were never reached: the command took another way."""
    broken: list[str] = field(default_factory=list)
    """What did not hold, with the fault."""


def _filled(arguments: Sequence[str], place: Path) -> list[str]:
    here = place / "here"
    filled = [each.replace("HERE", str(here)).replace("PLACE", str(place)) for each in arguments]
    if "REF" in filled:
        choices = differences(open_assessment(here))[0].choices
        filled[filled.index("REF")] = choices[0].ref
    return filled


class Sweep:
    """One command, ready to be interrupted."""

    def __init__(self, command: Command, places: Mapping[str, Path], scratch: Path) -> None:
        """Run it once to see which calls it makes and what it stores."""
        self.command = command
        self.source = places[command.start]
        self.scratch = scratch
        place = self._fresh()
        self.before = answers_in(place / "here")
        before = records_in(place / "here")
        self._warm_up()
        place = self._fresh()
        ended, calls = calls_of(_filled(command.arguments, place), place, typed=command.typed)
        assert ended.code in (0, 3), ended
        self.code = ended.code
        self.calls = [each for each in calls if not each.line.startswith("write(1<")]
        self.full = answers_in(place / "here")
        self.full_records = records_in(place / "here")
        self.kept = self.before & self.full
        """All, but for those that a later revision of their set asks again."""
        self.kept_records = before & self.full_records
        self.settings = tuple(settings_in(each) for each in (self.source, place))
        """What the settings are before, and after all went well."""

    def _warm_up(self) -> None:
        place = self._fresh()
        quietly(_filled(self.command.arguments, place), typed=self.command.typed)

    def _fresh(self) -> Path:
        """Give a new copy of the place, always under the same name."""
        place = self.scratch / "run"
        shutil.rmtree(place, ignore_errors=True)
        return Path(shutil.copytree(self.source, place))

    def faults(self, kinds: Sequence[str] = KINDS) -> Iterator[Fault]:
        """Give every fault: killed or failing at calls that change, failing at those that read."""
        for call in self.calls:
            for kind in kinds:
                if call.changes or kind == "EIO":
                    yield Fault(call, kind)

    def try_one(self, fault: Fault) -> tuple[list[str], bool]:
        """Interrupt the command; give what did not hold, and whether the fault was reached."""
        place = self._fresh()
        ended = injected(_filled(self.command.arguments, place), fault, typed=self.command.typed)
        reached = ended.was_killed if fault.kind == "KILL" else True
        broken = [f"{fault}: {each}" for each in self._faults_after(place, fault, ended)]
        return broken, reached

    def _faults_after(self, place: Path, fault: Fault, ended: Ended) -> Iterator[str]:
        command, here = self.command, place / "here"
        if fault.kind != "KILL":
            yield from _badly_said(ended)
        elif not ended.was_killed and ended.code != self.code:
            yield f"ended with {ended.code}: {ended.err}"
        found = verify(here)
        if {each.code for each in found.problems} - command.allowed:
            yield f"verify: {[str(each) for each in found.problems]}"
            return
        there = answers_in(here)
        said = command.acknowledged(ended.out, self.full)
        if not self.kept | said <= there:
            yield f"lost: {sorted((self.kept | said) - there)}"
        if not there <= self.full | self.before:
            yield f"made up: {sorted(there - self.full)}"
        recorded = records_in(here)
        if not self.kept_records <= recorded:
            yield f"lost: {sorted(self.kept_records - recorded)}"
        if ended.code == self.code and (there != self.full or not self.full_records <= recorded):
            yield "said that all went well, and did not store everything"
        yield from (f"written in part: {each}" for each in torn(place))
        stated = settings_in(place)
        if stated not in self.settings:
            yield "the settings are neither as before nor as they should be"
        if ended.code == 1 and stated != self.settings[0]:
            yield f"it refused, and the settings were changed: {ended.err}"
        yield from self._next(place)
        if stated_alone(place):
            yield "afterwards, the ledger does not hold what the settings say"
        if self.settings[0] != settings_in(place) and not self.full_records <= records_in(here):
            yield "the settings were changed without the rest of what was to be recorded"

    def _next(self, place: Path) -> Iterator[str]:
        """The next command goes through, and nothing half-done stays behind."""
        command = self.command
        if command.again and not (
            command.makes and any((place / each).exists() for each in ("lab", "next"))
        ):
            arguments = _filled(command.arguments, place)
            code = quietly(arguments, typed=command.typed)
            if code not in (self.code, command.when_done):
                yield f"given again it ended with {code}"
        if command.name != "recover":
            code = quietly(_filled(command.after, place))
            if code != 0:
                yield f"the next command ended with {code}"
        left = [
            each.relative_to(place).as_posix()
            for each in place.rglob("*")
            if each.name.endswith((".tmp", ".partial")) and "rescued" not in each.parts
        ]
        if left:
            yield f"left behind: {left}"
        if (place / "here").exists() and command.name != "recover":
            problems = verify(place / "here").problems
            if {each.code for each in problems} - (set() if command.again else command.allowed):
                yield f"afterwards, verify: {[str(each) for each in problems]}"


def _badly_said(ended: Ended) -> Iterator[str]:
    """An error is a sentence and exit code 1, or the command did its work all the same."""
    if "Traceback" in ended.err + ended.out:
        yield f"traceback: {ended.err}"
    if ended.code not in (0, 1, 3):
        yield f"ended with {ended.code}: {ended.err}"
    if ended.code == 1 and not ended.err.strip().endswith((".", ". ")):
        yield f"did not say why in a sentence: {ended.err!r}"


def sweep(
    command: Command,
    places: Mapping[str, Path],
    scratch: Path,
    *,
    kinds: Sequence[str] = KINDS,
    every: int = 1,
) -> Swept:
    """Try every fault of a command, or one of so many."""
    swept = Swept(command.name)
    one = Sweep(command, places, scratch)
    for number, fault in enumerate(one.faults(kinds)):
        if number % every:
            continue
        broken, reached = one.try_one(fault)
        swept.points[fault.kind] = swept.points.get(fault.kind, 0) + 1
        swept.missed += not reached
        swept.broken += broken
    return swept
