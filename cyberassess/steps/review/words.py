"""What the commands about independent review print."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cyberassess.domain.calendar_words import said_date
from cyberassess.errors import counted
from cyberassess.terminal.fitting import came_lines, table, wrap

if TYPE_CHECKING:
    from cyberassess.domain.record.reviewing import Opinion
    from cyberassess.opening.intake import ReceivedFile
    from cyberassess.steps.review.reviewing import ReviewState

Json = dict[str, Any]  # NOTE: printed as it is.


def review_lines(found: "ReviewState") -> Iterator[str]:
    """Say how far assurers agree, and where they differ."""
    for name, opinion, earlier in found.opinions:
        yield from wrap(f"Opinion of {name}{_words(opinion)}")
        for each in earlier:
            yield from wrap(f"Before{_words(each)}", "  ")
    if found.opinions:
        yield ""
    if not any(each.reviewed for each in found.agreements):
        yield "No review has come back yet. Ask for one: cyberassess review send --to 'NAME, ROLE'"
        return
    rows: list[tuple[str, ...]] = [("Part", "outcomes", "reviewed", "agree", "lower", "higher")]
    rows += [
        (
            f"{each.group} {each.title}",
            *(str(n) for n in (each.outcomes, each.reviewed, each.agree, each.lower, each.higher)),
        )
        for each in found.agreements
    ]
    yield from table(rows, indent="")
    yield ""
    yield from wrap(
        f"{counted(found.reviewed, 'outcome')} reviewed; "
        f"{counted(found.lowered, 'claim was', 'claims were')} lowered."
    )
    for score, review in found.differing:
        framework = score.asked.framework
        own = framework.level(score.determination).title if score.determination else "nothing"
        other = framework.title_of(review.level) if review.level else ""
        yield from wrap(
            f"{score.key.outcome}/{score.key.scope}: claimed {own}, found {other}", "  "
        )


def _words(opinion: "Opinion") -> str:
    risk = f" (overall risk: {opinion.risk})" if opinion.risk else ""
    return f"{risk}, {said_date(opinion.origin.time)}: {opinion.words}"


def review_json(found: "ReviewState") -> Json:
    """Give ``review --json``."""
    return {
        "schema": 1,
        "agreement": [each._asdict() for each in found.agreements],
        "reviewed": found.reviewed,
        "lowered": found.lowered,
        "differing": [
            {
                "framework": score.key.framework,
                "scope": score.key.scope,
                "outcome": score.key.outcome,
                "claimed": score.determination,
                "found": review.level,
            }
            for score, review in found.differing
        ],
        "opinions": [
            {
                "person": each.person,
                "name": name,
                "overall_risk": each.risk,
                "opinion": each.text,
                "time": each.origin.time,
                "source": each.source.as_json(),
                "earlier": [
                    {"overall_risk": e.risk, "opinion": e.text, "time": e.origin.time}
                    for e in earlier
                ],
            }
            for name, each, earlier in found.opinions
        ],
    }


def review_received_lines(found: "ReceivedFile", *, dry_run: bool) -> Iterator[str]:
    """Say what was taken in, and where the file and the slip to sign lie."""
    verb = "would store" if dry_run else "stored"
    yield from wrap(
        f"{found.path.name}: {found.person}: {verb} {counted(found.stored, 'review')}"
        f"{' and an opinion of the whole' if found.texts else ''}, "
        f"{found.unchanged} unchanged."
    )
    yield from came_lines(found)
