"""Every command takes a name in every form, and says what a date was read as."""

from pathlib import Path

import pytest

from tests.program.conftest import Run

TITLED = "Housing management"
KIM = "kim.lee@northport.example"
REASON = ("--reason", "Seen in the log.")
SHOWS = ("--shows", "Lists all accounts removed in March", "--title", "Leavers")

NOTES = {
    "March 2027": '--due: "March 2027" was read as 31 March 2027.',
    "2027": '--valid-until: "2027" was read as 31 December 2027.',
    "03/04/2027": '--until: "03/04/2027" was read as 3 April 2027.',
}
"""What is said back of a date typed last."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "out"),
    [
        (("explain", f"b1.A/{TITLED}"), "B1.a Outcome B1.a, Housing management"),
        (("explain", "1:B1.a", "--scope", TITLED), "B1.a Outcome B1.a, Housing management"),
        (("confirm", f"B1.a/{TITLED}", "--level", "LOW", *REASON), "confirmed as Low."),
        (("confirm", "--offered", "earlier", "--scope", TITLED), "Confirmed 0 offered"),
        (
            ("resolve", f"b1.a.n.1/{TITLED}", "--answer", "never", *REASON),
            "Decided B1.a.N.1 in housing.",
        ),
        (
            ("plan", "add", f"1:B1.a/{TITLED}", "--action", "Do", "--due", "March 2027"),
            "due 31 March 2027",
        ),
        (
            ("plan", "add", "B1.a", "--action", "Do", "--owner", KIM, "--due", "31 Mar 27"),
            "Kim Lee, due 31 March 2027",
        ),
        (
            ("evidence", "add", "photo.xlsx", *SHOWS, "--for", f"B1.a/{TITLED}, page 4",
             "--valid-until", "2027"),
            "supports B1.a/housing",
        ),
        (("people", "hand-over", f"B1.b/{TITLED}", "--from", KIM, "--to", "p3"), "B1.b"),
        (
            ("people", "extend", KIM, "--until", "03/04/2027"),
            "Kim Lee has until 3 April 2027.",
        ),
        (("people", "add", f"Bo Wu:service@{TITLED}"), "Added Bo Wu"),
        (("systems", "add", "Planning", "--owner", KIM), "Added Planning"),
        (("send", "--to", KIM, "--comment", f"b1.b.h.1/{TITLED}: Why?"), "Kim Lee"),
    ],
)  # fmt: skip
def test_a_name_is_taken_in_every_form(
    small: Path,
    cli: Run,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    out: str,
) -> None:
    monkeypatch.chdir(small)
    ran = cli(*command)
    assert ran.code == 0, ran
    assert out in " ".join(ran.out.split())
    assert " ".join(ran.err.split()) == NOTES.get(command[-1], "")
