"""Signatures inside PDFs (PAdES), made and checked with pyHanko, which the extra ``sign`` brings.

A signature is added behind the document, whose own bytes stay as they were printed. Its field has
no size and lies outside the page, where PDF/UA asks for no tag and PDF/A for no appearance. The
level is B-B: nothing is fetched, so the time in it is the word of the signer's clock.

Source: ETSI EN 319 142-1 (PAdES); ISO 32000-1, 12.8; ISO 14289-1, 7.18.1; ISO 19005-3, 6.3, 6.4.
"""

import datetime
import hashlib
import io
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cyberassess.disk.files import open_plain
from cyberassess.errors import AssessmentError

# NOTE: pyHanko, asn1crypto and what they give have no types.
Foreign = Any

FIELD = "Signature"
_UNTOUCHED = "Nothing was written."
_MOST_KEY_BYTES = 1 << 20
_MAKER = "cyberassess"
"""How the name of the program stands in every PDF we print."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A key with its certificate, fit to sign at a moment."""

    name: str
    """Whose it is, as it says itself."""
    issuer: str
    fingerprint: str
    """SHA-256 of the certificate, as ``openssl x509 -fingerprint`` writes it."""
    signer: Foreign = field(repr=False)
    """Holds the key: never shown."""


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """What a PDF's signature says, and whether it holds."""

    name: str
    issuer: str
    fingerprint: str
    fault: str
    """Why it does not hold, in a sentence; empty where it does."""


def is_installed() -> bool:
    """Say whether signatures can be made and checked here."""
    try:
        import pyhanko  # noqa: F401 - only whether it is there
    except ImportError:
        return False
    return True


def _needed() -> None:
    if not is_installed():
        raise AssessmentError.because(
            "no-sign-extra",
            "pyHanko",
            "The library that signs PDFs is not installed.",
            f'Install it: pip install "cyberassess[sign]". {_UNTOUCHED}',
        )


def _refuse(code: str, where: str, message: str, hint: str) -> AssessmentError:
    return AssessmentError.because(code, where, message, f"{hint} {_UNTOUCHED}")


# The key


def open_certificate(
    path: Path, moment: datetime.datetime, passphrase: Callable[[str], str]
) -> Certificate:
    """Open a PKCS#12 file: a private key and its certificate, usually ``.p12`` or ``.pfx``.

    Args:
        moment: when it is to sign.
        passphrase: asks for it, given the file's name; not called where the file has none.

    Raises:
        AssessmentError: where the library is missing, others may read the file, it does not open,
            or the certificate may not sign documents at this moment.
    """
    _needed()
    data = _key_bytes(path)
    key, certificate, others = _opened(path.name, data, passphrase)
    if key is None:
        raise _refuse(
            "no-private-key",
            path.name,
            "There is no private key inside, only certificates.",
            "Export it again with its private key.",
        )
    if certificate is None:
        raise _refuse(
            "no-certificate",
            path.name,
            "There is no certificate inside that belongs to the private key.",
            "Export both together.",
        )
    try:
        _may_sign(path.name, key, certificate, moment)
        return Certificate(
            _name_in(certificate.subject),
            _name_in(certificate.issuer),
            _fingerprint(certificate),
            _signer(key, certificate, others),
        )
    except ValueError as cause:
        raise _refuse(
            "certificate-odd",
            path.name,
            "The certificate inside cannot be read.",
            "Ask its issuer for another.",
        ) from cause


