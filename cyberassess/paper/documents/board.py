"""The board summary: page one stands alone; an open and a restricted edition.

The open edition names no system, person, evidence or outcome that falls short. Whatever is in it
is searched for all of those names first, and it is not printed where one is found.
"""

from collections.abc import Iterator

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.result.theme_maturity import THEME_RULE
from cyberassess.errors import Problem, ReportError, counted
from cyberassess.paper.basis import Basis, clipped, joined
from cyberassess.paper.blocks import (
    SLOT,
    Block,
    Bullets,
    Heading,
    Section,
    Table,
    Text,
    columns,
    filled,
    paragraph,
    strong,
)
from cyberassess.paper.charts import confidence_chart, themes_chart
from cyberassess.paper.costs import ONE_OFF, said_costs
from cyberassess.paper.detail.actions import BY_PRIORITY, action_table, unplanned
from cyberassess.paper.document import Document, frame, prepared_by, said_status
from cyberassess.paper.documents.open_edition import refuse_leaks
from cyberassess.paper.furniture import control
from cyberassess.paper.sections.all_themes import all_themes
from cyberassess.paper.sections.checking import said_checks, said_confirmed, said_dissent
from cyberassess.paper.sections.heat_map import every_map
from cyberassess.paper.sections.moves import moved_by_table, said_moved, said_turns, telling_first
from cyberassess.paper.sections.page_one import (
    headed,
    page_one,
    planned,
    said_decision,
    said_result,
    said_stake,
    said_trend,
)
from cyberassess.paper.sections.review import said_opinion
from cyberassess.paper.sections.squares import row_of_squares
from cyberassess.paper.sections.summary import (
    figures,
    said_before,
    said_count,
    said_left_out,
    said_level,
    said_verdicts,
    said_weakest,
    whose_target,
)
from cyberassess.paper.sections.top_gaps import gap_table, gaps_note, gaps_title, top_gaps
from cyberassess.paper.sections.years import became, years_chart

RESTRICTED, OPEN = "restricted", "open"
LONGEST_DECISION = 400
_LONGEST_LEFT_OUT = 300
_MOST_MOVES = 4
_MOST_ACTIONS = 8
_MOST_UNPLANNED = 15


def board_summary(basis: Basis, *, edition: str = RESTRICTED, decision: str = "") -> Document:
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
    document = _Summary(basis, edition, decision or said_decision(basis)).document
    if edition == OPEN:
        refuse_leaks(basis, document)
    return document


