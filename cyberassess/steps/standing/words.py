"""What status, score and explain say, certificates and key actions with them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cyberassess.domain.assessment import ALL_SCOPES
from cyberassess.domain.record.evidence import Held
from cyberassess.domain.result.better import overtaken_in, overtaken_words
from cyberassess.domain.result.theme_maturity import THEME_RULE
from cyberassess.errors import counted
from cyberassess.steps.confirm.words import override_lines
from cyberassess.terminal.fitting import table, wrap

if TYPE_CHECKING:
    from cyberassess.domain.result.findings import ActionRow, Tally
    from cyberassess.domain.result.scoring import OutcomeScore, Scorecard, Verdict
    from cyberassess.domain.result.theme_maturity import ThemeScore
    from cyberassess.opening.assessment import Assessment
    from cyberassess.steps.standing.standing import Status
    from cyberassess.steps.standing.tracing import Step, Trace


def status_lines(found: "Status") -> Iterator[str]:
    """Say who has not replied, what is in conflict, what next, on one screen."""
    from cyberassess.steps.standing.standing import state_of

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
    if confidence.reviewed:
        lowered = f", {confidence.lowered} lowered" if confidence.lowered else ""
        yield f"{confidence.reviewed} reviewed independently{lowered}."
    for said in found.assessment.superseded:
        yield from wrap(said)
    for said in found.year:
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
    from cyberassess.domain.result.findings import nothing_to_assess

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
    from cyberassess.domain.result.findings import is_blank
    from cyberassess.opening.assessment import default_scores

    by_default = {(e.framework, e.theme, e.scope): e for e in default_scores(assessment)}
    card, themes = assessment.card, assessment.contents.themes
    for said in assessment.superseded:
        yield from wrap(said)
    for ref, framework in assessment.frameworks.items():
        profile = assessment.profiles[ref]
        entry = card.theme(ref, themes.headline)
        title = themes.theme(themes.headline).title
        whose = f"{profile.title}, set by {profile.owner}" if profile else "no target was chosen"
        said = f"{entry.meets} of {entry.of} outcomes meet the target."
        if not entry.of:
            said = "no outcome has a target."
        elif is_blank(card.outcomes):
            said = (
                f"nothing is known yet: 0 of {card.confidence.statements:,} statements answered."
            )
        yield f"{title}: {said}"
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
        f"{found_.evidenced} of {counted(found_.claims, 'result')} above the lowest level "
        f"with evidence, {found_.seen} with evidence somebody here has seen, "
        f"{found_.in_date} with evidence in date; {found_.reviewed} of {found_.outcomes} "
        f"reviewed{f', {found_.lowered} lowered' if found_.lowered else ''}; "
        f"{counted(found_.conflicts, 'conflict')} open."
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
    from cyberassess.domain.result.counting import reasons_out, said_of, word_of
    from cyberassess.domain.result.findings import nothing_to_assess
    from cyberassess.steps.standing.results import would_change
    from cyberassess.steps.standing.tracing import reviewed

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
    for each in reviewed(assessment, found):
        said = f" ({each.reason})" if each.reason else ""
        when = each.origin.time[:10]
        yield from wrap(f"{each.who}, {each.what}{said}, {each.source}, {when}")
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
        labels = framework.answers_for(indicator).labels
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


def certificate_lines(assessment: "Assessment") -> Iterator[str]:
    """Name every certificate with its end, expired ones first; nothing where none is recorded."""
    from cyberassess.steps.standing.results import judged_on

    on = judged_on(assessment)
    settings = assessment.contents.settings
    held = sorted(settings.certificates, key=lambda each: not each.is_expired(on))
    if not held:
        return
    yield ""
    yield "Certificates:"
    rows: list[tuple[str, ...]] = []
    for each in held:
        scope = settings.scope(each.scope) if each.scope else None
        whose = each.holder or (scope.title if scope else settings.organisation)
        end = f"valid until {each.valid_until}" if each.valid_until else "no end date recorded"
        if each.is_expired(on):
            end = f"EXPIRED on {each.valid_until}"
        rows.append((each.title, whose, end, each.reference))
    yield from table(rows)


def register_lines(assessment: "Assessment") -> Iterator[str]:
    """Give the certificates, then each control set's key actions."""
    from cyberassess.domain.result.findings import key_actions

    yield from certificate_lines(assessment)
    for framework in assessment.frameworks.values():
        rows = key_actions(assessment.card, framework, assessment.contents.settings)
        if not rows:
            continue
        yield ""
        yield f"Key actions, {framework.short_title}:"
        for row in rows:
            yield from wrap(f"{row.action.id}  {row.action.title}: {_said(row)}", "  ")


