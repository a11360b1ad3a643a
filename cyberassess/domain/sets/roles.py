"""Who, in an organisation, can answer for an outcome, and how people call them."""

import re
from typing import Annotated

from pydantic import AfterValidator

OWNER_ROLES = (
    "board", "it-security", "it-operations", "information-governance", "hr", "procurement",
    "facilities", "service", "supplier", "emergency-planning", "audit",
)  # fmt: skip
SERVICE = "service"
"""Of those who run what a system is for."""
_ALSO = {
    "board": ("leadership", "senior-leadership"),
    "it-security": ("cyber-security", "information-security"),
    "it-operations": ("infrastructure", "it-infrastructure"),
    "information-governance": ("data-protection", "ig"),
    "hr": ("human-resources", "personnel"),
    "procurement": ("commercial", "purchasing"),
    "facilities": ("estates", "property"),
    "service": ("head-of-service", "service-head", "service-owner"),
    "supplier": ("suppliers", "third-party", "vendor"),
    "emergency-planning": ("civil-contingencies", "resilience"),
    "audit": ("internal-audit",),
}
"""Other usual names, keyed by role; none that may mean two of them (*IT* alone does)."""
_NAMED = {each: each for each in OWNER_ROLES} | {
    other: role for role, others in _ALSO.items() for other in others
}


def owner_role(text: str) -> str:
    """Give the role a text names, in any case and spelling; the text where it names none."""
    return _NAMED.get("-".join(re.findall(r"[a-z0-9]+", text.casefold())), text.strip())


OwnerRole = Annotated[str, AfterValidator(owner_role)]
