"""Certificates for servers of the tests, good and bad."""

import datetime as dt
import ssl
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = dt.datetime.now(dt.UTC)  # TLS goes by the machine's clock


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """A certificate authority of its own, whose certificate is at `file`."""

    def __init__(self, folder: Path, *, rsa_leaf: bool = False) -> None:
        self._key, self._folder, self._rsa_leaf = ec.generate_private_key(ec.SECP256R1()), folder, rsa_leaf
        self._name = _name("An authority of the tests")
        own = self._sign(self._name, self._key, days=30, extension=x509.BasicConstraints(ca=True, path_length=None))
        self.file = folder / "authority.pem"
        self.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def _sign(self, subject, key, *, days, extension):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).add_extension(extension, critical=False)
        builder = builder.not_valid_before(NOW - dt.timedelta(days=60)).not_valid_after(
            NOW + dt.timedelta(days=days, hours=1)
        )
        return builder.sign(self._key, hashes.SHA256())

    def context(self, host: str, *, days: int = 20) -> ssl.SSLContext:
        """Return a server's side of TLS for `host`, with a certificate that expires in `days`."""
        key = rsa.generate_private_key(65537, 2048) if self._rsa_leaf else ec.generate_private_key(ec.SECP256R1())
        is_address = host.replace(".", "").isdigit()
        name = x509.IPAddress(IPv4Address(host)) if is_address else x509.DNSName(host)
        names = x509.SubjectAlternativeName([name])
        certificate = self._sign(_name(host), key, days=days, extension=names)
        path = self._folder / f"{host}-{days}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@cache
def authority(folder: Path) -> Authority:
    return Authority(folder)
