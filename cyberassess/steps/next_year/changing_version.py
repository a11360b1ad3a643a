"""Taking up another version of a control set in the middle of a year.

Nothing is typed again and nothing is lost. One entry of the ledger says which statements and
outcomes are alike: what was answered, confirmed and reviewed there this year goes on counting,
under whoever gave it. What asks for something else is asked again, with the answer to the version
before beside it. The set of before stays in the workspace, so that what came back for it can be
read and checked; going back is the same command.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from cyberassess.books.brought import WORKBOOKS
from cyberassess.books.guard import Reader
from cyberassess.books.review_book import ASSESSMENT, HEAD, PERSON, read_review_book
from cyberassess.disk import strict_yaml
from cyberassess.disk.files import plain_files, read_plain, write_whole
from cyberassess.disk.framework_yaml import Shelf, Shelved, open_shelf
from cyberassess.disk.segments import LedgerFolder, single_head
from cyberassess.disk.workspace import (
    Contents,
    flat_settings,
    framework_file,
    profile_file,
    themes_file,
    with_key,
)
from cyberassess.domain.assessment import (
    ALL_SCOPES,
    NO_PROFILE,
    Pinned,
    Settings,
    check_settings,
)
from cyberassess.domain.people.inheriting import inheritable
from cyberassess.domain.people.sharing import SHARING
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.approval import approvals_of
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.plan import ACTION, Action, actions_of
from cyberassess.domain.record.recorded import Source, State
from cyberassess.domain.result.another_version import set_version
from cyberassess.domain.result.scoring import Scorecard
from cyberassess.domain.sets.across import Across, Successor
from cyberassess.domain.sets.checks import check_target, check_themes
from cyberassess.domain.sets.framework import (
    Framework,
    FrameworkRef,
    IndicatorId,
    OutcomeId,
    Profile,
)
from cyberassess.domain.sets.theming import ThemeSet
from cyberassess.errors import AssessmentError, Json, Problem, WorkbookError, joined
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.files_for_people import saving
from cyberassess.opening.writing import (
    UNTOUCHED,
    Rehearsal,
    change_settings,
    plain,
    settings_event,
)
from cyberassess.opening.years import changes_of, leading
from cyberassess.steps.begin.next_settings import Left, Next, in_words_of_now

COMMAND = "framework update"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which version, and what is said of it."""

    ref: str
    """``id@version``."""
    profile: str = ""
    """Its target where the one of before does not stay: an id, or ``none``."""
    no_profile_reason: str = ""
    reason: str = ""
    """Why in the middle of a year; needed where somebody approved it already."""
    sets: Path | None = None
    """Control sets of one's own; looked in before those that ship."""


@dataclass(frozen=True)
class VersionChange:
    """What another version of a set changes."""

    way: Across
    pinned: Pinned
    settings: Settings
    files: Mapping[str, bytes]
    """What goes into the workspace beside what is there, by its path."""
    said: registers.SetVersion
    left: tuple[Left, ...]
    """What of the settings does not come over, and why."""
    then: Assessment = field(repr=False)
    now: Assessment = field(repr=False)
    """As it will stand."""

    @property
    def before(self) -> FrameworkRef:
        """The version of before."""
        return self.way.before.ref

    @property
    def after(self) -> FrameworkRef:
        """The version that takes its place."""
        return self.way.after.ref

    @cached_property
    def asked_again(self) -> tuple[Successor, ...]:
        """Each statement that follows one of before and asks for something else."""
        again = {name for names in self.said.again.values() for name in names}
        return tuple(
            each
            for each in self.way.successors
            if each.after in again and each.after in self.asked and each.before in self.said.again
        )

    @cached_property
    def asked(self) -> frozenset[IndicatorId]:
        """Every statement of the later version that is asked."""
        return frozenset(each.id for outcome in self.way.after.assessed for each in outcome.asked)

    @cached_property
    def staying(self) -> tuple[str, ...]:
        """Statements of the later version that are alike."""
        return tuple(n for names in self.said.statements.values() for n in names)

    @cached_property
    def new(self) -> tuple[IndicatorId, ...]:
        """Statements nothing of before leads to."""
        return tuple(
            each
            for each in self.way.after.indicators
            if each in self.asked and each not in self.way.by_after
        )

    @cached_property
    def gone(self) -> tuple[IndicatorId, ...]:
        """Statements of before that nothing follows."""
        return tuple(e for e in self.way.before.indicators if e not in self.way.by_before)

    @cached_property
    def kinds(self) -> Mapping[str, tuple[int, int]]:
        """How much of each kind of record stands, and how much there was; nothing of neither."""
        before, after = _count(self.then.state, self.before), _count(self.now.state, self.after)
        return {kind: (min(after[kind], count), count) for kind, count in before.items() if count}

    def meets(self, card: Scorecard, ref: FrameworkRef) -> tuple[int, int]:
        """Give how many outcomes meet their target, and of how many."""
        themes = [e for e in card.themes if e.framework == ref and e.scope == ALL_SCOPES]
        return sum(each.meets for each in themes), sum(each.of for each in themes)


