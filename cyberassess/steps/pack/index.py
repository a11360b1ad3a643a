"""What the first pages of an evidence pack say: README, index, and the index as a workbook."""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess.books.table_book import Column, TableSheet, write_tables
from cyberassess.domain.assessment import OutcomeKey, statement_key
from cyberassess.domain.people.declaring import by_worth, declarations
from cyberassess.domain.record.approval import version_of
from cyberassess.domain.record.evidence import Held, Item, Mark
from cyberassess.domain.record.reviewing import NOT_APPLICABLE, UNSURE, Review, opinions, reviews
from cyberassess.domain.result.confirming import confirmations
from cyberassess.domain.result.counting import counting_words, label_of, said_of, word_of
from cyberassess.domain.result.scoring import OutcomeScore, confidence_of, reviewed_ranks
from cyberassess.errors import counted
from cyberassess.opening.assessment import Assessment
from cyberassess.paper.documents.pack_pages import (
    EvidenceLink,
    EvidenceRow,
    OutcomeRow,
    PackPage,
    PlaceRows,
    Quote,
    SourceLine,
    StatementRow,
)
from cyberassess.paper.sections.explaining import explain
from cyberassess.steps.evidence.evidencing import support_of
from cyberassess.steps.pack.contents import (
    CHANGES,
    Paths,
    level_title,
    marks_of,
    override_rows,
    supported,
    verdict_words,
)
from cyberassess.steps.pack.files import REPORTS


@dataclass(frozen=True, slots=True)
class Inside:
    """What a pack holds, as far as its first pages name it."""

    assessment: Assessment
    items: tuple[Item, ...]
    withheld: tuple[Item, ...]
    withheld_files: int
    """How many workbooks are not in it because they name such an item."""
    chosen: Collection[OutcomeKey] | None
    """The outcomes a partial pack is about; ``None`` for all."""
    partial: str
    paths: Paths
    received: Paths
    principal: str
    fingerprint: str
    """Of the signing key; empty where the pack is unsigned."""
    report_signer: str
    """Who signed the report itself; empty where nobody did."""
    names: Collection[str]
    """The files that the list of fingerprints names."""


def index_page(inside: Inside) -> PackPage:
    """Give what README and index show."""
    assessment = inside.assessment
    settings = assessment.contents.settings
    outcomes = tuple(_outcomes(inside))
    redacted = ""
    if inside.withheld:
        redacted = (
            f"{counted(len(inside.withheld), 'item')} of evidence and "
            f"{counted(inside.withheld_files, 'workbook')} are not in it; lists/withheld.csv says "
            "why."
        )
    shown = [row for row in outcomes if row.statements] or list(outcomes)
    with_file = [row for row in shown if any(each.path for each in row.evidence)]
    row = next(iter([*with_file, *shown]), None)
    places = dict.fromkeys(each.where for each in outcomes)
    return PackPage(
        title=f"{settings.organisation}, {settings.period}",
        marking=settings.marking.filled.upper(),
        on=assessment.on.isoformat(),
        head=" ".join(assessment.state.heads),
        partial=inside.partial,
        redacted=redacted,
        principal=inside.principal,
        is_signed=bool(inside.fingerprint),
        report_signer=inside.report_signer,
        report=next((each for each in REPORTS if each in inside.names), ""),
        has_originals=any(each.startswith("received/") for each in inside.names),
        has_reviews=any(each.startswith("reviews/") for each in inside.names),
        listed=len(inside.names),
        files=len(inside.names) + (2 if inside.fingerprint else 1),
        example=f"{row.name}, {row.where}" if row else "",
        to_know=tuple(_to_know(inside)),
        confidence=confidence_rows(assessment),
        places=tuple(
            PlaceRows(f"p{number}", where, tuple(e for e in outcomes if e.where == where))
            for number, where in enumerate(places, start=1)
        ),
        evidence=_evidence(inside, {each.key: each.anchor for each in outcomes}),
        overrides=override_rows(assessment),
        rules=tuple(
            (f"{each.short_title}, rule {each.rule.name}", each.rule.text)
            for each in assessment.frameworks.values()
        ),
    )


