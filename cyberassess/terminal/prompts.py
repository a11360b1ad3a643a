"""The questions of a questionnaire asked at the terminal, one at a time.

Every answer is handed to ``save`` before the next question is shown, so that stopping at any
moment loses nothing. It only prints lines and reads lines: no colour, no cursor movement, nothing
cleared. So it is the same over a pipe, in a terminal of 40 columns and with a screen reader, and
whatever was shown can be scrolled back to. A question with its choices fits 24 lines.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import click

from cyberassess.domain.people.questions import (
    AnswerReply,
    Block,
    ConfirmReply,
    Offer,
    OfferKind,
    Questionnaire,
    Reply,
    Row,
    TextKind,
    TextReply,
    Topic,
)
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.result.better import Beside, overtaken_words, two_meanings
from cyberassess.domain.sets.framework import Answer, CountsAs, Needs
from cyberassess.errors import Problem, counted
from cyberassess.opening.choices import could_mean, read_answer
from cyberassess.terminal.fitting import item, numbers, read, say, screen
from cyberassess.terminal.sharing import ask_shared

SOURCE = Source("prompt")

_HELP = """\
Type the number of an answer and press Enter. Or one of these letters:
  d  I don't know: passes the question on
  n  write a note, the reason for this answer
  s  skip this question for now
  b  back to the question before
  e  name the documents that show it (evidence)
  q  stop here; everything so far is kept
  ?  show this help
Where an answer from elsewhere is shown:
  y  keep it: it holds here
  a  keep it, and every other one shown in this topic"""
_CHECK_HELP = """\
Look at your answers before you go on.
  Enter  go on
  c 3    change answer 3
  l      list every answer with its words
  b      back to the question before
  q      stop here; everything so far is kept"""


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
    left: int = 0
    """Questions that still have no answer that counts."""


class _Move(Enum):
    NEXT = "next"
    BACK = "back"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing to show: a row, a text about a block, or (neither) the answers to a topic."""

    topic: Topic
    block: Block
    row: Row | None = None
    kind: TextKind | None = None


def ask(
    what: Questionnaire,
    save: Callable[[Reply], Sequence[Problem]],
    *,
    again: bool = False,
    told: Sequence[Problem] = (),
) -> Asked:
    """Ask what is not answered yet; ``again`` asks everything.

    Args:
        save: stores a reply; when it returns the reply is safe. What it gives is shown.
        told: what the person should know before the first question.
    """
    for problem in told:
        say(str(problem))
    try:
        what, shared, is_stopped = ask_shared(what, save, again=again)
    except click.Abort as cause:
        click.echo("")
        return Asked(_broken_off(cause), 0, 0, what.questions)
    session = _Session(what, save)
    session.answers = shared
    if is_stopped:
        return Asked(Ended.STOPPED, shared, 0, session.left())
    return session.run(again=again)


def _broken_off(cause: click.Abort) -> Ended:
    is_broken = isinstance(cause.__context__, KeyboardInterrupt)
    return Ended.INTERRUPTED if is_broken else Ended.STOPPED


def _say_below(row: Row) -> None:
    """Say what stands below a question: its condition, the publisher's own words."""
    for label, text in (("Only if yes to", row.condition), ("Official wording", row.official)):
        if text:
            say(f"{label}: {text}", "  ")


def _say_choices(row: Row, code: str) -> None:
    """List the answers, with the one so far marked, and say what the less plain one is for."""
    for number, answer in enumerate(row.answers, start=1):
        mark = "   (your answer so far)" if code == answer.code else ""
        click.echo("\n".join(item(str(number), f"{answer.label}{mark}")))
    for answer in row.answers:
        if answer.needs is Needs.REASON_OR_BETTER:
            say(f"{answer.label}: {answer.help}", "     ")