def _count(state: State, ref: FrameworkRef) -> dict[str, int]:
    """Count what stands under a version of a set, by kind, in words."""

    def entries(kind: str, place: int = 0) -> int:
        return sum(key[place] == ref for key in state.records.get(kind, {}))

    texts = (state.rationales, state.evidence)
    links = state.records.get(registers.EvidenceLink.kind, {})
    return {
        "answers": sum(len(e) for key, e in state.answers.items() if key.framework == ref),
        "explanations": sum(
            len(e) for each in texts for key, e in each.items() if key.framework == ref
        ),
        "answers taken over": entries(registers.Inheritance.kind),
        "topics that are the same": entries(registers.Sharing.kind),
        "decisions between people": sum(k.framework == ref for k in state.resolutions),
        "confirmed results": entries(registers.Determination.kind),
        "columns accepted": entries(registers.Acceptance.kind),
        "reviewed results": entries(registers.Review.kind),
        "items of evidence": len({key[0] for key in links if key[1] == ref}),
        "actions": sum(each.about.framework == ref for each in actions_of(state)),
    }


def _refused(code: str, where: str, message: str, hint: str) -> AssessmentError:
    return AssessmentError.because(code, where, message, f"{hint} {UNTOUCHED}")


def change_of_version(assessment: Assessment, wanted: Wanted) -> VersionChange:
    """Say what another version changes; nothing is written.

    Raises:
        AssessmentError: where it cannot be taken up.
        FrameworkError: where there is no such set.
    """
    single_head(assessment.reading.segments)
    pinned = _of_now(assessment, wanted.ref)
    before = assessment.frameworks[pinned.ref]
    sets = open_shelf(wanted.sets).folder if wanted.sets else None
    shelf = Shelf(sets, over_shipped=True)
    shelved = _shelved(assessment, wanted.ref, shelf)
    way = leading({pinned.ref: before}, shelved.framework, sets)
    if way is None or way.is_same:
        raise _refused(
            "no-upgrade",
            wanted.ref,
            f"Nothing says how {pinned.ref} leads to {wanted.ref}, so no answer could go on "
            "counting.",
            "Begin another assessment by it with cyberassess new.",
        )
    _check_approved(assessment, wanted, pinned.ref)
    _check_reviews(assessment, pinned.ref)
    framework = shelved.framework
    target, profile, files = _target(assessment, pinned, framework, wanted, shelf)
    entry = Pinned(
        id=framework.id,
        version=framework.version,
        revision=framework.revision,
        sha256=shelved.sha256,
        **target,
    )
    files[_place(assessment, framework_file(framework.ref), shelved)] = shelved.data
    themes, revision = _themes(assessment, framework, shelf, files)
    settings, left = _settings(assessment, way, entry, revision)
    left = (*left, *_wording(assessment, pinned.ref, framework.ref))
    said = set_version(way, pinned, wanted.reason)
    now = _rehearsed(assessment, settings, _Sets(way, profile, themes), said)
    return VersionChange(way, entry, settings, files, said, left, assessment, now)


def _of_now(assessment: Assessment, ref: str) -> Pinned:
    """Give the pinned set in whose place a version is to stand."""
    name, _, version = ref.partition("@")
    here = assessment.contents.settings.frameworks
    found = [each for each in here if each.id == name]
    said = joined([each.ref for each in here])
    if not found or not version:
        raise _refused(
            "set-not-used",
            ref,
            f'"{ref}" is no version of a set that is used here.',
            f"This assessment uses {said}. Name the version as SET@VERSION.",
        )
    if any(each.ref == ref for each in found):
        raise _refused(
            "used-already",
            ref,
            f"{ref} is used here already.",
            "Its corrections are taken up with cyberassess framework update.",
        )
    return found[0]