class _Summary:
    """A summary in two layouts: as a document, and as a paper councils fill in and paste."""

    def __init__(self, basis: Basis, edition: str, decision: str) -> None:
        self.basis, self.edition, self.decision = basis, edition, decision
        self.is_open = is_open = edition == OPEN
        self.frame = frame(basis, "Board summary", edition=edition)
        self.gaps = () if is_open else top_gaps(basis)
        self.gaps_note = _open_gaps(basis) if is_open else gaps_note(basis, self.gaps)
        self.moved = said_moved(basis, basis.moved)
        self.moved_by = () if is_open else tuple(said_turns(basis))
        self.moves = () if is_open else telling_first(basis)
        self.actions = [] if is_open else [each for each in basis.actions if each.is_open]
        self.level = said_level(basis, basis.headline_score())
        self.plan = _plan(basis)
        self.opinion = said_opinion(basis, is_open=is_open)
        self.themes = tuple(all_themes(basis))
        self.maps = () if is_open else tuple(self._maps())
        self.became = tuple(became(basis, 0 if is_open else _MOST_ACTIONS))
        self.years = years_chart(basis, basis.headline.id)
        self.sure = confidence_chart(basis)
        self.not_covered = _not_covered(basis, is_open=is_open)
        self.exempt = _exempt(basis, is_open=is_open)
        self.method = tuple(_method(basis))

    @property
    def document(self) -> Document:
        """Both layouts."""
        return Document(self.frame, tuple(self._pages()), (Section(tuple(self._paper())),))

    def _maps(self) -> Iterator[Block]:
        return filled(Heading("Where the gaps are", kind="again"), every_map(self.basis, level=3))

    def _pages(self) -> Iterator[Section]:
        """Lay it out for PDF and screens."""
        yield page_one(
            self.basis,
            "Board summary",
            edition=self.edition,
            is_open=self.is_open,
            decision=self.decision,
        )
        yield Section(tuple(self._detail()), "new-page board")
        themes = Heading("All themes"), *self.themes, *self.maps
        proof = Heading("How far this is proven"), self.sure
        method = Heading("How this was found", kind="again"), Bullets(self.method, "tight")
        yield Section((*(proof if self.is_open else themes), *method), "next")
        last = () if self.is_open else (*self._planned(), *self._moves())
        kind = "tight" if self.is_open else "next tight"
        yield Section((*last, control(self.frame)), kind)

    def _detail(self) -> Iterator[Block]:
        yield Heading("The result in detail")
        stands = f" {whose_target(self.basis)} {self.plan}".rstrip()
        yield Text((strong(self.level), stands), "level")
        yield from paragraph(self.opinion, "level")
        yield from paragraph(" ".join(self.moved_by), "level")
        yield from self._became()
        yield from [self.years] if self.years else []
        if self.gaps:
            yield Heading(gaps_title(self.gaps), kind="section")
            yield gap_table(self.basis, self.gaps)
        yield Text(self.gaps_note, "small")
        if self.is_open:
            yield Heading("All themes", kind="section")
            yield from self.themes
        yield Heading("Not covered", kind="section")
        yield Text(self.not_covered)
        yield Text(self.exempt, "small")

    def _became(self) -> Iterator[Block]:
        return filled(Heading("What became of last year's actions", kind="section"), self.became)

    def _planned(self) -> Iterator[Block]:
        yield Heading("The plan")
        shown = self.actions[:_MOST_ACTIONS]
        yield from paragraph(BY_PRIORITY if shown else "", "meta keep")
        yield action_table(self.basis, shown) if shown else Text("Nothing is planned yet.")
        yield from paragraph(_unplanned(self.basis), "small")

    def _moves(self) -> Iterator[Block]:
        yield Heading("What moved since last year", kind="again")
        shown = self.moves[:_MOST_MOVES]
        more = len(self.moves) - len(shown)
        if shown:
            yield from moved_by_table(self.basis, shown)
            note = f"{more} more stand in the full report." if more else ""
            yield from paragraph(note, "small")
        else:
            trend = self.moved or said_trend(self.basis)
            yield Text(trend or "No earlier assessment can be compared.")

    def _paper(self) -> Iterator[Block]:
        """Lay it out as a committee paper, with slots for what others write."""
        basis = self.basis
        sets = joined([f"{each.title} {each.version}" for each in basis.frameworks.values()])
        yield Heading(f"Cyber resilience {basis.settings.period}", 1)
        yield Text(
            f"Board summary for {self.frame.name}, {self.edition} edition · {sets} · "
            f"{said_date(basis.on)} · prepared by {prepared_by(basis, is_open=self.is_open)} · "
            f"{said_status(basis)} · {self.frame.marking}"
        )
        yield Heading("Recommendation")
        yield Text(self.decision)
        yield _slot("Recommendation: keep, change or replace the sentence above")
        yield from self._result()
        yield from self._proof()
        yield Heading(gaps_title(self.gaps))
        yield from [gap_table(basis, self.gaps)] if self.gaps else []
        yield from paragraph(" ".join(filter(None, (self.gaps_note, self.plan))))
        yield from self._planned() if self.actions else ()
        yield Heading("All themes")
        yield from self.themes
        yield from self.maps
        yield from self._became()
        yield from self._moves() if self.moves else ()
        yield from self._slots()
        yield Heading("Not covered")
        yield Text(self.not_covered)
        yield Heading("How this was found")
        yield Bullets(self.method)
        yield Heading("Control of this document")
        yield Table(columns(("Item", 30), ("Entry", 70)), self.frame.control)

    def _result(self) -> Iterator[Block]:
        basis, is_open = self.basis, self.is_open
        yield Heading("Result")
        before = said_before(basis, basis.headline.id)
        weakest = "" if is_open else said_weakest(basis)
        lead = f"{headed(basis)}:", said_count(basis), before, weakest
        yield Text(" ".join(filter(None, lead)), "lead")
        yield from () if is_open else map(Text, said_verdicts(basis))
        yield from row_of_squares(basis, is_open=is_open)
        stands = self.level, whose_target(basis), self.moved
        yield Text(" ".join(filter(None, stands)))
        dissent = said_dissent(basis, is_open=is_open)
        yield from [Text(strong(dissent))] if dissent else []
        yield from paragraph(self.opinion)
        yield from map(Text, self.moved_by)

    def _proof(self) -> Iterator[Block]:
        """Say how far the result can be relied on: every figure, then the picture of them."""
        yield Heading("How sure we are")
        rows = tuple((meaning, number) for number, meaning, _ in figures(self.basis))
        yield Table(columns(("What", 70), ("Figure", 30)), rows)
        yield from paragraph(said_result(self.basis))
        yield Text(said_confirmed(self.basis, is_open=self.is_open))
        charts = themes_chart(self.basis, self.basis.first.ref), self.sure, self.years
        yield from filter(None, charts)

    def _slots(self) -> Iterator[Block]:
        """Leave room for what others write, with what is known already."""
        basis, look = self.basis, self.frame.look
        yield Heading("Financial implications")
        yield from paragraph(self.plan)
        yield _slot(f"For the {look.finance(basis.nation)} to write")
        yield Heading("Legal implications")
        yield Text(self.exempt)
        yield _slot(f"For the {look.adviser} to write")
        yield Heading("Equality implications")
        yield _slot(
            "Say whom a failure of these services would touch most, and how that is weighed"
        )
        yield Heading("Risk implications")
        elsewhere = "The risks by system are in the restricted edition."
        yield from paragraph(elsewhere if self.is_open else said_stake(basis))
        yield _slot(f"For the {look.risk_owner} to write")


