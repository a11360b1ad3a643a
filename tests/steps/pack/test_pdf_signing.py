"""Signed documents: made with an officer's certificate, checked by us and by others' tools."""

import io
import logging
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from cyberassess.errors import AssessmentError
from cyberassess.opening.writing import now
from cyberassess.signing import pdf as pdf_signing
from cyberassess.signing.pdf import check_pdf, has_signature
from cyberassess.steps.pack.signing import PdfSigned, is_pdf, open_key, sign_pdf, verify_pdf
from tests.steps.officer import DAY, NOW, PASSPHRASE, Usage, certificate, key_file, printed


def nobody(name: str) -> str:
    raise AssertionError(f"the passphrase of {name} was asked for")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(printed())
    return path


@pytest.fixture
def made(document: Path, tmp_path: Path) -> PdfSigned:
    return sign_pdf(document, key_file(tmp_path / "officer.p12"), passphrase=nobody)


def test_a_signed_copy_stands_beside_the_document_and_adds_to_it(
    document: Path, made: PdfSigned
) -> None:
    assert made.path == document.with_name("report signed.pdf")
    assert document.read_bytes() == printed(), "the document itself is not touched"
    assert made.path.read_bytes().startswith(printed()), "its bytes stay as they were printed"
    assert made.path.stat().st_size == made.size
    found = verify_pdf(made.path)
    assert found is not None
    assert (found.name, found.issuer, found.fault) == ("Sam Reid", "Sam Reid", "")
    assert found.fingerprint == made.fingerprint
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", found.fingerprint)
    assert verify_pdf(document) is None


def test_the_time_in_it_is_the_program_s_and_nothing_else_is_rewritten(made: PdfSigned) -> None:
    with pikepdf.open(made.path) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        said = str(field.V.M)
        assert str(field.TU) == "Signature of Sam Reid"
        assert int(field.F) & 0b111 == 0b100, "printed, not hidden: as PDF/A has it"
        assert "/Metadata" not in pdf.Root
        assert set(pdf.docinfo.keys()) == {"/Creator"}
    assert said.startswith(f"D:{now()[:10].replace('-', '')}")


@pytest.mark.parametrize("kind", ["rsa", "elliptic"])
def test_another_s_validator_finds_it_valid_with_its_issuer_trusted(
    kind: str, document: Path, tmp_path: Path
) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = certificate(root_key, name="Council Root")
    key = (
        rsa.generate_private_key(65537, 2048)
        if kind == "rsa"
        else ec.generate_private_key(ec.SECP384R1())
    )
    own = certificate(key, usage=Usage(), issuer="Council Root", by=root_key)
    path = key_file(tmp_path / "o.pfx", key=key, made=own, others=[root], passphrase=PASSPHRASE)
    made = sign_pdf(document, path, passphrase=lambda _: PASSPHRASE)
    assert made.issuer == "Council Root"
    with made.path.open("rb") as file:
        (signature,) = PdfFileReader(file).embedded_signatures
        trusted = [x509.Certificate.load(root.public_bytes(Encoding.DER))]
        status = validate_pdf_signature(
            signature, ValidationContext(trust_roots=trusted, allow_fetching=False)
        )
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level is ModificationLevel.NONE


