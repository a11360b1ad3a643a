"""What commands print for people, as lines."""

import platform
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cyberassess.errors import counted

if TYPE_CHECKING:
    from cyberassess.adapters.prompts import Asked
    from cyberassess.app.content import Checked, Listed
    from cyberassess.app.demo import Demo
    from cyberassess.app.importing import ImportedFile
    from cyberassess.app.opening import Assessment
    from cyberassess.app.receiving import ReceivedFile
    from cyberassess.app.recording import Replaced
    from cyberassess.app.results import Verified
    from cyberassess.app.sending import SentFile
    from cyberassess.app.settling import Conflict
    from cyberassess.app.setup import Created, NewAssessment
    from cyberassess.app.standing import Status
    from cyberassess.domain.assessment import Person
    from cyberassess.domain.findings import Tally
    from cyberassess.domain.framework import Framework, Group
    from cyberassess.domain.scoring import OutcomeScore, Scorecard, Verdict
    from cyberassess.domain.theme_maturity import ThemeScore

LONG = 45
"""Minutes above which the officer is told that a questionnaire is long."""
WIDEST = 100
NARROW = 60


def _width() -> int:
    return min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)


def wrap(text: str, indent: str = "") -> list[str]:
    """Break a text into lines that fit the terminal."""
    return textwrap.wrap(
        text,
        max(_width() - 1, 20),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    ) or [""]


def short(text: str, most: int) -> str:
    """Cut a text that would make a table's column too wide; a narrow terminal has no columns."""
    return text if len(text) <= most or _width() < NARROW else f"{text[: most - 1]}…"


