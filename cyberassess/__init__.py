"""Cyber resilience self-assessment for councils and other public bodies.

What ``docs/library.md`` teaches is read when it is first used, so that importing costs little: a
child process that opens a stranger's workbook comes by here too.
"""

from cyberassess.version import __version__ as __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cyberassess.library import *

__all__ = [
    "Assessment",
    "CyberassessError",
    "Problem",
    "add_action",
    "add_evidence",
    "answer",
    "approve",
    "change_version",
    "confirm",
    "confirm_inherited",
    "confirm_undisputed",
    "explain",
    "fill_in",
    "fill_in_review",
    "import_evidence",
    "import_webcaf",
    "load_framework",
    "new",
    "open_assessment",
    "pack",
    "questions",
    "receive",
    "receive_review",
    "register_evidence",
    "rename",
    "report",
    "resolve",
    "review_evidence",
    "rollover",
    "score",
    "send",
    "send_review",
    "share",
    "trend",
    "verify",
]


def __getattr__(name: str) -> object:
    """Read the library when one of its names is first used."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module  # what is named as text is no import of the whole house

    found: object = getattr(import_module("cyberassess.library"), name)
    globals()[name] = found
    return found
