"""What words of the sheet say: whose a duty area is, and which theme a title points to.

Nothing is settled by them silently: what they leave open is asked, and what they infer is said.
"""

import re
from collections.abc import Mapping

from cyberassess.sources.tables import fold

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
