"""A self-signed certificate for localhost."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.kit import clock

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])


@dataclass(frozen=True)
class Certificate:
    served: ssl.SSLContext
    trusted: ssl.SSLContext

    @classmethod
    def make(cls, folder: Path) -> Self:
        key, day = ec.generate_private_key(ec.SECP256R1()), timedelta(days=1)
        made = (
            x509.CertificateBuilder(NAME, NAME, key.public_key(), x509.random_serial_number())
            .not_valid_before(clock.now() - day)
            .not_valid_after(clock.now() + day)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file = folder / "localhost.pem"
        file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, *plain))
        served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        served.load_cert_chain(file)
        return cls(served, ssl.create_default_context(cafile=str(file)))
