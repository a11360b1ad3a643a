"""The board summary: page one stands alone; an open and a restricted edition.

The open edition names no system, person, evidence or outcome that falls short. Whatever is in it
is searched for all of those names first, and it is not printed where one is found.
"""

import dataclasses
import re
from collections.abc import Iterator

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.evidence import ITEM
from cyberassess.domain.result.theme_maturity import THEME_RULE
from cyberassess.errors import Problem, ReportError, counted
from cyberassess.paper.basis import Basis, clipped, joined
from cyberassess.paper.charts import confidence_chart, themes_chart
from cyberassess.paper.costs import ONE_OFF, said_costs
from cyberassess.paper.detail.actions import action_table, unplanned
from cyberassess.paper.document import Document, frame, prepared_by, said_status
from cyberassess.paper.documents.board_layout import (
    OPEN,
    RESTRICTED,
    BoardSummary,
    pages,
    paper,
)
from cyberassess.paper.sections.checking import said_checks, said_confirmed, said_dissent
from cyberassess.paper.sections.gaps import group_maps
from cyberassess.paper.sections.moves import moved_since
from cyberassess.paper.sections.page_one import (
    page_one,
    planned,
    said_decision,
    said_stake,
)
from cyberassess.paper.sections.review import said_opinion
from cyberassess.paper.sections.squares import row_of_squares
from cyberassess.paper.sections.summary import (
    figures,
    gaps_note,
    gaps_title,
    said_before,
    said_count,
    said_left_out,
    said_level,
    said_verdicts,
    said_weakest,
    theme_table,
    top_gaps,
    whose_target,
)
from cyberassess.paper.sections.years import became, years_chart

LONGEST_DECISION = 400
_LONGEST_LEFT_OUT = 300
_MOST_MOVES = 4
_MOST_ACTIONS = 8
_MOST_UNPLANNED = 15


def board_summary(basis: Basis, *, edition: str = RESTRICTED, decision: str = "") -> BoardSummary:
    """Give what the board summary prints.

    Args:
        edition: ``restricted`` or ``open``.
        decision: what the committee is asked, in the officer's words; from the plan if empty.

    Raises:
        ReportError: where the decision is too long, or the open edition would name somebody.
    """
    if len(decision) > LONGEST_DECISION:
        raise ReportError(
            Problem(
                "decision-too-long",
                "--decision",
                f"The decision has {len(decision):,} characters.",
                f"Page one has room for {LONGEST_DECISION}. Nothing was written.",
            )
        )
    is_open = edition == OPEN
    ref = basis.first.ref
    score = basis.headline_score()
    several = len(basis.frameworks) > 1
    sets = joined([f"{each.title} {each.version}" for each in basis.frameworks.values()])
    gaps = () if is_open else top_gaps(basis)
    moved = moved_since(basis)
    more = len(moved.rows) - _MOST_MOVES
    open_actions = [] if is_open else [each for each in basis.actions if each.is_open]
    summary = BoardSummary(
        frame=frame(basis, "Board summary", edition=edition),
        edition=edition,
        one=page_one(basis, "Board summary", edition=edition, is_open=is_open, decision=decision),
        title=f"Cyber resilience {basis.settings.period}",
        about=(
            f"Board summary for {basis.look.name or basis.settings.organisation}, {edition} "
            f"edition · {sets} · {said_date(basis.on)} · prepared by "
            f"{prepared_by(basis, is_open=is_open)} · {said_status(basis)}"
        ),
        lead=f"{basis.headline.title}{f', {basis.first.short_title}' if several else ''}:",
        lead_count=said_count(basis),
        lead_before=said_before(basis, basis.headline.id),
        lead_weakest="" if is_open else said_weakest(basis),
        verdicts=() if is_open else tuple(said_verdicts(basis)),
        squares=row_of_squares(basis, is_open=is_open),
        level=said_level(basis, score),
        target=whose_target(basis),
        moved=moved.sentence,
        moved_by=() if is_open else moved.named,
        dissent=said_dissent(basis, is_open=is_open),
        opinion=said_opinion(basis, is_open=is_open),
        figures=figures(basis),
        confirmed=said_confirmed(basis, is_open=is_open),
        gaps=gaps,
        gaps_title=gaps_title(gaps),
        gaps_note=_open_gaps(basis) if is_open else gaps_note(basis, gaps),
        stake="" if is_open else said_stake(basis),
        plan=_plan(basis),
        decision=decision or said_decision(basis),
        not_covered=_not_covered(basis, is_open=is_open),
        exempt=_exempt(basis, is_open=is_open),
        themes=tuple(theme_table(basis, each, titled=several) for each in basis.frameworks),
        maps=()
        if is_open
        else tuple(
            map_
            for key, each in basis.frameworks.items()
            if basis.target(key)
            for map_ in group_maps(basis, each)
        ),
        charts=(confidence_chart(basis),) if is_open else (),
        years=years_chart(basis, basis.headline.id),
        became=tuple(became(basis, 0 if is_open else _MOST_ACTIONS)),
        pictures=tuple(
            each for each in (themes_chart(basis, ref), confidence_chart(basis)) if each
        ),
        finance_officer=basis.look.finance(basis.nation),
        moves=()
        if is_open
        else tuple(sorted(moved.rows, key=lambda row: not row.crossed)[:_MOST_MOVES]),
        moves_note="" if is_open or more < 1 else f"{more} more stand in the full report.",
        actions=action_table(basis, open_actions[:_MOST_ACTIONS]) if open_actions else None,
        actions_note="" if is_open else _unplanned(basis),
        method=tuple(_method(basis)),
    )
    summary = dataclasses.replace(summary, sections=pages(summary), for_word=paper(summary))
    if is_open:
        _refuse_leaks(basis, summary)
    return summary


