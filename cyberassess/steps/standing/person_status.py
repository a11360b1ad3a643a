"""How far somebody is."""

from dataclasses import dataclass

from cyberassess.domain.people.declaring import UNSIGNED, Declared


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """How far one person is."""

    id: str
    name: str
    questions: int
    answered: int
    sent: str
    """Date of the last questionnaire, empty if none."""
    received: str
    """Date of the last file that came in, empty if none."""
    prompted: bool
    """Whether they answered at the prompt."""
    open: int
    """Statements nobody has answered."""
    due: str = ""
    """ISO date their answers are wanted by, empty where none is set."""
    days_late: int = 0
    declared: Declared = UNSIGNED
    """What the declaration that the answers are true is worth."""

    @property
    def waiting(self) -> bool:
        """Whether a questionnaire is out, nothing has come back, and something is missing."""
        return bool(self.sent and self.open) and not self.received and not self.prompted
