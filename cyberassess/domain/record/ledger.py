"""What happened, in order, and what follows from it.

The ledger is a set of segments; each names the segments it was written on top of (its parents), so
that together they form a history that may branch. ``fold`` turns it into the state: for every slot
(one person's answer to one statement in one scope, one person's rationale for an outcome, …) it
keeps the values no later value has seen. On an unbranched history that is the last one. On a
branched one there may be several: nothing is dropped, and differing answers are a conflict.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from types import MappingProxyType

from cyberassess.domain.assessment import OutcomeKey, PersonId, StatementKey
from cyberassess.domain.record.events import (
    Folding,
    Joined,
    Register,
    Text,
    apply,
    name_person,
    same_people,
)
from cyberassess.domain.record.hashes import assessment_id, canonical
from cyberassess.domain.record.recorded import (
    WITHDRAWN,
    Claim,
    Differing,
    Given,
    Names,
    Naming,
    Record,
    RecordKey,
    Resolution,
    Said,
    State,
    Value,
)
from cyberassess.domain.record.segment import Segment, in_order
from cyberassess.domain.sets.framework import FrameworkRef


def fold(segments: Iterable[Segment]) -> State:
    """Give the state that follows from the segments, whatever order they come in.

    Raises:
        LedgerError: where a segment is missing, or holds an event this program does not know.
    """
    return Fold(segments).state()


class Fold:
    """A fold under way: segments written on top can be added without folding all anew."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        """Take in segments, whatever order they come in; ``fold`` says what is raised."""
        self._folding = Folding()
        self._ordered: list[Segment] = []
        self._seen: dict[str, int] = {}
        self._count = 0
        for segment in in_order(segments):
            self.add(segment)

    def state(self) -> State:
        """Give the state that follows from what was taken in so far."""
        return _state(self._folding, self._ordered, self._count, self._seen)

    def add(self, segment: Segment) -> None:
        """Take in a segment whose parents were taken in."""
        before = bit = 1 << len(self._ordered)
        for parent in segment.parents:
            before |= self._seen[parent]
        self._seen[segment.key] = before
        self._ordered.append(segment)
        actor = str(segment.actor.get("id", ""))
        if actor and actor not in self._folding.named:
            called = segment.actor.get("name")
            name = str(called.get("text", "")) if isinstance(called, dict) else ""
            name_person(self._folding, PersonId(actor), Naming(bit, 1, name))
        for origin, event in segment.happened():
            apply(self._folding, event, origin, bit, before)
            self._count += 1


def _state(folding: Folding, ordered: list[Segment], count: int, seen: Mapping[str, int]) -> State:
    differing: list[Differing] = []
    joined = Joined(same_people(folding), seen)
    if joined.same:
        folding = joined.join(folding)
    folding = folding.led(seen) if folding.leads.found else folding
    former = _former(folding)
    whole, folding = folding, (folding.without(former) if former else folding)
    resolutions = _resolutions(folding, differing)
    answers, withdrawn, asked_again = _answers(folding, resolutions, differing)
    rationales = _texts(folding.rationales, "explanation of", differing)
    evidence = _texts(folding.evidence, "evidence for", differing)
    claims: dict[OutcomeKey, tuple[Claim, ...]] = {}
    for (outcome, tool), found in folding.claims.items():
        distinct = {(each.level, each.confirmed, each.comment): each for _, each in found}
        differing += _differ(
            f"the status in {tool} of {outcome.outcome} in {outcome.scope}",
            [Value(each.origin, str(each.level or "none")) for each in distinct.values()],
        )
        claims[outcome] = (*claims.get(outcome, ()), *distinct.values())
    for setting, values in folding.settings.items():
        by_value = {value: origin for _, (value, origin) in values}
        said = [Value(where, value or "") for value, where in by_value.items()]
        differing += _differ(f"the setting {setting}", said)
    records: dict[str, dict[RecordKey, tuple[Record, ...]]] = {}
    for (kind, name), found_records in folding.records.items():
        distinct_records = {
            (each.removed, canonical(dict(each.fields))): each for _, each in found_records
        }
        said = [Value(each.origin, _record_text(each)) for each in distinct_records.values()]
        differing += _differ(f"the {kind} {' '.join(name)}", said)
        standing = tuple(each for each in distinct_records.values() if not each.removed)
        if standing:
            records.setdefault(kind, {})[name] = standing
    parents = {parent for segment in ordered for parent in segment.parents}
    seed = next((str(each.header["seed"]) for each in ordered if "seed" in each.header), "")
    return State(
        assessment=assessment_id(seed) if seed else "",
        heads=tuple(each.key for each in ordered if each.key not in parents),
        answers=MappingProxyType(answers),
        withdrawn=MappingProxyType(withdrawn),
        asked_again=MappingProxyType(asked_again),
        rationales=MappingProxyType(rationales),
        evidence=MappingProxyType(evidence),
        resolutions=MappingProxyType(resolutions),
        claims=MappingProxyType(claims),
        met=MappingProxyType(dict(folding.met)),
        sent=tuple(folding.sent),
        received=tuple(folding.received),
        settings=MappingProxyType({key: w[-1][1][0] for key, w in folding.settings.items()}),
        history=MappingProxyType({key: tuple(each) for key, each in folding.history.items()}),
        records=MappingProxyType({kind: MappingProxyType(each) for kind, each in records.items()}),
        record_history=MappingProxyType(
            {key: tuple(each) for key, each in folding.record_history.items()}
        ),
        names=Names(
            MappingProxyType({person: tuple(each) for person, each in folding.named.items()}),
            MappingProxyType(dict(seen)),
            MappingProxyType(joined.same),
            MappingProxyType(joined.recorded_as),
        ),
        differing=tuple(differing),
        events=count,
        seen=MappingProxyType(dict(seen)),
        leads=folding.leads,
        former=former,
        former_texts=MappingProxyType(_former_texts(whole, former) if former else {}),
    )


def _former_texts(folding: Folding, former: Container[str]) -> dict[OutcomeKey, tuple[Said, ...]]:
    found: dict[OutcomeKey, tuple[Said, ...]] = {}
    for register in (folding.rationales, folding.evidence):
        for key, said in _texts(register, "", []).items():
            if key.framework in former:
                found[key] = (*found.get(key, ()), *said)
    return found


_PINNED = re.compile(r"frameworks\[(.+)\]\.id")


def _former(folding: Folding) -> frozenset[FrameworkRef]:
    """Give the versions of sets in whose place another one stands now."""
    if not folding.leads.found:
        return frozenset()
    pinned = {
        found[1]
        for key, writes in folding.settings.items()
        if writes[-1][1][0] is not None and (found := _PINNED.fullmatch(key))
    }
    return frozenset(each for each in folding.leads.sets if each not in pinned)


def _differ(what: str, values: Sequence[Value]) -> list[Differing]:
    """Give the slot as one that branches changed differently, where its values are several."""
    return [Differing(what, tuple(values))] if len(values) > 1 else []


def _resolutions(folding: Folding, differing: list[Differing]) -> dict[StatementKey, Resolution]:
    resolutions: dict[StatementKey, Resolution] = {}
    for statement, writes in folding.resolutions.items():
        distinct = {(each.answer, each.settled): each for _, each in writes}
        if len(distinct) == 1:
            resolutions[statement] = writes[-1][1]
        differing += _differ(
            f"how {statement.indicator} in {statement.scope} was decided",
            [Value(e.origin, f"{e.answer} ({e.reason})") for e in distinct.values()],
        )
    return resolutions


def _is_settled(resolution: Resolution | None, given: Sequence[Given]) -> bool:
    """Say whether a decision between one person's several answers stands."""
    if resolution is None or len({each.answer for each in given}) == 1:
        return False
    return all((each.person, each.answer) in resolution.settled for each in given)


