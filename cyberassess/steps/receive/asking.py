"""Answers at the prompt."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.disk.segments import LedgerFolder, OpenSegment, as_lines, single_head
from cyberassess.disk.workspace import Workspace
from cyberassess.domain.assessment import Person, PersonId, StatementKey
from cyberassess.domain.people.questions import AnswerReply, Reply
from cyberassess.errors import Problem, Severity, wrote
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.names import find_person
from cyberassess.opening.recording import Replaced, Voice, plan
from cyberassess.opening.writing import Writing, need_known_names, now, settings_event
from cyberassess.steps.send.sending import questions_for

if TYPE_CHECKING:
    from cyberassess.terminal.prompts import Asked


class AskSession:
    """Prompts under way: every reply is safe before the next question is shown."""

    def __init__(self, folder: Path, name: str | None) -> None:
        """Open the assessment for one person's answers; the officer's if ``name`` is ``None``."""
        assessment = open_assessment(folder)
        single_head(assessment.reading.segments)
        need_known_names(assessment)
        officer = assessment.contents.settings.officer
        person = find_person(assessment, name, where="--as") if name else officer
        self._folder = folder
        self._open: OpenSegment | None = None
        self.person = person
        self.what = questions_for(assessment, person.id)
        self._known: dict[StatementKey, str] = {
            statement: row.current.answer
            for row in self.what.rows
            if row.current is not None
            for statement in row.statements
        }
        self._names = {each.id: each.name for each in assessment.contents.settings.everybody}

    def save(self, reply: Reply) -> list[Problem]:
        """Store one reply; when this returns it is on the disk.

        Raises:
            BusyError: where another command writes for too long; the reply was not stored.
            AssessmentError: where it cannot be written.
        """
        ledger = LedgerFolder(Workspace(self._folder).ledger)
        with ledger.locked():
            if self._open is not None and not self._open.is_there:
                self._open = None
            if self._open is None:
                ledger.tidy()
            assessment = open_assessment(self._folder)
            need_known_names(assessment)
            voice = Voice(self.person.id, self.person.id, time=now())
            made = plan(assessment, voice, [reply])
            if made.events:
                events = made.events
                if self._open is None:
                    session = Writing(assessment, self.person, "ask", ledger)
                    self._open = ledger.open_segment(
                        session.header(), single_head(assessment.reading.segments)
                    )
                    changed = settings_event(assessment.state.settings, assessment.contents.flat)
                    events = [changed, *events] if changed else events
                self._open.append(as_lines(events))
        told = [*made.problems, *self._meanwhile(made.replaced)]
        if isinstance(reply, AnswerReply):
            self._known |= dict.fromkeys(reply.statements, reply.said.new or "")
        return told

    def about_others(self, others: Sequence[str]) -> list[Problem]:
        """Say who else is being asked now, and what comes of it."""
        return [
            Problem(
                "others-asked",
                "",
                "Your questions are open in another window too."
                if other == self.person.id
                else f"{self._names.get(PersonId(other), other)} is answering at the prompt too.",
                "Go on: every answer of both is kept. Where a question is answered in both, the "
                "newer answer counts."
                if other == self.person.id
                else "Go on: every answer of both is kept.",
                Severity.NOTE,
            )
            for other in dict.fromkeys(others)
        ]

    def _meanwhile(self, replaced: Sequence[Replaced]) -> list[Problem]:
        """Say which answers this session did not know of when it replaced them."""
        return [
            Problem(
                "replaced-meanwhile",
                each.statement.indicator,
                f"You had answered it meanwhile, {each.source}: {each.old}.",
                "The answer you gave now counts; both stay in the history.",
                Severity.NOTE,
            )
            for each in replaced
            if self._known.get(each.statement) != each.old
        ]

    def close(self) -> None:
        """Give the segment its final name."""
        ledger = LedgerFolder(Workspace(self._folder).ledger)
        if self._open is not None and self._open.is_there:
            with ledger.locked():
                ledger.tidy()
            wrote(str(self._folder), lambda: open_assessment(self._folder))


def ask(folder: Path, name: str | None, *, again: bool = False) -> tuple["Asked", Person]:
    """Ask one person's questions at the terminal; say what happened and whose answers they are.

    Args:
        name: whose answers they are; the officer's if ``None``.
        again: go through the answered questions too.

    Raises:
        AssessmentError: for an unknown name, or somebody who is asked nothing.
        LedgerError: where the ledger has branches, or cannot be trusted.
    """
    from cyberassess.terminal import prompts

    session = AskSession(folder, name)
    ledger = LedgerFolder(Workspace(folder).ledger)
    with ledger.at_the_prompt(session.person.id) as others:
        told = session.about_others(others)
        try:
            asked = prompts.ask(session.what, session.save, again=again, told=told)
            return asked, session.person
        finally:
            session.close()
