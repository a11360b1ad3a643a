"""A made-up officer's signing certificate, and the smallest document of ours to sign with it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import ExtensionOID, NameOID

from cyberassess.press.pdf_file import File

NOW = datetime.datetime(2026, 6, 30, 12, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
PASSPHRASE = "salt in the vault é"  # noqa: S105 - of keys made here
"""What nothing may ever print."""

PrivateKey = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey
)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a certificate says its key is for."""

    digital_signature: bool = True
    content_commitment: bool = True


def certificate(
    key: PrivateKey,
    *,
    name: str = "Sam Reid",
    begins: datetime.datetime = NOW - 900 * DAY,
    ends: datetime.datetime = NOW + 3650 * DAY,
    usage: Usage | bytes | None = None,
    issuer: str = "",
    by: PrivateKey | None = None,
) -> x509.Certificate:
    """Make a certificate, signed by itself unless an issuer is named."""

    def called(text: str) -> x509.Name:
        named = [x509.NameAttribute(NameOID.COMMON_NAME, text)] if text else []
        return x509.Name(named)

    builder = (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(issuer or name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if isinstance(usage, bytes):
        odd = x509.UnrecognizedExtension(ExtensionOID.KEY_USAGE, usage)
        builder = builder.add_extension(odd, critical=True)
    elif usage is not None:
        bits = [usage.digital_signature, usage.content_commitment, True, *[False] * 6]
        builder = builder.add_extension(x509.KeyUsage(*bits), critical=True)
    signing = by or key
    return builder.sign(
        signing, None if isinstance(signing, ed25519.Ed25519PrivateKey) else SHA256()
    )


def key_file(
    path: Path,
    *,
    passphrase: str = "",
    key: PrivateKey | None = None,
    made: x509.Certificate | None = None,
    others: Sequence[x509.Certificate] = (),
) -> Path:
    """Write a PKCS#12 file that only its owner may read."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    locked = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    data = pkcs12.serialize_key_and_certificates(
        b"officer", key, made or certificate(key), list(others), locked
    )
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def printed(creator: str = "cyberassess 0.1.0") -> bytes:
    """Give a document as ours are: one empty page."""
    file = File()
    pages = file.reserve()
    page = file.add(b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 200 200]/Tabs/S>>" % pages)
    file.put(pages, b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % page)
    root = file.add(b"<</Type/Catalog/Pages %d 0 R>>" % pages)
    info = file.add(b"<</Creator(%s)>>" % creator.encode())
    return file.written(root, info, "0f" * 16)
