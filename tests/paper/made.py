"""A small assessment in a made-up framework, as a report."""

import datetime
from functools import cached_property
from typing import Any

from cyberassess.domain.record.approval import Version
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.recorded import State
from cyberassess.domain.result.scoring import score
from cyberassess.domain.result.years import Year
from cyberassess.domain.sets.framework import Framework, Profile
from cyberassess.domain.sets.theming import ThemeSet
from cyberassess.paper.basis import Basis
from cyberassess.paper.document import Document
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.look import OUR_LOOK, Look
from cyberassess.paper.sections.outcomes import OutcomeView, outcome_view
from tests.domain.builder import (
    Data,
    answer_event,
    answer_events,
    make_framework,
    make_settings,
    make_themes,
    segment,
    text_event,
)

TODAY = datetime.date(2026, 11, 22)

OUTLINE = """\
A Leading
  A1 Governance
    A1.a organisation board N.1 H.1 H.2
B Protecting
  B2 Identity
    B2.a system service N.1 M.1 H.1
    B2.b system service N.1 N.2 M.1 H.1=B2.a.H.1
    B2.c system service H.1 H.2 H.3
"""
WORKBOOK: Data = {
    "source": {
        "kind": "workbook",
        "file": "ab" * 32,
        "name": "Northport 2026 cyber questions - Housing - R1.xlsx",
        "sheet": "B2 Housing",
        "cell": "D11",
        "serial": 1,
    }
}


ANSWERS = {
    "organisation/A1.a.N.1": "never",
    "organisation/A1.a.H.1": "true",
    "organisation/A1.a.H.2": "other-means (The audit committee does it.)",
    "housing/B2.a.N.1": "happens",
    "housing/B2.a.M.1": "true",
    "housing/B2.a.H.1": "true",
    "housing/B2.b.N.1": "never",
    "housing/B2.b.N.2": ["never", "happens"],
    "housing/B2.b.M.1": "true",
    "housing/B2.b.H.1": "not-true",
    "housing/B2.c.H.1": "out (The supplier does it.)",
    "housing/B2.c.H.2": "out (The supplier does it.)",
    "housing/B2.c.H.3": "out (The supplier does it.)",
    "revenues/B2.a.N.1": "never",
    "revenues/B2.a.M.1": "true",
    "revenues/B2.a.H.1": "other-means",
    "revenues/B2.b.N.1": "dont-know",
    "revenues/B2.b.H.1": "true",
}


def small_state(*more: Data) -> State:
    """Give a history with every kind of thing in it."""
    events = answer_events(ANSWERS, **WORKBOOK)
    events += [
        answer_event(
            "B2.a.H.1",
            "not-true",
            scope="revenues",
            old="other-means",
            source={"kind": "prompt"},
            time="2026-11-20T10:00:00Z",
        ),
        text_event("rationale", "A1.a", "The board meets monthly.", source={"kind": "prompt"}),
        text_event(
            "evidence", "A1.a", "Minutes of the board", valid_until="2027-06-30", **WORKBOOK
        ),
        text_event(
            "evidence",
            "B2.b",
            "Access list",
            scope="housing",
            valid_until="2026-10-31",
            **WORKBOOK,
        ),
        {
            "type": "claim",
            "framework": "made@1",
            "scope": "organisation",
            "outcome": "A1.a",
            "tool": "webcaf",
            "level": "high",
            "confirmed": "confirmed",
        },
        {
            "type": "received",
            "person": "p2",
            "name": {"digest": "x", "salt": "s", "text": str(WORKBOOK["source"]["name"])},
            "sha256": "ab" * 32,
            "serial": 1,
            "accepted": True,
            "stored": 12,
            "problems": 1,
        },
    ]
    return fold([segment(1, *events, *more, seed="seed", time="2026-11-14T09:00:00Z")])


class Views:
    """A full report, and what it says of single outcomes."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis

    @cached_property
    def document(self) -> Document:
        return full_report(self.basis)

    def outcomes(self, ref: str = "") -> list[OutcomeView]:
        """Give an outcome in all its places, or all of them."""
        found = (e for e in self.basis.card.outcomes if ref in ("", e.key.outcome))
        return [outcome_view(self.basis, each) for each in found]


def build(state: State, **changes: Any) -> Views:
    """Give what a report says of an assessment in the made-up framework."""
    return Views(make_basis(state, **changes))


def make_basis(
    state: State,
    *,
    framework: Framework | None = None,
    profile: Profile | None = None,
    themes: ThemeSet | None = None,
    scopes: tuple[str, ...] = ("housing system", "revenues system"),
    listed: list[Data] | None = None,
    version: Version | None = None,
    years: tuple[Year, ...] = (),
    look: Look = OUR_LOOK,
    people: tuple[Data, ...] = ({"id": "p2", "name": "Priya Shah", "role": "service"},),
    **changes: object,
) -> Basis:
    """Give what every document of an assessment in the made-up framework is made from."""
    framework = framework or make_framework(OUTLINE)
    themes = themes or make_themes(
        {each: "people" if each == "A1.a" else "pipes" for each in framework.outcomes}
    )
    changes |= {"scopes": listed} if listed is not None else {}
    settings = make_settings(*scopes, officer={"role": "it-security"}, people=people, **changes)
    ref = framework.ref
    targets = {ref: profile.targets[ref]} if profile else {}
    frameworks = {ref: framework}
    card = score(frameworks, settings, state, targets=targets, themes=themes, on=TODAY)
    return Basis(
        settings,
        frameworks,
        {ref: profile},
        themes,
        state,
        card,
        TODAY,
        "0.1.0",
        version or Version(1, " ".join(state.heads), None),
        years,
        look,
    )


GOAL = {"A1.a": "high", "B2.a": "middle", "B2.b": "middle", "B2.c": "high"}
