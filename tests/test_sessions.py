"""Sessions: the credentials they give, and how those who listen see and answer calls."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.session import Session as Theirs

from tests.aws_calls import Answering, Changing, Recorder, answer, listening
from tests.played import environment
from tidemark import wiring
from tidemark.botocore_session import BotocoreSession
from tidemark.connections import Reply, Request
from tidemark.credentials import Credentials, NoCredentials
from tidemark.sessions import EnvironmentSession, Session
from tidemark.settings import Settings, settings

GET = "dynamodb.GetItem"
KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}
LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "sync"}
REQUEST = Request(
    "POST",
    "https://dynamodb.eu-central-1.amazonaws.com/",
    {"X-Amz-Target": "DynamoDB_20120810.GetItem"},
    b'{"TableName":"T"}',
)


@pytest.fixture(autouse=True)
def _trust_as_the_system_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine that runs the tests trusts."""
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)


def in_function(token: str | None, bundle: str | None) -> Session:
    """Make a function's session, as settings read it."""
    given = {"AWS_SESSION_TOKEN": token or "", "AWS_CA_BUNDLE": bundle or ""}
    read = Settings.of({**environment(), **KEYS, **LAMBDA, **given})
    assert read.credentials is not None
    return EnvironmentSession(read.credentials, read.ca_bundle)


def by_botocore(token: str | None, bundle: str | None) -> Session:
    """Make a session that stands over botocore's."""
    theirs = Theirs()
    theirs.set_credentials(*KEYS.values(), token)
    theirs.set_config_variable("ca_bundle", bundle)
    return BotocoreSession(theirs)


@pytest.mark.parametrize("make", [in_function, by_botocore])
@pytest.mark.parametrize(("token", "bundle"), [("token", "/certificates.pem"), (None, None)])
def test_gives_credentials_and_whom_to_trust(
    make: Callable[[str | None, str | None], Session], token: str | None, bundle: str | None
) -> None:
    """With the token of a role, and without; they are never shown."""
    session = make(token, bundle)

    assert session.credentials() == Credentials("AKID", "secret", token)
    assert session.ca_bundle == bundle
    assert "secret" not in repr(session)
    assert "token=" not in repr(session.credentials())


@pytest.mark.parametrize("make", [in_function, by_botocore])
def test_calls_go_their_way_when_nobody_answers(
    make: Callable[[str | None, str | None], Session],
) -> None:
    """What was parsed stays as it is."""
    session, parsed = make(None, None), {"Item": 1}

    assert session.before_send(GET, REQUEST) is None
    session.after_call(GET, Reply(200, {}, b""), parsed)

    assert parsed == {"Item": 1}


def test_who_listens_sees_a_request_and_answers_it() -> None:
    """The answer is as if it had come over a connection, whatever the case of its headers."""
    answering = Answering(GET, answer(400, {"a": 1}, {"X-Amz-Crc32": "7"}))

    with listening(Recorder()) as recorder, listening(answering):
        reply = by_botocore(None, None).before_send(GET, REQUEST)

    assert recorder.calls == [(GET, {"TableName": "T"})]
    assert reply is not None
    assert (reply.status_code, reply.content) == (400, b'{"a": 1}')
    assert reply.headers.get("x-amz-crc32") == "7"


def test_who_listens_changes_what_was_parsed() -> None:
    """In place."""
    parsed: dict[str, Any] = {}

    with listening(Changing(GET, lambda answer: answer.update(Item=2))):
        by_botocore(None, None).after_call(GET, Reply(200, {}, b"{}"), parsed)

    assert parsed == {"Item": 2}


@pytest.mark.parametrize("lost", [ReadTimeoutError, EndpointConnectionError])
def test_a_lost_call_is_an_error_of_the_system(lost: type[Exception]) -> None:
    """On its way there, and on its way back; a bug stays what it is."""
    session = by_botocore(None, None)

    def lose(_: object) -> None:
        raise lost(endpoint_url="http://aws")

    with listening(Answering(GET, lost(endpoint_url="http://aws"))), pytest.raises(OSError):  # noqa: PT011 - any is
        session.before_send(GET, REQUEST)
    with listening(Changing(GET, lose)), pytest.raises(OSError):  # noqa: PT011 - the same
        session.after_call(GET, Reply(200, {}, b"{}"), {})
    with listening(Answering(GET, KeyError())), pytest.raises(KeyError):
        session.before_send(GET, REQUEST)
    with listening(Answering(GET, "no answer")), pytest.raises(TypeError):  # type: ignore[arg-type]
        session.before_send(GET, REQUEST)


def test_without_any_credentials_nothing_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the environment nor in a profile."""
    for name in KEYS:
        monkeypatch.delenv(name)

    with pytest.raises(NoCredentials):
        BotocoreSession().credentials()


@pytest.mark.parametrize(
    "missing", ["AWS_LAMBDA_FUNCTION_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
)
def test_lambda_is_told_by_its_name_and_both_keys(missing: str) -> None:
    """Where one is missing, as under SnapStart, botocore looks further."""
    told = {**environment(), **KEYS, **LAMBDA}

    assert Settings.of(told).credentials == Credentials("AKID", "secret", None)
    assert Settings.of({**told, missing: ""}).credentials is None
    del told[missing]
    assert Settings.of(told).credentials is None


@pytest.fixture
def _wired_anew() -> Iterator[None]:
    """Have the environment read and the session made now, and again afterwards."""
    for made in (settings, wiring.session):
        made.cache_clear()
    yield
    for made in (settings, wiring.session):
        made.cache_clear()


@pytest.mark.usefixtures("_wired_anew")
@pytest.mark.parametrize(("given", "kind"), [(LAMBDA, EnvironmentSession), ({}, BotocoreSession)])
def test_the_session_is_that_of_the_place(
    given: dict[str, str], kind: type[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda's own in a function, botocore's anywhere else."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert isinstance(wiring.session(), kind)
    assert wiring.session().credentials() == Credentials("testing", "testing", None)