def _shelved(assessment: Assessment, ref: str, shelf: Shelf) -> Shelved:
    """Give a set: as it was used here before where somebody goes back, else as it ships now."""
    for record in changes_of(assessment):
        if record.key[0] == ref:
            name = assessment.workspace.framework_name(ref, str(record.fields["revision"]))
            data = read_plain(assessment.workspace.folder / name)
            framework, problems, _ = strict_yaml.read_file(
                assessment.workspace.folder / name, name, Framework
            )
            if framework is None:
                raise AssessmentError(*problems)
            return Shelved(framework, data)
    return shelf.framework(ref)


def _place(assessment: Assessment, name: str, shelved: Shelved) -> str:
    """Give where a set goes: what lies there already is never another one afterwards."""
    path = assessment.workspace.folder / name
    if not path.is_file() or read_plain(path) == shelved.data:
        return name
    return framework_file(shelved.framework.ref, shelved.framework.revision)


def _check_approved(assessment: Assessment, wanted: Wanted, before: FrameworkRef) -> None:
    approvals = approvals_of(assessment.state)
    if approvals and not wanted.reason:
        last = approvals[-1]
        raise _refused(
            "approved-already",
            wanted.ref,
            f"Version {last.version} was approved by {last.name} on {last.time[:10]}, assessed by "
            f"{before}.",
            f"To change that all the same, say why: --reason TEXT stands in the record. Or begin "
            f"the next year by it: cyberassess rollover FOLDER --from … --framework {wanted.ref}.",
        )


def _check_reviews(assessment: Assessment, before: FrameworkRef) -> None:
    """See that no assurer has a workbook of the version of before."""
    workspace = assessment.workspace
    for path, person in _out_for_review(assessment):
        who = assessment.name_of(person)
        raise _refused(
            "review-open",
            f"{workspace.reviews.name}/{path.name}",
            f"{who} reviews this assessment by {before}, and the workbook is not back.",
            "Take it in first (cyberassess review receive FILE), or take it out of that "
            "folder if nobody is going to fill it in.",
        )


def _out_for_review(assessment: Assessment) -> Iterator[tuple[Path, str]]:
    """Give the assurers' workbooks that nothing came back for since, whatever they are called."""
    state = assessment.state
    known = state.register(registers.ReviewFile.kind)
    kept = {Path(str(each.fields.get("kept_as", ""))).name for each in known}
    with Reader() as reader:
        for path in plain_files(assessment.workspace.reviews):
            if path.suffix.lower() not in WORKBOOKS or path.name in kept:
                continue
            try:
                about = read_review_book(reader.read(path), path.name).about
            except WorkbookError:
                continue
            head, person = about.get(HEAD, ""), about.get(PERSON, "")
            written = state.seen.get(head, 0).bit_length() - 1
            since = (each for each in known if each.origin.segment != head)
            is_back = any(
                each.person == person and state.seen[each.origin.segment] >> written & 1
                for each in since
            )
            if about.get(ASSESSMENT) == state.assessment and written >= 0 and not is_back:
                yield path, person


def _target(
    assessment: Assessment, pinned: Pinned, framework: Framework, wanted: Wanted, shelf: Shelf
) -> tuple[Json, Profile | None, dict[str, bytes]]:
    """Give the target, what the settings say of it, and its file: the one of before if it fits."""
    named, files = wanted.profile or pinned.profile, dict[str, bytes]()
    if named == NO_PROFILE:
        reason = wanted.no_profile_reason or pinned.no_profile_reason
        more = {"no_profile_reason": reason} if reason else {}
        return {"profile": NO_PROFILE} | more, None, files
    here = assessment.profiles[pinned.ref] if named == pinned.profile else None
    if here is not None and framework.ref in here.targets:
        revision = pinned.profile_revision
        chosen = here
    elif named in shelf.profiles() and framework.ref in shelf.profile(named)[0].targets:
        chosen, data = shelf.profile(named)
        revision = 0
        path = assessment.workspace.folder / profile_file(named)
        if path.is_file() and read_plain(path) != data:
            revision = chosen.revision
        files[profile_file(named, revision)] = data
    else:
        fitting = [e for e in shelf.profiles() if framework.ref in shelf.profile(e)[0].targets]
        raise _refused(
            "no-profile",
            "--profile",
            f'The target "{named}" says nothing of {framework.ref}.',
            f"Name one with --profile: {', '.join([*fitting, NO_PROFILE])}.",
        )
    faults = check_target(framework, chosen)
    if faults:
        raise AssessmentError(*faults)
    more = {"profile_revision": str(revision)} if revision else {}
    return {"profile": named} | more, chosen, files


