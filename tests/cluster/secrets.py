"""Keys and certificates for TLS, as the authority of a hospital might make them."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

AUTHORITY = "distributed.comm.tls.ca-file"
"""Where Dask has the place of the authority's certificate."""


class Secrets:
    """Keys and certificates of an authority, and their places in Dask's settings."""

    def __init__(self, folder: Path, authority: str, who: str, *, days: int = 1) -> None:
        self.folder, self.authority, self.who, self._days = folder, authority, who, days
        signed = self._certificate(authority, None)
        self._certificate(who, signed)

    def _certificate(
        self, name: str, signed: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None
    ) -> tuple[x509.Name, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        issuer, signs = signed or (subject, key)
        now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
        end = now + self._days * day
        certificate = (
            x509.CertificateBuilder(issuer, subject, key.public_key(), 7, now - 3 * day, end)
            .add_extension(x509.BasicConstraints(ca=signed is None, path_length=None), True)
            .sign(signs, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        (self.folder / f"{name}.pem").write_bytes(
            certificate.public_bytes(pem)
            + key.private_bytes(
                pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return subject, key

    def environment(self) -> dict[str, str]:
        """As a user sets them."""
        prefix = "DASK_DISTRIBUTED__COMM__TLS__"
        ours = str(self.folder / f"{self.who}.pem")
        roles = [f"{prefix}{role}__CERT" for role in ("CLIENT", "SCHEDULER", "WORKER")]
        return {
            f"{prefix}CA_FILE": str(self.folder / f"{self.authority}.pem"),
            **dict.fromkeys(roles, ours),
        }

    def settings(self) -> dict[str, str]:
        """As Dask reads them, of a client."""
        return {
            AUTHORITY: str(self.folder / f"{self.authority}.pem"),
            "distributed.comm.tls.client.cert": str(self.folder / f"{self.who}.pem"),
        }
