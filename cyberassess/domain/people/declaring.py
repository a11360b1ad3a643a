"""What a closing declaration is worth now: "these answers are true to the best of my knowledge".

A declaration covers one file and the answers in it. It lapses when one of them changes afterwards,
and it is withdrawn when a later file says No. Settling a conflict between people decides which
answer counts and changes nobody's own, so no declaration lapses by it.

Declarations recorded before files were (they have no field ``said``) stand where the cell they
came from names a file that came back, their date is one, and nothing changed since. The others of
them say only that somebody signed: which file that covers cannot be told any more.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from cyberassess.domain.assessment import PersonId
from cyberassess.domain.people.inheriting import INHERITANCE
from cyberassess.domain.people.sharing import SHARING
from cyberassess.domain.record import registers
from cyberassess.domain.record.recorded import Given, Record, Said, State

DECLARATION = registers.Declaration.kind
YES, NO = "yes", "no"
"""What the field ``said`` holds."""


class Worth(Enum):
    """What a declaration is worth."""

    STANDS = "signed"
    LAPSED = "lapsed"
    """An answer that it covers changed afterwards."""
    WITHDRAWN = "withdrawn"
    """Given before, and a later file says No."""
    REFUSED = "refused"
    """A file says No, and none said Yes before."""
    UNRECORDED = "signed, file not recorded"
    NONE = "not signed"


@dataclass(frozen=True, slots=True)
class Declared:
    """What the declaration about one person's questionnaire is worth."""

    worth: Worth
    name: str = ""
    """Who gave or withdrew it, as they wrote it; empty where it was redacted."""
    date: str = ""
    """ISO date they signed on; as it was written, where an old one is no date."""
    file: str = ""
    """SHA-256 of the file it covers; empty where that is not recorded."""
    since: str = ""
    """ISO date since when it has lapsed or is withdrawn."""

    @property
    def stands(self) -> bool:
        """Whether somebody vouches for the answers as they are."""
        return self.worth is Worth.STANDS


UNSIGNED = Declared(Worth.NONE)


def declared_for(state: State, asked: PersonId) -> Declared:
    """Say what the declaration about a person's questionnaire is worth now.

    Where branches differ, it does not stand unless it stands on each of them.
    """
    records = state.records.get(DECLARATION, {}).get((str(asked),), ())
    found = [_worth(state, asked, each) for each in records]
    return min(found, key=lambda each: each.stands, default=UNSIGNED)


def _worth(state: State, asked: PersonId, record: Record) -> Declared:
    name, date = str(record.fields["name"]), str(record.fields["date"])
    if record.fields.get("said") == NO:
        earlier = state.record_history.get((DECLARATION, (asked,)), ())
        given = any(each.fields and each.fields.get("said") != NO for each in earlier)
        worth = Worth.WITHDRAWN if given else Worth.REFUSED
        return Declared(worth, name, date, record.source.file, record.origin.time[:10])
    changed = _changed(state, asked, record)
    if "said" not in record.fields:
        if changed or not _is_proven(state, asked, record):
            return Declared(Worth.UNRECORDED, name, date)
        return Declared(Worth.STANDS, name, date, record.source.file)
    file = str(record.fields["sha256"])
    if changed:
        return Declared(Worth.LAPSED, name, date, file, changed[:10])
    return Declared(Worth.STANDS, name, date, file)


def declarations(state: State) -> dict[PersonId, Declared]:
    """Give what the declaration about each questionnaire that came back is worth, by person."""
    asked = dict.fromkeys(
        each.asked or each.person for each in state.received if each.asked or each.serial
    )
    return {person: declared_for(state, person) for person in asked}


def by_worth(found: Mapping[PersonId, Declared]) -> dict[Worth, list[PersonId]]:
    """Give whose questionnaires came back, by what their declaration is worth, in its order.

    Args:
        found: see ``declarations``.
    """
    people = {
        worth: [who for who, each in found.items() if each.worth is worth] for worth in Worth
    }
    return {worth: several for worth, several in people.items() if several}


def in_words(found: Declared, say: Callable[[str], str] = str) -> str:
    """Say what a declaration is worth, as the end of a sentence.

    Args:
        say: gives an ISO date as it is shown.
    """
    who = f" by {found.name}" if found.name else ""
    match found.worth:
        case Worth.STANDS:
            return f"signed{who} on {say(found.date)}"
        case Worth.LAPSED:
            return (
                f"signed{who} on {say(found.date)}, lapsed: answers changed on {say(found.since)}"
            )
        case Worth.WITHDRAWN:
            return f"signature withdrawn{who} on {say(found.since)}"
        case Worth.REFUSED:
            return f"not signed: {found.name or 'somebody'} chose No on {say(found.since)}"
        case Worth.UNRECORDED:
            return f"signed{who}, file not recorded"
        case Worth.NONE:
            return "not signed"


def _is_proven(state: State, asked: PersonId, record: Record) -> bool:
    """Say whether an old declaration names a file that came back, and a date that was one."""
    try:
        date = datetime.date.fromisoformat(str(record.fields["date"]))
        came = datetime.date.fromisoformat(record.origin.time[:10])
    except ValueError:
        return False
    files = {each.sha256 for each in state.returned(asked)}
    return date <= came + datetime.timedelta(days=1) and record.source.file in files


def _changed(state: State, asked: PersonId, record: Record) -> str:
    """Give when an answer that a declaration covers first changed after it; empty if none did."""
    signed = record.origin.segment
    files = {each.sha256 for each in state.returned(asked)}
    times: list[str] = []
    for changes in state.history.values():
        mine = {e.person for e in changes if e.person == asked or e.source.file in files}
        if mine:
            times += _changes(state, signed, [each for each in changes if each.person in mine])
    times += [
        each.origin.time
        for each in _beside_answers(state)
        if (each.source.file in files or (each.person == asked and each.source.kind != "command"))
        and not state.has_seen(signed, each.origin.segment)
    ]
    return min(times, default="")


def _beside_answers(state: State) -> Iterator[Said | Record]:
    """Give every text that stands, and all that was ever said of what is taken over.

    Those the officer confirms for a whole system (a command) are no part of any questionnaire.
    """
    for register in (state.rationales, state.evidence):
        for texts in register.values():
            yield from texts
    for (kind, _), records in state.record_history.items():
        if kind in (INHERITANCE, SHARING):
            yield from records


def _changes(state: State, signed: str, changes: Sequence[Given]) -> Iterator[str]:
    """Give when one statement's answers, of those it covers, changed after a declaration."""
    covered: dict[PersonId, tuple[str, ...]] = {}
    later: list[Given] = []
    for each in changes:
        if state.has_seen(signed, each.origin.segment):
            covered[each.person] = each.event.said
        else:
            later.append(each)
    for each in later:
        if covered.get(each.person) != each.event.said:
            yield each.origin.time