def _themes(
    assessment: Assessment, framework: Framework, shelf: Shelf, files: dict[str, bytes]
) -> tuple[ThemeSet, int]:
    """Give the themes and their revision: those of here where they say where all belongs."""
    contents = assessment.contents
    name, revision = contents.settings.themes, contents.settings.themes_revision
    faults = list(check_themes(framework, contents.themes))
    if not faults:
        return contents.themes, revision
    if name in shelf.theme_sets():
        themes, data = shelf.themes(name)
        if themes.revision > contents.themes.revision and not check_themes(framework, themes):
            files[themes_file(name, themes.revision)] = data
            return themes, themes.revision
    hint = f"Say in your themes where each outcome of {framework.ref} belongs first. {UNTOUCHED}"
    raise AssessmentError(*(Problem(e.code, e.where, e.message, hint) for e in faults))


def _settings(
    assessment: Assessment, way: Across, entry: Pinned, themes_revision: int
) -> tuple[Settings, tuple[Left, ...]]:
    """Give the settings by the version of now, and what of them does not come over."""
    old, before = assessment.contents.settings, way.before.ref
    sets = tuple(entry if each.ref == before else each for each in old.frameworks)
    kept = tuple(e for e in old.key_actions if e.framework != before)
    found = Next(assessment, old.model_copy(update={"frameworks": sets, "key_actions": kept}))
    found.frameworks = {
        ref: each for ref, each in assessment.frameworks.items() if ref != before
    } | {way.after.ref: way.after}
    found.ways = {before: way}
    in_words_of_now(found)
    if len(kept) < len(old.key_actions):
        why = "What is done of a publisher's list is said anew of another version."
        found.left.append(Left("Key actions", why))
    update = {"themes_revision": themes_revision}
    return found.settings.model_copy(update=update), tuple(found.left)


def _wording(assessment: Assessment, before: FrameworkRef, after: FrameworkRef) -> Iterator[Left]:
    """Say that official wording that was loaded is of the version before."""
    folder = assessment.workspace.folder / "frameworks" / "wording"
    stems = {each.stem for each in plain_files(folder)}
    if before in stems and after not in stems:
        why = "It is of that version: load the new one with framework wording."
        yield Left(f"Official wording of {before}", why)


@dataclass(frozen=True, slots=True)
class _Sets:
    """What is used with the version of now."""

    way: Across
    profile: Profile | None
    themes: ThemeSet


def _rehearsed(
    assessment: Assessment, settings: Settings, sets: _Sets, said: registers.SetVersion
) -> Assessment:
    """Give the assessment as it will stand: the same entries, kept in memory."""
    contents, before, after = assessment.contents, sets.way.before.ref, sets.way.after
    frameworks = {
        (after.ref if ref == before else ref): (after if ref == before else each)
        for ref, each in contents.frameworks.items()
    }
    profiles = {
        (after.ref if ref == before else ref): (sets.profile if ref == before else each)
        for ref, each in contents.profiles.items()
    }
    faults = check_settings(settings, frameworks)
    if faults:
        hint = f"Bring assessment.yaml into line with {after.ref} first. {UNTOUCHED}"
        raise AssessmentError(*(Problem(e.code, e.where, e.message, hint) for e in faults))
    text = assessment.workspace.settings_text()
    for key, value in _values(contents.settings, settings).items():
        text = with_key(text, key, value)
    flat = flat_settings(strict_yaml.read_text(text.encode(), "assessment.yaml").value)
    flat |= {key: each for key, each in contents.flat.items() if key.startswith("file:")}
    now = Contents(settings, frameworks, profiles, sets.themes, flat, "", contents.default_themes)
    session = Rehearsal(
        replace(assessment, contents=now),
        settings.officer,
        COMMAND,
        LedgerFolder(assessment.workspace.ledger),
    )
    changed = settings_event(assessment.state.settings, flat)
    first = [changed] if changed else []
    session.write([*first, *_events(assessment, sets.way, said)])
    made = session.assessment
    made.beside.sets[before] = sets.way.before
    return made


