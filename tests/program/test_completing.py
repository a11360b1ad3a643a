"""What the shells are told while somebody types."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cyberassess.terminal.completing import SHELLS, VARIABLE
from cyberassess.terminal.suggestions import KINDS, suggestions
from tests.program.conftest import Run


@pytest.fixture
def press_tab(cli: Run, monkeypatch: pytest.MonkeyPatch) -> "Tab":
    """Give a function that presses Tab after some words."""
    return Tab(cli, monkeypatch)


class Tab:
    """Presses Tab, as bash or another shell tells the program."""

    def __init__(self, cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cli = cli
        self.monkeypatch = monkeypatch

    def __call__(self, *words: str, of: str = "bash") -> list[str]:
        self.monkeypatch.setenv(VARIABLE, f"{of}_complete")
        self.monkeypatch.setenv("COMP_WORDS", "\n".join(("cyberassess", *words)))
        self.monkeypatch.setenv("COMP_CWORD", str(len(words)))
        ran = self.cli()
        assert ran.code == 0, ran.err
        assert ran.err == ""
        return [line.removeprefix("plain,") for line in ran.out.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("sta",), ["status", "start"]),
        (("send", "--to", "ki"), ["Kim Lee"]),
        (("ask", "--as", ""), ["Sam Reid", "Kim Lee", "Alex Moor"]),
        (("explain", "B1."), ["B1.a", "B1.b"]),
        (("explain", "B1.a/"), ["B1.a/housing"]),
        (("explain", "B1.a", "--scope", "h"), ["housing"]),
        (("resolve", ""), ["B1.a.N.1/housing"]),
        (("framework", "show", "ncsc-caf@"), ["ncsc-caf@3.2", "ncsc-caf@4.0"]),
        (("new", "x", "--framework", "nist"), ["nist-csf@2.0"]),
        (("new", "x", "--profile", "no"), ["none"]),
        (("new", "x", "--themes", ""), ["five-themes"]),
        (("new", "x", "--system", ""), []),
        (("import", "webcaf", "a.json", "--system", ""), ["Housing management"]),
        (("receive", "sam"), ["file,sam"]),
        (("-C", "nowhere", "send", "--to", ""), []),
    ],
    ids=str,
)
def test_what_is_offered(
    words: tuple[str, ...],
    offered: list[str],
    small: Path,
    press_tab: Tab,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(small)
    assert press_tab(*words) == offered


def test_every_statement_is_offered_where_nobody_differs(
    small: Path, cli: Run, press_tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small)
    settled = ("resolve", "B1.a.N.1/housing", "--answer", "happens", "--reason", "Log.")
    assert cli(*settled).code == 0
    assert press_tab("resolve", "B1.b") == [
        "B1.b.N.1/housing",
        "B1.b.H.1/housing",
        "B1.b.H.2/housing",
    ]


def test_powershell_gets_names_with_spaces_in_quotes(
    small: Path, press_tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small)
    assert press_tab("send", "--to", "Kim", of="powershell")[1] == "'Kim Lee'"


@pytest.mark.parametrize("kind", KINDS)
def test_outside_an_assessment_nothing_stops(kind: str, tmp_path: Path) -> None:
    assert isinstance(suggestions(kind, tmp_path), list)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_names_the_program(shell: str, cli: Run) -> None:
    ran = cli("completion", shell)
    assert ran.code == 0
    assert VARIABLE in ran.out


SESSION = """
compopt() { :; }
eval "$(cyberassess completion bash)"
COMP_WORDS=(cyberassess send --to Kim)
COMP_CWORD=3
_cyberassess_completion cyberassess
printf '%s|' "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_in_bash_a_name_with_a_space_is_one_word(small: Path) -> None:
    bash = shutil.which("bash") or "bash"
    beside = Path(sys.executable).parent
    if not (beside / "cyberassess").exists():
        pytest.skip("the program is not installed beside this Python")
    ran = subprocess.run(
        [bash, "--norc", "-c", SESSION],
        cwd=small,
        env={"PATH": f"{beside}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout == "Kim Lee|"
