"""The documents that are made from the basis alone: a verb each, and nowhere else a word of it.

Commands, the library and tests are made from ``DOCUMENTS``: its keys are what people type, and a
verb's docstring is its command's help.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyberassess.steps.report.printing import Printed, Wanted


def report_full(
    folder: Path, wanted: "Wanted | None" = None, *, every_answer: bool = False
) -> "Printed":
    """Print the full report: result, gaps, outcomes with something to decide, method.

    Something is to be decided where a result is below its target, disputed, overridden, lowered on
    review or still open.

    \b
    Examples:
      cyberassess report full
      cyberassess report full --every-answer
      cyberassess report full -o report.pdf --force
    """
    from cyberassess.paper.documents.full import full_report
    from cyberassess.steps.report.printing import print_document

    make = partial(full_report, every_answer=every_answer)
    return print_document(folder, "full", make, wanted)


def report_soa(folder: Path, wanted: "Wanted | None" = None) -> "Printed":
    """Print the statement of applicability: what applies where, and what was left out.

    Every outcome is there in every place, with its target, its result and its evidence in short.

    \b
    Examples:
      cyberassess report soa
      cyberassess report soa --html
    """
    from cyberassess.paper.documents.applicability import applicability
    from cyberassess.steps.report.printing import print_document

    return print_document(folder, "statement of applicability", applicability, wanted)


def report_findings(folder: Path, wanted: "Wanted | None" = None) -> "Printed":
    """Print every finding with its action, owner, date and cost, by priority.

    What nobody has planned yet is listed too. "plan export" gives the same as a workbook.

    \b
    Examples:
      cyberassess report findings
      cyberassess report findings --html
    """
    from cyberassess.paper.documents.findings import findings_report
    from cyberassess.steps.report.printing import print_document

    return print_document(folder, "findings and plan", findings_report, wanted)


DOCUMENTS: Mapping[str, Callable[..., "Printed"]] = {
    "full": report_full,
    "soa": report_soa,
    "findings": report_findings,
}
