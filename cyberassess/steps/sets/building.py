"""A control set, its targets and its themes from the rows of the publisher's own sheet."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cyberassess.domain.sets.framework import Framework, Level
from cyberassess.domain.sets.roles import OWNER_ROLES, owner_role
from cyberassess.domain.sets.theming import ThemeSet
from cyberassess.errors import FrameworkError, Json, Problem, closest
from cyberassess.sources.pscrf_layout import NO_COLUMN
from cyberassess.sources.pscrf_sheet import Reading, SheetControl
from cyberassess.sources.tables import fold

REF = "pscrf@2.0"
URL = "https://www.gov.scot/publications/scottish-public-sector-cyber-resilience-framework-v2-0"
_KEPT = "Nothing was written."

KEY_ACTIONS: Mapping[str, str] = {
    "1": "Make cyber resilience part of governance and business risk, with a board member or "
    "senior manager named as responsible",
    "2": "Take an active part in the Scottish public sector group for sharing information on "
    "threats, if eligible",
    "3": "Get regular independent assurance of critical technical controls, above all those of "
    "Cyber Essentials",
    "4": "Use the Active Cyber Defence services of the NCSC, if eligible",
    "5": "Give staff at every level training and awareness that fit them",
    "6": "Use the incident notification procedure of the Scottish public sector",
}
"""The key actions of 2023 that could be read, in our words; there may be more.

Source: Scottish Public Sector Cyber Resilience Framework 2.0, page 2 of the publication, ``URL``.
"""


@dataclass(frozen=True, slots=True)
class Source:
    """Which file the set was built from, and when."""

    name: str
    sha256: str
    date: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A category or sub-category with the controls under it."""

    key: tuple[str, ...]
    """Titles in small letters, outermost first."""
    title: str
    controls: tuple[SheetControl, ...]


def _parts(controls: Iterable[SheetControl], depth: int) -> list[_Part]:
    """Give the groups at a depth (1 domains, 2 categories, 3 sub-categories), in order."""
    found: dict[tuple[str, ...], list[SheetControl]] = {}
    for each in controls:
        found.setdefault(tuple(t.casefold() for t in each.groups[:depth]), []).append(each)
    return [_Part(key, c[0].groups[depth - 1], tuple(c)) for key, c in found.items()]


_NUMBERED = re.compile(r"([0-9]+(?:\.[0-9]+)*)[.):]?(?:\s+[-\u2013\u2014:])?\s+(\S.*)")


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.casefold())) or "group"


