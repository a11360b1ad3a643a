"""The register: certificates held, with those that ended, and the publisher's key actions."""

from collections.abc import Iterator
from dataclasses import dataclass

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.result.findings import ActionRow, key_actions
from cyberassess.domain.sets.certificates import Certificate
from cyberassess.paper.basis import Basis, capital


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One certificate."""

    title: str
    whose: str
    standard: str
    issued: str
    until: str
    is_expired: bool
    reference: str


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One key action."""

    ref: str
    title: str
    state: str
    note: str
    controls: str
    """How many controls that stand for it are met; empty where the set names none."""


@dataclass(frozen=True, slots=True)
class ActionTable:
    """The key actions of one control set."""

    title: str
    rows: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """The section; empty where nothing is recorded and no control set has key actions."""

    certificates: tuple[CertificateRow, ...]
    note: str
    actions: tuple[ActionTable, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to print."""
        return not (self.certificates or self.actions)


def register(basis: Basis) -> Register:
    """Give the certificates, those that ended first, and the key actions."""
    held = [_certificate(basis, each) for each in basis.settings.certificates]
    expired = sum(each.is_expired for each in held)
    note = "No certificate is recorded."
    if held:
        note = f"As recorded in the settings and not checked, on {said_date(basis.on)}."
        if expired:
            verb = "has" if expired == 1 else "have"
            note += f" {expired} of {len(held)} {verb} expired."
    return Register(
        tuple(sorted(held, key=lambda each: not each.is_expired)), note, tuple(_actions(basis))
    )


def _certificate(basis: Basis, each: Certificate) -> CertificateRow:
    titles = {
        standard.id: standard.title
        for framework in basis.frameworks.values()
        for standard in framework.standards
    }
    scope = basis.settings.scope(each.scope) if each.scope else None
    until = said_date(each.valid_until) if each.valid_until else "no end date recorded"
    is_expired = each.is_expired(basis.on)
    return CertificateRow(
        each.title,
        each.holder or (scope.title if scope else basis.settings.organisation),
        titles.get(each.standard, ""),
        said_date(each.issued) if each.issued else "",
        f"Expired on {until}" if is_expired else until,
        is_expired,
        each.reference,
    )


def _actions(basis: Basis) -> Iterator[ActionTable]:
    for framework in basis.frameworks.values():
        rows = key_actions(basis.card, framework, basis.settings)
        if rows:
            yield ActionTable(framework.short_title, tuple(_action(each) for each in rows))


def _action(row: ActionRow) -> ActionLine:
    recorded = row.recorded
    state = capital(recorded.state.value) if recorded else "Nothing recorded"
    if recorded and recorded.date:
        state += f", {said_date(recorded.date)}"
    tally = row.tally
    return ActionLine(
        row.action.id,
        row.action.title,
        state,
        recorded.note if recorded else "",
        f"{tally.met} of {tally.of} met" if tally else "",
    )