def _to_know(inside: Inside) -> Iterator[str]:
    """Say what a careful reader wants to know before anything else."""
    assessment = inside.assessment
    version = version_of(assessment.state, assessment.fingerprint)
    if version.approval is None:
        yield f"The report is version {version.number}, a draft: nobody has approved it."
    else:
        by = version.approval
        yield f"The report is version {version.number}, approved by {by.name}, {by.role}."
        if by.open is None:
            yield "What was open when it was approved was not recorded."
        elif by.open:
            because = f" It was approved so because: {by.reason}" if by.reason else ""
            yield f"Open when it was approved: {'; '.join(map(str, by.open))}.{because}"
    signed = by_worth(declarations(assessment.state))
    returns = [f"{len(who)} {worth.value}" for worth, who in signed.items()]
    if returns:
        yield f"Questionnaires that came back, as they are signed now: {'; '.join(returns)}."
    yield from assessment.superseded
    yield from _inventory(inside)
    card = assessment.card
    conflicts = sum(len(each.conflicts) for each in card.outcomes)
    if conflicts:
        yield (
            f"People differ on {counted(conflicts, 'statement')}; the less favourable answer "
            "counts there."
        )
    lapsed = sum(each.has_lapsed for each in card.outcomes)
    if lapsed:
        yield f"{counted(lapsed, 'confirmation')} lapsed, because answers changed afterwards."
    found = confirmations(card.outcomes)
    if found.confirmed:
        yield (
            f"{len(found.confirmed)} of {counted(found.of, 'determination')} are confirmed; "
            f"{len(found.own)} of them by somebody who also answered the same outcome."
        )
    applicable = [each for each in card.outcomes if not each.not_applicable]
    lowered = [
        f"{each.key.outcome}/{each.key.scope}"
        for each, rank in reviewed_ranks(applicable, assessment.state)
        if rank < (each.rank or 0)
    ]
    if lowered:
        yield (
            f"An assurer found less than was claimed in {', '.join(lowered)}; a review never "
            "changes a determination by itself."
        )

    for each in opinions(assessment.state):
        risk = f" (overall risk: {each.risk})" if each.risk else ""
        name = assessment.name_of(each.person, each.origin)
        yield f"Opinion of the assurer, {name}{risk}: {each.words}"


def _inventory(inside: Inside) -> Iterator[str]:
    assessment = inside.assessment
    held = {kind: sum(each.held is kind for each in inside.items) for kind in Held}
    marks = [each.marks(assessment.on, assessment.opened) for each in inside.items]
    if inside.items:
        yield (
            f"{counted(len(inside.items), 'item')} of evidence: {held[Held.FILE]} in this pack, "
            f"{held[Held.SIGHTED]} sighted where they lie, {held[Held.NAMED]} only named in "
            f"workbooks and not seen. {sum(Mark.REJECTED in each for each in marks)} rejected, "
            f"{sum(Mark.STALE in each for each in marks)} out of date."
        )
    else:
        yield "No item is in the register of evidence."
    named = len(assessment.evidence.unregistered)
    if named:
        yield (
            f"{counted(named, 'document')} named in workbooks "
            f"{'is' if named == 1 else 'are'} not in the register yet."
        )


# Outcomes


def _outcomes(inside: Inside) -> Iterator[OutcomeRow]:
    """Give the outcomes, with the statements of those the pack is about."""
    assessment = inside.assessment
    found = reviews(assessment.state)
    for number, score in enumerate(assessment.card.outcomes, start=1):
        said = found.get(score.key, ())
        shown = inside.chosen is None or score.key in inside.chosen
        yield OutcomeRow(
            key=score.key,
            anchor=f"o{number}",
            name=f"{score.key.outcome} {score.asked.outcome.title}",
            where=f"{score.asked.scope.title} ({score.key.scope})",
            determination=determination_words(score),
            confirmed=_confirmed_words(assessment, score),
            target=level_title(score, score.target) or "no target",
            reviewed=_review_words(assessment, score, said),
            differs=any(e.level is not None and e.level != score.determination for e in said),
            evidence=tuple(_links(inside, score)),
            follows=explain(score) if shown else "",
            is_claim=bool(score.rank),
            why=tuple(_why(inside, score)) if shown else (),
            statements=tuple(_statements(inside, score)) if shown else (),
        )


def determination_words(score: OutcomeScore) -> str:
    """Say what an outcome is determined as, and whether a person confirmed it."""
    if score.not_applicable:
        return "Not applicable"
    said = level_title(score, score.determination) or "Not decided"
    if score.has_lapsed:
        return f"{said}; confirmed before answers changed"
    if not score.confirmed:
        return f"{said}, not confirmed yet"
    if score.confirmed == score.suggested:
        return f"{said}, confirmed"
    return f"{said}, confirmed; the rule gives {level_title(score, score.suggested) or 'nothing'}"