def pdfsig(path: Path) -> str:
    if not shutil.which("pdfsig"):
        assert not os.environ.get("CI"), "CI has poppler-utils"
        pytest.skip("needs pdfsig")
    return subprocess.run(
        ["pdfsig", "-nocert", str(path)],  # noqa: S607
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip


def test_poppler_finds_it_valid_and_a_changed_byte(made: PdfSigned) -> None:
    said = pdfsig(made.path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    data = bytearray(made.path.read_bytes())
    data[12] ^= 1
    made.path.write_bytes(data)
    assert "Signature is Valid" not in pdfsig(made.path)


def signed_bytes(data: bytes) -> list[int]:
    """Give every place outside the signature itself."""
    start = data.index(b"/Contents <") + len(b"/Contents ")
    return [*range(start), *range(data.index(b">", start) + 1, len(data))]


def test_every_changed_byte_is_found(made: PdfSigned) -> None:
    data = made.path.read_bytes()
    places = random.Random(7).sample(signed_bytes(data), 300)  # noqa: S311 - the same places each time
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        found = check_pdf(bytes(changed))
        assert found is None or found.fault, place


def test_what_is_added_or_cut_off_is_found(made: PdfSigned) -> None:
    data = made.path.read_bytes()
    for changed in (data + b"%", data + data[len(printed()) :], data[:-1], data[:-300]):
        found = check_pdf(changed)
        assert found is not None
        assert found.fault


def test_a_damaged_signature_ends_in_a_sentence(made: PdfSigned) -> None:
    """Whatever a stranger puts where the signature stands."""
    data = made.path.read_bytes()
    start = data.index(b"/Contents <") + len(b"/Contents <")
    end = data.index(b">", start)
    chance = random.Random(3)  # noqa: S311 - the same each time
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(start, start + 900)] = chance.choice(b"0123456789ABCDEF")
        found = check_pdf(bytes(changed))
        assert found is not None
    for garbage in (b"00", b"3080", b"zz", b"", b"30" * 500):
        found = check_pdf(data[:start] + garbage.ljust(end - start, b"0") + data[end:])
        assert found is not None
        assert found.fault


def test_a_signature_by_another_key_than_its_certificate_s_does_not_hold(made: PdfSigned) -> None:
    """The name in a certificate is what people read: it must be the one that signed."""
    data = made.path.read_bytes()
    changed = data.replace(b"Sam Reid".hex().upper().encode(), b"Sam Rees".hex().upper().encode())
    found = check_pdf(changed)
    assert found is not None
    assert found.fault == "The certificate in it is not the one it was made with."


def test_a_hash_that_is_no_longer_trusted_is_named(made: PdfSigned) -> None:
    sha256, sha224 = b"608648016503040201", b"608648016503040204"
    found = check_pdf(made.path.read_bytes().replace(sha256, sha224))
    assert found is not None
    assert "no longer trusted" in found.fault


# Keys


def test_the_passphrase_is_asked_for_only_where_there_is_one(
    document: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked: list[str] = []

    def answer(name: str) -> str:
        asked.append(name)
        return PASSPHRASE

    locked = key_file(tmp_path / "locked.p12", passphrase=PASSPHRASE)
    made = sign_pdf(document, locked, passphrase=answer)
    assert asked == ["locked.p12"]
    assert made.name == "Sam Reid"
    assert PASSPHRASE not in caplog.text
    shown = repr(open_key(locked, answer))
    assert "signer" not in shown, "the key is in there"


def pem(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return path


def of(**given: object) -> Callable[[Path], Path]:
    """Give what makes a key file whose certificate is as told."""

    def make(tmp_path: Path) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        made = certificate(key, **given)  # type: ignore[arg-type]  # NOTE: the cases' own words
        return key_file(tmp_path / "officer.p12", key=key, made=made)

    return make


def open_to_others(tmp_path: Path) -> Path:
    path = key_file(tmp_path / "officer.p12")
    path.chmod(0o644)
    return path


def edwards(tmp_path: Path) -> Path:
    return key_file(tmp_path / "officer.p12", key=ed25519.Ed25519PrivateKey.generate())


def without_key(tmp_path: Path) -> Path:
    made = certificate(ec.generate_private_key(ec.SECP256R1()))
    data = pkcs12.serialize_key_and_certificates(None, None, None, [made], NoEncryption())
    path = tmp_path / "officer.p12"
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def without_certificate(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "officer.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(None, key, None, [], NoEncryption()))
    path.chmod(0o600)
    return path


def large(tmp_path: Path) -> Path:
    path = key_file(tmp_path / "officer.p12")
    path.write_bytes(path.read_bytes().ljust(2 << 20, b"\0"))
    return path


def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "officer.p12")
    return tmp_path / "officer.p12"


KEYS: list[tuple[str, Callable[[Path], Path], str]] = [
    ("PEM", pem, "key.pem: This is not a PKCS#12 file"),
    ("passphrase", lambda at: key_file(at / "k.p12", passphrase=PASSPHRASE), "does not open it"),
    ("no key", without_key, "There is no private key inside"),
    ("no certificate", without_certificate, "There is no certificate inside"),
    ("ended", of(ends=NOW - 800 * DAY), r"The certificate ended on 2024-04-21; today is"),
    ("not yet", of(begins=NOW + 3000 * DAY), r"The certificate begins on 2034-09-16; today is"),
    ("usage", of(usage=Usage(False, False)), "its key is not for signatures"),
    ("odd", of(usage=b"odd"), "The certificate inside cannot be read"),
    ("kind", edwards, "do not check signatures with this kind of key"),
    ("open", open_to_others, "Others on this machine may read this key. Make it yours alone: chm"),
    ("missing", lambda at: at / "none.p12", "none.p12: The key cannot be read: No such file"),
    ("nul", lambda at: at / "a\0b", "its name cannot be used"),
    ("folder", lambda at: at, "This is not a file"),
    ("pipe", pipe, "This is not a file"),
    ("large", large, "This is not a PKCS#12 file"),
]


@pytest.mark.parametrize(("_", "make", "said"), KEYS, ids=[each[0] for each in KEYS])
def test_a_key_that_cannot_sign_is_refused_in_a_sentence(
    _: str, make: Callable[[Path], Path], said: str, document: Path, tmp_path: Path
) -> None:
    key = make(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AssessmentError, match=said) as caught:
        sign_pdf(document, key, passphrase=lambda _: "wrong")
    assert str(caught.value).endswith("Nothing was written.")
    assert sorted(tmp_path.iterdir()) == before


def test_a_cipher_the_library_lacks_is_named(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object) -> None:
        raise UnsupportedAlgorithm("RC2")

    monkeypatch.setattr(pkcs12, "load_key_and_certificates", lacking)
    with pytest.raises(AssessmentError, match="locked with a cipher that is no longer used"):
        sign_pdf(document, key_file(tmp_path / "officer.p12"), passphrase=nobody)


def test_a_key_usage_for_signatures_alone_is_enough(document: Path, tmp_path: Path) -> None:
    for usage in (Usage(True, False), Usage(False, True)):
        key = of(usage=usage)(tmp_path)
        assert sign_pdf(document, key, force=True, passphrase=nobody).name == "Sam Reid"


def test_a_name_that_would_break_lines_is_shown_plainly(document: Path, tmp_path: Path) -> None:
    key = of(name="Sam\n\u202eReid\x1b[2J")(tmp_path)
    made = sign_pdf(document, key, passphrase=nobody)
    assert made.name == "Sam Reid [2J"
    nameless = of(name="")(tmp_path)
    assert sign_pdf(document, nameless, force=True, passphrase=nobody).name == "nobody named"


# Documents


def damaged(path: Path) -> None:
    path.write_bytes(printed()[:-200])


def twice(path: Path) -> None:
    key = key_file(path.with_name("k.p12"))
    made = sign_pdf(path, key, passphrase=nobody)
    key.unlink()
    made.path.replace(path)


def locked(path: Path) -> None:
    with pikepdf.open(io.BytesIO(printed())) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="a", user="b"))


def with_form(path: Path) -> None:
    with pikepdf.open(io.BytesIO(printed())) as pdf:
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())
        pdf.save(path)


