"""Method and limits: the rules in words with an example from this assessment, and all sources."""

from collections.abc import Iterator
from dataclasses import dataclass

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.happened import SetVersion
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.result.theme_maturity import THEME_RULE, ThemeLevel
from cyberassess.domain.sets.framework import CountsAs, Framework, FrameworkRef, IndicatorKind
from cyberassess.errors import counted
from cyberassess.paper.basis import SHORT_HASH, Basis, joined, said_role, share, tenths
from cyberassess.paper.sections.checking import said_checks
from cyberassess.paper.sections.explaining import explain
from cyberassess.paper.sections.outcomes import result_of


@dataclass(frozen=True, slots=True)
class RuleText:
    """A framework's own rule, as we apply it, with an example from this assessment."""

    title: str
    id: str
    text: str
    source: str
    note: str
    """How we read what the rule leaves open."""
    example: "Example | None"


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One column of statements of the worked example."""

    heading: str
    counts: tuple[str, ...]
    """One for each head of the example's table."""


@dataclass(frozen=True, slots=True)
class Example:
    """A rule applied to one outcome of this assessment."""

    title: str
    link: str
    heads: tuple[str, ...]
    rows: tuple[ExampleRow, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """Two or more cells in a row."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """The section on method and limits."""

    rules: tuple[RuleText, ...]
    theme_rule: str
    levels: tuple[Line, ...]
    theme_example: str
    themes: tuple[Line, ...]
    """Theme, what it is about, and its goals; only where a theme has goals."""
    attainment: tuple[Line, ...]
    confidence: tuple[Line, ...]
    people: tuple[Line, ...]
    files: tuple[Line, ...]
    frameworks: tuple[tuple[Line, ...], ...]
    ledger: tuple[Line, ...]
    attributions: tuple[str, ...]
    limits: tuple[str, ...]


_LEVELS = (
    (ThemeLevel.NOT_KNOWN, "Fewer than four fifths of the theme's results are determined."),
    (ThemeLevel.STARTING, "Fewer than half of the outcomes meet their target."),
    (ThemeLevel.DEVELOPING, "At least half meet their target."),
    (ThemeLevel.ESTABLISHED, "At least four fifths meet their target."),
    (ThemeLevel.ON_TARGET, "All meet their target."),
    (
        ThemeLevel.BEYOND_TARGET,
        "All meet their target, and every outcome of the theme is at its highest everywhere. "
        "Where that is the target of everything, nothing lies beyond, and 4 is the highest.",
    ),
)


def method(basis: Basis) -> Method:
    """Give the section on method and limits."""
    score = basis.headline_score()
    theme_example = ""
    if score.level is not None:
        theme_example = (
            f"Here: {score.meets} of {counted(score.of, 'outcome')} of "
            f"{basis.headline.title} meet the target, which is {share(score.meets, score.of)}; "
            f"{score.determined} of {counted(score.pairs, 'result')} are determined. "
            f"That gives level {score.level.value}, {score.level.title}."
        )
    return Method(
        rules=tuple(
            RuleText(
                f"{each.title} {each.version}",
                each.rule.name,
                each.rule.text,
                each.rule.source,
                f"{each.rule.note or each.rule.kind.note} {_OPEN}",
                _example(basis, each),
            )
            for each in basis.frameworks.values()
        ),
        theme_rule=THEME_RULE,
        levels=tuple(Line((str(level.value), level.title, text)) for level, text in _LEVELS),
        theme_example=theme_example,
        themes=tuple(
            Line((each.title, each.meaning, *each.goals))
            for each in basis.themes.themes
            if any(theme.goals for theme in basis.themes.themes)
        ),
        attainment=tuple(_attainment(basis)),
        confidence=tuple(_confidence(basis)),
        people=tuple(_people(basis)),
        files=tuple(_files(basis)),
        frameworks=tuple(_frameworks(basis)),
        ledger=tuple(_ledger(basis)),
        attributions=tuple(dict.fromkeys(each.attribution for each in basis.frameworks.values())),
        limits=_limits(basis),
    )


_OPEN = "While statements are unanswered the result is given only if no answer could change it."


def _example(basis: Basis, framework: Framework) -> Example | None:
    """Work one outcome: of the headline theme and fully answered, if there is one like that."""

    def rank(score: OutcomeScore) -> tuple[bool, ...]:
        return (
            basis.theme_of(score) != basis.headline.id,
            not score.complete,
            bool(score.conflicts),
            score.meets_target is not False,
            not score.rank,
        )

    decided = [
        each
        for each in basis.card.outcomes
        if each.suggested is not None and each.asked.framework.ref == framework.ref
    ]
    if not decided:
        return None
    score = min(decided, key=rank)
    _, outcome, scope = score.asked
    partly = (CountsAs.PARTLY,) if framework.rule.kind.has_middle else ()
    rows: list[ExampleRow] = []
    for level in framework.scale:
        column = outcome.at_level(level.id)
        if not column:
            continue
        counts = [
            CountsAs.LEFT_OUT
            if each.kind is IndicatorKind.PERMISSION
            else score.by_statement[each.id].counts_as
            for each in column
        ]
        order = (
            CountsAs.MET, *partly, CountsAs.NOT_MET, CountsAs.LEFT_OUT, CountsAs.UNANSWERED,
        )  # fmt: skip
        figures = (len(counts), *(counts.count(each) for each in order))
        rows.append(ExampleRow(level.heading, tuple(str(each) for each in figures)))
    return Example(
        f"{outcome.id} {outcome.title}, {basis.place(scope.id)}",
        basis.anchor(score.key),
        framework.rule.kind.heads,
        tuple(rows),
        f"{explain(score)} By the rule: {result_of(score).word}.",
    )


def _attainment(basis: Basis) -> list[Line]:
    lines: list[Line] = []
    for ref, framework in basis.frameworks.items():
        for theme in basis.themes.themes:
            score = basis.card.theme(ref, theme.id)
            if not score.pairs:
                continue
            target = basis.target(ref)
            lines.append(
                Line(
                    (
                        f"{framework.short_title}, {theme.title}"
                        if len(basis.frameworks) > 1
                        else theme.title,
                        tenths(score.attainment),
                        tenths(score.attainment_of_target) if target else "no target",
                        f"{score.determined} of {score.pairs}",
                    )
                )
            )
    return lines


def _confidence(basis: Basis) -> list[Line]:
    sure = basis.card.confidence
    return [
        Line(("Answered", f"{sure.answered:,} of {sure.statements:,}",
              "Statements with an answer that counts, of all that were asked in every place. "
              "Don't know and answers that lack a reason are not among them.")),
        Line(("Claims", f"{sure.claims:,} of {sure.outcomes:,}",
              "Results above the lowest level, of all that apply: what somebody should be able "
              "to prove.")),
        Line(("Evidenced", f"{sure.evidenced:,} of {sure.claims:,}",
              "Claims with at least one document: kept as evidence, or named by somebody.")),
        Line(("Seen", f"{sure.seen:,} of {sure.claims:,}",
              "Claims with evidence that is kept, or that somebody named here has looked at.")),
        Line(("In date", f"{sure.in_date:,} of {sure.claims:,}",
              f"Claims with evidence that says it is valid on {said_date(basis.on)} or later.")),
        Line(("Reviewed", f"{sure.reviewed:,} of {sure.outcomes:,}",
              "Results for which an independent reviewer recorded their own.")),
        Line(("Don't know", f"{sure.dont_know:,}", "Statements somebody answered so.")),
        Line(("Does not apply", f"{sure.does_not_apply:,}", "Statements left out, with reasons.")),
        Line(("Lack a reason", f"{sure.lacks_reason:,}",
              "Answers that count as not answered until a reason is given.")),
        Line(("Conflicts open", f"{sure.conflicts:,}",
              "Statements on which people differ and nobody has settled it.")),
    ]  # fmt: skip


def _people(basis: Basis) -> list[Line]:
    counts: dict[str, int] = {}
    times: dict[str, list[str]] = {}
    for given in basis.state.answers.values():
        for each in given:
            counts[each.person] = counts.get(each.person, 0) + 1
            times.setdefault(each.person, []).append(each.origin.time)
    asked = [person.id for person in basis.settings.everybody if person.answers]
    lines: list[Line] = []
    for person_id in dict.fromkeys((*asked, *counts)):
        person = basis.settings.person(person_id)
        number = counts.get(person_id, 0)
        first = last = ""
        if number:
            first, last = said_date(min(times[person_id])), said_date(max(times[person_id]))
        when = first if first == last else f"{first} to {last}"
        role = said_role(person.role) if person else "not in the settings"
        lines.append(Line((basis.person(person_id), role, f"{number:,}", when or "no answer yet")))
    return lines


def _files(basis: Basis) -> list[Line]:
    received = {(each.name, each.sha256): each for each in basis.state.received}
    lines: list[Line] = []
    for key, file in basis.files.items():
        came = received.get(key)
        who = date = "not recorded"
        result = "read"
        if came:
            who, date = basis.person(came.person, came.origin), said_date(came.origin.time)
            result = f"{came.stored:,} stored"
            if came.problems:
                result += f", {counted(came.problems, 'cell')} to mend"
            if not came.accepted:
                result = "refused"
        lines.append(Line((file.label, file.name, file.sha256[:SHORT_HASH], who, date, result)))
    return lines


def _frameworks(basis: Basis) -> list[tuple[Line, ...]]:
    blocks: list[tuple[Line, ...]] = []
    for pinned in basis.settings.frameworks:
        framework = basis.frameworks[pinned.ref]
        profile, target = basis.profiles.get(pinned.ref), basis.target(pinned.ref)
        lines = [
            Line(("Framework", f"{framework.title}, version {framework.version}")),
            Line(("Identifier", f"{framework.ref}, revision {pinned.revision} of our wording")),
            Line(("Content hash (SHA-256)", pinned.sha256)),
            Line(("Publisher", f"{framework.publisher}, {framework.source}, read "
                  f"{said_date(framework.accessed)}")),
        ]  # fmt: skip
        lines += _versions_before(basis, pinned.ref)
        if profile and target:
            lines.append(
                Line(
                    (
                        "Target profile",
                        f"{target.title}, published by {target.publisher}, {target.source}, "
                        f"read {said_date(target.accessed)}",
                    )
                )
            )
        else:
            reason = pinned.no_profile_reason or "no reason was given"
            lines.append(Line(("Target profile", f"None was chosen: {reason}")))
        lines.append(Line(("Wording", framework.licence)))
        blocks.append(tuple(lines))
    return blocks


def _versions_before(basis: Basis, ref: FrameworkRef) -> Iterator[Line]:
    """Name the version of a set that was used earlier in the year, and what counts of it."""
    for record in basis.state.register(SetVersion.kind):
        before, after = record.key
        if after != ref or before not in basis.state.former:
            continue
        counting = sum(
            each.event.framework == before
            for key, given in basis.state.answers.items()
            if key.framework == ref
            for each in given
        )
        reason = record.fields.get("reason")
        text = (
            f"{before}, revision {record.fields['revision']}, until "
            f"{said_date(record.origin.time)}. {counted(counting, 'answer')} given to it "
            f"{'counts' if counting == 1 else 'count'}, to statements that are the same, or but "
            f"for a trifle{f'. Changed because: {reason}' if reason else ''}"
        )
        yield Line(("Version before", text))


def _ledger(basis: Basis) -> list[Line]:
    state = basis.state
    heads = state.heads or ("none yet",)
    lines = [
        Line(("Entries", f"{state.events:,}")),
        Line(("Head" if len(heads) == 1 else "Heads", ", ".join(heads))),
        Line(("Assessment", state.assessment or "not numbered")),
        Line(("Themes", f"{basis.themes.title}. {basis.themes.publisher}. {basis.themes.source}")),
        Line(("Made with", f"cyberassess {basis.tool}")),
    ]
    if state.branched:
        lines.append(Line(("Changed on two machines", joined(list(state.branched)))))
    return lines


def _limits(basis: Basis) -> tuple[str, ...]:
    limits = [
        said_checks(basis),
        "Names are asserted, not authenticated: the record says who people said they were.",
        "Statements are worded by us in plain English; the publisher's own wording decides in "
        "case of doubt.",
        f"Theme maturity ({THEME_RULE}) is our own rule, for management. It is not audit "
        "evidence, and the publisher of the framework publishes none.",
        "An answer that is missing is never counted as met.",
    ]
    for each in basis.frameworks.values():
        said = (each.rule.limit or each.rule.kind.limit, each.notice)
        limits += [f"{each.short_title}: {text}" for text in said if text]
    shared = [each.title for each in basis.settings.all_scopes if each not in basis.scopes]
    if shared:
        verb = "was" if len(shared) == 1 else "were"
        limits.append(f"{joined(shared)} {verb} not scored: only a source of answers for others.")
    if basis.state.is_branched:
        limits.append(
            "The assessment was changed on two machines and the two have not been joined yet; "
            "both are read here."
        )
    return tuple(limits)
