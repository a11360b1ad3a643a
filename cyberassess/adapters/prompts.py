"""The questions of a questionnaire asked at the terminal, one at a time.

Every answer is handed to ``save`` before the next question is shown, so that stopping at any
moment loses nothing. Works over a pipe, without colour and with a screen reader: it only prints
lines and reads lines.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import click

from cyberassess.domain.framework import CountsAs, Needs
from cyberassess.domain.ledger import Source
from cyberassess.domain.questions import (
    AnswerReply,
    Block,
    Questionnaire,
    Reply,
    Row,
    TextKind,
    TextReply,
    Topic,
)
from cyberassess.errors import Problem

WIDTH = 78
SOURCE = Source("prompt")

_HELP = """\
Type the number of an answer and press Enter. Or one of these letters:
  d  I don't know: passes the question on
  n  add or change the note (the reason) for this answer
  s  skip this question for now
  b  back to the question before
  e  name the documents that show it (evidence)
  q  stop here; everything so far is kept
  ?  show this help"""


class Ended(Enum):
    """How a session ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Asked:
    """What happened at the prompts."""

    ended: Ended
    answers: int
    texts: int


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing to ask: a row, or a text about a block."""

    topic: Topic
    block: Block
    row: Row | None
    kind: TextKind | None


def _steps(what: Questionnaire) -> list[_Step]:
    steps: list[_Step] = []
    for topic in what.topics:
        for block in topic.blocks:
            steps += [_Step(topic, block, row, None) for row in block.rows]
            steps += [_Step(topic, block, None, kind) for kind in TextKind]
    return steps


def _is_open(step: _Step) -> bool:
    if step.row is not None:
        given = step.row.current
        needing = {each.code for each in step.row.answers if each.needs is Needs.REASON}
        return given is None or (given.answer in needing and not given.reason)
    said = step.block.rationale if step.kind is TextKind.RATIONALE else step.block.evidence
    return said is None


def ask(
    what: Questionnaire, save: Callable[[Reply], Sequence[Problem]], *, again: bool = False
) -> Asked:
    """Ask what is not answered yet; ``again`` asks everything.

    Args:
        what: the questions, with the answers so far.
        save: stores a reply; when it returns the reply is safe. What it gives is shown.
    """
    return _Session(what, save).run(again=again)


class _Session:
    def __init__(self, what: Questionnaire, save: Callable[[Reply], Sequence[Problem]]) -> None:
        self.what = what
        self.save = save
        self.steps = _steps(what)
        self.answers = 0
        self.texts = 0
        self.given: dict[str, tuple[str, str]] = {
            row.ref: (row.current.answer, row.current.reason)
            for row in what.rows
            if row.current is not None
        }

    def run(self, *, again: bool) -> Asked:
        order = [step for step in self.steps if again or _is_open(step)]
        if not any(step.row for step in order) and not again:
            click.echo("Every question is answered. To go through them again: ask --again")
            return Asked(Ended.FINISHED, 0, 0)
        click.echo(
            f"{self.what.person.name}, {len([s for s in order if s.row])} questions. "
            "Stop whenever you like with q: every answer is kept at once. ? for help."
        )
        position, shown = 0, ""
        while position < len(order):
            step = order[position]
            if step.block.ref != shown:
                self._introduce(step)
                shown = step.block.ref
            try:
                move = self._ask_row(step, order) if step.row is not None else self._ask_text(step)
            except click.Abort as cause:
                click.echo("")
                broken_off = isinstance(cause.__context__, KeyboardInterrupt)
                ended = Ended.INTERRUPTED if broken_off else Ended.STOPPED
                return Asked(ended, self.answers, self.texts)
            if move == "q":
                return Asked(Ended.STOPPED, self.answers, self.texts)
            position = max(position - 1, 0) if move == "b" else position + 1
        return Asked(Ended.FINISHED, self.answers, self.texts)

    def _introduce(self, step: _Step) -> None:
        outcome = step.block.asked.outcome
        click.echo("")
        click.echo("-" * min(WIDTH, 40))
        self._say(f"{step.topic.title} · {step.topic.scope_title}")
        self._say(f"{outcome.id} {outcome.title}")
        self._say(outcome.question)
        self._say(f"What we mean: {outcome.help}")
        if step.block.official:
            self._say(f"Official wording: {step.block.official}")

    def _say(self, text: str, indent: str = "") -> None:
        for paragraph in text.splitlines() or [""]:
            click.echo(
                textwrap.fill(paragraph, WIDTH, initial_indent=indent, subsequent_indent=indent)
                if paragraph
                else ""
            )

    def _read(self, prompt: str) -> str:
        while True:
            value: str = click.prompt(prompt, default="", show_default=False, prompt_suffix=" ")
            if value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value):
                return value.strip()
            self._say("What was typed is not text in this terminal's encoding; nothing was kept.")

    def _store(self, reply: Reply) -> None:
        for problem in self.save(reply):
            self._say(str(problem), "  ")

    def _ask_row(self, step: _Step, order: list[_Step]) -> str:
        row = step.row
        assert row is not None  # noqa: S101 - steps of rows only
        rows = [each.row.ref for each in order if each.row and each.topic is step.topic]
        click.echo("")
        self._say(
            f"{step.topic.title} · question {rows.index(row.ref) + 1} of {len(rows)}"
            f" · {row.heading}"
        )
        self._say(row.text)
        if row.condition:
            self._say(f"Only if yes to: {row.condition}", "  ")
        if row.official:
            self._say(f"Official wording: {row.official}", "  ")
        for number, answer in enumerate(row.answers, start=1):
            mark = ""
            if self.given.get(row.ref, ("",))[0] == answer.code:
                mark = "   (your answer so far)"
            click.echo(f"  {number}  {answer.label}{mark}")
        while True:
            typed = self._read(f"1-{len(row.answers)}, or b s d n e q ?").casefold()
            if typed in ("b", "q"):
                return typed
            if typed in ("s", ""):
                return "s"
            if typed == "?":
                click.echo(_HELP)
            elif typed == "e":
                if self._ask_text(_Step(step.topic, step.block, None, TextKind.EVIDENCE)) == "q":
                    return "q"
            elif typed == "n":
                self._note(row)
            elif self._answer(row, typed):
                return "next"

    def _answer(self, row: Row, typed: str) -> bool:
        """Store what was typed; false where it is not an answer."""
        chosen = next(
            (
                answer
                for number, answer in enumerate(row.answers, start=1)
                if typed in (str(number), answer.code, answer.label.casefold())
                or (typed == "d" and answer.counts_as is CountsAs.UNANSWERED)
            ),
            None,
        )
        if chosen is None:
            self._say(
                f'"{typed}" is not one of the choices. Type a number from 1 to '
                f"{len(row.answers)}, or ? for help."
            )
            return False
        reason = ""
        if chosen.needs is Needs.REASON:
            reason = self._read("In a sentence, why?")
            if not reason:
                self._say("Kept, but it counts as unanswered until there is a reason.")
        self._store(AnswerReply(row.statements, chosen.code, reason, SOURCE))
        self.given[row.ref] = (chosen.code, reason)
        self.answers += 1
        return True

    def _note(self, row: Row) -> None:
        if row.ref not in self.given:
            self._say("Answer first, then add the note: go back with b.")
            return
        text = self._read("Note:")
        if text:
            code, _ = self.given[row.ref]
            self._store(AnswerReply(row.statements, code, text, SOURCE))
            self.given[row.ref] = (code, text)

    def _ask_text(self, step: _Step) -> str:
        outcome = step.block.asked.outcome
        kind = step.kind or TextKind.RATIONALE
        click.echo("")
        if kind is TextKind.RATIONALE:
            self._say(
                f"{outcome.id} {outcome.title}: why do you see it this way? About 60 words "
                "help the assurer: what is done, by whom, how often, what is planned."
            )
            said = step.block.rationale
        else:
            self._say(
                f"{outcome.id} {outcome.title}: which documents show this? For example: "
                f"{', '.join(outcome.evidence)}."
            )
            said = step.block.evidence
        if said is not None:
            self._say(f"So far: {said.text}")
        typed = self._read("Your text (Enter to skip, b back, q stop):")
        if typed.casefold() in ("b", "q"):
            return typed.casefold()
        if typed and typed.casefold() != "s":
            self._store(TextReply(kind, step.block.key, typed, "", SOURCE))
            self.texts += 1
        return "next"