def _confirmed_words(assessment: Assessment, score: OutcomeScore) -> str:
    if score.confirmation is None or not score.confirmed:
        return ""
    who = assessment.name_of(score.confirmation.person, score.confirmation.origin)
    return f"by {who}, {score.confirmation.origin.time[:10]}"


def _review_words(assessment: Assessment, score: OutcomeScore, said: Sequence[Review]) -> str:
    words = {NOT_APPLICABLE: "Not applicable", UNSURE: "Could not determine", "": "Commented"}
    return "; ".join(
        f"{words.get(each.determination) or level_title(score, each.level)} "
        f"({assessment.name_of(each.person, each.origin)})"
        + (f": {each.comment}" if each.comment else "")
        for each in said
    )


_WITHHELD = "withheld; lists/withheld.csv says why"


def _links(inside: Inside, score: OutcomeScore) -> Iterator[EvidenceLink]:
    assessment = inside.assessment
    support = support_of(assessment, score)
    listed = {each.id for each in inside.items}
    for item in (*support.items, *support.set_aside):
        marks = filter(None, (_sighting(item), marks_of(assessment, item), verdict_words(item)))
        yield EvidenceLink(
            item.reference,
            item.id in listed,
            item.facts.title or item.name or _WITHHELD,
            inside.paths.get(item.id, ""),
            "; ".join(marks),
        )
    for named in support.named:
        by = f"named by {assessment.name_of(named.person, named.origin)}"
        yield EvidenceLink("", False, f"{named.text} ({by})", "", "")


def _sighting(item: Item) -> str:
    if item.held is not Held.SIGHTED or not item.facts.link:
        return ""
    facts = item.facts
    version = f", version {facts.version}" if facts.version else ""
    return (
        f"not copied; sighted at {facts.link}{version}, {facts.sighted_on}, by {facts.sighted_by}"
    )


def _why(inside: Inside, score: OutcomeScore) -> Iterator[Quote]:
    assessment = inside.assessment
    for said in assessment.state.rationales.get(score.key, ()):
        source = SourceLine(str(said.source), inside.received.get(said.source.file, ""))
        yield Quote(assessment.name_of(said.person, said.origin), said.text, source)


def _statements(inside: Inside, score: OutcomeScore) -> Iterator[StatementRow]:
    assessment, framework = inside.assessment, score.asked.framework
    for indicator in score.asked.outcome.indicators:
        standing = score.by_statement[indicator.id]
        sources = []
        reasons = []
        several = len(standing.given) > 1
        for given in standing.given:
            who = assessment.name_of(given.person, given.origin)
            line = f"{who}, {given.origin.time[:10]}, {given.source}"
            if given.inherited_from:
                line += f" (taken over from {given.inherited_from})"
            if several:
                line += f": {label_of(score, indicator.id, given.answer)}"
            sources.append(SourceLine(line, inside.received.get(given.source.file, "")))
            if given.reason:
                reasons.append(f"{who}: {given.reason}" if several else given.reason)
        level = framework.level(indicator.level)
        changes = len(assessment.state.history.get(statement_key(score.asked, indicator), ()))
        if changes > len(standing.given):
            sources.append(SourceLine(f"{counted(changes, 'change')} in all", CHANGES))
        yield StatementRow(
            indicator.id,
            indicator.text,
            f"a warning sign of {level.title}" if level.is_warning else f"for {level.title}",
            word_of(score, indicator.id),
            counting_words(standing.counts_as, is_warning=level.is_warning),
            said_of(score, indicator.id, assessment.names),
            "\n".join(reasons),
            tuple(sources) or (SourceLine("nobody", ""),),
        )


# Evidence, and how far it is proven


def _evidence(inside: Inside, anchors: Mapping[OutcomeKey, str]) -> tuple[EvidenceRow, ...]:
    assessment = inside.assessment
    how = {Held.FILE: "", Held.SIGHTED: "sighted at {link}", Held.NAMED: "named, not yet seen"}
    rows = []
    for item in inside.items:
        facts = item.facts
        dates = [f"dated {facts.dated}" if facts.dated else "no date recorded"]
        dates += [facts.period] if facts.period else []
        dates += [f"valid until {facts.valid_until}" if facts.valid_until else "no end date"]
        rows.append(
            EvidenceRow(
                item.reference,
                facts.title or item.name,
                inside.paths.get(item.id, ""),
                how[item.held].format(link=facts.link) or f"received as {item.name}",
                facts.shows,
                "; ".join(dates),
                tuple((supported(each), anchors.get(each.outcome, "")) for each in item.links),
                "; ".join(filter(None, (marks_of(assessment, item), verdict_words(item)))),
            )
        )
    return tuple(rows)


