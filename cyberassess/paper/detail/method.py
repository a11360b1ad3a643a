"""Method and limits: the rules in words with an example from this assessment, and all sources."""

from collections.abc import Collection, Iterator

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.registers import SetVersion
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.result.theme_maturity import THEME_RULE, ThemeLevel
from cyberassess.domain.sets.framework import CountsAs, Framework, FrameworkRef, IndicatorKind
from cyberassess.domain.sets.theming import ThemeSet
from cyberassess.errors import counted
from cyberassess.paper.basis import SHORT_HASH, Basis, joined, said_role, share, tenths
from cyberassess.paper.blocks import (
    Block,
    Bullets,
    Column,
    Heading,
    Part,
    Row,
    Section,
    Table,
    Text,
    columns,
    paragraph,
)
from cyberassess.paper.sections.checking import said_checks
from cyberassess.paper.sections.explaining import explain
from cyberassess.paper.sections.outcomes import result_of

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
_SAYS = Column("What it says", 76, is_told=False)


def method(basis: Basis, shown: Collection[str]) -> tuple[Section, ...]:
    """Give the section on method and limits.

    Args:
        shown: anchors of results that have a section in this edition.
    """
    return (
        Section(tuple(_rules(basis, shown)), "new-page", "part"),
        Section(tuple(_confidence_and_people(basis)), "", "part on"),
        Section(tuple(_sources(basis)), "", "part on"),
    )


def _rules(basis: Basis, shown: Collection[str]) -> Iterator[Block]:
    yield Heading("Method and limits", anchor="method", running="Method and limits")
    yield Bullets(limits(basis))
    yield Heading("How a result is found", 3)
    for each in basis.frameworks.values():
        rule = each.rule
        yield Text(f"{each.title} {each.version}. {rule.text}")
        source = f"Source: {rule.source.rstrip('.')}."
        yield Text(f"{source} We call this rule {rule.name}.", "small")
        yield Text(f"{rule.note or rule.kind.note} {_OPEN}")
        yield from _example(basis, each, shown)
    yield Heading(f"How the level of a theme is found: rule {THEME_RULE}", 3, anchor="theme-rule")
    yield Text(
        "An outcome meets its target when its result is at or above the target in every place it "
        "applies to. Without a result it does not meet. Outcomes without a target, and those that "
        "apply nowhere, are not counted. The level is the highest whose condition holds; level 0 "
        "is tested first."
    )
    heads = columns(("Level", 30), ("When", 70))
    rows = tuple((f"{level.value}, {level.title}", text) for level, text in _LEVELS)
    yield Table(heads, rows, "short")
    yield from paragraph(_theme_example(basis))
    if any(theme.goals for theme in basis.themes.themes):
        yield Heading("The themes and their goals, as far as they are known", 3)
        heads = columns(("Theme", 16), ("What it is about", 34), ("Goals", 50))
        themes = basis.themes.themes
        yield Table(heads, tuple((e.title, e.meaning, tuple(map(Text, e.goals))) for e in themes))
    yield Heading("Annex figure: attainment", 3)
    yield Text(
        "How high results stand, with 100 for everything at its highest: the mean of rank over "
        "highest rank, over all results that are determined. The same mean for the target stands "
        "beside it; an outcome without a target counts as nothing there. It sets no level."
    )
    heads = columns(
        ("Theme", 34), ("Attainment", 20), ("Attainment of target", 24), ("Results determined", 22)
    )
    yield Table(heads, tuple(_attainment(basis)), "short")


def _theme_example(basis: Basis) -> str:
    score = basis.headline_score()
    if score.level is None:
        return ""
    return (
        f"Here: {score.meets} of {counted(score.of, 'outcome')} of "
        f"{basis.headline.title} meet the target, which is {share(score.meets, score.of)}; "
        f"{score.determined} of {counted(score.pairs, 'result')} are determined. "
        f"That gives level {score.level.value}, {score.level.title}."
    )


def _confidence_and_people(basis: Basis) -> Iterator[Block]:
    yield Heading("How sure we are: what the figures mean", 3)
    heads = columns(("Figure", 18), ("Now", 18), ("Meaning", 64))
    yield Table(heads, _confidence(basis))
    yield Heading("Who answered, and when", 3)
    heads = columns(("Name, as asserted", 28), ("Role", 22), ("Answers", 14), ("When", 36))
    yield Table(heads, tuple(_people(basis)))
    yield Text(_GIVEN, "small")