def table(rows: Iterable[tuple[str, ...]], *, indent: str = "  ") -> list[str]:
    """Align rows in columns; on a narrow terminal, one cell a line."""
    cells = [tuple(row) for row in rows]
    if not cells:
        return []
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    if _width() < NARROW or len(indent) + sum(widths) + 2 * len(widths) > _width() + 10:
        return [line for row in cells for line in wrap("  ".join(filter(None, row)), indent)]
    return [
        (indent + "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]


BARE = """\
cyberassess assesses the cyber resilience of a council or another public body.

Questions go out as workbooks, answers come back into a ledger that loses nothing,
published rules score them, and people get PDF reports they can check.

Usage: cyberassess [OPTIONS] COMMAND …

Look at a finished example first:
  cyberassess demo
Begin an assessment of your own:
  cyberassess new northport-2026
Go on with it, from inside its folder:
  cyberassess status

All commands: cyberassess --help"""


def version_lines(version: str) -> Iterator[str]:
    """Give tool, control sets, Python and ledger format."""
    from cyberassess.app.content import framework_list
    from cyberassess.domain.segment import SCHEMA

    yield f"cyberassess {version}"
    for each in framework_list():
        framework = each.shelved.framework
        yield f"{framework.ref} revision {framework.revision}"
    yield f"ledger format {SCHEMA}"
    yield f"Python {platform.python_version()}"


def new_lines(made: "Created", wanted: "NewAssessment") -> Iterator[str]:
    """Say what was made and what to do next."""
    yield f"Made {made.folder} for {wanted.organisation}, {wanted.period}."
    yield f"Control sets: {', '.join(wanted.frameworks)}. Target: {', '.join(wanted.profiles)}."
    for note in made.notes:
        yield from wrap(note)
    yield "Look at assessment.yaml: it says who is asked what."
    yield f"Next: cyberassess -C {made.folder} send"


def sent_lines(sent: "list[SentFile]") -> Iterator[str]:
    """Give one line a file."""
    for each in sent:
        yield (
            f"{each.person.name}: {counted(each.questions, 'question')}, about "
            f"{each.minutes} minutes"
        )
        yield f"  {each.path}"
        if each.minutes > LONG:
            yield from wrap(
                f"That is more than {LONG} minutes: consider asking somebody else a "
                "part of it (answers, under people in assessment.yaml).",
                "  ",
            )
    known = [each for each in sent if each.earlier is not None]
    if known:
        earlier = sum(each.earlier or 0 for each in known)
        questions = counted(sum(each.questions for each in known), "question")
        yield f"{earlier:,} of {questions} come with an answer of last year."
    yield f"Wrote {counted(len(sent), 'workbook')}. Send them, then: cyberassess receive FILE"


def received_lines(found: "ReceivedFile") -> list[str]:
    """Give one summary line, and what was replaced; the same for a dry run."""
    if found.refused:
        lines = [f"{found.path.name}: refused"]
    else:
        stored = f"stored {counted(found.stored, 'answer')}"
        differ = f", {counted(len(found.conflicts), 'conflict')}" if found.conflicts else ""
        texts = f" and {counted(found.texts, 'text')}" if found.texts else ""
        lines = [
            f"{found.path.name}: {found.person}: {stored}{texts}, "
            f"{found.unchanged} unchanged, {counted(len(found.problems), 'remark')}{differ}"
        ]
    lines += replaced_lines(found.replaced)
    lines += [f"  in conflict now: {key.indicator}/{key.scope}" for key in found.conflicts]
    lines += [f"  {found.declared[0].upper()}{found.declared[1:]}"] if found.declared else []
    for what, place in (
        ("The original is kept as", found.kept_as),
        ("A receipt to send back:", found.receipt),
        ("A workbook to send back, with what to look at again:", found.notes),
    ):
        if place:
            lines.append(f"  {what} {place}")
    return lines


def replaced_lines(replaced: "list[Replaced]") -> list[str]:
    """Name the earlier answers that newer ones take the place of."""
    return [
        f"  {each.statement.indicator} in {each.statement.scope}: was {each.old}, is now "
        f"{each.new or 'withdrawn'}"
        for each in replaced
    ]


def asked_lines(asked: "Asked", person: "Person") -> Iterator[str]:
    """Say what was kept."""
    kept = f"Kept {counted(asked.answers, 'answer')} and {counted(asked.texts, 'text')}"
    yield from wrap(f"{kept} for {person.name}.")
    if asked.left:
        yield f"{counted(asked.left, 'question')} still open."
        yield f'To go on: cyberassess ask --as "{person.name}"'


def imported_lines(found: "ImportedFile", *, dry_run: bool) -> Iterator[str]:
    """Say what an import brought."""
    made = found.plan
    verb = "would store" if dry_run else "stored"
    where = f" for {found.scopes[0].title}" if found.scopes else ""
    yield (
        f"{found.path.name}: {counted(found.answers, 'answer')} found, {verb} "
        f"{counted(made.stored, 'answer')} and {counted(made.texts, 'text')}{where}, "
        f"{made.unchanged} unchanged. Person: {found.person}."
    )
    yield from replaced_lines(made.replaced)
    if found.contradictions:
        yield (
            f"{counted(len(found.contradictions), 'stored status', 'stored statuses')} "
            "contradict their own statements:"
        )
    if found.differing:
        yield (
            f"{counted(len(found.differing), 'pair')} of statements say the same but are "
            "answered differently; both stand as they came, and no score changes by it:"
        )
        for first, second in found.differing:
            yield f"  {first.indicator} and {second.indicator} in {first.scope}"


def conflict_lines(found: "list[Conflict]") -> Iterator[str]:
    """List open conflicts."""
    if not found:
        yield "Nobody differs."
        return
    for each in found:
        yield f"{each.statement.indicator}/{each.statement.scope}"
        yield from wrap(each.text, "  ")
        for name, answer, reason in each.answers:
            yield from wrap(f"- {name}: {answer}{f' ({reason})' if reason else ''}", "  ")
    yield (
        f"{counted(len(found), 'open conflict')}. Meanwhile the answer that gives the lower "
        "determination counts."
    )


def status_lines(found: "Status") -> Iterator[str]:
    """Say who has not replied, what is in conflict, what next, on one screen."""
    from cyberassess.app.standing import state_of

    settings = found.assessment.contents.settings
    confidence = found.assessment.card.confidence
    due = f", answers due {settings.due.isoformat()}" if settings.due else ""
    yield f"{settings.organisation}, {settings.period}{due}"
    yield (
        f"{confidence.answered:,} of {counted(confidence.statements, 'statement')} answered, "
        f"{counted(confidence.conflicts, 'conflict')} open."
    )
    confirmed = sum(
        e.confirmed is not None and not e.not_applicable for e in found.assessment.card.outcomes
    )
    yield f"{confirmed} of {counted(confidence.outcomes, 'outcome')} confirmed."
    for said in found.assessment.superseded:
        yield from wrap(said)
    yield ""
    rows = []
    for each in found.people:
        rows.append((each.name, f"{each.answered} of {each.questions}", state_of(each)))
    yield from table(rows)
    if found.conflicts:
        yield ""
        yield "In conflict:"
        for conflict in found.conflicts[:10]:
            names = " and ".join(name for name, _, _ in conflict.answers)
            key = conflict.statement
            yield from wrap(f"{key.indicator}/{key.scope}: {names} differ", "  ")
        if len(found.conflicts) > 10:  # noqa: PLR2004 - what fits one screen
            yield f"  … and {len(found.conflicts) - 10} more: cyberassess resolve"
    yield ""
    yield "Next:"
    for step in found.next_steps:
        yield from wrap(step, "  ")


def _theme_line(entry: "ThemeScore") -> str:
    count = f"{entry.meets} of {entry.of}" if entry.of else "no outcome with a target"
    return f"{count}, {entry.level_in_words}"


def _passed_lines(assessment: "Assessment", ref: str) -> Iterator[str]:
    """Say at how many outcomes a stage is passed because nothing in it applies."""
    from cyberassess.domain.findings import nothing_to_assess

    framework = next(each for key, each in assessment.frameworks.items() if key == ref)
    passed = [
        level
        for each in assessment.card.outcomes
        if each.key.framework == ref
        for level in nothing_to_assess(each)
    ]
    counts = [
        f"{level.title.lower()} at {counted(passed.count(level.id), framework.outcome_kind)}"
        for level in framework.scale
        if level.id in passed
    ]
    if counts:
        yield from wrap(f"Nothing to assess, so passed: {', '.join(counts)}", "  ")


def _beside(own: "ThemeScore", default: "ThemeScore | None") -> str:
    """Give the default's result, where the organisation's own placing changed it."""
    if default is None or _theme_line(default) == _theme_line(own):
        return ""
    return f"by default: {_theme_line(default)}"


def _verdict(verdict: "Verdict") -> str:
    said = {True: "ready", False: "not ready", None: "not known yet"}[verdict.is_ready]
    failing = f"; {', '.join(verdict.failed_by)} fail it whatever the rest"
    return f"Self-check: {said}{failing if verdict.failed_by else ''}. It is not certification."


def _confirmed_lines(card: "Scorecard") -> Iterator[str]:
    """Say how much is confirmed, and where that differs from the rule."""
    confirmed = sum(each.confirmed is not None for each in card.outcomes)
    differing = [
        e for e in card.outcomes if e.confirmed is not None and e.confirmed != e.suggested
    ]
    lapsed = sum(each.has_lapsed and not each.not_applicable for each in card.outcomes)
    yield f"Confirmed {confirmed} of {counted(card.confidence.outcomes, 'outcome')}."
    for each in differing:
        framework = each.asked.framework
        levels = (each.suggested, each.confirmed)
        said = [framework.level(level).title if level else "open" for level in levels]
        name = f"{each.key.outcome}/{each.key.scope}"
        yield f"  {name}: {said[0]} by the rule, {said[1]} confirmed"
    if lapsed:
        yield f"  {lapsed} confirmed before, on other answers: cyberassess confirm"


def score_lines(assessment: "Assessment") -> Iterator[str]:
    """Say where the headline theme stands, the other themes, and how sure we are."""
    from cyberassess.app.theming import default_scores
    from cyberassess.domain.assessment import ALL_SCOPES
    from cyberassess.domain.theme_maturity import THEME_RULE

    by_default = {(e.framework, e.theme, e.scope): e for e in default_scores(assessment)}
    card, themes = assessment.card, assessment.contents.themes
    for said in assessment.superseded:
        yield from wrap(said)
    for ref, framework in assessment.frameworks.items():
        profile = assessment.profiles[ref]
        entry = card.theme(ref, themes.headline)
        title = themes.theme(themes.headline).title
        whose = f"{profile.title}, set by {profile.owner}" if profile else "no target was chosen"
        yield (
            f"{title}: {entry.meets} of {entry.of} outcomes meet the target."
            if entry.of
            else f"{title}: no outcome has a target."
        )
        yield f"{framework.short_title}; {whose}; rule {THEME_RULE}"
        yield ""
        yield from table(
            (
                themes.theme(t.theme).title,
                _theme_line(t),
                _beside(t, by_default.get((t.framework, t.theme, t.scope))),
            )
            for t in card.themes
            if t.framework == ref and t.scope == ALL_SCOPES
        )
        if any(framework_ref == ref for framework_ref, _, _ in by_default):
            yield from wrap("The organisation placed outcomes otherwise than the default.", "  ")
        yield ""
        for level in reversed(framework.scale):
            found = [
                e for e in card.outcomes if e.key.framework == ref and e.determination == level.id
            ]
            yield f"  {level.title}: {len(found)}"
        yield from _passed_lines(assessment, ref)
        for verdict in card.verdicts:
            if verdict.framework == ref:
                yield f"  {_verdict(verdict)}"
        open_ones = [
            e
            for e in card.outcomes
            if e.key.framework == ref and e.determination is None and not e.not_applicable
        ]
        if open_ones:
            names = ", ".join(f"{e.key.outcome}/{e.key.scope}" for e in open_ones)
            yield from wrap(f"Not decided yet: {len(open_ones)} ({names})", "  ")
    found_ = card.confidence
    yield ""
    yield from _confirmed_lines(card)
    yield (
        f"Answered {found_.answered:,} of {counted(found_.statements, 'statement')}; "
        f"{found_.evidenced} of {counted(found_.claims, 'claim')} with evidence, "
        f"{found_.seen} with evidence somebody here has seen, "
        f"{found_.in_date} with evidence in date; {found_.reviewed} of {found_.outcomes} "
        f"reviewed; {counted(found_.conflicts, 'conflict')} open."
    )


def tally_lines(found: "Mapping[str, tuple[Tally, ...]]") -> Iterator[str]:
    """Say how many statements are met, of those that apply."""
    for ref, rows in found.items():
        yield ref
        if not rows:
            yield "  Its statements refer to no other standard."
        yield from table(
            (each.title, f"{each.met} of {each.of} met", f"{each.unanswered} unanswered")
            for each in rows
        )


def _confirmation_lines(assessment: "Assessment", found: "OutcomeScore") -> Iterator[str]:
    if found.confirmation is None or found.not_applicable:
        return
    if found.confirmed is None:
        yield "It was confirmed; answers have changed since, so that no longer counts."
        return
    who = assessment.name_of(found.confirmation.person, found.confirmation.origin)
    yield f"Confirmed as {found.asked.framework.level(found.confirmed).title} by {who}."


def explain_lines(assessment: "Assessment", found: "OutcomeScore") -> Iterator[str]:
    """Show what decided an outcome, who said it, from which cell, and what would change it."""
    from cyberassess.app.results import would_change
    from cyberassess.domain.better import overtaken_in, overtaken_words
    from cyberassess.domain.counting import reasons_out, said_of, word_of
    from cyberassess.domain.findings import nothing_to_assess

    framework, outcome = found.asked.framework, found.asked.outcome

    def title(level: str | None) -> str:
        return framework.level(level).title if level else "not yet"  # type: ignore[arg-type]

    yield f"{outcome.id} {outcome.title}, {found.asked.scope.title}"
    if found.not_applicable:
        out = "; ".join(reasons_out(found, assessment.names))
        yield from wrap(f"Not applicable: no statement of it applies here. {out}".strip())
    elif found.suggested is None:
        yield (
            f"Not decided yet: {title(found.worst)} at worst, {title(found.best)} at best, "
            "when the rest is answered."
        )
    else:
        yield f"{title(found.suggested)}, by rule {framework.rule.name}."
    yield from _confirmation_lines(assessment, found)
    meets = {True: "met", False: "not met", None: "no target"}[found.meets_target]
    yield f"Target: {title(found.target)} ({meets})." if found.target else "No target."
    for level in nothing_to_assess(found):
        yield f"{title(level)}: nothing to assess, so the stage is passed."
    for level in found.unaccepted:
        yield from wrap(
            f"More than half of {title(level)} does not apply: it cannot count as "
            "reached until somebody accepts that by name."
        )
    deciding, overtaken = set(found.deciding), overtaken_in(found)
    for indicator, standing in zip(outcome.indicators, found.standings, strict=True):
        mark = "*" if indicator.id in deciding else " "
        labels = {a.code: a.label for a in framework.answers_for(indicator).answers}
        yield ""
        yield from wrap(f"{mark} {indicator.id}  {indicator.text}")
        said = said_of(found, indicator.id, assessment.names)
        if not standing.given and not said:
            yield f"    {word_of(found, indicator.id)}"
        for given in standing.given:
            reason = f" ({given.reason})" if given.reason else ""
            yield from wrap(
                f"{labels.get(given.answer, given.answer)}{reason}: "
                f"{assessment.name_of(given.person, given.origin)}, {given.source}, "
                f"{given.origin.time[:10]}",
                "    ",
            )
        if said:
            yield from wrap(said, "    ")
        if indicator.id in overtaken:
            words = overtaken_words(indicator.id, " and ".join(overtaken[indicator.id]))
            yield from wrap(f"Look again: {words}", "    ")
    yield ""
    for step in would_change(found):
        names = [*step["warnings"], *step["missing"]]
        yield from wrap(
            f"For {title(step['level'])}: {', '.join(names) or 'nothing'} would have to change."
        )
    yield "* decided it"
    yield ""


def verified_lines(found: "Verified") -> Iterator[str]:
    """Say what was checked."""
    from cyberassess.cli.words_cells import cell_lines

    if found.segments:
        yield (
            f"{counted(found.segments, 'file')} of the ledger, "
            f"{counted(found.events, 'entry')}, {counted(found.answers, 'answer')}."
        )
        yield f"Head: {found.head}"
    yield from cell_lines(found.cells)
    yield (
        "Nothing was altered."
        if not found.problems
        else f"{counted(len(found.problems), 'problem')} found:"
    )


def verified_json(found: "Verified") -> dict[str, Any]:
    """Give ``verify --json``."""
    from cyberassess.cli.words_cells import cells_json

    return {
        "schema": 1,
        "segments": found.segments,
        "events": found.events,
        "answers": found.answers,
        "head": found.head,
        "cells": cells_json(found.cells),
        "problems": [str(each) for each in found.problems],
        "notes": [str(each) for each in found.notes],
    }


def _counts(framework: "Framework") -> str:
    levels = "/".join(str(count) for count in framework.count_levels().values())
    extra = sum(len(each.indicators) for each in framework.apart)
    return (
        f"{counted(len(framework.assessed) - len(framework.apart), 'outcome')}, "
        f"{counted(sum(framework.count_levels().values()), 'statement')} ({levels})"
        + (f", {extra} more that the publisher does not count" if extra else "")
    )


def listed_lines(listed: "list[Listed]") -> Iterator[str]:
    """Give a block a set."""
    for each in listed:
        framework = each.shelved.framework
        yield f"{framework.ref}  {framework.title}, {framework.publisher}"
        yield f"  {_counts(framework)}; revision {framework.revision}"
        yield from wrap(f"targets: {', '.join(each.profiles) or 'none'}", "  ")


def shown_lines(framework: "Framework") -> Iterator[str]:
    """Show where a set comes from, its outcomes and its rule."""
    yield f"{framework.title} {framework.version} ({framework.ref}, revision {framework.revision})"
    yield from wrap(framework.about)
    yield f"Publisher: {framework.publisher}, {framework.published}"
    yield f"Source: {framework.source} (read {framework.accessed})"
    yield f"Counts: {_counts(framework)}"
    yield from wrap(f"Rule {framework.rule.name}: {framework.rule.text}")
    yield from wrap(framework.licence)
    for group in framework.groups:
        yield from _group_lines(group, "")


def _group_lines(group: "Group", indent: str) -> Iterator[str]:
    yield ""
    yield f"{indent}{group.id} {group.title}"
    for each in group.groups:
        yield from _group_lines(each, indent + "  ")
    for outcome in group.outcomes:
        count = counted(len(outcome.indicators), "statement")
        yield f"{indent}  {outcome.id} {outcome.title} ({count}; {outcome.owner_role})"


def checked_lines(found: "Checked") -> Iterator[str]:
    """Say the counts, and whether anything is wrong."""
    counts = f"{_counts(found.framework)}, " if found.framework else ""
    yield f"{found.name}: {counts}{counted(len(found.problems), 'problem')}"


def demo_lines(made: "Demo") -> Iterator[str]:
    """Name everything the demonstration left, and what to look at first."""
    answers = sum(each.stored for each in made.received)
    yield (
        f"Northport Council: {counted(len(made.sent), 'questionnaire')} sent and received, "
        f"{answers:,} answers stored."
    )
    yield from score_lines(made.assessment)
    yield ""
    yield "Everything is here:"
    for report in made.reports:
        pages = f" ({counted(report.pages, 'page')})" if report.pages else ""
        yield f"  a report              {report.path}{pages}"
    if made.reports[0].reason:
        yield from wrap(f"They are HTML editions: {made.reports[0].reason}", "  ")
    packed = f"{counted(made.pack.entries, 'file')}, unsigned"
    yield f"  an evidence pack      {made.pack.path} ({packed})"
    yield f"  the assessment        {made.workspace}"
    for each in made.sent:
        yield f"  sent                  {each.path}"
    for path in made.returned:
        yield f"  filled in             {path}"
    yield f"  a review              {made.review}"
    yield ""
    yield "Look closer:"
    yield f"  ./run -C {made.workspace} status"
    yield f"  ./run -C {made.workspace} explain B2.d/housing"
    yield f"  ./run -C {made.workspace} evidence list --outcome B2.c"
    yield f'  ./run verify "{made.pack.path}"'