def _key_bytes(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise _refuse(
                "not-a-file", path.name, "This is not a file.", "Name the .p12 or .pfx file."
            )
        with open_plain(path) as file:
            data = file.read(_MOST_KEY_BYTES + 1)
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or "its name cannot be used"
        raise _refuse(
            "no-key", path.name, f"The key cannot be read: {reason}.", "Check name and folder."
        ) from cause
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise _refuse(
            "key-open-to-others",
            path.name,
            "Others on this machine may read this key.",
            f"Make it yours alone: chmod 600 {path.name}.",
        )
    if not _is_pkcs12(data):
        raise _refuse(
            "not-pkcs12",
            path.name,
            "This is not a PKCS#12 file, the kind that holds a certificate with its key.",
            "Name a .p12 or .pfx file. From PEM files: openssl pkcs12 -export -in cert.pem "
            "-inkey key.pem -out officer.p12.",
        )
    return data


def _is_pkcs12(data: bytes) -> bool:
    from asn1crypto.pkcs12 import Pfx

    if len(data) > _MOST_KEY_BYTES:
        return False
    try:
        return bool(Pfx.load(data)["version"].native == "v3")
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _opened(name: str, data: bytes, passphrase: Callable[[str], str]) -> Foreign:
    """Give key, certificate and further certificates; without a passphrase where there is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    tried: list[Callable[[], bytes | None]] = [
        lambda: None,
        lambda: b"",
        lambda: passphrase(name).encode("utf-8", "surrogateescape"),
    ]
    for each in tried:
        secret = each()
        try:
            return pkcs12.load_key_and_certificates(data, secret)
        except UnsupportedAlgorithm:
            raise _refuse(
                "key-cipher",
                name,
                "It is locked with a cipher that is no longer used.",
                "Export it again with AES (Windows: AES256-SHA256).",
            ) from None
        except (ValueError, TypeError):
            continue
    raise _refuse(
        "key-does-not-open",
        name,
        "The passphrase does not open it, or the file is damaged.",
        "Run the command again and type the passphrase it was exported with.",
    )


def _may_sign(name: str, key: Foreign, certificate: Foreign, moment: datetime.datetime) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import ExtensionNotFound, KeyUsage

    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise _refuse(
            "key-kind",
            name,
            "Readers of PDF do not check signatures with this kind of key.",
            "Use a certificate with an RSA or an elliptic-curve (P-256) key.",
        )
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= moment <= ends:
        said = f"ended on {ends:%Y-%m-%d}" if moment > ends else f"begins on {begins:%Y-%m-%d}"
        raise _refuse(
            "certificate-out-of-date",
            name,
            f"The certificate {said}; today is {moment:%Y-%m-%d}.",
            "Every reader would call the signature void: use a certificate that holds today, and "
            "check this machine's clock.",
        )
    try:
        usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise _refuse(
            "key-usage",
            name,
            "The certificate says that its key is not for signatures.",
            "Ask its issuer for one whose key usage is digital signature or non-repudiation.",
        )


def _signer(key: Foreign, certificate: Foreign, others: Foreign) -> Foreign:
    from asn1crypto.keys import PrivateKeyInfo
    from asn1crypto.x509 import Certificate as Asn1Certificate
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # NOTE: the library's
    for each in others:
        store.register(Asn1Certificate.load(each.public_bytes(Encoding.DER)))
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=Asn1Certificate.load(certificate.public_bytes(Encoding.DER)),
        signing_key=PrivateKeyInfo.load(plain),
        cert_registry=store,
    )


def _name_in(name: Foreign) -> str:
    """Give whom a certificate names, as text that can be printed."""
    from cryptography.x509.oid import NameOID

    said: list[str] = []
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        said += [str(each.value) for each in name.get_attributes_for_oid(kind)][:1]
    text = ", ".join(said) or name.rfc4514_string()
    shown = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(shown.split())[:120] or "nobody named"


def _fingerprint(certificate: Foreign) -> str:
    from cryptography.hazmat.primitives.hashes import SHA256

    return ":".join(f"{each:02X}" for each in certificate.fingerprint(SHA256()))


# Signing


def sign_pdf(
    data: bytes, where: str, certificate: Certificate, moment: datetime.datetime
) -> bytes:
    """Give a PDF of ours with a signature added behind it, checked once.

    Args:
        where: what to call the document in messages.
        moment: what the signature says of when it was made.

    Raises:
        AssessmentError: where it is no PDF we printed, is damaged or signed already, or the key
            does not fit its certificate.
    """
    look_at(data, where)
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Writer(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            """Leave what the document says of itself as it was printed."""

    try:
        writer = Writer(io.BytesIO(data))
        made = _signed(writer, certificate, moment)
    except Exception as cause:  # NOTE: whatever a damaged file does to a parser
        raise _damaged(where) from cause
    found = check_pdf(made)
    if found is None or found.fault or found.fingerprint != certificate.fingerprint:
        raise _refuse(
            "not-signed",
            where,
            "The signature that was made does not hold.",
            "The private key may not belong to the certificate: export both again.",
        )
    return made


def _signed(writer: Foreign, certificate: Certificate, moment: datetime.datetime) -> bytes:
    from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    class Signer(PdfSigner):
        def init_signing_session(self, *given: Foreign, **named: Foreign) -> Foreign:
            """Take the time from whoever called, not from a clock of its own."""
            session = super().init_signing_session(*given, **named)
            session.system_time = moment
            return session

    place = SigFieldSpec(
        FIELD,
        on_page=0,
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        readable_field_name=f"Signature of {certificate.name}",
    )
    about = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=certificate.name,
    )
    made = Signer(about, certificate.signer, new_field_spec=place).sign_pdf(writer)
    return bytes(made.getvalue())


def look_at(data: bytes, where: str) -> None:
    """See that a document is a whole, unsigned PDF that we printed.

    Raises:
        AssessmentError: with the reason, or where the library is not installed.
    """
    _needed()
    from pyhanko.pdf_utils.reader import PdfFileReader

    if not data.startswith(b"%PDF-"):
        raise _refuse(
            "not-a-pdf", where, "This is not a PDF.", "Print one: cyberassess report full."
        )
    try:
        reader: Foreign = PdfFileReader(io.BytesIO(data))
        is_locked = bool(reader.encrypted)
        if not is_locked:
            reader.find_page_for_modification(0)
            has_form = "/AcroForm" in reader.root
            maker = str(reader.trailer["/Info"]["/Creator"])
    except Exception as cause:  # NOTE: whatever a damaged file does to a parser
        raise _damaged(where) from cause
    if is_locked:
        raise _refuse(
            "pdf-locked",
            where,
            "This PDF is locked with a password.",
            "Sign it as cyberassess printed it.",
        )
    if has_signature(data):
        found = check_pdf(data)
        raise _refuse(
            "signed-already",
            where,
            f"It carries a signature already, by {found.name if found else 'somebody'}.",
            "Sign the PDF as it was printed, or hand this one on as it is.",
        )
    if has_form or not maker.startswith(_MAKER):
        raise _refuse(
            "not-our-pdf",
            where,
            "This PDF is not as cyberassess printed it.",
            "Sign a document that cyberassess report wrote, before another program changes it.",
        )


def _damaged(where: str) -> AssessmentError:
    return _refuse(
        "pdf-damaged",
        where,
        "This PDF is damaged or incomplete.",
        "Print it again: cyberassess report full.",
    )


# Checking

_RANGE = re.compile(
    rb"/ByteRange\s{0,9}\[\s{0,9}(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})"
)
_HEX = re.compile(rb"<[0-9A-Fa-f]*>")
_HASHES = {"sha256", "sha384", "sha512"}


def has_signature(data: bytes) -> bool:
    """Say whether a PDF carries a signature, good or not; needs no library."""
    return _RANGE.search(data) is not None


def check_pdf(data: bytes) -> PdfSignature | None:
    """Check a PDF's last signature; ``None`` where it carries none.

    The file need not be understood as a PDF: every byte but the signature's own must be signed.
    Whether the certificate is to be trusted is for people to say, who know its fingerprint.

    Raises:
        AssessmentError: where the library is not installed.
    """
    ranges = list(_RANGE.finditer(data))
    if not ranges:
        return None
    _needed()
    start, to, after, rest = (int(each) for each in ranges[-1].groups())
    end = after + rest
    if start or not to < after <= end <= len(data) or not _HEX.fullmatch(data[to:after]):
        return PdfSignature("nobody", "", "", "The file is not laid out as signed PDFs are.")
    try:
        signature = bytes.fromhex(data[to + 1 : after - 1].decode())
        found = _checked(signature, data[:to], data[after:end])
    except Exception:  # noqa: BLE001 - whatever a stranger's signature does to a parser
        return PdfSignature("nobody", "", "", "The signature cannot be read.")
    if not found.fault and end != len(data):
        return replace(found, fault="Something was added behind what was signed.")
    return found


def _checked(signature: bytes, *signed: bytes) -> PdfSignature:
    """Say whose signature it is, and whether it holds for these bytes."""
    from asn1crypto.cms import ContentInfo
    from cryptography.x509 import load_der_x509_certificate
    from pyhanko.sign.general import (
        check_ess_certid,
        extract_certificate_info,
        extract_signer_info,
        find_unique_cms_attribute,
    )
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    inside = ContentInfo.load(signature)["content"]
    signer = extract_signer_info(inside)
    certificate = extract_certificate_info(inside).signer_cert
    shown = load_der_x509_certificate(certificate.dump())
    named = find_unique_cms_attribute(signer["signed_attrs"], "signing_certificate_v2")
    algorithm = signer["digest_algorithm"]["algorithm"].native
    fault = ""
    if algorithm not in _HASHES:
        fault = "It was made with a hash that is no longer trusted."
    elif not check_ess_certid(certificate, named["certs"][0]):
        fault = "The certificate in it is not the one it was made with."
    else:
        sha = hashlib.new(algorithm, b"".join(signed))
        intact, valid = validate_sig_integrity(signer, certificate, "data", sha.digest())
        if not valid:
            fault = "The signature was not made with the key of its certificate."
        elif not intact:
            fault = "The document was changed after it was signed."
    return PdfSignature(
        _name_in(shown.subject), _name_in(shown.issuer), _fingerprint(shown), fault
    )
