"""What commands about evidence print, as lines, CSV and JSON."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.characters import visible
from cyberassess.domain.record.evidence import SOURCE_TYPES, WORDS, Held, Item, Mark
from cyberassess.errors import AssessmentError, Json, closest, counted, fields_of, named
from cyberassess.terminal.fitting import short, table, wrap

if TYPE_CHECKING:
    from cyberassess.domain.assessment import OutcomeKey
    from cyberassess.opening.assessment import Assessment
    from cyberassess.steps.evidence.evidencing import Added, Checked
    from cyberassess.steps.evidence.listing import Listed

MOST = 20
_MARKS = {each.name.lower().replace("_", "-"): each for each in Mark}


def _key(key: "OutcomeKey") -> str:
    return f"{key.outcome}/{key.scope}"


def _size(size: int) -> str:
    for unit, words in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {words}"
    return counted(size, "byte")


def added_lines(added: "list[Added]") -> Iterator[str]:
    """Say what was recorded, under which number."""
    for each in added:
        item = each.item
        yield f"{item.reference}: {item.facts.title}"
        if item.held is Held.SIGHTED:
            yield f"  sighted on {said_date(item.facts.sighted_on)}; nothing was copied"
        else:
            again = ", which was there already and is stored once" if each.was_there else ""
            yield f"  {visible(item.name)}, {_size(item.size)}, kept as {item.stored}{again}"
        if each.same_as:
            yield from wrap(f"The same file as {', '.join(each.same_as)}. One item can support "
                            "many outcomes: cyberassess evidence link", "  ")  # fmt: skip
        supports = ", ".join(_key(link.outcome) for link in item.links)
        yield from wrap(f"supports {supports or 'nothing yet'}", "  ")
        if item.missing:
            yield from wrap(f"not recorded: {', '.join(item.missing)}", "  ")
    yield f"Recorded {counted(len(added), 'item')}."


def linked_lines(item: Item, count: int) -> Iterator[str]:
    """Say what an item supports now."""
    changed = f"{counted(count, 'link')} changed" if count else "nothing changed"
    supports = ", ".join(_key(link.outcome) for link in item.links) or "nothing"
    yield from wrap(f"{item.reference}: {changed}. It supports {supports}.")


def reviewed_line(item: Item) -> str:
    """Say what verdict stands now."""
    found = item.review.verdict if item.review else "not reviewed"
    return f"{item.reference} {item.facts.title}: {found}."


def registered_lines(made: int, links: int) -> Iterator[str]:
    """Say how many documents got a number."""
    if not made and not links:
        yield "Every document that was named has a number already."
        return
    yield (
        f"Registered {counted(made, 'document')} named in workbooks, for "
        f"{counted(links, 'outcome')}. Nobody here has seen them yet."
    )
    yield "Whom to ask for what: cyberassess evidence list --wanted"


def _selected(assessment: "Assessment", marked: str | None) -> list[Item]:
    items = list(assessment.evidence.items)
    if marked is None:
        return items
    wanted = marked.strip().casefold().replace(" ", "-").replace("_", "-")
    mark = _MARKS.get(wanted)
    if mark is None:
        hint = closest(wanted, list(_MARKS)) or f"Choose one of: {', '.join(_MARKS)}."
        raise AssessmentError.because("not-a-mark", "--marked", f'"{marked}" is no mark.', hint)
    return [each for each in items if mark in _marks(assessment, each)]


def _marks(assessment: "Assessment", item: Item) -> tuple[Mark, ...]:
    return item.marks(assessment.on, assessment.opened)


def item_state(assessment: "Assessment", item: Item) -> str:
    """Say what was found of an item, and what its reader must know."""
    said = [each.value for each in _marks(assessment, item)]
    if item.review and not item.is_rejected:
        said.insert(0, item.review.verdict)
    return ", ".join(filter(None, (item.was, *said)))


def list_lines(assessment: "Assessment", marked: str | None) -> Iterator[str]:
    """List items with what their reader must know."""
    items = _selected(assessment, marked)
    register = assessment.evidence
    if items:
        rows = [
            (
                each.reference,
                short(each.facts.title, 44),
                counted(len(each.links), "outcome"),
                item_state(assessment, each),
            )
            for each in items
        ]
        yield from table(rows, indent="")
    shared = [each for each in items if len(each.links) > 1]
    counting = [each for each in items if each.counts]
    unused = sum(not each.links for each in items)
    yield (
        f"{counted(len(items), 'item')}, {len(counting)} of them count, "
        f"{len(shared)} behind more than one outcome, {unused} unused."
    )
    if register.unregistered and marked is None:
        names = counted(len(register.unregistered), "document")
        yield f"Named in workbooks and not registered: {names}. cyberassess evidence register"


def wanted_lines(assessment: "Assessment") -> Iterator[str]:
    """List the documents to ask for, by person."""
    from cyberassess.steps.evidence.evidencing import wanted

    rows = wanted(assessment)
    person = ""
    for each in rows:
        if each.person != person:
            person = each.person
            yield f"{person}:"
        number = f"{each.reference}  " if each.reference else ""
        yield from wrap(f"{number}{each.text} ({', '.join(each.outcomes)})", "  ")
    people = len({each.person for each in rows})
    if rows:
        documents = counted(len(rows), "document")
        yield f"{documents} to ask for, of {counted(people, 'person', 'people')}."
    else:
        yield "No document is waited for."


def wanted_csv(assessment: "Assessment") -> str:
    """Give the documents to ask for as CSV."""
    from cyberassess.opening.files_for_people import csv_text
    from cyberassess.steps.evidence.evidencing import wanted

    header = ("Person", "Number", "Document", "For", "Valid until", "Named on", "Named where")
    rows = (
        (e.person, e.reference, e.text, ", ".join(e.outcomes), e.valid_until, e.date, e.source)
        for e in wanted(assessment)
    )
    return csv_text((header, *rows))


def list_csv(assessment: "Assessment", marked: str | None) -> str:
    """Give the items as CSV, one line each."""
    from cyberassess.opening.files_for_people import csv_text

    header = (
        "Number",
        "State",
        "Outcomes",
        "File",
        "SHA-256",
        *map(str.capitalize, WORDS.values()),
    )
    rows = (
        (
            each.reference,
            item_state(assessment, each),
            ", ".join(_key(link.outcome) for link in each.links),
            visible(each.name),
            each.sha256,
            *(str(getattr(each.facts, name)) for name in WORDS),
        )
        for each in _selected(assessment, marked)
    )
    return csv_text((header, *rows))


def item_facts(assessment: "Assessment", item: Item) -> list[tuple[str, str]]:
    """Give what is known of an item, each with its name."""
    rows = []
    for name, words in WORDS.items():
        value = getattr(item.facts, name)
        if value and name != "title":
            rows.append((words, SOURCE_TYPES.get(value, value)))
    if item.name:
        rows.append(("file as received", visible(item.name)))
    if item.stored:
        rows += [("kept as", item.stored), ("size", _size(item.size)), ("SHA-256", item.sha256)]
    if item.replaced_by:
        rows.append(("replaced by", item.replaced_by))
    who = assessment.name_of(item.person, item.origin)
    rows.append(("recorded by", f"{who}, {item.origin.time[:10]}"))
    if item.review:
        reason = f": {item.review.reason}" if item.review.reason else ""
        by = assessment.name_of(item.review.by, item.review.origin)
        rows.append(("reviewed by", f"{by}, {item.review.on}, {item.review.verdict}{reason}"))
    return rows


def item_lines(assessment: "Assessment", item: Item) -> Iterator[str]:
    """Show an item whole."""
    yield f"{item.reference} {item.facts.title}"
    state = item_state(assessment, item)
    yield from wrap(state[:1].upper() + state[1:] if state else "Nothing speaks against it")
    for name, value in item_facts(assessment, item):
        yield from wrap(f"{name}: {value}", "  ")
    yield "Supports:" if item.links else "It supports nothing."
    for link in item.links:
        place = f", {link.place}" if link.place else ""
        yield f"  {_key(link.outcome)}{place}"


def item_json(assessment: "Assessment", item: Item) -> Json:
    """Give an item as JSON."""
    facts = {name: getattr(item.facts, name) or None for name in WORDS}
    return {
        "schema": 1,
        "reference": item.reference,
        "id": item.id,
        "held": item.held.value,
        **facts,
        **fields_of(item, "name? sha256? size? stored?"),
        "marks": [each.name.lower().replace("_", "-") for each in _marks(assessment, item)],
        "supports": [
            {
                **link.outcome._asdict(),
                "place": link.place or None,
            }
            for link in item.links
        ],
        "verdict": item.review.verdict if item.review else None,
        "reviewed_by": assessment.name_of(item.review.by, item.review.origin)
        if item.review
        else None,
        "replaced_by": item.replaced_by or None,
        "recorded_by": assessment.name_of(item.person, item.origin),
        "time": item.origin.time,
    }


def list_json(assessment: "Assessment", marked: str | None) -> Json:
    """Give ``evidence list --json``."""
    items = [item_json(assessment, each) for each in _selected(assessment, marked)]
    return {
        "schema": 1,
        "items": items,
        "unregistered": len(assessment.evidence.unregistered),
    }


def wanted_json(assessment: "Assessment") -> Json:
    """Give ``evidence list --wanted --json``."""
    from cyberassess.steps.evidence.evidencing import wanted

    return {
        "schema": 1,
        "wanted": [
            {name: getattr(each, name) for name in each.__slots__} for each in wanted(assessment)
        ],
    }


def listed_lines(found: "Listed", *, dry_run: bool) -> Iterator[str]:
    """Say what a list of documents brought."""
    would = "would be " if dry_run else ""
    yield from wrap(
        f"{counted(found.files, 'file')} {would}recorded, "
        f"{counted(found.links, 'link')} {would}noted as named and not yet seen, "
        f"{found.unchanged} as before."
    )
    if dry_run:
        yield "Nothing was recorded."


def checked_lines(found: "Checked") -> Iterator[str]:
    """Say what was looked at and what is missing."""
    yield (
        f"{counted(found.items, 'item')}, {counted(found.files, 'file')} read again, "
        f"{counted(len(found.problems), 'problem')}."
    )
    for keys, words in (
        (found.without, "with no evidence offered"),
        (found.only_named, "whose documents were named and not seen"),
    ):
        yield f"{len(keys)} of {counted(found.claims, 'result')} above the lowest level {words}."
        if keys:
            yield from wrap(named(map(_key, keys), MOST), "  ")


def checked_json(found: "Checked") -> Json:
    """Give ``evidence check --json``."""
    return {
        "schema": 1,
        **fields_of(found, "items files claims"),
        "without": [_key(each) for each in found.without],
        "only_named": [_key(each) for each in found.only_named],
        "problems": [str(each) for each in found.problems],
        "notes": [str(each) for each in found.notes],
    }