def _answer_text(given: Given) -> str:
    if given.answer == WITHDRAWN:
        return "withdrawn"
    return f"{given.answer} ({given.reason})" if given.reason else given.answer


def _record_text(record: Record) -> str:
    if record.removed:
        return "removed"
    return ", ".join(f"{name}: {value}" for name, value in record.fields.items() if value)


_Several = dict[StatementKey, tuple[Given, ...]]


def _answers(
    folding: Folding,
    resolutions: Mapping[StatementKey, Resolution],
    differing: list[Differing],
) -> tuple[_Several, _Several, _Several]:
    """Give the answers that stand, those taken back and those asked again.

    The slots branches differ on are named in ``differing``.
    """
    answers: dict[StatementKey, tuple[Given, ...]] = {}
    withdrawn: dict[StatementKey, tuple[Given, ...]] = {}
    asked_again: dict[StatementKey, tuple[Given, ...]] = {}
    for key, people in folding.answers.items():
        standing: list[Given] = []
        gone: list[Given] = []
        for person, written in people.items():
            writes = written
            if any(value.asked_again for _, value in written):
                again = [value for _, value in written if value.asked_again]
                asked_again[key] = (*asked_again.get(key, ()), *again)
                writes = [each for each in written if not each[1].asked_again]
                if not writes:
                    continue
            if len(writes) == 1:  # nearly always
                only = writes[0][1]
                (gone if only.answer == WITHDRAWN else standing).append(only)
                continue
            given = {value.event.said: value for _, value in reversed(writes)}
            if len(given) > 1 and not _is_settled(resolutions.get(key), tuple(given.values())):
                differing.append(_differing(key, person, tuple(reversed(given.values()))))
            kept = [each for each in reversed(given.values()) if each.answer != WITHDRAWN]
            standing += kept
            gone += () if kept else given.values()
        if standing:
            answers[key] = tuple(standing)
        if gone:
            withdrawn[key] = tuple(gone)
    return answers, withdrawn, asked_again


def _differing(key: StatementKey, person: PersonId, given: Sequence[Given]) -> Differing:
    several = len({each.answer for each in given} - {WITHDRAWN}) > 1
    return Differing(
        f"{person}'s answer to {key.indicator} in {key.scope}",
        tuple(Value(each.origin, _answer_text(each)) for each in given),
        key if several else None,
    )


def _texts(
    register: Register[tuple[OutcomeKey, PersonId], Text],
    what: str,
    differing: list[Differing],
) -> dict[OutcomeKey, tuple[Said, ...]]:
    texts: dict[OutcomeKey, tuple[Said, ...]] = {}
    for (key, person), writes in register.items():
        by_text = {said and (said.text, said.valid_until): (said, at) for _, (said, at) in writes}
        differing += _differ(
            f"{person}'s {what} {key.outcome} in {key.scope}",
            [Value(at, said.text if said else "taken back") for said, at in by_text.values()],
        )
        kept = tuple(said for said, _ in by_text.values() if said is not None)
        if kept:
            texts[key] = (*texts.get(key, ()), *kept)
    return texts
