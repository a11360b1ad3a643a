"""Whether topics are the same as in a shared service, asked at the terminal before all else."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import click

from cyberassess.domain.people.questions import Questionnaire, SharedTopic, SharingReply, Topic
from cyberassess.domain.people.sharing import OTHER, SAME
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import Problem
from cyberassess.opening.choices import YES_OR_NO, could_mean, read_listed
from cyberassess.terminal.fitting import read, say

_HELP = """\
Type yes or no and press Enter. No asks the questions of the topic one by one.
  s  skip this question for now
  q  stop here; everything so far is kept"""


def ask_shared(
    what: Questionnaire, save: Callable[[SharingReply], Sequence[Problem]], *, again: bool
) -> tuple[Questionnaire, int, bool]:
    """Ask about each topic that a scope takes over.

    Returns:
        The questionnaire with the questions that a no opened, or without those that a yes
        closed; how many were answered; and whether somebody stopped.
    """
    answered = 0
    for each in what.shared:
        if each.same and not again:
            continue
        said = _ask(each)
        if said is None:
            return what, answered, True
        if not said.same:
            continue
        for problem in save(said):
            say(str(problem), "  ")
        answered += 1
        say(f"Kept: {'yes' if said.same == SAME else 'no'}.", "  ")
        what = replace(
            what,
            topics=_topics(what, each, is_same=said.same == SAME),
            shared=tuple(replace(e, same=said.same) if e == each else e for e in what.shared),
        )
    return what, answered, False


def _topics(what: Questionnaire, shared: SharedTopic, *, is_same: bool) -> tuple[Topic, ...]:
    """Give the topics to ask: with those of one that is not the same, without one that is."""
    outcomes = {each.ref for each in shared.topic.blocks}
    kept = tuple(
        replace(topic, blocks=blocks)
        for topic in what.topics
        if (blocks := tuple(each for each in topic.blocks if each.ref not in outcomes))
    )
    return kept if is_same else (shared.topic, *kept)


def _ask(shared: SharedTopic) -> SharingReply | None:
    """Ask about one topic; ``None`` to stop, and neither yes nor no to go on without."""
    click.echo("")
    click.echo("-" * 40)
    names = ", ".join(shared.sources)
    say(f"{shared.topic.scope_title} \u00b7 {shared.topic.title}")
    say(f"Is it the same here as in {names}? Whoever runs that answers for all who use it.")
    for block in shared.topic.blocks:
        say(f"{block.asked.outcome.id} {block.asked.outcome.title}", "  ")
    if shared.same:
        so_far = {SAME: "yes", OTHER: "no"}.get(shared.same, "")
        say(f"Your answer so far: {so_far}{f' ({shared.reason})' if shared.reason else ''}")
    while True:
        typed = read("yes, no, or s q ?")
        if typed.casefold() == "q":
            return None
        if typed.casefold() in ("s", ""):
            return SharingReply(shared.key, "", "", _SOURCE)
        if typed == "?":
            click.echo(_HELP)
            continue
        found = read_listed(typed, YES_OR_NO, "yes-no")
        if found.choice is None:
            say(f'"{typed}" is neither yes nor no. {could_mean(typed, found)}Nothing was kept.')
            continue
        words = read("In a sentence, what is different?") if found.choice.code == OTHER else ""
        return SharingReply(shared.key, found.choice.code, words, _SOURCE, typed)


_SOURCE = Source("prompt")