def _values(before: Settings, after: Settings) -> Json:
    """Give the keys of ``assessment.yaml`` that change, as plain values."""
    values: Json = {
        "frameworks": [
            each.model_dump(mode="json", exclude_defaults=True) for each in after.frameworks
        ]
    }
    if after.themes_revision != before.themes_revision:
        values["themes_revision"] = str(after.themes_revision)
    if after.officer != before.officer:
        values["officer"] = plain(after.officer)
    for key in ("people", "scopes"):
        if getattr(after, key) != getattr(before, key):
            values[key] = [plain(each) for each in getattr(after, key)]
    if after.key_actions != before.key_actions:
        values["key_actions"] = [
            each.model_dump(mode="json", exclude_defaults=True) for each in after.key_actions
        ]
    return values


def _events(assessment: Assessment, way: Across, said: registers.SetVersion) -> Iterator[Event]:
    """Give the change of the version, and each action by the outcome it is about now."""
    yield from _taken_over(assessment, way, said)
    yield happened.put((way.before.ref, way.after.ref), said)
    for action in actions_of(assessment.state):
        event = _action(assessment.state, action, way)
        if event is not None:
            yield event


def _taken_over(
    assessment: Assessment, way: Across, said: registers.SetVersion
) -> Iterator[Event]:
    """Say of each answer by itself what somebody said of its topic, where the topic changes.

    That the whole topic is the same was said of its statements then, not of those that come.
    """
    settings = assessment.contents.settings
    for each in inheritable(way.before, settings, assessment.state):
        key, topic = each.statement, each.confirmation
        if topic is None or topic.kind != SHARING or not each.confirmed:
            continue
        if topic.key[2] in said.topics or key.indicator not in said.statements:
            continue
        taken = registers.Inheritance(answer=str(each.standing.answer))
        source = Source("command", name=COMMAND, place=f"{topic.key[2]} is the same")
        yield happened.put((*key, each.source.id), taken, person=topic.person, source=source)


def _action(state: State, action: Action, way: Across) -> Event | None:
    if action.about.framework != way.before.ref:
        return None
    key = tuple(action.id.split(" "))
    record = state.record(ACTION, *key)
    outcome = next(iter(_follows(state, action, way)), None)
    if record is None or outcome is None:
        return None
    now = {"framework": str(way.after.ref), "outcome": str(outcome)}
    entry = registers.Action(**{**record.fields, **now})
    source = Source("command", name=COMMAND, place=str(way.before.ref))
    return happened.put(key, entry, person=record.person, source=source)


def _follows(state: State, action: Action, way: Across) -> Iterable[OutcomeId]:
    """Give the outcomes an action may be about: where it was before if somebody goes back."""
    following = way.outcomes.get(action.about.outcome, ())
    key = (ACTION, tuple(action.id.split(" ")))
    for record in reversed(state.record_history.get(key, ())):
        if record.fields.get("framework") == way.after.ref:
            there = OutcomeId(str(record.fields.get("outcome")))
            if there in following:
                return (there, *following)
    return following


def take_up_version(folder: Path, wanted: Wanted, *, by: str | None = None) -> VersionChange:
    """Take another version of a set up, in one entry of the ledger.

    Raises:
        AssessmentError: as ``change_of_version``, or where nothing can be written.
        FrameworkError: where there is no such set.
    """
    found = change_of_version(open_assessment(folder), wanted)

    def change(settings: Settings) -> Json:
        if settings != found.then.contents.settings:
            raise _refused(
                "changed-meanwhile",
                "assessment.yaml",
                "It was changed while this command ran.",
                "Give the command again.",
            )
        for name, data in found.files.items():
            path = folder / name
            with saving(path, hint=UNTOUCHED):
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, data)
        return _values(settings, found.settings)

    change_settings(
        folder,
        COMMAND,
        change,
        by=by,
        events=lambda now: list(_events(now, found.way, found.said)),
    )
    return found


def version_json(found: VersionChange) -> Json:
    """Give ``framework update SET@VERSION --json``."""
    before = dict(zip(("meets", "of"), found.meets(found.then.card, found.before), strict=True))
    after = dict(zip(("meets", "of"), found.meets(found.now.card, found.after), strict=True))
    return {
        "schema": 1,
        "frameworks": [],
        "version": {
            "from": found.before,
            "to": found.after,
            "stay": list(found.staying),
            "asked_again": [
                {"statement": each.after, "from": each.before, "because": each.because}
                for each in found.asked_again
            ],
            "new": list(found.new),
            "gone": list(found.gone),
            "whole_outcomes": [name for names in found.said.whole.values() for name in names],
            "records": {
                kind: {"stand": stand, "of": of} for kind, (stand, of) in found.kinds.items()
            },
            "before": before,
            "after": after,
            "left": [{"what": each.what, "why": each.why} for each in found.left],
        },
    }
