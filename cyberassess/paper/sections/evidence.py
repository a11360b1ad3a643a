"""What people wrote about an outcome, and the documents behind it, as rows of the report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.recorded import Said
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.paper.basis import Basis, joined
from cyberassess.paper.blocks import Block, Text


@dataclass(frozen=True, slots=True)
class TextRow:
    """A free text with who gave it and where it stood."""

    text: str
    who: str
    origin: str
    valid: str = ""
    """Until when evidence holds, in words."""


def evidence_rows(basis: Basis, score: OutcomeScore) -> tuple[TextRow, ...]:
    """Give the documents somebody here has seen, then what people named."""
    named = (
        replace(_named(basis, place, each), who=_who(basis, score, place, each))
        for place, each in _taken(score, basis.state.evidence)
    )
    return (*_items(basis, score), *named)


def rationale_rows(basis: Basis, score: OutcomeScore) -> tuple[TextRow, ...]:
    """Give why it stands where it stands, as people wrote it here and where it is answered."""
    return tuple(
        replace(said_row(basis, each), who=_who(basis, score, place, each))
        for place, each in _taken(score, basis.state.rationales)
    )


def _taken(
    score: OutcomeScore, texts: Mapping[OutcomeKey, Sequence[Said]]
) -> Iterator[tuple[OutcomeKey, Said]]:
    """Give what was written here, and in the services answers are taken over from."""
    return ((place, each) for place in score.evidence_places for each in texts.get(place, ()))


def _who(basis: Basis, score: OutcomeScore, place: OutcomeKey, said: Said) -> str:
    who = basis.person(said.person, said.origin)
    return who if place == score.key else f"{who} for {basis.place(place.scope)}"


def no_evidence(basis: Basis, score: OutcomeScore) -> str:
    """Say that a claim has no evidence; empty where it has, or nothing is claimed."""
    offered = basis.evidence.support(score.evidence_places).is_offered
    if offered or any(_taken(score, basis.state.evidence)):
        return ""
    return "No evidence was offered." if score.rank else ""


def said_row(basis: Basis, said: Said, *, valid: str = "") -> TextRow:
    """Give a text with who wrote it and where."""
    origin = basis.origin(said.source, said.origin.time)
    return TextRow(said.text, basis.person(said.person, said.origin), origin, valid)


def _named(basis: Basis, place: OutcomeKey, said: Said) -> TextRow:
    """Give what somebody named as evidence, and what became of the documents in it."""
    row = said_row(basis, said, valid=_valid(basis, said))
    register = basis.evidence
    named = register.named_by_outcome.get(place, ())
    mine = [e for e in named if (e.person, e.origin) == (said.person, said.origin)]
    items = {item.id: item for each in mine if (item := register.item_for(each))}
    found: list[str] = []
    for item in sorted(items.values(), key=lambda each: each.number):
        state = "" if item.is_seen else " (not seen yet)"
        state = " (rejected: it does not count)" if item.is_rejected else state
        found.append(f"{item.reference}{state}")
    if not found:
        return row
    return replace(row, text=f"{row.text}\nIn the register as {joined(found)}.")


def _valid(basis: Basis, said: Said) -> str:
    if not said.valid_until:
        return "no date given"
    date = said_date(said.valid_until)
    return date if said.valid_until >= basis.on.isoformat() else f"expired {date}"


def _items(basis: Basis, score: OutcomeScore) -> Iterator[TextRow]:
    """Give the items of evidence somebody here has seen, those that do not count marked."""
    support = basis.evidence.support(score.evidence_places)
    for item in (*support.items, *support.set_aside):
        if not item.is_seen:
            continue
        places = [e.place for e in item.links if e.outcome in score.evidence_places and e.place]
        where = f", {places[0]}" if places else ""
        was = f" ({item.was})" if item.was else ""
        text = f"{item.reference}{was} {item.facts.title}{where}\n{item.facts.shows}"
        if item.is_rejected and item.review is not None:
            text += f"\nRejected, so it does not count: {item.review.reason}"
        elif item.replaced_by:
            text += f"\nReplaced by {item.replaced_by}."
        until = item.facts.valid_until
        valid = "" if not until else said_date(until)
        if until and not item.is_in_date(basis.on):
            valid += ": passed"
        if item.is_rejected or item.replaced_by:
            valid = "does not count"
        recorded = f"recorded {said_date(item.origin.time)}"
        yield TextRow(text, basis.person(item.person, item.origin), recorded, valid)


def said_texts(rows: Iterable[TextRow]) -> Iterator[Block]:
    """Give texts, each with who gave it below."""
    for each in rows:
        yield Text(each.text, "said")
        yield Text(f"{each.who}, {each.origin}", "by")
