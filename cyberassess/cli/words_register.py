"""What commands print of certificates held and of key actions."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cyberassess.cli.words import table, wrap

if TYPE_CHECKING:
    from cyberassess.app.opening import Assessment
    from cyberassess.domain.register import ActionRow


def certificate_lines(assessment: "Assessment") -> Iterator[str]:
    """Name every certificate with its end, expired ones first; nothing where none is recorded."""
    from cyberassess.app.registering import judged_on

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
    from cyberassess.domain.register import key_actions

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