def _slot(text: str) -> Text:
    return Text(f"[{text}]", SLOT)


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
            f"fall short. The restricted edition gives them: it {nation.why_exempt}."
        )
        if not nation.exempt:
            return f"{lead} {advice}"
        return (
            f"{lead} Suggested for the restricted edition: exempt under the {nation.exempt}; "
            f"{nation.information_act}. {advice}"
        )
    if not nation.exempt:
        return f"The restricted edition {nation.why_exempt}. {advice}"
    return (
        f"Restricted edition, not for publication. Suggested: exempt under the {nation.exempt} "
        f"({nation.information_act}), because it {nation.why_exempt}. {advice}"
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
    said: list[str] = []
    for found in bare:
        outcome = found[0].score.asked.outcome
        where = basis.said_places([each.score.key.scope for each in found])
        said.append(f"{outcome.name}{f' ({where})' if several else ''}")
    notes += [f"Below target and not planned yet: {'; '.join(said)}."] if said else []
    return " ".join(notes)


def _method(basis: Basis) -> Iterator[str]:
    yield (
        f"{said_checks(basis)} The full report, where it is printed with every answer, says who "
        "gave each."
    )
    if any(each.is_open for each in basis.actions):
        yield ONE_OFF
    yield (
        "Results follow the published rule of each control set; the full report gives it in "
        "words. What is unanswered is never met."
    )
    yield (
        f"A level follows our own rule {THEME_RULE}: 1 under a half of the outcomes meet the "
        "target, 2 a half, 3 four fifths, 4 all, 5 all at their highest where that lies beyond; "
        "0 where too few are known. It is management information, not audit evidence."
    )