def pagesless(path: Path) -> None:
    with pikepdf.open(io.BytesIO(printed())) as pdf:
        del pdf.Root["/Pages"]["/Kids"]
        pdf.save(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DOCUMENTS: list[tuple[str, Callable[[Path], object], str]] = [
    ("text", lambda path: path.write_text("A report."), "This is not a PDF. Print one"),
    ("empty", lambda path: path.write_bytes(b""), "This is not a PDF"),
    ("cut", damaged, "This PDF is damaged or incomplete"),
    ("no pages", pagesless, "This PDF is damaged or incomplete"),
    ("head only", lambda path: path.write_bytes(b"%PDF-1.7\n"), "damaged or incomplete"),
    ("signed", twice, "It carries a signature already, by Sam Reid"),
    ("locked", locked, "This PDF is locked with a password"),
    ("form", with_form, "This PDF is not as cyberassess printed it"),
    ("another's", lambda path: path.write_bytes(printed("Word")), "not as cyberassess printed it"),
    ("missing", lambda path: path.unlink(), "The document cannot be read: No such file"),
    ("folder", folder, "This is not a file"),
]


@pytest.mark.parametrize(("_", "make", "said"), DOCUMENTS, ids=[each[0] for each in DOCUMENTS])
def test_a_document_that_cannot_be_signed_is_refused_before_anybody_is_asked(
    _: str, make: Callable[[Path], object], said: str, document: Path, tmp_path: Path
) -> None:
    make(document)
    key = key_file(tmp_path / "officer.p12", passphrase=PASSPHRASE)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AssessmentError, match=said) as caught:
        sign_pdf(document, key, passphrase=nobody)
    assert str(caught.value).endswith("Nothing was written.")
    assert sorted(tmp_path.iterdir()) == before