def confidence_rows(assessment: Assessment) -> tuple[tuple[str, ...], ...]:
    """Say how far each theme is proven, and the whole."""
    themes = assessment.contents.themes
    parts = [("Everything", list(assessment.card.outcomes))]
    for theme in themes.themes:
        within = [
            score
            for score in assessment.card.outcomes
            for placed in (themes.outcomes.get(score.key.framework, {}).get(score.key.outcome),)
            if placed is not None and placed.theme == theme.id
        ]
        if within:
            parts.append((theme.title, within))
    rows = []
    for title, scores in parts:
        found = confidence_of(scores, assessment.evidence, assessment.state, assessment.on)
        rows.append(
            (
                title,
                f"{found.answered} of {found.statements}",
                f"{found.evidenced} of {found.claims}",
                f"{found.seen} of {found.claims}",
                f"{found.in_date} of {found.claims}",
                f"{found.reviewed} of {found.outcomes}",
            )
        )
    return tuple(rows)


# The workbook


def _columns(*named: tuple[str, int]) -> tuple[Column, ...]:
    return tuple(
        Column(heading, width, is_input=False, is_link=heading == "File")
        for heading, width in named
    )


def index_book(page: PackPage, on: datetime.date, scratch: Path) -> bytes:
    """Give the index as a workbook."""
    rows = [row for place in page.places for row in place.outcomes]
    outcomes = tuple(
        (
            row.name, row.where, row.determination, row.confirmed, row.target,
            row.reviewed or "nobody",
            "\n".join(f"{e.label}{f' ({e.marks})' if e.marks else ''}" for e in row.evidence)
            or "no evidence offered",
            "\n".join(e.path for e in row.evidence if e.path),
        )
        for row in rows
    )  # fmt: skip
    evidence = tuple(
        (row.reference, row.title, row.shows, row.dates,
         "; ".join(name for name, _ in row.supports), row.marks, row.path)
        for row in page.evidence
    )  # fmt: skip
    statements = tuple(
        (each.ref, row.where, each.text, each.answer, each.counts, each.reason,
         "\n".join(source.text for source in each.sources))
        for row in rows
        for each in row.statements
    )  # fmt: skip
    sheets = [
        TableSheet(
            "Outcomes", f"Evidence pack: {page.title}", "Evidence for each outcome.",
            _columns(("Outcome", 250), ("Where", 180), ("Determination", 150), ("Confirmed", 140),
                     ("Target", 130), ("Independent review", 170), ("Evidence", 380),
                     ("File", 300)), outcomes, is_filtered=True,
        ),
        TableSheet(
            "Evidence", "Evidence", "What each item shows.",
            _columns(("Reference", 90), ("Document", 260), ("What it shows", 340),
                     ("Dates", 200), ("Supports", 160), ("To know", 200), ("File", 260)),
            evidence, is_filtered=True,
        ),
        TableSheet(
            "Statements", "Statements", "Who gave each answer, and where.",
            _columns(("Ref", 100), ("Where", 160), ("Statement", 420), ("Answer", 160),
                     ("Counts as", 110), ("Reason", 260), ("From whom and where", 320)),
            statements, is_filtered=True,
        ),
        TableSheet(
            "Overrides", "Overrides", "Where people decided otherwise than answers and rule.",
            _columns(("What", 160), ("Where", 180), ("Without it", 200), ("Stands", 180),
                     ("Direction", 120), ("Who", 180), ("Reason", 300)),
            page.overrides,
        ),
        TableSheet(
            "How far proven", "How far it is proven", "Never mixed into a score.",
            _columns(("Part", 200), ("Statements answered", 160), ("Claims with evidence", 160),
                     ("Seen here", 120), ("In date", 120), ("Independently reviewed", 170)),
            page.confidence,
        ),
    ]  # fmt: skip
    path = scratch / "index.xlsx"
    moment = datetime.datetime.combine(on, datetime.time())
    write_tables(
        path, sheets, marking=page.marking, footer=f"Evidence pack: {page.title}", created=moment
    )
    return path.read_bytes()