def _sources(basis: Basis) -> Iterator[Block]:
    yield Heading("What was used", 3)
    for name, rows in _frameworks(basis):
        yield Table((Column(name, 24), _SAYS), tuple(rows))
    for each in dict.fromkeys(each.attribution for each in basis.frameworks.values()):
        yield Text(each, "small")
    yield Heading("Files received", 3)
    heads = columns(
        ("File", 6), ("Name", 34), ("SHA-256 begins", 15, "hash"), ("From", 15),
        ("Received", 15), ("Result", 15),
    )  # fmt: skip
    files = tuple(_files(basis))
    yield Table(heads, files) if files else Text("No file was received.")
    yield from paragraph(_STORED if files else "", "small")
    yield Heading("The ledger", 3)
    yield Table((Column("Ledger", 24), _SAYS), tuple(_ledger(basis)))


_GIVEN = (
    "Answers are counted as they were given. Their number can differ from that of statements "
    "answered: an answer given for a shared service may count in several places, two people may "
    "have answered the same statement, and don't know and answers that lack a reason are counted "
    "here too."
)
_STORED = (
    "Stored are answers and the texts beside them, as each file brought them: also what was "
    "changed since."
)
_OPEN = "While statements are unanswered the result is given only if no answer could change it."


def _example(basis: Basis, framework: Framework, shown: Collection[str]) -> Iterator[Block]:
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
        return
    score = min(decided, key=rank)
    name = f"{score.asked.outcome.name}, {basis.place(score.key.scope)}"
    yield Heading(f"An example from this assessment: {name}", 4)
    kinds = framework.rule.kind.heads
    wide = 14 if len(kinds) == 5 else 0  # noqa: PLR2004
    heads = columns(("Statements", 30), *((each, wide) for each in kinds))
    yield Table(heads, tuple(_answers(score)), "short")
    text = f"{explain(score)} By the rule: {result_of(score).word}."
    link = basis.anchor(score.key)
    more = (" ", Part("All its answers", link=link), " stand in its section.")
    yield Text((text, *more) if link in shown else text)


def _answers(score: OutcomeScore) -> Iterator[Row]:
    """Count the statements of each level, and what they count as."""
    framework = score.asked.framework
    partly = (CountsAs.PARTLY,) if framework.rule.kind.has_middle else ()
    order = CountsAs.MET, *partly, CountsAs.NOT_MET, CountsAs.LEFT_OUT, CountsAs.UNANSWERED
    for level in framework.scale:
        counts = [
            CountsAs.LEFT_OUT
            if each.kind is IndicatorKind.PERMISSION
            else score.by_statement[each.id].counts_as
            for each in score.asked.outcome.at_level(level.id)
        ]
        if counts:
            yield level.heading, *map(str, (len(counts), *map(counts.count, order)))


def _attainment(basis: Basis) -> Iterator[Row]:
    for ref, framework in basis.frameworks.items():
        for theme in basis.themes.themes:
            score = basis.card.theme(ref, theme.id)
            if not score.pairs:
                continue
            target = basis.target(ref)
            several = len(basis.frameworks) > 1
            yield (
                f"{framework.short_title}, {theme.title}" if several else theme.title,
                tenths(score.attainment),
                tenths(score.attainment_of_target) if target else "no target",
                f"{score.determined} of {score.pairs}",
            )


def _confidence(basis: Basis) -> tuple[Row, ...]:
    sure = basis.card.confidence
    return (
        ("Answered", f"{sure.answered:,} of {sure.statements:,}",
              "Statements with an answer that counts, of all that were asked in every place. "
              "Don't know and answers that lack a reason are not among them."),
        ("Claims", f"{sure.claims:,} of {sure.outcomes:,}",
              "Results above the lowest level, of all that apply: what somebody should be able "
              "to prove."),
        ("Evidenced", f"{sure.evidenced:,} of {sure.claims:,}",
              "Claims with at least one document: kept as evidence, or named by somebody."),
        ("Seen", f"{sure.seen:,} of {sure.claims:,}",
              "Claims with evidence that is kept, or that somebody named here has looked at."),
        ("In date", f"{sure.in_date:,} of {sure.claims:,}",
              f"Claims with evidence that says it is valid on {said_date(basis.on)} or later."),
        ("Reviewed", f"{sure.reviewed:,} of {sure.outcomes:,}",
              "Results for which an independent reviewer recorded their own."),
        ("Don't know", f"{sure.dont_know:,}", "Statements somebody answered so."),
        ("Does not apply", f"{sure.does_not_apply:,}", "Statements left out, with reasons."),
        ("Lack a reason", f"{sure.lacks_reason:,}",
              "Answers that count as not answered until a reason is given."),
        ("Conflicts open", f"{sure.conflicts:,}",
              "Statements on which people differ and nobody has settled it."),
    )  # fmt: skip