def _plan(basis: Basis) -> str:
    gaps = len(basis.findings)
    if not gaps:
        return ""
    has_action, _ = planned(basis)
    verb = "is" if gaps == 1 else "are"
    each_place = ", each place counted," if len(basis.scopes) > 1 else ""
    text = f"In all themes {counted(gaps, 'result')}{each_place} {verb} below target; "
    text += f"{has_action or 'none'} of them {'has' if has_action < 2 else 'have'} an action."  # noqa: PLR2004
    return f"{text} {said_costs((e for e in basis.actions if e.is_open), basis.look)}".rstrip()


def _open_gaps(basis: Basis) -> str:
    short = len({each.score.asked.outcome.id for each in basis.headline_findings()})
    if not short:
        return gaps_note(basis, ())
    verb = "is" if short == 1 else "are"
    return (
        f"{counted(short, 'outcome')} of this theme {verb} below target. Which, and where, is in "
        "the restricted edition."
    )


def _not_covered(basis: Basis, *, is_open: bool) -> str:
    if not is_open:
        return clipped(said_left_out(basis), _LONGEST_LEFT_OUT)
    number = len(basis.settings.left_out)
    if not number:
        return said_left_out(basis)
    verb = "was" if number == 1 else "were"
    return (
        f"{counted(number, 'service')} {verb} considered and left out; the restricted edition "
        "says which, and why."
    )


def _exempt(basis: Basis, *, is_open: bool) -> str:
    nation, adviser = basis.nation, basis.look.adviser
    advice = f"Take the {adviser}'s advice."
    if is_open:
        lead = (
            "This open edition leaves out names of systems, people, documents and outcomes that "
            f"fall short, because {nation.why_exempt}."
        )
        if not nation.exempt:
            return f"{lead} {advice}"
        return (
            f"{lead} Suggested for the restricted edition: exempt under the {nation.exempt}; "
            f"{nation.information_act}. {advice}"
        )
    if not nation.exempt:
        return f"Restricted edition: {nation.why_exempt}. {advice}"
    return (
        f"Restricted edition, not for publication. Suggested: exempt under the {nation.exempt} "
        f"({nation.information_act}), because {nation.why_exempt}. {advice}"
    )