class _Session:
    def __init__(self, what: Questionnaire, save: Callable[[Reply], Sequence[Problem]]) -> None:
        self.what = what
        self.save = save
        self.answers = 0
        self.texts = 0
        self.given: dict[str, Response] = {
            row.ref: row.current.event for row in what.rows if row.current is not None
        }
        self.kept: dict[str, Offer] = {
            row.ref: offer for row in what.rows for offer in row.offers if offer.confirmed
        }
        self.said: dict[tuple[str, TextKind], str] = {
            (block.ref, kind): said.text
            for topic in what.topics
            for block in topic.blocks
            for kind, said in (
                (TextKind.RATIONALE, block.rationale),
                (TextKind.EVIDENCE, block.evidence),
            )
            if said is not None
        }
        self.taken: set[str] = set()
        """Rows kept together with others; they are not asked one by one."""
        self.beside = Beside(what.rows, self._standing)

    # what is to be asked

    def _standing(self, row: Row) -> tuple[str, str] | None:
        """Give the answer's code and reason, the person's own before one that was kept."""
        offer = self.kept.get(row.ref)
        said = self.given.get(row.ref) or (offer.said if offer else None)
        return None if said is None else (said.new or "", said.reason or "")

    def _is_open(self, row: Row) -> bool:
        given = self._standing(row)
        if given is None:
            return True
        return not given[1] and given[0] in {each.code for each in self.beside.needing(row)}

    def _condition(self, block: Block, row: Row) -> Row | None:
        """Give the row of this questionnaire that decides whether another applies."""
        first = row.statements[0]
        _, indicator = block.asked.framework.indicators[first.indicator]
        if indicator.applies_when is None:
            return None
        return self.beside.rows.get(first._replace(indicator=indicator.applies_when))

    def _applies(self, block: Block, row: Row) -> bool:
        condition = self._condition(block, row)
        if condition is None or not self._is_denied(condition):
            return True
        first = condition.statements[0]
        named = block.asked.framework.indicators[first.indicator][1].alternatives
        others = [self.beside.rows.get(first._replace(indicator=each)) for each in named]
        return bool(others) and all(each and self._is_denied(each) for each in others)

    def _is_denied(self, condition: Row) -> bool:
        given = self._standing(condition)
        answer = _answer(condition, given[0]) if given else None
        return answer is not None and answer.counts_as is CountsAs.NOT_MET

    def _rows_of(self, topic: Topic) -> list[_Step]:
        """Give the rows of a topic that apply."""
        return [
            _Step(topic, block, row)
            for block in topic.blocks
            for row in block.rows
            if self._applies(block, row)
        ]

    def _is_certain(self, topic: Topic) -> bool:
        """Whether no answer still to come changes how many questions a topic has."""
        conditions = (self._condition(block, row) for block in topic.blocks for row in block.rows)
        return all(each is None or self._standing(each) is not None for each in conditions)

    def _order(self, *, again: bool) -> list[_Step]:
        """Give the steps: every topic with an open question, its texts, its answers to check."""
        order: list[_Step] = []
        for topic in self.what.topics:
            if not again and not any(self._is_open(row) for row in topic.rows):
                continue
            late: list[_Step] = []
            for block in topic.blocks:
                rows = [
                    _Step(topic, block, row) for row in block.rows if again or self._is_open(row)
                ]
                texts = [
                    _Step(topic, block, None, kind)
                    for kind in TextKind
                    if again or (block.ref, kind) not in self.said
                ]
                order += rows
                if rows:
                    order += texts
                else:
                    late += texts
            order += [*late, _Step(topic, topic.blocks[-1])]
        return order

    def left(self) -> int:
        return sum(not each.same for each in self.what.shared) + sum(
            self._is_open(each.row)
            for topic in self.what.topics
            for each in self._rows_of(topic)
            if each.row is not None
        )

    # the session

    def run(self, *, again: bool) -> Asked:
        order = self._order(again=again)
        if not order:
            click.echo("Every question is answered. To go through them again: ask --again")
            return Asked(Ended.FINISHED, self.answers, 0)
        to_ask = [each for each in order if each.row and self._applies(each.block, each.row)]
        most = "" if all(self._is_certain(each.topic) for each in order) else "up to "
        say(
            f"{self.what.person.name}, {most}{counted(len(to_ask), 'question')}. "
            "Stop whenever you like with q: every answer is kept at once. ? for help."
        )
        try:
            ended = self._walk(order)
        except click.Abort as cause:
            click.echo("")
            ended = _broken_off(cause)
        return Asked(ended, self.answers, self.texts, self.left())

    def _walk(self, order: Sequence[_Step]) -> Ended:
        position, shown = 0, ""
        while position < len(order):
            step = order[position]
            if self._is_passed_over(step):
                position += 1
                continue
            is_check = step.row is None and step.kind is None
            if step.block.ref != shown and not is_check:
                self._introduce(step)
                shown = step.block.ref
            move = self._show(step)
            if move is _Move.STOP:
                return Ended.STOPPED
            position = self._before(order, position) if move is _Move.BACK else position + 1
        return Ended.FINISHED

    def _is_passed_over(self, step: _Step) -> bool:
        row = step.row
        return row is not None and (row.ref in self.taken or not self._applies(step.block, row))

    def _before(self, order: Sequence[_Step], position: int) -> int:
        """Give the nearest step before that applies; the same where there is none."""
        for number in range(position - 1, -1, -1):
            if not self._is_passed_over(order[number]):
                return number
        return position

    def _show(self, step: _Step) -> _Move:
        if step.row is not None:
            return self._ask_row(step, step.row)
        return self._ask_text(step, step.kind) if step.kind else self._check(step.topic)

    def _introduce(self, step: _Step) -> None:
        outcome = step.block.asked.outcome
        width, _ = screen()
        click.echo("")
        click.echo("-" * min(width, 40))
        say(f"{step.topic.title} · {step.topic.scope_title}")
        say(f"{outcome.id} {outcome.title}")
        say(outcome.question)
        say(f"What we mean: {outcome.help}")
        if step.block.official:
            say(f"Official wording: {step.block.official}")
        for each in dict.fromkeys(choice for row in step.block.rows for choice in row.answers):
            if each.help and each.needs is Needs.NOTHING:
                say(f"{each.label}: {each.help}")

    def _store(self, reply: Reply) -> None:
        for problem in self.save(reply):
            say(str(problem), "  ")

    # one question

    def _ask_row(self, step: _Step, row: Row) -> _Move:
        refs = [each.row.ref for each in self._rows_of(step.topic) if each.row]
        total = f" of {len(refs)}" if self._is_certain(step.topic) else ""
        click.echo("")
        place = f"question {refs.index(row.ref) + 1}{total}"
        say(" · ".join(filter(None, (step.topic.title, place, row.heading))))
        say(row.text)
        _say_below(row)
        code, reason = self._standing(row) or ("", "")
        _say_choices(row, code)
        if reason:
            say(f"The note so far: {reason}")
        offer = self._offered(row)
        self._show_offers(row, offer)
        letters = "y a b s d n e q ?" if offer else "b s d n e q ?"
        note = ""
        while True:
            words = read(f"1-{len(row.answers)}, or {letters}")
            typed = words.casefold()
            if typed in ("b", "q", "s", ""):
                if note:
                    say("The note was not kept: it needs an answer to belong to.")
                return {"b": _Move.BACK, "q": _Move.STOP}.get(typed, _Move.NEXT)
            if typed == "?":
                click.echo(_HELP)
            elif typed == "e":
                if self._ask_text(step, TextKind.EVIDENCE) is _Move.STOP:
                    return _Move.STOP
            elif typed == "n":
                note = self._note(row) or note
            elif offer is not None and typed == "y":
                self._keep(row, offer, SOURCE)
                return _Move.NEXT
            elif offer is not None and typed == "a":
                self._keep_all(step.topic, row)
                return _Move.NEXT
            elif self._answer(step, row, words, note):
                return _Move.NEXT

    def _chosen(self, step: _Step, row: Row, words: str) -> tuple[Answer | None, str]:
        """Give the answer that was typed, and say back words that are not those offered."""
        for number, each in enumerate(row.answers, start=1):
            is_unknown = each.counts_as is CountsAs.UNANSWERED
            if words == str(number) or (words.casefold() == "d" and is_unknown):
                return each, ""
        framework = step.block.asked.framework
        answers = framework.answers_for(framework.indicators[row.statements[0].indicator][1])
        understood = read_answer(words, answers)
        chosen = understood.choice and answers.by_code(understood.choice.code)
        # NOTE: single letters are commands at the prompt, and y where nothing is offered a slip
        if not chosen or (len(words) == 1 and not understood.is_exact):
            asked = could_mean(words, understood) or two_meanings(row.answers)
            say(
                f'"{words}" is not one of the choices. {asked}Type a number '
                f"from 1 to {len(row.answers)}, or ? for help. Nothing was kept for this question."
            )
            return None, ""
        if understood.is_exact:
            return chosen, ""
        say(f'"{words}" was read as "{chosen.label}". b goes back to change it.', "  ")
        return chosen, words

    def _answer(self, step: _Step, row: Row, words: str, note: str) -> bool:
        """Store what was typed; false where it is not an answer."""
        chosen, typed = self._chosen(step, row, words)
        if chosen is None:
            return False
        said = Response(new=chosen.code, reason=note or self._reason(row, chosen))
        self._store(AnswerReply(row.statements, said, SOURCE, typed))
        self.given[row.ref] = said
        self.kept.pop(row.ref, None)
        self.answers += 1
        say(f"Kept: {chosen.label}.", "  ")
        for lesser, better in self.beside.overtaken(row):
            say(f"Look again: {overtaken_words(lesser.ref, better.ref)}", "  ")
        return True

    def _reason(self, row: Row, chosen: Answer) -> str:
        """Ask for the reason an answer needs; empty where it needs none, or none was given."""
        if chosen not in self.beside.needing(row):
            return ""
        unless = ""
        if chosen.needs is Needs.REASON:
            reason = read(chosen.help or "In a sentence, why?")
        else:
            reason = read("In a sentence, what do you do?")
            if self.beside.better(row):
                unless = ", or a statement that says better is true"
        if not reason:
            say(f"Kept, but it counts as unanswered until there is a reason{unless}.")
        return reason

    def _offered(self, row: Row) -> Offer | None:
        """Give the answer that can be kept; none where there is one already, or offers differ."""
        if row.ref in self.given or row.ref in self.kept or not row.offers:
            return None
        return row.offers[0] if len({each.answer for each in row.offers}) == 1 else None

    def _show_offers(self, row: Row, offer: Offer | None) -> None:
        if row.ref in self.given:
            return
        for each in row.offers:
            said = f"{each.label} ({each.reason})" if each.reason else each.label
            when = f", {each.date}" if each.date else ""
            say(f"{each.origin}{when}: {said}.")
        if row.past:
            from cyberassess.books.wording import past_lines

            for line in past_lines(row.past, row.text):
                say(line)
        if row.offers and offer is None and row.ref not in self.kept:
            say("They differ: choose the answer that holds here.")
        elif offer is not None:
            inherited = offer.kind is OfferKind.INHERITED
            say(
                f"{'Does that hold here?' if inherited else 'Is that still true?'} y keeps it, "
                "a keeps every such answer of this topic. It counts only once you keep it."
            )

    def _keep(self, row: Row, offer: Offer, source: Source) -> None:
        """Confirm an answer given elsewhere."""
        self._store(ConfirmReply(row.statements, offer, source))
        self.kept[row.ref] = offer
        self.answers += 1
        say(f"Kept: {offer.label}.", "  ")

    def _keep_all(self, topic: Topic, shown: Row) -> None:
        """Confirm all that is offered in a topic by one key; it is shown at the topic's end."""
        found: list[tuple[Row, Offer]] = []
        for row in (shown, *(each.row for each in self._rows_of(topic))):
            offer = self._offered(row) if row else None
            if row is not None and offer is not None:
                self.kept[row.ref] = offer  # NOTE: it decides whether what follows applies
                found.append((row, offer))
        for row, offer in found:
            self._keep(row, offer, SOURCE.of_many(len(found)))
            if row is not shown:
                self.taken.add(row.ref)

    def _note(self, row: Row) -> str:
        """Read a note; it goes with the answer there is, or with the one chosen next."""
        text = read("Note:")
        if not text:
            return ""
        if row.ref not in self.given:
            say("Now choose the answer that this note belongs to.")
            return text
        said = self.given[row.ref].but(reason=text)
        self._store(AnswerReply(row.statements, said, SOURCE))
        self.given[row.ref] = said
        say("Kept with your answer.", "  ")
        return ""

    def _ask_text(self, step: _Step, kind: TextKind) -> _Move:
        outcome = step.block.asked.outcome
        click.echo("")
        if kind is TextKind.RATIONALE:
            say(
                f"{outcome.id} {outcome.title}: why do you see it this way? About 60 words "
                "help the assurer: what is done, by whom, how often, what is planned."
            )
        else:
            say(
                f"{outcome.id} {outcome.title}: which documents show this? For example: "
                f"{', '.join(outcome.evidence)}."
            )
        said = self.said.get((step.block.ref, kind))
        if said is not None:
            say(f"So far: {said}")
        typed = read("Your text (Enter to skip, b back, q stop):")
        if typed.casefold() in ("b", "q"):
            return _Move.BACK if typed.casefold() == "b" else _Move.STOP
        if typed and typed.casefold() != "s":
            self._store(TextReply(kind, step.block.key, typed, "", SOURCE))
            self.said[step.block.ref, kind] = typed
            self.texts += 1
            say("Kept.", "  ")
        return _Move.NEXT

    # the answers to a topic

    def _entries(self, topic: Topic) -> list[_Step]:
        """Give what a topic holds, as it is numbered: the questions, then the texts."""
        texts = [_Step(topic, block, None, kind) for block in topic.blocks for kind in TextKind]
        return [*self._rows_of(topic), *texts]

    def _check(self, topic: Topic) -> _Move:
        """Show the answers to a topic, and let them be changed."""
        click.echo("")
        say(f"{topic.title} · {topic.scope_title} · check your answers")
        listed = list(self._listed(topic))
        _, height = screen()
        for line in listed if len(listed) <= height - 4 else self._summary(topic):
            click.echo(line)
        while True:
            typed = read("Enter goes on, c and a number changes one, l lists all, or b q ?")
            word, _, number = typed.casefold().partition(" ")
            if word in ("", "b", "q"):
                return {"b": _Move.BACK, "q": _Move.STOP}.get(word, _Move.NEXT)
            if word == "?":
                click.echo(_CHECK_HELP)
            elif word == "l":
                click.echo("\n".join(self._listed(topic)))
            elif self._change(topic, word, number) is _Move.STOP:
                return _Move.STOP

    def _change(self, topic: Topic, word: str, number: str) -> _Move:
        """Ask again what was named; then what applies only now."""
        entries = self._entries(topic)
        wanted = number.strip() if word == "c" else word.removeprefix("c")
        if not word.startswith("c") or wanted not in map(str, range(1, len(entries) + 1)):
            say(
                f'"{f"{word} {number}".strip()}" is not one of the choices. To change one, type '
                f"c and a number from 1 to {len(entries)}, for example c 1. Enter goes on."
            )
            return _Move.NEXT
        before = {each.row.ref for each in entries if each.row}
        if self._show(entries[int(wanted) - 1]) is _Move.STOP:
            return _Move.STOP
        for step in self._rows_of(topic):
            row = step.row
            is_new = row is not None and row.ref not in before and self._is_open(row)
            if is_new and self._show(step) is _Move.STOP:
                return _Move.STOP
        return _Move.NEXT

    def _shown(self, row: Row) -> str:
        standing = self._standing(row)
        if standing is None:
            return "not answered"
        code, reason = standing
        answer = _answer(row, code)
        label = answer.label if answer else code
        if self._is_open(row):
            return f"{label} (a reason is missing)"
        return f"{label} ({reason})" if reason else label

    def _listed(self, topic: Topic) -> Iterator[str]:
        """List every answer with its question."""
        for number, step in enumerate(self._entries(topic), start=1):
            if step.row is not None:
                yield from item(str(number).rjust(2), f"{self._shown(step.row)}: {step.row.text}")
            elif step.kind is not None:
                what = "why" if step.kind is TextKind.RATIONALE else "documents"
                said = self.said.get((step.block.ref, step.kind), "nothing written")
                yield from item(
                    str(number).rjust(2), f"{step.block.asked.outcome.id}, {what}: {said}"
                )

    def _summary(self, topic: Topic) -> Iterator[str]:
        """Give the numbers of the questions under each answer; a long list is read in part."""
        found: dict[str, list[int]] = {}
        for number, step in enumerate(self._entries(topic), start=1):
            if step.row is None:
                there = step.kind is not None and (step.block.ref, step.kind) in self.said
                found.setdefault("Texts" if there else "No text yet", []).append(number)
                continue
            code, _ = self._standing(step.row) or ("", "")
            answer = _answer(step.row, code)
            label = answer.label if answer else "Not answered"
            if code and self._is_open(step.row):
                label = f"{label}, a reason is missing"
            found.setdefault(label, []).append(number)
        for label, listed in found.items():
            yield from item("-", f"{label}: {numbers(listed)}")


def _answer(row: Row, code: str) -> Answer | None:
    return next((each for each in row.answers if each.code == code), None)