def _said(row: "ActionRow") -> str:
    said = "nothing recorded"
    if row.recorded is not None:
        when = f" ({row.recorded.date})" if row.recorded.date else ""
        note = f", {row.recorded.note}" if row.recorded.note else ""
        said = f"{row.recorded.state.value}{when}{note}"
    if row.tally is None:
        return said
    return f"{said}; {row.tally.met} of {row.tally.of} controls that stand for it are met"


_HASH = 12
"""Figures of a hash that are printed; the JSON has all."""


def trace_lines(assessment: "Assessment", found: "Trace") -> Iterator[str]:
    """Show the chain behind an outcome."""
    score = found.score
    outcome = score.asked.outcome
    yield f"{outcome.id} {outcome.title}, {score.asked.scope.title}"
    yield f"By the rule: {found.suggested or 'not decided yet'}."
    if found.confirmed:
        yield f"Confirmed: {found.confirmed}."
    elif score.has_lapsed:
        yield "It was confirmed; answers have changed since, so that has lapsed."
    else:
        yield "Nobody has confirmed it yet."
    for statement in found.statements:
        yield ""
        mark = "*" if statement.decides else " "
        yield from wrap(f"{mark} {statement.id}  {statement.text}")
        yield from wrap(f"counts as: {statement.counts}", "    ")
        if statement.says:
            yield from wrap(statement.says, "    ")
        for step in statement.steps:
            yield from _step(step)
    for title, steps in (
        ("Texts", found.texts),
        ("Determination", found.decisions),
        ("Independent review", found.reviews),
    ):
        if steps:
            yield ""
            yield f"{title}:"
        for step in steps:
            yield from _step(step)
    yield ""
    yield from _support(found)
    if found.overrides:
        yield ""
        yield "Decided differently from what answers and rule alone would give:"
        yield from override_lines(found.overrides, assessment)
    yield "* decided it"
    yield ""


def _step(step: "Step") -> Iterator[str]:
    when = step.origin.time[:16].replace("T", " ")
    by = f" (recorded by {step.recorded_by})" if step.recorded_by else ""
    yield from wrap(f"{when}  {step.who}{by}: {step.what}", "    ")
    if step.reason:
        yield from wrap(f"reason: {step.reason}", "      ")
    file = f", file {step.source.file[:_HASH]}" if step.source.file else ""
    segment = step.origin.segment[:_HASH]
    yield from wrap(
        f"from {step.source}{file}; ledger {segment}, line {step.origin.line}", "      "
    )


def _support(found: "Trace") -> Iterator[str]:
    support = found.support
    if not support.is_offered:
        yield "No evidence offered."
    else:
        yield "Evidence:"
    for item in support.items:
        words = {Held.FILE: f"SHA-256 {item.sha256[:_HASH]}", Held.NAMED: "not yet seen"}
        state = words.get(item.held, f"sighted on {item.facts.sighted_on}")
        yield from wrap(f"{item.reference} {item.facts.title}, {state}", "  ")
    for named in support.named:
        yield from wrap(f"named: {named.text}", "  ")
    for item in support.set_aside:
        word = "rejected" if item.is_rejected else "replaced"
        yield from wrap(f"{item.reference} {item.facts.title}, {word}: does not count", "  ")