def _people(basis: Basis) -> Iterator[Row]:
    counts: dict[str, int] = {}
    times: dict[str, list[str]] = {}
    for given in basis.state.answers.values():
        for each in given:
            counts[each.person] = counts.get(each.person, 0) + 1
            times.setdefault(each.person, []).append(each.origin.time)
    asked = [person.id for person in basis.settings.everybody if person.answers]
    for person_id in dict.fromkeys((*asked, *counts)):
        person = basis.settings.person(person_id)
        number = counts.get(person_id, 0)
        first = last = ""
        if number:
            first, last = said_date(min(times[person_id])), said_date(max(times[person_id]))
        when = first if first == last else f"{first} to {last}"
        role = said_role(person.role) if person else "not in the settings"
        yield basis.person(person_id), role, f"{number:,}", when or "no answer yet"


def _files(basis: Basis) -> Iterator[Row]:
    received = {(each.name, each.sha256): each for each in basis.state.received}
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
        yield file.label, file.name, file.sha256[:SHORT_HASH], who, date, result


def _frameworks(basis: Basis) -> Iterator[tuple[str, list[Row]]]:
    for pinned in basis.settings.frameworks:
        framework = basis.frameworks[pinned.ref]
        profile, target = basis.profiles.get(pinned.ref), basis.target(pinned.ref)
        target_said = f"None was chosen: {pinned.no_profile_reason or 'no reason was given'}"
        if profile and target:
            target_said = (
                f"{target.title}, published by {target.publisher}, {target.source}, "
                f"read {said_date(target.accessed)}"
            )
        read = f"read {said_date(framework.accessed)}"
        rows: list[Row] = [
            ("Framework", f"{framework.title}, version {framework.version}"),
            ("Identifier", f"{framework.ref}, revision {pinned.revision} of our wording"),
            ("Content hash (SHA-256)", pinned.sha256),
            ("Publisher", f"{framework.publisher}, {framework.source}, {read}"),
            *_versions_before(basis, pinned.ref),
            ("Target profile", target_said),
            ("Wording", framework.licence),
        ]
        yield "Control set", rows


def _versions_before(basis: Basis, ref: FrameworkRef) -> Iterator[Row]:
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
        yield (
            "Version before",
            f"{before}, revision {record.fields['revision']}, until "
            f"{said_date(record.origin.time)}. {counted(counting, 'answer')} given to it "
            f"{'counts' if counting == 1 else 'count'}, to statements that are the same, or but "
            f"for a trifle{f'. Changed because: {reason}' if reason else ''}",
        )


def _ledger(basis: Basis) -> list[Row]:
    state = basis.state
    heads = state.heads or ("none yet",)
    rows: list[Row] = [
        ("Entries", f"{state.events:,}"),
        ("Head" if len(heads) == 1 else "Heads", ", ".join(heads)),
        ("Assessment", state.assessment or "not numbered"),
        ("Themes", _themes(basis.themes)),
        ("Made with", f"cyberassess {basis.tool}"),
    ]
    if state.branched:
        rows.append(("Changed on two machines", joined(list(state.branched))))
    return rows


def _themes(themes: ThemeSet) -> str:
    title, publisher = themes.title.rstrip("."), themes.publisher.rstrip(".")
    return f"{title}, by {publisher}. Source: {themes.source}"


def limits(basis: Basis) -> tuple[str, ...]:
    """Give what to keep in mind of everything that is said."""
    found = [
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
        found += [f"{each.short_title}: {text}" for text in said if text]
    shared = [each.title for each in basis.settings.all_scopes if each not in basis.scopes]
    if shared:
        verb = "was" if len(shared) == 1 else "were"
        found.append(f"{joined(shared)} {verb} not scored: only a source of answers for others.")
    if basis.state.is_branched:
        found.append(
            "The assessment was changed on two machines and the two have not been joined yet; "
            "both are read here."
        )
    return tuple(found)
