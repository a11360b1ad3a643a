"""Northport over three years: CAF 3.2, 3.2 and 4.0, made by the library alone.

A head of service leaves, two systems become one, one comes, a supplier answers his own, and the
first year's folder is moved.
"""

from pathlib import Path

import cyberassess
from cyberassess.domain.assessment import all_asked
from cyberassess.steps.plan.planning import Wanted, set_action


def answer(folder: Path, person: str = "", *, but: tuple[str, ...] = ()) -> int:
    """Answer all that is asked at its best, but for the warning signs of some outcomes.

    Args:
        person: only what they are asked, as they answer it; everything by the officer if empty.
    """
    assessment = cyberassess.open_assessment(folder)
    settings, said = assessment.contents.settings, {}
    asked = cyberassess.questions(assessment, person).rows if person else ()
    theirs = {(key.scope, key.indicator) for row in asked for key in row.statements}
    for each in all_asked(assessment.frameworks, settings):
        for statement in each.outcome.asked:
            if person and (each.scope.id, statement.id) not in theirs:
                continue
            codes = [a.code for a in each.framework.answers_for(statement).answers]
            warns = each.framework.level(statement.level).is_warning
            is_true = not warns or each.outcome.id in but
            said[f"{statement.id}/{each.scope.id}"] = (
                codes[0] if is_true else codes[1],
                "So it is.",
            )
    told = cyberassess.answer(folder, said, source="Talks with each service", person=person)
    return told.stored


def three_years(home: Path) -> tuple[Path, Path, Path]:
    """Make them under a folder; give where each lies at the end."""
    first = cyberassess.new(
        home / "northport-2025",
        organisation="Northport Council",
        period="2025",
        frameworks=["ncsc-caf@3.2"],
        profiles=["govassure-baseline"],
        systems=["Housing", "Revenues", "Parking"],
        officer="Sam Reid <sam.reid@northport.example>",
        respondents=[
            "Helen Stobart <helen.stobart@northport.example>@Housing",
            "Pat Orr <pat.orr@supplier.example>:supplier,it-operations@Revenues",
        ],
        due="2025-10-30",
    ).folder
    answer(first, but=("B1.b", "B2.a", "A2.a"))
    answer(first, "Pat Orr")
    for outcome, title, due in (
        ("B1.b/housing", "Review every policy", "2026-03-31"),
        ("B2.a/housing", "Two factors for all", "2026-02-28"),
        ("B2.a/revenues", "Ask the supplier for two factors", "2026-09-30"),
        ("A2.a", "Name who owns each risk", "2026-01-31"),
        ("B2.a/parking", "Two factors for parking", "2026-05-31"),
    ):
        cyberassess.add_action(first, outcome, title, owner="Sam Reid", due=due)
    set_action(first, "ACT-001", Wanted(status="done"))
    cyberassess.approve(first, "Ada Moss", "Director", reason="As agreed.", as_it_stands=True)

    second = cyberassess.rollover(
        home / "northport-2026",
        first,
        due="2026-10-30",
        left=["Helen Stobart=Ravi Anand <ravi.anand@northport.example>"],
        ended=["Parking"],
    ).folder
    set_action(second, "ACT-004", Wanted(status="dropped", reason="The board accepts the risk."))
    answer(second, but=("B2.a", "A1.b"))
    cyberassess.approve(second, "Ada Moss", "Director", reason="As agreed.", as_it_stands=True)

    archive = home / "archive"
    archive.mkdir()
    first = first.rename(archive / first.name)
    settings = second / "assessment.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(
        text.replace('"../northport-2025"', '"../archive/northport-2025"'), "utf-8"
    )

    third = cyberassess.rollover(
        home / "northport-2027",
        second,
        frameworks=["ncsc-caf@4.0"],
        profiles=["govassure-basic"],
        due="2027-10-29",
        merged=["Housing+Revenues=Homes and bills"],
        systems=["Citizen platform"],
    ).folder
    cyberassess.add_action(third, "B2.b/citizen-platform", "Know every device", due="2028-01-31")
    answer(third, but=("B2.b",))
    return first, second, third
