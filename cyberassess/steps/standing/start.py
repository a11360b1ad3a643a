"""The pages one starts from: where the assessment stands, and one page for each outcome.

They are made from the ledger and can be made again at any time; nothing reads them. After every
command that writes they are refreshed as well as possible, and never make a command fail.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from cyberassess.disk.files import by_name, write_whole
from cyberassess.domain.assessment import ALL_SCOPES, OutcomeKey, PersonId
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.questions import make_ref
from cyberassess.domain.record.evidence import Item
from cyberassess.domain.record.reviewing import reviews
from cyberassess.domain.result.better import overtaken_in
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.errors import CyberassessError, Problem, Severity, mention
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.conflicts import Conflict
from cyberassess.opening.files_for_people import saving
from cyberassess.opening.writing import now
from cyberassess.paper.documents.start_pages import (
    ConflictRow,
    Link,
    NextStep,
    OutcomePage,
    OutcomeRow,
    PersonRow,
    PlaceRows,
    StartPage,
    StatementRow,
    StepRow,
    page_html,
)
from cyberassess.paper.sections.explaining import explain
from cyberassess.steps.begin.calendar import CALENDAR, write_calendar
from cyberassess.steps.standing.results import would_change
from cyberassess.steps.standing.standing import PersonStatus, Status, state_of, status_of
from cyberassess.steps.standing.tracing import Step, Trace, traces
from cyberassess.version import __version__

NAME = "start.html"
_KNOWN = "made.json"
"""Beside the pages of outcomes: what each was made of, so that only those that change are made."""
_MOST_FILES = 20
"""So many of a kind of file are named; the folder has all."""


def write_start(assessment: Assessment) -> Path:
    """Write ``start.html``, the pages of the outcomes that changed, and the year's calendar.

    Raises:
        AssessmentError: where they cannot be written.
    """
    found = status_of(assessment)
    pages = Pages(found)
    workspace = assessment.workspace
    path = workspace.folder / NAME
    with saving(path, "page"):
        workspace.start.mkdir(exist_ok=True)
        known = _known(workspace.start)
        made = {}
        for name, digest, page in pages.outcomes():
            made[name] = digest
            if known.get(name) != digest or not (workspace.start / name).is_file():
                write_whole(workspace.start / name, page_html(page).encode())
        if made != known:
            write_whole(workspace.start / _KNOWN, json.dumps(made).encode())
        write_whole(path, page_html(pages.start()).encode())
    with saving(workspace.folder / CALENDAR):
        write_calendar(workspace.folder, assessment.contents.settings, now())
    return path


def refresh(look: Callable[[], Assessment]) -> None:
    """Write the pages again after a command; where that cannot be done, say it.

    Args:
        look: gives the assessment as the command left it.
    """
    try:
        write_start(look())
    except OSError as cause:
        found = f"The pages were not written again: {cause.strerror}."
        mention(Problem.note("start-not-written", NAME, found, "cyberassess start does it."))
    except CyberassessError as cause:
        for each in cause.problems:
            mention(replace(each, hint="What the command did is stored.", severity=Severity.NOTE))


def write_open_start(assessment: Assessment, output: Path) -> Path:
    """Write a page for others, which names no person, system, document or outcome.

    Raises:
        AssessmentError: where it cannot be written.
    """
    with saving(output, "page"):
        write_whole(output, page_html(Pages(status_of(assessment)).for_others()).encode())
    return output


def _known(folder: Path) -> Mapping[str, str]:
    """Give what the pages that are there were made of; nothing where that cannot be read."""
    try:
        found = json.loads((folder / _KNOWN).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Pages:
    """What the pages show, from one look at the assessment."""

    def __init__(self, found: Status) -> None:
        """Begin with what the assessment's status is."""
        self.found = found
        self.assessment = assessment = found.assessment
        self.settings = assessment.contents.settings
        self.card = assessment.card
        self.reviews = reviews(assessment.state)
        self.numbers = {ref: n for n, ref in enumerate(assessment.frameworks, start=1)}
        self.title = f"{self.settings.organisation}, {self.settings.period}"

    # The page one starts from

    def start(self) -> StartPage:
        """Give the page one starts from."""
        found, state = self.found, self.assessment.state
        return StartPage(
            title=self.title,
            marking=self.settings.marking.filled,
            on=said_date(self.assessment.on),
            due=said_date(self.settings.due) if self.settings.due else "",
            lead=self._lead(),
            sets=tuple(self._sets()),
            next_steps=tuple(NextStep(*each) for each in found.steps),
            people=tuple(map(self._person, found.people)),
            conflicts=tuple(map(self._conflict, found.conflicts)),
            places=tuple(self._places()),
            files=tuple(self._files()),
            notes=(*self.assessment.superseded, *map(str, self.assessment.notes)),
            foot=f"Made from the ledger, whose last entry is {' '.join(state.heads)[:12]}.",
        )

    def for_others(self) -> StartPage:
        """Give the same without names."""
        return StartPage(
            title=self.title,
            marking=self.settings.marking.blank,
            on=said_date(self.assessment.on),
            due="",
            lead=self._lead(),
            sets=tuple(self._sets()),
        )

    def _lead(self) -> tuple[str, ...]:
        known = self.card.confidence
        aimed = [e for e in self.card.outcomes if e.meets_target is not None]
        met = sum(bool(each.meets_target) for each in aimed)
        confirmed = sum(
            e.confirmed is not None and not e.not_applicable for e in self.card.outcomes
        )
        lines = [
            f"{known.answered:,} of {known.statements:,} statements are answered; people differ "
            f"on {known.conflicts:,}. {confirmed:,} of {known.outcomes:,} results are confirmed."
        ]
        if aimed and known.answered:
            lines.append(f"{met:,} of {len(aimed):,} results meet their target.")
        return tuple(lines)

    def _sets(self) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
        themes = self.assessment.contents.themes
        for ref, framework in self.assessment.frameworks.items():
            rows = tuple(
                (
                    themes.theme(each.theme).title,
                    f"{each.meets} of {each.of}" if each.of else "no outcome has a target",
                    each.level_in_words,
                )
                for each in self.card.themes
                if each.framework == ref and each.scope == ALL_SCOPES
            )
            if rows:
                yield framework.short_title, rows

    def _person(self, each: PersonStatus) -> PersonRow:
        workspace, state = self.assessment.workspace, self.assessment.state
        sent = [e.name for e in state.sent if e.person == each.id][-1:]
        files = [Link("as sent", _url(self.assessment, workspace.sent / name)) for name in sent]
        for returned in state.returned(PersonId(each.id))[-1:]:
            kept = self._kept.get(returned.sha256)
            if kept is not None:
                files.append(Link("as it came back", _url(self.assessment, kept)))
        return PersonRow(
            each.name,
            each.answered,
            each.questions,
            state_of(each, said_date),
            said_date(each.due) if each.due else "",
            each.days_late > 0,
            tuple(each for each in files if each.path),
        )

    @cached_property
    def _kept(self) -> Mapping[str, Path]:
        """Give the returns that were kept, keyed by the hash that begins their name."""
        names = {e.sha256 for e in self.assessment.state.received}
        found: dict[str, Path] = {}
        for path in _listed(self.assessment.workspace.received):
            start = path.name.partition(" ")[0]
            found |= {each: path for each in names if start and each.startswith(start)}
        return found

    def _conflict(self, each: Conflict) -> ConflictRow:
        key = each.statement
        outcome = self.assessment.frameworks[key.framework].indicators[key.indicator][0]
        page = self.page_of(OutcomeKey(key.framework, key.scope, outcome.id))
        return ConflictRow(
            make_ref(key.indicator, key.scope, self.numbers[key.framework]),
            each.text,
            self.assessment.place_of(key.scope),
            tuple(f"{name}: {answer}" for name, answer, _ in each.answers),
            f"start/{quote(page)}",
        )

    def _places(self) -> Iterator[PlaceRows]:
        several = len(self.assessment.frameworks) > 1
        by_place: dict[tuple[str, str], list[OutcomeScore]] = {}
        for each in self.card.outcomes:
            by_place.setdefault((each.key.framework, each.key.scope), []).append(each)
        for number, scores in enumerate(by_place.values(), start=1):
            framework = scores[0].asked.framework
            title = self.assessment.place_of(scores[0].key.scope)
            yield PlaceRows(
                f"place{number}",
                f"{title}: {framework.short_title}" if several else title,
                tuple(map(self._row, scores)),
            )

    def _row(self, score: OutcomeScore) -> OutcomeRow:
        return OutcomeRow(
            f"{score.asked.outcome.id} {score.asked.outcome.title}",
            f"start/{quote(self.page_of(score.key))}",
            _determination(score),
            _target(score),
            score.meets_target is False,
            "; ".join(self._to_know(score)),
        )

    def _to_know(self, score: OutcomeScore) -> Iterator[str]:
        if score.has_lapsed:
            yield "confirmed, lapsed since"
        elif score.confirmed is not None:
            yield "confirmed"
        if score.conflicts:
            yield "people differ"
        if overtaken_in(score):
            yield "to look at again"
        for each in self.reviews.get(score.key, ()):
            differs = each.level is not None and each.level != score.determination
            yield "the assurer found otherwise" if differs else "reviewed"

    def _files(self) -> Iterator[tuple[str, tuple[Link, ...]]]:
        workspace = self.assessment.workspace
        for kind, folder in (
            ("Reports and packs", workspace.reports),
            ("Questionnaires sent", workspace.sent),
            ("Came back", workspace.received),
            ("Review workbooks", workspace.reviews),
        ):
            files = sorted(_listed(folder), key=lambda each: (-each.stat().st_mtime, each.name))
            links = [Link(each.name, _url(self.assessment, each)) for each in files[:_MOST_FILES]]
            if len(files) > _MOST_FILES:
                rest = f"and {len(files) - _MOST_FILES} more in the folder"
                links.append(Link(rest, _url(self.assessment, folder)))
            if links:
                yield kind, tuple(links)

    # A page for each outcome

    def outcomes(self) -> Iterator[tuple[str, str, OutcomePage]]:
        """Give each outcome's page with its name, and what it is made of as a hash."""
        for found in traces(self.assessment, self.card.outcomes):
            page = self.outcome(found)
            digest = hashlib.sha256(f"{__version__} {page!r}".encode("utf-8", "replace"))
            yield self.page_of(found.score.key), digest.hexdigest(), page

    def page_of(self, key: OutcomeKey) -> str:
        """Give the name of an outcome's page."""
        number = self.numbers[key.framework]
        start = f"{number}-" if number > 1 else ""
        return f"{start}{re.sub(r'[^A-Za-z0-9.-]', '-', key.outcome)}-{key.scope}.html"

    def outcome(self, found: Trace) -> OutcomePage:
        """Give an outcome's page."""
        score = found.score
        framework, outcome = score.asked.framework, score.asked.outcome
        ref = make_ref(outcome.id, score.key.scope, self.numbers[framework.ref])
        return OutcomePage(
            name=f"{outcome.id} {outcome.title}",
            place=self.assessment.place_of(score.key.scope),
            set=f"{framework.title}, {self.title}",
            marking=self.settings.marking.filled,
            back=f"../{NAME}",
            result=f"{_determination(score)}.",
            target=f"Target: {_target(score)}." if score.target else "",
            is_below=score.meets_target is False,
            follows=explain(score),
            views=tuple(self._views(found)),
            words=tuple(map(_step_row, found.texts)),
            evidence=tuple(self._evidence(found)),
            changes=tuple(_changes(score)),
            groups=tuple(self._groups(found)),
            decisions=tuple(map(_step_row, found.decisions)),
            command=f"cyberassess explain {ref} --trace",
        )

    def _views(self, found: Trace) -> Iterator[str]:
        score, framework = found.score, found.score.asked.framework
        for each in self.reviews.get(score.key, ()):
            level = framework.title_of(each.level) if each.level else each.determination
            who = self.assessment.name_of(each.person, each.origin)
            said = f": {each.comment}" if each.comment else ""
            yield f"Reviewed by {who}: {level or 'no determination'}{said}"
        before = self.assessment.previous
        earlier = before.card.by_key.get(score.key) if before is not None else None
        if before is not None and earlier is not None:
            yield f"{before.contents.settings.period}: {_determination(earlier)}."

    def _evidence(self, found: Trace) -> Iterator[Link]:
        support = found.support
        for item in (*support.items, *support.set_aside):
            yield self._item(item)
        for named in support.named:
            yield Link(f"{named.text} (named, not in the register)", "")

    def _item(self, item: Item) -> Link:
        words = [f"{item.reference} {item.facts.title}"]
        if item.facts.shows:
            words.append(item.facts.shows)
        words += [each.value for each in item.marks(self.assessment.on, self.assessment.opened)]
        path = self.assessment.workspace.folder / item.stored if item.stored else None
        return Link("; ".join(words), f"../{_url(self.assessment, path)}" if path else "")

    def _groups(self, found: Trace) -> Iterator[tuple[str, tuple[StatementRow, ...]]]:
        score, framework = found.score, found.score.asked.framework
        traced = {each.id: each for each in found.statements}
        for level in framework.levels:
            rows = tuple(
                StatementRow(
                    one.id,
                    one.text,
                    one.counts,
                    one.says,
                    one.decides,
                    indicator.id in score.conflicts,
                    self._settle(score, indicator.id) if indicator.id in score.conflicts else "",
                    tuple(map(_step_row, reversed(one.steps))),
                )
                for indicator in score.asked.outcome.at_level(level.id)
                for one in (traced[indicator.id],)
            )
            if rows:
                yield level.heading, rows

    def _settle(self, score: OutcomeScore, statement: str) -> str:
        ref = make_ref(statement, score.key.scope, self.numbers[score.key.framework])
        return f"cyberassess resolve {ref} --answer … --reason …"


