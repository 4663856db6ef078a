"""TLS to receivers: the certificate has to be for the name, wherever the connection goes."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes import FakeClock
from tests.webhooks.receiver import Receiver, receiving
from tidemark.domain.webhooks import Answered, Failure
from tidemark.webhooks.sending import HttpReceivers

NAME = "hooks.example.com"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for the name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private


class TlsReceiver(Receiver):
    """A receiver behind TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        """Serve with a certificate."""
        super().__init__(lambda sock, _: sock.sendall(OK))
        self._listening = context.wrap_socket(self._listening, server_side=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give a certificate for the name and its key."""
    return _certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def receiver(certificate: tuple[Path, Path]) -> Iterator[Receiver]:
    """Receive with it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with TlsReceiver(context) as made:
        yield made


def send(receiver: Receiver, name: str, trust: Path | None, deadline: float = 5) -> Answered:
    """Deliver to a host that is looked up as this machine."""

    def context() -> ssl.SSLContext:
        made = ssl.create_default_context()
        if trust is not None:
            made.load_verify_locations(trust)
        return made

    origin = f"https://{name}:{receiver.port}"
    sending = HttpReceivers(
        FakeClock(), {origin}, lambda *_: ["127.0.0.1"], context, deadline=deadline
    )
    return sending.send(origin, "evt_1", b"{}", [b"s" * 32])


def test_a_certificate_for_the_name_is_right(
    receiver: Receiver, certificate: tuple[Path, Path]
) -> None:
    """Though the connection was made to an address."""
    assert send(receiver, NAME, certificate[0]) == Answered(200)


def test_a_certificate_for_another_name_is_wrong(
    receiver: Receiver, certificate: tuple[Path, Path]
) -> None:
    """Nothing is sent then."""
    answered = send(receiver, "other.example.com", certificate[0])
    assert answered == Answered(failure=Failure.TLS)
    assert receiver.asked == []


def test_a_certificate_that_nobody_vouches_for_is_wrong(receiver: Receiver) -> None:
    """Nothing is sent then, either."""
    assert send(receiver, NAME, None) == Answered(failure=Failure.TLS)
    assert receiver.asked == []


def test_a_receiver_without_tls_is_none() -> None:
    """What speaks plain HTTP where TLS is expected gets nothing."""
    with receiving(OK) as plain:
        assert send(plain, NAME, None, 0.2).failure in {Failure.TLS, Failure.TIMEOUT}
