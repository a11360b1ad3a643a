"""What a council of six systems and fifteen people is asked: questions and minutes, by person.

    python bench/asking.py           as the systems use the shared services
    python bench/asking.py B1 B6     with these topics answered once for all systems too

Four of the systems take their accounts and laptops over from shared services.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import cyberassess
from cyberassess.opening.asks import load_of
from cyberassess.opening.assessment import open_assessment

SERVICES = {"identity": ["B2.a", "B2.c", "B2.d"], "laptops": ["B2.b", "B4.b"]}
SYSTEMS = ("housing", "social-care", "revenues", "planning", "payroll", "website")
ALONE = ("payroll", "website")
"""Run by their suppliers on accounts of their own."""


def scopes() -> list[dict[str, Any]]:
    """Give the systems, and the services that some of them share."""
    systems = [
        {
            "id": name,
            "kind": "system",
            "title": name.replace("-", " ").capitalize(),
            "owner": f"h{number}",
            "inherits": [] if name in ALONE else [*SERVICES],
        }
        for number, name in enumerate(SYSTEMS, start=1)
    ]
    shared = [
        {
            "id": name,
            "kind": "shared-service",
            "title": name.capitalize(),
            "owner": "it1",
            "covers": covers,
        }
        for name, covers in SERVICES.items()
    ]
    whole = {"id": "organisation", "kind": "organisation", "title": "Northport Council"}
    return [whole, *systems, *shared]


def people() -> list[dict[str, Any]]:
    """Give everybody but the officer: heads of service, IT, and those who are asked by role."""
    heads = [
        {"id": f"h{number}", "name": f"Head of {name}", "answers": [
            {"scope": name, "owner_roles": ["service"]}]}
        for number, name in enumerate(SYSTEMS, start=1)
    ]  # fmt: skip
    hands = [
        {"id": f"it{number}", "name": f"IT {', '.join(names)}", "answers": [
            {"scope": name, "owner_roles": ["it-operations", "it-security"]} for name in names]}
        for number, names in enumerate(
            (SYSTEMS[:2], SYSTEMS[2:4], SYSTEMS[4:], tuple(SERVICES)), start=2)
    ]  # fmt: skip
    lead = {"id": "it1", "name": "IT lead", "answers": [
        {"scope": "organisation", "owner_roles": ["it-operations"]}]}  # fmt: skip
    roles = ("board", "procurement", "hr")
    others = [
        {"id": f"r{number}", "name": f"For {role}", "answers": [{"owner_roles": [role]}]}
        for number, role in enumerate(roles, start=1)
    ]
    return [*heads, *hands, lead, *others]


def main() -> None:
    """Make the council, and say what everybody is asked."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "council"
        officer = {"id": "p1", "name": "Officer", "role": "it-security", "answers": []}
        cyberassess.new(
            folder,
            organisation="Northport Council",
            period="2026",
            frameworks=["ncsc-caf@3.2"],
            profiles=["govassure-baseline"],
            settings={"scopes": scopes(), "people": people(), "officer": officer},
        )
        if sys.argv[1:]:
            from cyberassess.steps.people.systems import share

            share(folder, sys.argv[1:])
        assessment = open_assessment(folder)
        whole = [0, 0]
        for person in assessment.contents.settings.everybody:
            load = load_of(assessment, person)
            print(f"{person.name:<28}{load.questions:>7,} questions{load.minutes:>6} minutes")
            whole = [whole[0] + load.questions, whole[1] + load.minutes]
        print(f"{'All':<28}{whole[0]:>7,} questions{whole[1]:>6} minutes")


if __name__ == "__main__":
    main()