def _determination(score: OutcomeScore) -> str:
    if score.not_applicable:
        return "Not applicable"
    title = score.asked.framework.title_of
    if score.determination is not None:
        return title(score.determination)
    if score.worst and score.best:
        return f"Not decided yet: {title(score.worst)} to {title(score.best)}"
    return "Not decided yet"


def _target(score: OutcomeScore) -> str:
    if score.target is None:
        return "no target"
    title = score.asked.framework.title_of(score.target)
    return (
        title
        if score.meets_target is None
        else f"{title}, {'met' if score.meets_target else 'not met'}"
    )


def _changes(score: OutcomeScore) -> Iterator[str]:
    for step in would_change(score):
        names = ", ".join([*step["warnings"], *step["missing"]])
        level = score.asked.framework.title_of(step["level"])
        yield f"For {level}: {names or 'nothing'} would have to change."


def _step_row(step: Step) -> StepRow:
    by = f" (recorded by {step.recorded_by})" if step.recorded_by else ""
    return StepRow(
        f"{step.who}{by}",
        step.what,
        step.reason,
        said_date(step.origin.time[:10]),
        str(step.source),
    )


def _listed(folder: Path) -> Sequence[Path]:
    """Give the files of a folder that are shown; none where it cannot be listed."""
    try:
        return by_name(e for e in folder.iterdir() if e.is_file() and not e.name.startswith("."))
    except OSError:
        return ()


def _url(assessment: Assessment, path: Path) -> str:
    """Give where a file lies, from the page one starts from; empty where it is not there."""
    if not path.exists():
        return ""
    # NOTE: by its bytes, since a name from another system may be no text
    return quote(os.fsencode(path.relative_to(assessment.workspace.folder).as_posix()))
