"""Forged packs: each is named, and none is shown as the honest officer's."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cyberassess.disk.pack import SIGNATURE, SUMS
from cyberassess.errors import CyberassessError
from cyberassess.program import program
from cyberassess.steps.care.pack import PackVerified, Seal, verify_pack
from tests.hostile.conftest import Honest
from tests.hostile.forging import (
    SIGNERS,
    Parts,
    Way,
    added,
    counted_anew,
    doubled,
    junk,
    last_entry,
    listed_anew,
    manifest,
    nested,
    new_key,
    other_attachment,
    public,
    removed,
    renamed,
    replaced,
    signed,
    workbook,
    write,
)

DEEP = nested(5000)
WAYS: dict[str, Way] = {
    # every part replaced
    "report is junk": junk("report.pdf"),
    "report is empty": junk("report.pdf", b""),
    "report has other answers attached": other_attachment,
    "index is junk": junk("index.html"),
    "index: another determination": replaced("index.html", "Not decided", "Achieved"),
    "index: another answer": replaced("index.html", "Does not happen", "Happens"),
    "index: another document behind": replaced("index.html", r'href="evidence/EV', 'href="x/EV'),
    "index: a script": replaced("index.html", "</body>", "<script>1</script></body>"),
    "index: a cell is put under another heading": replaced("index.html", '<td data-label="Target"',
                                                           '<td data-label="Determination"'),
    "index: a style writes": replaced("index.html", "</style>", "p::after{content:''}</style>"),
    "index: an address elsewhere": replaced("index.html", "</body>", "<a href='//x'>y</a></body>"),
    "index: another head": replaced("index.html", "the ledger: .{8}", "the ledger: 00000000"),
    "workbook is junk": junk("index.xlsx"),
    "workbook: another answer": workbook(b"Does not happen", b"Happens every day"),
    "README is junk": junk("README.txt"),
    "README: another count": replaced("README.txt", r"There are \d+ files", "There are 7 files"),
    "README: a fingerprint": replaced("README.txt", "UNSIGNED", "SHA256:abcdefghijkl"),
    "README: another head": replaced("README.txt", "ledger is .{8}", "ledger is 00000000"),
    "README: another organisation": replaced("README.txt", "EVIDENCE PACK\n.", "EVIDENCE PACK\nX"),
    "answers.json is junk": junk("answers.json"),
    "answers.json: deep": junk("answers.json", DEEP),
    "answers.json: a number": replaced("answers.json", '"complete": false', '"complete": true'),
    "answers.csv: an answer": replaced("answers.csv", "Kim Lee", "Kim Low"),
    "list of changes: a name": replaced("lists/changes.csv", "Kim Lee", "Kim Low"),
    "list of evidence": replaced("evidence/list.csv", "EV-001", "EV-007"),
    "evidence: other content": doubled("evidence/EV-", "evidence/EV-001 Leavers in March.txt"),
    "ledger: an answer under its right hash": last_entry("Two accounts", "No account"),
    "control set": added("frameworks/made/1.yaml", b"x: y\n"),
    "settings": replaced("assessment.yaml", "organisation: ", "organisation: X"),
    # removed
    **{f"without {name}": removed(name) for name in (
        "report.pdf", "index.html", "index.xlsx", "README.txt", "answers.json", "answers.csv",
        "lists/", "lists/overrides.csv", "evidence/list.csv", "evidence/sighted.csv",
        "evidence/EV-", "received/", "reviews/", "reviews/slip-", "ledger/", "frameworks/",
        "assessment.yaml", "method.md", "pack.json",
    )},
    # doubled, added, renamed
    "a second report": doubled("report.pdf", "report.html"),
    "a second list": doubled("answers.csv", "lists/answers.csv"),
    "evidence nobody knows": added("evidence/EV-099 Audit.txt"),
    "a review nobody knows": added("reviews/11111111 Review.xlsx"),
    "a program": added("setup.exe"),
    "signers in an unsigned pack": added("allowed_signers", b"sam ssh-ed25519 AAAA\n"),
    "another index": added("Index.html"),
    "index renamed": renamed("index.html", "start.html"),
    "evidence renamed": renamed("evidence/EV-", "evidence/EV-002 Leavers.txt"),
    # the manifest
    "heads: 5": manifest("heads", 5),
    "heads: [1]": manifest("heads", [1]),
    "no heads": manifest("heads", []),
    "other heads": manifest("heads", ["0" * 64]),
    "another organisation": manifest("organisation", "Southport Council"),
    "a list for a name": manifest("organisation", ["x"]),
    "kind: text": manifest("kind", "2"),
    "kind: Infinity": manifest("kind", float("inf")),
    "kind of the future": manifest("kind", 99),
    "withheld: not so": manifest("withheld", ["EV-001"]),
    "withheld: a number": manifest("withheld", 5),
    "partial: not so": manifest("partial", "It holds the evidence for B1.a only."),
    "only: nothing": manifest("only", []),
    "sample: not so": manifest("sample", {"size": 1, "seed": 1}),
    "sample: a text": manifest("sample", "x"),
    "signed, it says": manifest("signed_by", "SHA256:x"),
    "report signed, it says": manifest("report_signed_by", "AB:CD"),
    "evidence elsewhere": manifest("evidence", {"0" * 64: "evidence/EV-009.txt"}),
    "manifest: a list": junk("pack.json", b"[]"),
    "manifest: deep": junk("pack.json", DEEP),
    "manifest: no text": junk("pack.json", b"\xff\xfe\x00"),
    "manifest: Infinity": junk("pack.json", b"Infinity"),
}  # fmt: skip


def forged(parts: Parts, way: Way, path: Path) -> PackVerified:
    """Give what verify finds in a pack whose parts were changed and listed anew."""
    changed = dict(parts)
    way(changed)
    counted_anew(changed, len(changed) - len(parts))
    return verify_pack(write(path, listed_anew(changed)))


@pytest.mark.parametrize("way", WAYS)
def test_a_forged_pack_is_named(way: str, honest: Honest, tmp_path: Path) -> None:
    found = forged(honest.unsigned, WAYS[way], tmp_path / "pack.zip")
    assert found.problems
    assert found.conclusion == ""
    assert all(each.message and each.where for each in found.problems)


@pytest.mark.parametrize(
    ("name", "value", "where"),
    [
        ("heads", 5, "heads"),
        ("heads", [1], "heads, 0"),
        ("only", ["x", 1], "only, 1"),
        ("sample", {"size": "many", "seed": 1}, "sample, size"),
        ("sample", {"size": True, "seed": 1}, "sample, size"),
        ("sample", {"size": -1, "seed": 1}, "sample, size"),
        ("sample", {"size": 1}, "sample, seed"),
        ("sample", {"size": 1, "seed": [1]}, "sample, seed, int"),
        ("sample", {"size": 1, "seed": 1, "word": 5}, "sample, word"),
    ],
)
def test_a_manifest_with_a_value_of_another_type_is_named(
    name: str, value: object, where: str, honest: Honest, tmp_path: Path
) -> None:
    found = forged(honest.unsigned, manifest(name, value), tmp_path / "pack.zip")
    assert f"pack.json, {where}" in [each.where for each in found.problems]
    assert all(each.code != "sample-differs" for each in found.problems)


def test_answers_of_their_own_are_named_whatever_the_report_says(
    honest: Honest, tmp_path: Path
) -> None:
    found = forged(honest.unsigned, WAYS["answers.json: a number"], tmp_path / "pack.zip")
    assert any(each.where.startswith("answers.json, ") for each in found.problems)


def test_an_unsigned_pack_is_never_said_to_be_unaltered(honest: Honest, tmp_path: Path) -> None:
    found = verify_pack(write(tmp_path / "pack.zip", honest.unsigned))
    assert (found.problems, found.seal) == ((), Seal.ABSENT)
    assert "anybody could have made it" in found.conclusion
    assert "altered" not in found.conclusion


def test_a_signed_pack_is_worth_what_its_key_is(honest: Honest, tmp_path: Path) -> None:
    path = write(tmp_path / "pack.zip", honest.signed)
    unnamed = verify_pack(path)
    assert (unnamed.problems, unnamed.seal) == ((), Seal.UNNAMED)
    assert "altered" not in unnamed.conclusion
    named = verify_pack(path, key=honest.key.with_suffix(".pub"))
    assert (named.problems, named.seal) == ((), Seal.NAMED)


# Signed again


def resigned(honest: Honest, folder: Path, signers: bytes | None, names: str = "") -> Path:
    """Give a pack with a changed answer that another key signed; the manifest names a key."""
    other = new_key(folder, "attacker")
    parts = dict(honest.signed)
    mine, theirs = public(honest.key), public(other)
    fingerprint = {"honest": json.loads(parts["pack.json"])["signed_by"]}.get(names, "")
    if not fingerprint:
        from cyberassess.signing.ssh_signature import read_key

        fingerprint = read_key(theirs).fingerprint
    if signers is not None:
        parts[SIGNERS] = signers.replace(b"MINE", mine.encode()).replace(
            b"THEIRS", theirs.encode()
        )
    manifest("signed_by", fingerprint)(parts)
    return write(folder / "pack.zip", signed(listed_anew(parts), other))


ODD_SIGNERS = {
    "the honest key": b"sam MINE\n",
    "two keys": b"sam MINE\nsam THEIRS\n",
    "two keys, ours last": b"sam THEIRS\nsam MINE\n",
    "two keys, carriage return": b"sam MINE\rsam THEIRS\n",
    "two keys, form feed": b"sam MINE\x0csam THEIRS\n",
    "a comment line": b"# sam MINE\nsam THEIRS\n",
    "a comment": b"sam THEIRS comment\n",
    "the honest key as a comment": b"sam THEIRS MINE\n",
    "an option": b'sam namespaces="cyberassess-pack" THEIRS\n',
    "an authority": b"sam cert-authority THEIRS\n",
    "a quoted name": b'"sam MINE" THEIRS\n',
    "a pattern": b"* THEIRS\n",
    "a list of names": b"sam,kim THEIRS\n",
    "no name": b"THEIRS\n",
    "an empty line": b"\nsam THEIRS\n",
    "a line behind": b"sam THEIRS\n\n",
    "two spaces": b"sam  THEIRS\n",
    "a tab": b"sam\tTHEIRS\n",
    "another type": b"sam ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQ==\n",
    "no key": b"sam ssh-ed25519 !!!\n",
    "empty": b"",
    "no text": b"\xff\xfe\x00",
    "a null": b"sam THEIRS\x00\n",
    "long": b"sam THEIRS\n" * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("shape", ODD_SIGNERS)
def test_only_one_line_of_three_words_names_a_signer(
    shape: str, honest: Honest, tmp_path: Path
) -> None:
    found = verify_pack(resigned(honest, tmp_path, ODD_SIGNERS[shape]))
    assert found.problems
    assert found.seal is Seal.BROKEN
    assert json.loads(honest.signed["pack.json"])["signed_by"] not in found.signature


@pytest.mark.parametrize("names", ["honest", "attacker"])
def test_the_fingerprint_shown_is_that_of_the_key_that_signed(
    names: str, honest: Honest, tmp_path: Path
) -> None:
    path = resigned(honest, tmp_path, b"sam THEIRS\n", names)
    found = verify_pack(path)
    theirs = json.loads(honest.signed["pack.json"])["signed_by"]
    assert theirs not in found.signature
    assert (found.seal is Seal.BROKEN) is (names == "honest")
    for key in (theirs, honest.key.with_suffix(".pub")):
        named = verify_pack(path, key=key)
        assert named.seal is Seal.BROKEN
        assert "signature-wrong" in {each.code for each in named.problems}


def odd_signature(honest: Honest, folder: Path, kind: str) -> bytes:
    """Give a signature of an odd kind over the honest list."""
    own = honest.signed[SIGNATURE]
    match kind:
        case "several":
            return signed(honest.signed, new_key(folder, "b"))[SIGNATURE] + own
        case "another namespace":
            return signed(honest.signed, honest.key, "file")[SIGNATURE]
        case "text before":
            return b"hello\n" + own
        case "text behind":
            return own + b"hello\n"
        case "cut":
            return own[: len(own) // 2]
        case "of something else":
            return signed({**honest.signed, SUMS: b"other\n"}, honest.key)[SIGNATURE]
        case _:
            return b"" if kind == "empty" else b"-----BEGIN SSH SIGNATURE-----\n" * 9000


@pytest.mark.parametrize(
    "kind",
    ["several", "another namespace", "text before", "text behind", "cut", "of something else",
     "empty", "long"],
)  # fmt: skip
def test_a_signature_is_one_of_ours_and_nothing_beside_it(
    kind: str, honest: Honest, tmp_path: Path
) -> None:
    data = odd_signature(honest, tmp_path, kind)
    found = verify_pack(write(tmp_path / "pack.zip", {**honest.signed, SIGNATURE: data}))
    assert found.seal is Seal.BROKEN
    assert SIGNATURE in {each.where for each in found.problems}


def test_a_signature_that_was_taken_out_is_missed(honest: Honest, tmp_path: Path) -> None:
    parts = {name: data for name, data in honest.signed.items() if name != SIGNATURE}
    found = verify_pack(write(tmp_path / "pack.zip", parts))
    assert "signature-missing" in {each.code for each in found.problems}


@pytest.mark.parametrize(
    "text",
    ["", "hello\n", "MINE\nMINE\n", 'namespaces="x" MINE\n', "ssh-ed25519\n", "sam MINE\n",
     "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n",
     "ssh-ed25519 AAAA\n", "MINE\n" * 20_000],
)  # fmt: skip
def test_a_named_key_is_one_public_key(text: str, honest: Honest, tmp_path: Path) -> None:
    path = write(tmp_path / "pack.zip", honest.signed)
    key = tmp_path / "key.pub"
    key.write_text(text.replace("MINE", public(honest.key)))
    with pytest.raises(CyberassessError, match="It is not one SSH public key"):
        verify_pack(path, key=key)
    with pytest.raises(CyberassessError, match="No such file"):
        verify_pack(path, key=tmp_path / "nowhere")


def test_a_named_key_may_have_a_comment(honest: Honest, tmp_path: Path) -> None:
    key = tmp_path / "key.pub"
    key.write_text(f"# the officer's\n{public(honest.key)} sam@northport.example\n")
    found = verify_pack(write(tmp_path / "pack.zip", honest.signed), key=key)
    assert found.seal is Seal.NAMED


def test_another_key_than_the_one_named_ends_with_4(honest: Honest, tmp_path: Path) -> None:
    path = str(write(tmp_path / "pack.zip", honest.signed))
    own = json.loads(honest.signed["pack.json"])["signed_by"]
    other = str(new_key(tmp_path, "another").with_suffix(".pub"))
    unnamed = CliRunner().invoke(program, ["verify", path])
    said = " ".join(unnamed.stdout.split())
    assert unnamed.exit_code == 0
    assert f"signed by a key you have not named; compare {own} by telephone" in said
    for key, code in ((own, 0), (other, 4), (f"SHA256:{'A' * 43}", 4)):
        named = CliRunner().invoke(program, ["verify", path, "--key", key])
        assert (key, named.exit_code) == (key, code)


# Kinds


def test_a_pack_of_an_older_kind_is_held_to_what_that_kind_promised(
    honest: Honest, tmp_path: Path
) -> None:
    def older(parts: Parts) -> None:
        said = json.loads(parts["pack.json"])
        del said["kind"], said["report"], parts["lists/better-than-this.csv"]
        parts["pack.json"] = json.dumps(said).encode()

    def without_report(parts: Parts) -> None:
        older(parts)
        del parts["report.pdf"]

    found = forged(honest.unsigned, older, tmp_path / "pack.zip")
    assert found.problems == ()
    assert any("a pack of kind 1" in each.message for each in found.notes)
    found = forged(honest.unsigned, without_report, tmp_path / "pack.zip")
    assert found.problems[0].where == "report.pdf"
