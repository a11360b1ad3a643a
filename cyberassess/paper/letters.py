"""The texts of e-mails: ours, or templates of an organisation's own in ``letters/`` beside them.

Somebody's template may only place what it is given: it runs in a sandbox and reads no other file.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.disk import resources
from cyberassess.disk.files import by_name, joined, kind_of, open_plain
from cyberassess.domain.characters import visible
from cyberassess.errors import AssessmentError, Problem, Severity, closest, mention

if TYPE_CHECKING:
    from types import TracebackType

    from jinja2 import Template

LETTERS = "letters"
"""The folder of an assessment, and of ``templates/``, that holds them."""
QUESTIONNAIRE, REMINDER = "questionnaire.txt", "reminder.txt"
MOST_BYTES = 50_000
_UNKNOWN = re.compile(r"^'(\w+)' is undefined$")


class Letter:
    """One kind of letter, ready to be filled in."""

    def __init__(self, folder: Path, name: str) -> None:
        """Read the organisation's own template, or ours where it has none.

        Args:
            folder: of the assessment.
            name: ``QUESTIONNAIRE`` or ``REMINDER``.

        Raises:
            AssessmentError: where it cannot be read, or is faulty.
        """
        import jinja2
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        own = folder / LETTERS / name
        is_own = own.exists() or own.is_symlink()
        self._where = f"{LETTERS}/{name}"
        text = (
            _own(folder, self._where)
            if is_own
            else (resources.folder("templates") / LETTERS / name).read_text("utf-8")
        )
        environment = ImmutableSandboxedEnvironment(
            undefined=jinja2.StrictUndefined,
            finalize=lambda value: visible(value) if isinstance(value, str) else value,
            keep_trailing_newline=True,
            loader=jinja2.DictLoader({}),
            autoescape=False,  # plain text has nothing to escape
        )
        try:
            self._template: Template = environment.from_string(text)
        except jinja2.TemplateSyntaxError as cause:
            raise self._faulty(cause.lineno, cause.message or "", "") from cause

    def fill(self, values: Mapping[str, object]) -> str:
        """Give the text; what is filled in stays on its line.

        Raises:
            AssessmentError: where the template asks for what is not there, or otherwise fails.
        """
        try:
            text = self._template.render(values)
        except Exception as cause:  # what somebody wrote may fail in any way
            line = max(_lines_of(cause.__traceback__), default=0)
            unknown = _UNKNOWN.match(str(cause))
            if unknown is None:
                raise self._faulty(line, str(cause), "") from cause
            near = closest(unknown[1], list(values))
            there = f"{near} There are: {', '.join(values)}.".lstrip()
            raise self._faulty(line, f'nothing is called "{unknown[1]}"', there) from cause
        return text if text.endswith("\n") else f"{text}\n"

    def _faulty(self, line: int, found: str, there: str) -> AssessmentError:
        place = f"{self._where}, line {line}" if line else self._where
        return _refused(place, f"The letter cannot be filled in: {found.rstrip('.')}.", there)


def mention_strange(folder: Path) -> None:
    """Say of each text in an assessment's ``letters/`` that it is none of those that are used."""
    known = [QUESTIONNAIRE, REMINDER]
    for path in by_name((folder / LETTERS).glob("*")):
        if path.name not in known and not path.name.startswith("."):
            mention(
                Problem(
                    "unknown-letter",
                    f"{LETTERS}/{path.name}",
                    "No letter has this name, so it is not used.",
                    closest(path.name, known) or f"There are: {', '.join(known)}.",
                    Severity.NOTE,
                )
            )


def _own(folder: Path, name: str) -> str:
    """Read an organisation's own template.

    Raises:
        AssessmentError: where it lies elsewhere, is no plain file, too long, or not in UTF-8.
    """
    path = joined(folder, name)
    try:
        what = kind_of(path.lstat())
        if what:
            raise _refused(name, f"This is {what}.", "Put the file itself there.")
        with open_plain(path) as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as cause:
        hint = "Look at its permissions."
        raise _refused(name, f"The letter cannot be read: {cause.strerror}.", hint) from cause
    if len(data) > MOST_BYTES:
        raise _refused(name, f"It is longer than {MOST_BYTES:,} bytes.", "Make it shorter.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeError as cause:
        hint = "Save it again, choosing UTF-8 as its encoding."
        raise _refused(name, "The letter is not text in UTF-8.", hint) from cause
    if not text.strip():
        raise _refused(name, "The letter is empty.", "Write its text.")
    return text


def _refused(where: str, message: str, hint: str) -> AssessmentError:
    rest = "Correct it, or take the file away to use the text that came with cyberassess."
    return AssessmentError(
        Problem("letter", where, message, f"{hint} {rest} Nothing was written.".lstrip())
    )


def _lines_of(trace: "TracebackType | None") -> Iterator[int]:
    """Give the lines of the template a fault came from."""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            yield trace.tb_lineno
        trace = trace.tb_next
