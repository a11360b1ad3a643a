"""The register: certificates held, with those that ended, and the publisher's key actions."""

from collections.abc import Iterator

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.result.findings import ActionRow, key_actions
from cyberassess.domain.sets.certificates import Certificate
from cyberassess.paper.basis import Basis, capital
from cyberassess.paper.blocks import Block, Heading, Part, Row, Section, Table, Text, columns


def register(basis: Basis) -> Iterator[Section]:
    """Give the certificates, those that ended first, and the key actions; nothing without any."""
    certificates = tuple(_certificates(basis))
    actions = tuple(_actions(basis))
    if certificates or actions:
        title = "Certificates and key actions"
        heading = Heading(title, anchor="register", running=title)
        held = Heading("Certificates held", 3), Text(_note(basis), "meta")
        yield Section((heading, *held, *certificates, *actions), "next", "part on")


def _note(basis: Basis) -> str:
    held = basis.settings.certificates
    if not held:
        return "No certificate is recorded."
    note = f"As recorded in the settings and not checked, on {said_date(basis.on)}."
    expired = sum(each.is_expired(basis.on) for each in held)
    if expired:
        note += f" {expired} of {len(held)} {'has' if expired == 1 else 'have'} expired."
    return note


def _certificates(basis: Basis) -> Iterator[Table]:
    held = sorted(basis.settings.certificates, key=lambda each: not each.is_expired(basis.on))
    if held:
        heads = columns(
            ("Certificate", 23), ("Holder", 20), ("Standard", 17), ("Issued", 13),
            ("Valid until", 15), ("Reference", 12),
        )  # fmt: skip
        yield Table(heads, tuple(_certificate(basis, each) for each in held), "found")


def _certificate(basis: Basis, each: Certificate) -> Row:
    titles = {
        standard.id: standard.title
        for framework in basis.frameworks.values()
        for standard in framework.standards
    }
    scope = basis.settings.scope(each.scope) if each.scope else None
    until = said_date(each.valid_until) if each.valid_until else "no end date recorded"
    return (
        each.title,
        each.holder or (scope.title if scope else basis.settings.organisation),
        titles.get(each.standard, ""),
        said_date(each.issued) if each.issued else "",
        Part(f"Expired on {until}", "tag") if each.is_expired(basis.on) else until,
        each.reference,
    )


def _actions(basis: Basis) -> Iterator[Block]:
    for framework in basis.frameworks.values():
        rows = key_actions(basis.card, framework, basis.settings)
        if rows:
            yield Heading(f"Key actions, {framework.short_title}", 3)
            yield Text(
                "What the publisher asks every body to do. The state is as the organisation "
                "recorded it; controls are counted from the answers.",
                "meta",
            )
            heads = columns(
                ("Ref", 9), ("Key action", 37), ("State recorded", 19), ("Note", 20),
                ("Its controls", 15),
            )  # fmt: skip
            yield Table(heads, tuple(map(_action, rows)), "found")


def _action(row: ActionRow) -> Row:
    recorded = row.recorded
    state = capital(recorded.state.value) if recorded else "Nothing recorded"
    if recorded and recorded.date:
        state += f", {said_date(recorded.date)}"
    tally = row.tally
    return (
        row.action.id,
        row.action.title,
        state,
        recorded.note if recorded else "",
        f"{tally.met} of {tally.of} met" if tally else "",
    )