class Builder:
    """Turns the rows into a control set, its targets and its themes."""

    def __init__(self, reading: Reading, older: Framework, stages: Sequence[Level]) -> None:
        """Name every group of the rows.

        Raises:
            FrameworkError: where ids are repeated, unusable or in the wrong place.
        """
        self.reading, self.older, self.stages = reading, older, stages
        self.notes: list[Problem] = []
        self.problems: list[Problem] = []
        controls = reading.controls
        self.domains = _parts(controls, 1)
        self.categories = _parts(controls, 2)
        self.outcomes = _parts(controls, 3)
        self.titles: dict[tuple[str, ...], str] = {}
        self.ids: dict[tuple[str, ...], str] = {}
        self._name(
            self.outcomes, 3, {p.key: _parent({c.id for c in p.controls}) for p in self.outcomes}
        )
        below = {
            p.key: _parent({self.ids[o.key] for o in self.outcomes if o.key[:2] == p.key})
            for p in self.categories
        }
        self._name(self.categories, 2, below)
        taken = {self.ids[each.key] for each in self.categories}
        for part in self.domains:
            match = _NUMBERED.fullmatch(part.title)
            self.titles[part.key] = match[2] if match else part.title
            self.ids[part.key] = _free(_slug(self.titles[part.key]), taken)
        self._check_fit()
        if self.problems:
            raise FrameworkError(*self.problems)

    def _note(self, code: str, message: str, hint: str = "") -> None:
        where = f'sheet "{self.reading.sheet}"'
        self.notes.append(Problem.note(code, where, message, hint))

    def _name(
        self, parts: Sequence[_Part], depth: int, parents: Mapping[tuple[str, ...], str]
    ) -> None:
        """Give each group an id: its number column, the number in its title, or as below."""
        kind = ("category", "sub-category")[depth - 2]
        columns = {p.key: {c.numbers[depth - 2] for c in p.controls} for p in parts}
        matches = {p.key: _NUMBERED.fullmatch(p.title) for p in parts}
        is_numbered = all(matches.values())
        for part in parts:
            match = matches[part.key]
            self.titles[part.key] = match[2] if match and is_numbered else part.title
        if all("" not in found for found in columns.values()):
            self.ids |= {key: min(found) for key, found in columns.items()}
            for part in parts:
                if len(columns[part.key]) > 1:
                    both = " and ".join(sorted(columns[part.key]))
                    self._say(
                        part, "two-numbers", f'The {kind} "{part.title}" is numbered {both}.'
                    )
        elif is_numbered:
            self.ids |= {key: match[1] for key, match in matches.items() if match}
        elif all(parents.values()) and len(set(parents.values())) == len(parts):
            self.ids |= parents
            self._note("derived-ids", f"Ids of each {kind} were taken from the ids below it.")
        else:
            taken: set[str] = set()
            self.ids |= {p.key: _free(_slug(p.title), taken) for p in parts}
            self._note(
                "made-ids",
                f"The sheet gives no {kind} a number: ids were made from titles.",
                f"Where a column has them: --map HEADING={kind}-number.",
            )
        self._refuse_shared(parts, kind)

    def _say(self, part: _Part, code: str, message: str) -> None:
        self.problems.append(
            Problem(
                code,
                part.controls[0].place,
                message,
                f"Correct it in a copy of the sheet and import the copy. {_KEPT}",
            )
        )

    def _refuse_shared(self, parts: Sequence[_Part], kind: str) -> None:
        first: dict[str, _Part] = {}
        for part in parts:
            other = first.setdefault(self.ids[part.key], part)
            if other is not part:
                self._say(
                    part,
                    "repeated-id",
                    f'"{part.title}" has the id {self.ids[part.key]}, which the {kind} '
                    f'"{other.title}" has already ({other.controls[0].place}).',
                )
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.ids[part.key]):
                self._say(part, "unusable-id", f'"{self.ids[part.key]}" cannot be an id.')

    def _check_fit(self) -> None:
        """Where ids follow their sub-category's, name those that do not."""
        pairs = [(self.ids[p.key], c, p) for p in self.outcomes for c in p.controls]
        astray = [(i, c, p) for i, c, p in pairs if not c.id.startswith(f"{i}.")]
        if 2 * len(astray) > len(pairs):
            return
        for id_, control, part in astray:
            message = f'"{control.id}" stands under sub-category {id_} "{self.titles[part.key]}".'
            if control.carried:
                self.problems.append(
                    Problem(
                        "wrong-place",
                        control.place,
                        f"{message} That name was carried down from a row above.",
                        "Type the sub-category in its row in a copy of the sheet and import "
                        f"the copy. {_KEPT}",
                    )
                )
            else:
                self.notes.append(Problem.note("odd-id", control.place, message))

    def _areas(self, control: SheetControl) -> tuple[str, ...]:
        """Give the duty areas of a control; its category where it has none."""
        return control.duties or (self.titles[_key(control)],)

    def owners(self, given: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
        """Give the owner role of each duty area.

        Raises:
            FrameworkError: with every area whose owner must be named.
        """
        areas = list(dict.fromkeys(a for each in self.reading.controls for a in self._areas(each)))
        given = {area: owner_role(role) for area, role in given.items()}
        named = {fold(area): role for area, role in given.items()}
        known = {fold(area): area for area in areas}
        problems = [
            Problem(
                "unknown-role",
                f"--owner {area}={role}",
                f'"{role}" is not a role that can own an outcome.',
                f"Use one of: {', '.join(OWNER_ROLES)}. {_KEPT}",
            )
            for area, role in given.items()
            if role not in OWNER_ROLES
        ]
        problems += [
            Problem(
                "unknown-area",
                f"--owner {area}",
                f'"{area}" is no duty area of the sheet.',
                f"{closest(area, areas)} There are: {', '.join(areas)}. {_KEPT}".strip(),
            )
            for area in given
            if fold(area) not in known
        ]
        found = {area: named.get(fold(area)) or obvious_owner(area) for area in areas}
        problems += [
            Problem(
                "owner-needed",
                f'duty area "{area}"',
                "Its words do not say which role owns it.",
                f'Say it: --owner "{area}=ROLE", with one of: {", ".join(OWNER_ROLES)}. {_KEPT}',
            )
            for area, role in found.items()
            if not role
        ]
        if problems:
            raise FrameworkError(*problems)
        without = [each for each in self.reading.controls if not each.duties]
        if without:
            every = any(fold(each) == NO_COLUMN for each in columns)
            self._note(
                "no-duty-area",
                f"{'No control' if every else f'{len(without)} of the controls'} "
                f"{'has' if every else 'have no'} a duty area: the category stands in for it.",
            )
        return found

    def _owner(self, part: _Part, roles: Mapping[str, str]) -> str:
        """Give the role that owns most controls; of equals, the first in the sheet."""
        votes: dict[str, int] = {}
        for each in part.controls:
            for area in self._areas(each):
                votes[roles[area]] = votes.get(roles[area], 0) + 1
        chosen = max(votes, key=lambda role: votes[role])
        if len(votes) > 1:
            others = ", ".join(role for role in votes if role != chosen)
            self.notes.append(
                Problem.note(
                    "mixed-owners",
                    f"sub-category {self.ids[part.key]}",
                    f"Its controls have more than one owner: {chosen} has most or comes first; "
                    f"also {others}.",
                )
            )
        return chosen

    def framework(self, roles: Mapping[str, str], source: Source) -> Json:
        """Give the control set as it is written."""
        older = self.older
        names = {each.answers for each in self.stages}
        sets = [each for each in older.answer_sets if each.id in names]
        return {
            "schema": "1", "id": "pscrf", "version": "2.0", "revision": "1",
            "title": older.title, "short_title": "PSCRF 2.0",
            "publisher": older.publisher, "published": "not stated in the sheet",
            "source": URL, "accessed": source.date,
            "wording": "official",
            "licence": "The wording is the publisher's, Crown copyright. This file was built from "
            "the official sheet for use inside the organisation; it is no part of cyberassess. "
            "Check the publisher's terms before passing it on.",
            "attribution": "Scottish Public Sector Cyber Resilience Framework 2.0, Scottish "
            "Government, Crown copyright.",
            "about": f"Built here from {source.name} (SHA-256 {source.sha256}). Ids, stages and "
            "wording are those of the sheet; owner roles, themes and rule are ours.",
            "outcome_kind": older.outcome_kind, "indicator_kind": older.indicator_kind,
            "scope_kinds": [_dump(each) for each in older.scope_kinds],
            "key_actions": [
                {"id": key, "title": title, "source": "PSCRF 2.0, key actions of 2023"}
                for key, title in KEY_ACTIONS.items()
            ],
            "answer_sets": [_dump(each) for each in sets],
            "levels": [_dump(each) for each in older.scale],
            "rule": {
                "id": older.rule.id,
                "version": older.rule.version,
                "source": "The staged rule of PSCRF 1.0, carried over; the sheet states none",
                "text": older.rule.text,
            },
            "counts": {
                "groups": {
                    "domain": str(len(self.domains)), "category": str(len(self.categories)),
                },
                "outcomes": str(len(self.outcomes)),
                "indicators": str(len(self.reading.controls)),
                "by_level": {
                    str(each.id): str(sum(c.stage == each.id for c in self.reading.controls))
                    for each in self.stages
                },
            },
            "groups": [self._domain(each, roles) for each in self.domains],
        }  # fmt: skip

    def _domain(self, domain: _Part, roles: Mapping[str, str]) -> Json:
        return {
            "id": self.ids[domain.key],
            "kind": "domain",
            "title": self.titles[domain.key],
            "groups": [
                {
                    "id": self.ids[category.key],
                    "kind": "category",
                    "title": self.titles[category.key],
                    "outcomes": [
                        self._outcome(each, roles)
                        for each in self.outcomes
                        if each.key[:2] == category.key
                    ],
                }
                for category in self.categories
                if category.key[:1] == domain.key
            ],
        }

    def _outcome(self, part: _Part, roles: Mapping[str, str]) -> Json:
        title, id_ = self.titles[part.key], self.ids[part.key]
        return {
            "id": id_,
            "title": title,
            "scope_kind": self.older.scope_kinds[0].id,
            "owner_role": self._owner(part, roles),
            "question": f'Which of the controls under "{title}" do we meet?',
            "help": "The wording of the controls is the publisher's own.",
            "evidence": ["Documents or records that show each control is in place"],
            "source": f"PSCRF 2.0, sub-category {id_}",
            "indicators": [_indicator(each) for each in part.controls],
        }

    def profiles(self, set_: Json, source: Source) -> dict[str, Json]:
        """Give a target for each stage, keyed by its id; it asks where it has a control."""
        del set_
        found: dict[str, Json] = {}
        up_to: set[str] = set()
        for each in self.stages:
            title = f"PSCRF {each.title} stage"
            up_to.add(str(each.id))
            asked = [o for o in self.outcomes if any(c.stage in up_to for c in o.controls)]
            found[f"pscrf-2-{each.id}"] = {
                "schema": "1",
                "id": f"pscrf-2-{each.id}",
                "revision": "1",
                "title": title,
                "owner": "the Scottish Government",
                "targets": {
                    REF: {
                        "title": f"{title}, PSCRF 2.0",
                        "publisher": "Scottish Government",
                        "source": URL,
                        "accessed": source.date,
                        "requirements": {self.ids[o.key]: str(each.id) for o in asked},
                        "no_target": [self.ids[o.key] for o in self.outcomes if o not in asked],
                    }
                },
            }
        return found

    def themes(self, set_: Json, themes: ThemeSet, source: Source) -> Json:
        """Give the theme of each sub-category, inferred from words of its titles."""
        del set_
        return {
            "schema": "1", "id": "pscrf-2-themes", "revision": "1", "title": themes.title,
            "publisher": "cyberassess, inferred from words of the titles",
            "source": themes.source, "accessed": source.date, "headline": themes.headline,
            "themes": [_dump(each) for each in themes.themes],
            "outcomes": {
                REF: {
                    self.ids[each.key]: placement(
                        self.titles[each.key], self.titles[each.key[:2]], themes.headline
                    )
                    for each in self.outcomes
                }
            },
        }  # fmt: skip


def _key(control: SheetControl) -> tuple[str, ...]:
    return tuple(each.casefold() for each in control.groups[:2])


def _parent(ids: set[str]) -> str:
    """Give what all ids share before their last dot; empty where they share none."""
    parents = {each.rpartition(".")[0] for each in ids}
    return parents.pop() if len(parents) == 1 else ""


def _free(wanted: str, taken: set[str]) -> str:
    """Give a name nobody has, and take it."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    taken.add(name)
    return name


def _indicator(control: SheetControl) -> Json:
    said = f"PSCRF 2.0, {control.place}."
    if control.duties:
        said += f" Duty area: {', '.join(control.duties)}."
    if control.references:
        said += f" References: {control.references}."
    return {"id": control.id, "level": control.stage, "text": control.text, "source": said}


def _dump(model: Any) -> Json:  # NOTE: a frozen model of the domain, written back as it is read
    dumped: Json = model.model_dump(mode="json", exclude_defaults=True)
    return {
        key: str(value).lower() if isinstance(value, bool | int) else value
        for key, value in dumped.items()
    }


def set_text(value: Json) -> bytes:
    """Give a value as YAML whose every text is quoted."""
    return ('schema: "1"\n' + "\n".join(_lines({**value, "schema": None}, ""))).encode() + b"\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _lines(value: Any, indent: str) -> Iterable[str]:  # NOTE: Json, lists of it, or texts
    if isinstance(value, dict):
        for key, each in value.items():
            name = key if re.fullmatch(r"[a-z_]+", key) else _quoted(key)
            if isinstance(each, str):
                yield f"{indent}{name}: {_quoted(each)}"
            elif each:
                yield f"{indent}{name}:"
                yield from _lines(each, indent + "  ")
        return
    for each in value:
        if isinstance(each, str):
            yield f"{indent}- {_quoted(each)}"
            continue
        first, *rest = _lines(each, indent + "  ")
        yield f"{indent}- {first.lstrip()}"
        yield from rest


DUTY_WORDS: Mapping[str, tuple[str, ...]] = {
    "board": (
        "board", "leadership", "=governance", "corporate governance", "senior management",
        "executive", "siro", "senior information risk owner",
    ),
    "it-security": (
        "cyber", "cyber security", "cyber resilience", "information security", "it security",
        "ict security", "ciso", "security operations",
    ),
    "it-operations": (
        "it", "ict", "digital", "technology", "infrastructure", "it operations", "network",
        "networks", "digital services", "ict services", "it services", "information technology",
    ),
    "information-governance": (
        "information governance", "data protection", "data protection officer", "dpo", "records",
        "records management", "information management", "data governance",
    ),
    "hr": (
        "hr", "human resources", "people", "personnel", "workforce",
        "organisational development", "staff training",
    ),
    "procurement": (
        "procurement", "commercial", "purchasing", "supply chain", "contract management",
        "supplier management",
    ),
    "facilities": (
        "facilities", "estates", "property", "buildings", "physical security",
        "facilities management",
    ),
    "service": ("=service", "=services", "service owner", "service owners", "business owner"),
    "supplier": ("supplier", "suppliers"),
    "emergency-planning": (
        "business continuity", "emergency planning", "emergency", "emergencies",
        "civil contingencies", "resilience",
    ),
    "audit": ("audit", "internal audit", "assurance"),
}  # fmt: skip
"""Words of a duty area that say whose it is, longer ones first; after ``=``, the whole area."""
_OTHERWISE = frozenset({"non", "not", "no", "other", "except", "outside", "all"})
"""Words that turn the others round."""

THEME_WORDS: Mapping[str, tuple[str, ...]] = {
    "borough": ("supplier", "suppliers", "supply", "procurement", "procurements", "third"),
    "data": (
        "information", "data", "storage", "classification", "records", "media", "privacy",
        "cryptography", "encryption", "lifecycle",
    ),
    "team": (
        "governance", "leadership", "people", "staff", "training", "awareness", "skills",
        "employment", "risk", "policy", "audit", "assurance", "compliance", "culture",
    ),
    "customers": ("customer", "customers", "residents", "citizen", "citizens"),
    "infrastructure": (
        "network", "system", "systems", "hardware", "software", "asset", "assets", "access",
        "operational", "environmental", "physical", "detection", "incident", "incidents",
        "continuity", "recovery", "backup", "malware", "email", "monitoring", "resilience",
        "vulnerability", "configuration", "firewall", "patch", "wireless",
    ),
}  # fmt: skip


def obvious_owner(area: str) -> str:
    """Give the role that a duty area's words name; empty where they name none or several.

    Each part of an area that is joined by "and" or a comma must name the same one.
    """
    if _OTHERWISE & set(fold(area).split()):
        return ""
    parts = re.split(r"\band\b|[&,/+]", area.casefold())
    roles = {_role_of(part) for part in parts if fold(part)}
    return roles.pop() if len(roles) == 1 else ""


def _role_of(part: str) -> str:
    text = f" {fold(part)} "
    found: set[str] = set()
    words = sorted(
        ((word, role) for role, listed in DUTY_WORDS.items() for word in listed),
        key=lambda each: (-len(each[0]), each),
    )
    for word, role in words:
        if word.startswith("=") and text.strip() == word[1:]:
            return role
        if f" {word} " in text:
            found.add(role)
            text = text.replace(f" {word} ", "  ")
    return found.pop() if len(found) == 1 else ""


def placement(title: str, category: str, otherwise: str) -> dict[str, str]:
    """Give the theme a title points to, with the reason, or the headline theme."""
    for text, what, confidence in (
        (title, "sub-category", "medium"),
        (category, "category", "low"),
    ):
        for word in fold(text).split():
            for theme, words in THEME_WORDS.items():
                if word in words:
                    return {
                        "theme": theme,
                        "confidence": confidence,
                        "reason": f'Inferred from the word "{word}" in the title of the {what}.',
                    }
    return {
        "theme": otherwise,
        "confidence": "low",
        "reason": "Inferred: no word of the titles points to a theme, so the headline theme.",
    }
