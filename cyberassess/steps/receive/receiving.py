"""Answers in, from workbooks that came back."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.books.coming import Coming
from cyberassess.disk.files import FOLDER, kind_of, sha256_of, walk
from cyberassess.disk.workspace import Workspace
from cyberassess.domain.assessment import Person, PersonId, StatementKey
from cyberassess.domain.people.declaring import Worth, declared_for, in_words
from cyberassess.domain.people.questions import ConfirmReply, Fix, Offer, Reply, read_ref
from cyberassess.domain.record import happened
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.recorded import Received
from cyberassess.errors import AssessmentError, Problem, Severity, WorkbookError, named
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.conflicts import conflicts
from cyberassess.opening.files_for_people import keep_original, plain
from cyberassess.opening.intake import Belongs, ReceivedFile, is_known, keep, need_ours
from cyberassess.opening.names import as_named
from cyberassess.opening.offering import offers_for, offers_to, past_to
from cyberassess.opening.recording import Plan, Voice, plan
from cyberassess.opening.writing import Rehearsal, Writing, now, rehearse
from cyberassess.opening.years import with_former
from cyberassess.steps import returning
from cyberassess.steps.receive.by_former_version import by_former_version, without_former_rows
from cyberassess.steps.receive.declaring import declaration_event, declare, deny
from cyberassess.steps.receive.looking_again import remarks
from cyberassess.steps.receive.replying import (
    fixes_in,
    not_written,
    notes_for,
    receipt_path,
    write_receipt,
)

if TYPE_CHECKING:
    from cyberassess.books.guard import Book, Reader
    from cyberassess.books.questionnaire.reading import Return


_NAMED = 20
"""How many refs of missing questions are named."""


def receive(
    folder: Path,
    paths: Iterable[Path],
    *,
    dry_run: bool = False,
    by: str | None = None,
    wanted: str = "questionnaires",
    on_file: Callable[[ReceivedFile], None] = lambda _: None,
    on_older: Callable[[Problem], None] = lambda _: None,
) -> list[ReceivedFile]:
    """Take in files that came back: each is a segment of its own.

    The assessment is opened and locked once, so that the time a file takes hardly grows with the
    number of files; each is safe before the next is looked at.

    Args:
        paths: files, or folders. All in a folder is looked at; what neither carries our mark nor
            looks like a workbook of ours is only named.
        dry_run: say what would change, and change nothing.
        wanted: what they should be, in a word, for what is said of a file that is none of ours.
        on_file: called after each file is safe.
        on_older: called before anything of a file is stored that is older than one already here.

    Raises:
        AssessmentError: where a path is not there, or nothing can be written.
    """
    from cyberassess.books.guard import Reader

    named = set(paths := list(paths))
    files = [each for path in paths for each in _files(path)]
    results: list[ReceivedFile] = []
    rehearsal = rehearse(folder, "receive") if dry_run else None
    run = _Run(on_older)
    with Reader() as reader:
        for path, what in files:
            result = ReceivedFile(path)
            if what:
                _pass_over(result, what)
                results.append(result)
                on_file(result)
                continue
            # NOTE: the lock is taken for each file, so that others can write in between
            coming = Coming(
                folder, result, "receive", dry_run, by, after=run.last, rehearsal=rehearsal
            )
            _take(coming, run, reader)
            run.last = coming.after
            result.problems = [_of_kind(each, wanted) for each in result.problems]
            if result.refused and path not in named and not _may_be_ours(coming):
                _leave(result)
            elif result.refused:
                _keep_refused(result, folder, copy=not dry_run)
            results.append(result)
            on_file(result)
    return results


def _take(coming: Coming, run: "_Run", reader: "Reader") -> None:
    result = coming.result
    try:
        book = coming.book = reader.read(result.path)
        result.sha256 = sha256_of(result.path)
        kind = next((each for each in returning() if each.is_one(book)), None)
        if kind is not None:
            kind.take(coming)
            return
        with coming.session() as session:
            _One(result, run, session).receive(book)
    except (WorkbookError, AssessmentError) as cause:
        if not all(each.where.startswith(result.path.name) for each in cause.problems):
            raise
        with coming.session():  # what waits to be recorded does not depend on this file
            result.refused = True
            result.problems += cause.problems


def _of_kind(problem: Problem, wanted: str) -> Problem:
    """Say of a file that is none of ours what it should have been."""
    if problem.code != "not-our-questionnaire" or wanted == "questionnaires":
        return problem
    message = problem.message.replace("questionnaires", f"workbooks of {wanted}")
    hint = f"Nothing was stored. Receive the workbook that `{wanted}` wrote, as it was saved."
    return replace(problem, message=message, hint=hint)


def _may_be_ours(coming: Coming) -> bool:
    """Say whether a file that cannot be taken may be ours.

    Its sheets say so; where they cannot be read, its name.
    """
    from cyberassess.books.questionnaire.reading import resembles

    if coming.book is not None:
        return resembles(coming.book)
    session = coming.after or coming.rehearsal
    if session is None:
        return True
    settings = session.assessment.contents.settings
    return (
        plain(f"{settings.organisation} {settings.period}", 80).casefold()
        in plain(coming.result.path.stem, 200).casefold()
    )


def _leave(result: ReceivedFile) -> None:
    """Leave a file of other people where it is; only its name is said."""
    result.refused = False
    result.not_ours = result.problems[0].message
    result.problems.clear()


def _keep_refused(result: ReceivedFile, folder: Path, *, copy: bool) -> None:
    try:
        result.kept_as = keep_original(result.path, Workspace(folder).refused, copy=copy)
    except AssessmentError as cause:
        result.problems += cause.problems


def _pass_over(result: ReceivedFile, what: str) -> None:
    """Say that something in a folder is no plain file: it was not opened."""
    result.refused = True
    found = f"It is {what}, so it was neither opened nor copied."
    hint = "Put the file itself into the folder, or name it. Nothing was stored from it."
    result.problems.append(Problem("not-a-file", str(result.path), found, hint))


def _files(path: Path) -> list[tuple[Path, str]]:
    """Give a file, or what lies in a folder, with what each is that is no plain file."""

    def refuse(code: str, found: str) -> AssessmentError:
        return AssessmentError(Problem(code, str(path), found, "Nothing was changed by it."))

    try:
        what = kind_of(path.stat())
    except (OSError, ValueError) as cause:
        raise refuse("not-there", "There is no such file.") from cause
    if what == FOLDER:
        inside = list(walk(path))
        if not inside:
            raise refuse("empty-folder", "The folder is empty.")
        return inside
    if what:
        raise refuse("not-a-file", f"This is {what}.")
    return [(path, "")]


@dataclass
class _Run:
    """What the files of one run share."""

    on_older: Callable[[Problem], None]
    last: Writing | None = None
    """The session of the file before: what it read need not be read again."""
    receipts: set[Path] = field(default_factory=set)
    """Those written in this run."""
    open_conflicts: list[StatementKey] | None = None
    """Those after the last file; ``None`` before the first."""


class _One:
    """One file under way."""

    def __init__(self, result: ReceivedFile, run: _Run, session: Writing) -> None:
        self.result = result
        self.run = run
        self.session = session
        self.name = result.path.name
        self.is_real = not isinstance(session, Rehearsal)
        self.waiting = list(session.pending)
        """Events that wait for the next segment, whatever becomes of this file."""

    @property
    def assessment(self) -> Assessment:
        """As it stands now."""
        return self.session.assessment

    def receive(self, book: "Book") -> None:
        """Take the file in.

        Raises:
            WorkbookError: where it is refused; nothing was stored.
        """
        from cyberassess.books.questionnaire.reading import read_return

        assessment, result = self.assessment, self.result
        sha256 = result.sha256
        sets = with_former(assessment).frameworks
        returned = read_return(book, self.name, sha256, sets)
        found = Belongs(returned.assessment, returned.organisation, returned.period)
        again = "send a new one with cyberassess send."
        need_ours(assessment, self.name, "questionnaire", found, again)
        asked = _whose(assessment, self.name, returned.person)
        older = _older(assessment, returned, asked, self.name, sha256)
        if older is not None:
            result.problems.append(older)
            self.run.on_older(older)
        result.person = returned.completed_by or assessment.name_of(asked)
        person = self.session.meet(returned.completed_by) if returned.completed_by else asked
        made, problems = self._plan(returned, person, asked)
        result.problems += [
            *self._naming_missing(returned, asked),
            *self._unknown_remarks(returned, asked),
            *self._other_name(returned, asked),
            *by_former_version(assessment, returned, self.name),
            *problems,
        ]
        made.events += self._declare(returned, person, asked, sha256)
        is_new = not is_known(assessment, sha256)
        if made.events or is_new:
            self._write(made, returned, person, asked, sha256)
        else:
            self.session.pending[:] = self.waiting
        declared = declared_for(self.assessment.state, asked)
        if declared.worth is not Worth.NONE:
            result.declared = in_words(declared)
        result.problems += remarks(self.assessment, returned.replies)
        fixes = fixes_in(returned, result.problems, self.name)
        returned, fixes = without_former_rows(self.assessment, returned, fixes)
        self._answer_back(returned, person, asked, sha256, fixes=fixes, is_new=is_new)

    def _plan(
        self, returned: "Return", person: PersonId, asked: PersonId
    ) -> tuple[Plan, list[Problem]]:
        """Say what the replies change, each for whoever gave it."""
        result, then = self.result, self.assessment.at(returned.head)
        by_sets_of_then = with_former(self.assessment)
        replies, problems = _resolved(by_sets_of_then, returned.replies, asked)
        voices: dict[PersonId, list[Reply]] = defaultdict(list)
        for reply in replies:
            voices[self._who(returned, reply.source.sheet, person)].append(reply)
        denied = [(self._who(returned, each.sheet, person), each) for each in returned.denied]
        problems += deny(self.assessment, denied)
        whole = Plan()
        for who, theirs in voices.items():
            made = plan(by_sets_of_then, Voice(who, asked, then.state if then else None), theirs)
            whole.events += made.events
            problems += made.problems
            result.stored += made.stored
            result.texts += made.texts
            result.unchanged += made.unchanged
            result.replaced += made.replaced
        return whole, problems

    def _who(self, returned: "Return", sheet: str, person: PersonId) -> PersonId:
        """Give who answered a sheet."""
        answered = returned.answered_by.get(sheet)
        return self.session.meet(answered.name) if answered else person

    def _write(
        self, made: Plan, returned: "Return", person: PersonId, asked: PersonId, sha256: str
    ) -> None:
        result, assessment = self.result, self.assessment
        keep(result, assessment, is_real=self.is_real)
        before = self.run.open_conflicts
        if before is None:
            before = [each.statement for each in conflicts(assessment)]
        event = happened.Received(
            person=person,
            asked=asked,
            name=self.name,
            sha256=sha256,
            serial=returned.serial,
            saved=returned.saved,
            accepted=True,
            stored=result.stored + result.texts,
            problems=len(result.problems),
        )
        self.session.write([*made.events, event])
        after = [each.statement for each in conflicts(self.assessment)]
        result.conflicts = [each for each in after if each not in before]
        self.run.open_conflicts = after

    def _declare(
        self, returned: "Return", person: PersonId, asked: PersonId, sha256: str
    ) -> list[Event]:
        """Give the event that keeps the closing declaration, where one is to be recorded."""
        result = self.result
        said, problems = declare(self.assessment, returned, asked, sha256, result.problems)
        result.problems += problems
        if said is None:
            return []
        name = said.name or returned.completed_by or self.assessment.name_of(person)
        name = as_named(self.assessment, name)
        return [
            declaration_event(
                said,
                name,
                asked,
                who=self.session.meet(name),
                sha256=sha256,
                serial=returned.serial,
            )
        ]

    def _naming_missing(self, returned: "Return", asked: PersonId) -> list[Problem]:
        """Give what the file says, with the refs of questions that were sent and are gone."""
        from cyberassess.steps.send.sending import questions_for

        problems = list(returned.problems)
        known = set(self.assessment.frameworks).issuperset(returned.frameworks)
        if not (returned.missing and known and self.assessment.contents.portions.get(asked)):
            return problems
        order = returned.frameworks
        rows = questions_for(self.assessment, asked).rows
        gone = [each.ref for each in rows if read_ref(each.ref, order) not in returned.refs]
        if len(gone) != returned.missing:
            return problems  # NOTE: other questions are asked today than were sent
        said = f" Gone: {named(gone, _NAMED)}."
        return [
            replace(each, message=each.message + said) if each.code == "rows-missing" else each
            for each in problems
        ]

    def _other_name(self, returned: "Return", asked: PersonId) -> list[Problem]:
        """Report a name on the last sheet that whoever was asked never had."""
        from cyberassess.books import wording

        known, now = self.assessment.state.names, self.assessment.name_of(asked)
        ids = (asked, *(each for each, one in known.same.items() if one == asked))
        names = [now, *(each.name for one in ids for each in known.named.get(one, ()))]
        # NOTE: an empty one was redacted, and may have been any
        if "" in names or wording.fold(returned.name) in {"", *map(wording.fold, names)}:
            return []
        found = f'It names "{returned.name}", and was sent to {now}.'
        hint = f"If {returned.name} filled it in, that belongs beside “{wording.COMPLETED_BY}”; "
        hint += f"it was taken as from {self.result.person}. Ask who answered."
        where = f'{self.name}, sheet "{wording.ABOUT}"'
        return [Problem("other-name", where, found, hint)]

    def _unknown_remarks(self, returned: "Return", asked: PersonId) -> list[Problem]:
        """Report what stands where we write remarks and is not what we wrote there."""
        from cyberassess.books import wording

        if not returned.shown:
            return []
        state = self.assessment.state
        known = {
            wording.fold(text)
            for sent in state.sent
            if sent.person == asked
            for text in sent.remarks
        }
        strange = [
            each
            for each in returned.shown
            if wording.fold(each.cell.text) not in known
            and not wording.is_fix_text(each.cell.text)
        ]
        problems: list[Problem] = []
        reasons: set[str] | None = None
        for place, cell in strange:
            text = cell.text
            if wording.is_of_last_year(text) and self.assessment.previous is None:
                continue  # NOTE: last year's folder has gone, so nothing tells its texts from ours
            if wording.is_earlier(text) or wording.is_past(text):
                lines = wording.reasons_in(text)
                if lines and reasons is None:
                    reasons = self._reasons(asked)
                unknown = [e for e in lines if wording.fold(e) not in (reasons or set())]
                if not unknown:
                    continue
                text = " ".join(unknown)
            problems.append(place.unexpected(cell._replace(text=text)))
        return problems

    def _reasons(self, asked: PersonId) -> set[str]:
        """Give every line that may stand under an earlier answer, folded."""
        from cyberassess.books import wording

        history = self.assessment.state.history.values()
        texts = [change.reason for changes in history for change in changes]
        texts += [each.reason for each in self.assessment.state.resolutions.values()]
        offers = offers_for(self.assessment).values()
        texts += [offer.reason for several in offers for offer in several]
        for past in past_to(self.assessment, asked).values():
            texts += wording.past_lines(past, "")
        return {wording.fold(line) for text in texts for line in text.splitlines()}

    def _answer_back(
        self,
        returned: "Return",
        person: PersonId,
        asked: PersonId,
        sha256: str,
        *,
        fixes: Sequence[Fix],
        is_new: bool,
    ) -> None:
        """Write the receipt and, where something is to be looked at, the workbook that asks."""
        result, assessment = self.result, self.assessment
        receipt = receipt_path(assessment, asked, person)
        if is_new or not (receipt in self.run.receipts or receipt.exists()):
            result.receipt = f"questionnaires/{receipt.parent.name}/{receipt.name}"
            self.run.receipts.add(receipt)
            if not self._say_if_not_written(
                result.receipt, lambda: self._receipt(person, asked, sha256, len(fixes))
            ):
                result.receipt = ""
                self.run.receipts.discard(receipt)
        if fixes and all(each.about != sha256 for each in assessment.state.sent):
            notes = notes_for(assessment, returned, fixes, person=person, sha256=sha256)
            result.notes = f"questionnaires/{notes.path.parent.name}/{notes.path.name}"
            if self._say_if_not_written(result.notes, lambda: notes.write(now())):
                self.session.write([notes.event])
            else:
                result.notes = ""
        if self.is_real and (result.receipt or result.notes):
            self._letter(person)

    def _letter(self, person: PersonId) -> None:
        """Write the letter that takes receipt and workbook back; the answers are safe already."""
        from cyberassess.steps.send.chasing import letter_of_receipt

        result, assessment = self.result, self.assessment
        known = assessment.contents.settings.person(person)
        who = known or Person(id=person, name=assessment.name_of(person))
        names = [each for each in (result.receipt, result.notes) if each]
        told = {
            "stored": result.stored + result.texts,
            "unchanged": result.unchanged,
            "receipt": Path(result.receipt).name,
            "file": Path(result.notes).name,
        }
        try:
            letter_of_receipt(
                assessment, who, told, [assessment.workspace.folder / e for e in names]
            )
        except AssessmentError as cause:
            result.problems += [replace(e, severity=Severity.NOTE) for e in cause.problems]

    def _say_if_not_written(self, place: str, write: Callable[[], object]) -> bool:
        """Write something that goes back, unless this is a rehearsal; the answers are safe."""
        if self.is_real:
            try:
                write()
            except OSError as cause:
                self.result.problems.append(not_written(place, cause))
                return False
        return True

    def _receipt(self, person: PersonId, asked: PersonId, sha256: str, fixes: int) -> None:
        from cyberassess.books.questionnaire.receipt import Receipt, signed_line

        result, assessment = self.result, self.assessment
        came: Mapping[str, Received] = {each.sha256: each for each in assessment.state.received}
        facts = Receipt(
            file=self.name,
            sha256=sha256,
            received=came[sha256].origin.time,
            stored=result.stored + result.texts,
            unchanged=result.unchanged,
            look_again=fixes,
            declared=signed_line(declared_for(assessment.state, asked), sha256),
        )
        write_receipt(assessment, asked, person, facts)


def _resolved(
    assessment: Assessment, replies: Sequence[Reply], asked: PersonId
) -> tuple[list[Reply], list[Problem]]:
    """Give the replies with each confirmed offer as it stands now, and what does not stand."""
    if not any(isinstance(each, ConfirmReply) for each in replies):
        return list(replies), []
    offers = offers_to(assessment, asked)
    found: list[Reply] = []
    problems: list[Problem] = []
    for reply in replies:
        if not isinstance(reply, ConfirmReply):
            found.append(reply)
            continue
        shown = reply.offer
        standing = {key: _same(offers.get(key, ()), shown) for key in reply.statements}
        first = standing[reply.statements[0]]
        if first is None:
            problems.append(_gone(reply))
            continue
        found += [
            replace(reply, statements=(key,), offer=offer)
            for key, offer in standing.items()
            if offer is not None
        ]
    return found, problems


def _same(offers: Iterable[Offer], shown: Offer) -> Offer | None:
    from cyberassess.books import wording

    return next(
        (
            each
            for each in offers
            if each.answer == shown.answer
            and wording.fold(each.origin) == wording.fold(shown.origin)
        ),
        None,
    )


def _gone(reply: ConfirmReply) -> Problem:
    source, name = reply.source, reply.statements[0].indicator
    return Problem(
        "earlier-answer-changed",
        f'{source.name}, sheet "{source.sheet}", cell {source.cell}',
        f'"{reply.offer.label}" ({reply.offer.origin}) was confirmed for {name}, and is no longer '
        "the answer there.",
        "It was not counted. Send a new questionnaire, so that the answer of today is confirmed.",
    )


def _older(
    assessment: Assessment, returned: "Return", asked: PersonId, name: str, sha256: str
) -> Problem | None:
    """Say that a file is older than one that is here already."""
    here = [each for each in assessment.state.returned(asked) if each.sha256 != sha256]
    if not here or is_known(assessment, sha256):
        return None
    newest = max(here, key=lambda each: (each.serial, each.saved))
    if (returned.serial, returned.saved) >= (newest.serial, newest.saved):
        return None
    rounds = f"R{returned.serial}, and R{newest.serial}"
    if returned.serial == newest.serial:
        rounds = f"R{returned.serial}, and one saved later"
    return Problem(
        "older-file",
        name,
        f"This file is older than what is here: it is {rounds} came back on "
        f"{newest.origin.time[:10]}.",
        "Only what nobody answered since is taken from it.",
        Severity.NOTE,
    )


def _whose(assessment: Assessment, name: str, person: str) -> PersonId:
    known = {each.id for each in assessment.contents.settings.everybody}
    known |= {*assessment.state.met, *(each.person for each in assessment.state.sent)}
    if person not in known:
        raise WorkbookError(
            Problem(
                "unknown-person",
                name,
                f'The sheet "About this file" names the person "{person}", who is nobody here.',
                "Nothing was stored from it. Was that sheet changed? Send a new questionnaire.",
            )
        )
    return PersonId(person)