def test_a_path_no_system_takes_and_a_file_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: Path
) -> None:
    key = key_file(tmp_path / "officer.p12")
    out = tmp_path / "out.pdf"
    with pytest.raises(AssessmentError, match="its name cannot be used"):
        sign_pdf(Path("a\0b"), key, output=out, passphrase=nobody)
    monkeypatch.setattr("cyberassess.steps.pack.signing._MOST", 100)
    with pytest.raises(AssessmentError, match="No document of ours is this large"):
        sign_pdf(document, key, passphrase=nobody)


def test_whether_a_file_begins_as_a_pdf(document: Path, tmp_path: Path) -> None:
    assert is_pdf(document)
    assert not any(is_pdf(each) for each in (tmp_path, tmp_path / "none", Path("a\0b")))


def test_nothing_is_overwritten_unless_told_to(document: Path, made: PdfSigned) -> None:
    key = document.with_name("officer.p12")
    with pytest.raises(AssessmentError, match="There is a file of this name already"):
        sign_pdf(document, key, passphrase=nobody)
    again = sign_pdf(document, key, force=True, passphrase=nobody)
    assert again.path == made.path
    with pytest.raises(AssessmentError, match="The signed document cannot be written"):
        sign_pdf(document, key, output=document.with_name("none") / "a.pdf", passphrase=nobody)


def test_without_the_library_a_sentence_says_how_to_get_it(
    document: Path, made: PdfSigned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    key = document.with_name("officer.p12")
    says = r'pip install "cyberassess\[sign\]"'
    with pytest.raises(AssessmentError, match=says):
        sign_pdf(document, key, force=True, passphrase=nobody)
    with pytest.raises(AssessmentError, match=says):
        verify_pdf(made.path)
    assert verify_pdf(document) is None
    assert has_signature(made.path.read_bytes())


def test_a_key_that_does_not_belong_to_its_certificate_is_found_before_writing(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every signature is checked once before it is written."""
    key = key_file(tmp_path / "officer.p12")
    other = ec.generate_private_key(ec.SECP256R1())
    signer = pdf_signing._signer
    monkeypatch.setattr(
        pdf_signing, "_signer", lambda _, made, others: signer(other, made, others)
    )
    with pytest.raises(AssessmentError, match="The signature that was made does not hold"):
        sign_pdf(document, key, passphrase=nobody)
    assert not document.with_name("report signed.pdf").exists()