def _unplanned(basis: Basis) -> str:
    several = len(basis.scopes) > 1
    rest = sum(each.is_open for each in basis.actions) - _MOST_ACTIONS
    notes = [f"{counted(rest, 'more action')} in the findings report."] if rest > 0 else []
    bare = unplanned(basis)
    if len(bare) > _MOST_UNPLANNED:
        number = sum(each.score.key not in basis.planned for each in basis.findings)
        return " ".join([
            *notes,
            f"Below target and not planned yet: {counted(number, 'result')} of "
            f"{counted(len(bare), 'outcome')}, named in the full report.",
        ])  # fmt: skip
    said = [f"{each.ref} ({each.where})" if several else each.ref for each in bare]
    notes += [f"Below target and not planned yet: {'; '.join(said)}."] if said else []
    return " ".join(notes)


def _method(basis: Basis) -> Iterator[str]:
    rules = joined([f"{f.short_title}: {f.rule.name}" for f in basis.frameworks.values()])
    yield f"{said_checks(basis)} Printed with every answer, the full report shows who gave it."
    if any(each.is_open for each in basis.actions):
        yield ONE_OFF
    yield f"Results follow the published rule of each set ({rules}); unanswered is never met."
    yield (
        f"A level follows our own rule {THEME_RULE}: 1 under a half of the outcomes meet the "
        "target, 2 a half, 3 four fifths, 4 all, 5 all at their highest where that lies beyond; "
        "0 where too few are known. It is management information, not audit evidence."
    )


def _names(basis: Basis) -> Iterator[str]:
    """Give everything the open edition may not name."""
    settings, state = basis.settings, basis.state
    for scope in settings.all_scopes:
        if scope.kind != "organisation":
            yield scope.title
        yield scope.supplier
    yield from (each.title for each in settings.left_out)
    for person in settings.everybody:
        yield from (person.name, person.email)
    yield from (each.name for found in state.names.named.values() for each in found)
    for said in state.evidence.values():
        yield from (line for each in said for line in each.text.splitlines())
    for record in state.register(ITEM):
        yield from (str(record.fields.get(each, "")) for each in ("title", "name", "known_as"))
    yield from (each.owner for each in basis.actions if settings.person(each.owner) is None)
    for finding in basis.findings:
        yield from (finding.score.asked.outcome.id, finding.score.asked.outcome.title)
    yield from (each.name for each in state.received)


_NOT_SAID = frozenset({"look", "kind", "anchor", "link", "cut"})
"""Fields of a document and its blocks that nobody reads."""


def _texts(value: object) -> Iterator[str]:
    """Give every text in a document, however deep."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            if each.name not in _NOT_SAID:
                yield from _texts(getattr(value, each.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)


def _as_words(name: str) -> re.Pattern[str]:
    """Find a name as whole words in text that is folded to small letters."""
    return re.compile(rf"(?<!\w){re.escape(name.casefold())}(?!\w)")


def leaks(basis: Basis, document: Document) -> tuple[str, ...]:
    """Give the names that the open edition may not hold and that stand in a document.

    Names of the organisation, of themes, control sets and targets may stand there, whatever they
    are made of.
    """
    allowed = [basis.settings.organisation, basis.look.name, basis.look.board]
    allowed += [each.title for each in basis.themes.themes]
    for framework in basis.frameworks.values():
        allowed += [framework.title, framework.short_title]
    for profile in basis.profiles.values():
        allowed += [profile.title, profile.owner] if profile else []
    allowed += [basis.version.approval.role] if basis.version.approval else []
    text = "\n".join(_texts(document)).casefold()
    for each in sorted(filter(None, allowed), key=len, reverse=True):
        text = _as_words(each).sub(" ", text)
    found: list[str] = []
    for name in dict.fromkeys(" ".join(each.split()) for each in _names(basis)):
        if name and _as_words(name).search(text):
            found.append(name)
    return tuple(found)


def _refuse_leaks(basis: Basis, document: Document) -> None:
    found = leaks(basis, document)
    if found:
        raise ReportError(
            Problem(
                "open-edition-names",
                "the open edition",
                f'It would name "{found[0]}"'
                + (f" and {counted(len(found) - 1, 'other name')}." if found[1:] else "."),
                "Say it otherwise in --decision, in house-style.yaml or in assessment.yaml, or "
                "print the restricted edition. Nothing was written.",
            )
        )
