"""Files in S3: what is signed, what is read and written, and what is told of failures."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError
from moto.s3.models import s3_backends

from tests.aws_calls import Answering, Listener, answer, listening
from tests.fakes.files import MemoryUploads
from tests.played import FILES_BUCKET, FILES_QUEUE_URL, REGION, wire_to
from tests.tables import session
from tidemark import wiring
from tidemark.aws.bucket import Bucket, Call
from tidemark.aws.queue import SqsFilesQueue
from tidemark.aws.uploads import S3Uploads
from tidemark.credentials import Credentials
from tidemark.domain.imports import FileJob, JobKind, export_name, import_of, upload_name
from tidemark.domain.ports import Uploads
from tidemark.errors import Invalid, NotFound, StoreUnavailable
from tidemark.sessions import EnvironmentSession, Session
from tidemark.wire import SQS, CallRefused

OWNER = "zoë@example.com"
IMPORT = "imp_01JZ8Q9V1X3Z5B7D9F1H3K5M7P"
NAME = upload_name(OWNER, IMPORT)
EXPORT = export_name(OWNER, "exp_01JZ8Q9V1X3Z5B7D9F1H3K5M7P")
LOST = ReadTimeoutError(endpoint_url="http://aws")


class Ranges(Listener):
    """Keeps which part of files was asked for."""

    def __init__(self) -> None:
        """Start with none."""
        self.asked: list[str | None] = []

    def before(self, operation: str, request: AWSPreparedRequest) -> None:
        """Keep one."""
        self.asked.append(request.headers.get("Range"))


def bucket(endpoint: str | None = None, token: str | None = None) -> Bucket:
    """Speak to the bucket, without ever waiting."""
    signing: Session = session()
    if token is not None:
        signing = EnvironmentSession(Credentials("AKID", "secret", token))
    return Bucket(FILES_BUCKET, signing, region=REGION, endpoint=endpoint, sleep=lambda _: None)


@pytest.fixture
def uploads(aws: None) -> S3Uploads:
    """Keep files in a bucket that moto plays."""
    del aws
    s3_backends["123456789012"]["aws"].create_bucket(FILES_BUCKET, REGION)
    return S3Uploads(bucket())


@pytest.fixture(params=["s3", "memory"])
def any_uploads(request: pytest.FixtureRequest) -> Uploads:
    """Keep files in S3, and as tests do."""
    made: Uploads = request.getfixturevalue("uploads") if request.param == "s3" else MemoryUploads()
    return made


def put(name: str, content: bytes, owner: str | None = None) -> None:
    """Put a file into moto's bucket as a form would."""
    key = s3_backends["123456789012"]["aws"].put_object(FILES_BUCKET, name, content)
    if owner is not None:
        key.set_metadata({"x-amz-meta-owner": base64.urlsafe_b64encode(owner.encode()).decode()})


def policy(fields: dict[str, str]) -> dict[str, object]:
    """Read the policy of a signed form."""
    read: dict[str, object] = json.loads(base64.b64decode(fields["policy"]))
    return read


def test_what_is_written_is_read_until_it_is_deleted(any_uploads: Uploads) -> None:
    """Twice written is the last one; what is gone may be deleted again."""
    any_uploads.write(EXPORT, b"old", "text/csv")
    any_uploads.write(EXPORT, b"\xffnew", "text/csv")
    assert any_uploads.read(EXPORT, 4) == b"\xffnew"
    for _ in range(2):
        any_uploads.delete(EXPORT)
    with pytest.raises(NotFound):
        any_uploads.read(EXPORT, 4)


def test_a_file_that_is_too_large_is_not_read(any_uploads: Uploads) -> None:
    """However it got there."""
    any_uploads.write(EXPORT, b"12345", "text/csv")

    with pytest.raises(Invalid) as refused:
        any_uploads.read(EXPORT, 4)
    assert refused.value.code == "file_too_large"


def test_no_more_is_fetched_than_may_be(uploads: S3Uploads) -> None:
    """S3 is asked for one byte more, not for all."""
    put(NAME, b"x" * 1000)
    with listening(Ranges()) as ranges, pytest.raises(Invalid):
        uploads.read(NAME, 9)
    assert ranges.asked == ["bytes=0-9"]


def test_an_upload_tells_whose_it_is(uploads: S3Uploads) -> None:
    """By what went along in the form; a file that came otherwise is nobody's."""
    put(NAME, b"1", OWNER)
    put(EXPORT, b"1")

    assert uploads.owner_of(NAME) == OWNER
    for name in (EXPORT, upload_name("bob", IMPORT)):
        with pytest.raises(NotFound):
            uploads.owner_of(name)


def test_a_form_is_for_one_file_of_one_owner() -> None:
    """Name, type, owner and size are all in the policy, and nothing more may be added."""
    form = S3Uploads(bucket()).presign_upload(NAME, OWNER, 5_000_000, "text/csv")

    fields = dict(form.fields)
    conditions = policy(fields)["conditions"]
    assert form.url == f"https://{FILES_BUCKET}.s3.{REGION}.amazonaws.com/"
    assert isinstance(conditions, list)
    assert ["content-length-range", 1, 5_000_000] in conditions
    exact = {
        name: value for each in conditions if isinstance(each, dict) for name, value in each.items()
    }
    assert exact.pop("bucket") == FILES_BUCKET
    assert exact == {k: v for k, v in fields.items() if k not in {"policy", "x-amz-signature"}}
    assert (exact["key"], exact["Content-Type"]) == (NAME, "text/csv")
    assert OWNER not in str(fields)
    assert "zo" not in NAME


def test_a_form_and_a_url_end_after_a_quarter_of_an_hour() -> None:
    """Counted from when they were signed."""
    uploads = S3Uploads(bucket(token="session"))
    fields = dict(uploads.presign_upload(NAME, OWNER, 1, "text/csv").fields)
    url = urlsplit(uploads.presign_download(EXPORT, 'Übersicht "2025".csv'))

    ends, at = str(policy(fields)["expiration"]), fields["x-amz-date"]
    minutes = (int(ends[11:13]) * 60 + int(ends[14:16])) - (int(at[9:11]) * 60 + int(at[11:13]))
    assert minutes % 1440 in {15, 16}
    assert fields["x-amz-security-token"] == "session"
    query = {name: value for name, (value,) in parse_qs(url.query).items()}
    assert query["X-Amz-Expires"] == "900"
    assert query["X-Amz-Security-Token"] == "session"
    assert query["response-content-disposition"] == 'attachment; filename="_bersicht _2025_.csv"'


def test_at_an_endpoint_of_ones_own_the_bucket_is_in_the_path() -> None:
    """As the local server and emulators have it."""
    uploads = S3Uploads(bucket("http://127.0.0.1:4566"))

    assert uploads.presign_download(EXPORT, "a").startswith(
        f"http://127.0.0.1:4566/{FILES_BUCKET}/{EXPORT}?"
    )
    assert (
        uploads.presign_upload(NAME, OWNER, 1, "a").url == f"http://127.0.0.1:4566/{FILES_BUCKET}/"
    )


@pytest.mark.parametrize("trouble", [answer(503, {}), answer(500, {}), LOST])
def test_tries_again_what_passes(uploads: S3Uploads, trouble: object) -> None:
    """A slow answer of S3 is no end."""
    put(NAME, b"1")

    with listening(Answering("s3.GetObject", trouble, trouble)) as asked:  # type: ignore[arg-type]
        assert uploads.read(NAME, 1) == b"1"
    assert asked.asked == 3


def test_gives_up_in_the_end(uploads: S3Uploads) -> None:
    """After some attempts."""
    with listening(Answering("s3.PutObject", *[LOST] * 9)), pytest.raises(StoreUnavailable):
        uploads.write(EXPORT, b"", "text/csv")


def test_a_refusal_is_told_by_its_word(uploads: S3Uploads) -> None:
    """What is forbidden is not said to be gone."""
    with (
        listening(Answering("s3.GetObject", answer(403, "<Code>AccessDenied</Code>"))),
        pytest.raises(CallRefused, match=r"^GetObject was refused: AccessDenied$"),
    ):
        uploads.read(NAME, 1)


@pytest.mark.parametrize("name", ["", "uploads/../x y", "a?b", "a%2Fb", "a\r\nb"])
def test_names_are_of_plain_letters(name: str) -> None:
    """Whatever would have to be spelled otherwise in a URL is no name."""
    with pytest.raises(ValueError, match="no name"):
        bucket().call(Call("GetObject", "GET", name))


def test_a_name_tells_the_import_and_not_the_owner() -> None:
    """Two owners' files lie apart; names that the server never made tell nothing."""
    assert import_of(NAME) == IMPORT
    assert upload_name("bob", IMPORT) != NAME
    for other in (EXPORT, f"{NAME}/x", NAME.lower(), f"uploads/{OWNER}/{IMPORT}"):
        assert import_of(other) is None


def test_a_message_names_the_job(aws: None) -> None:
    """Ids are all it holds."""
    del aws
    SqsFilesQueue(wire_to(SQS), FILES_QUEUE_URL).send(FileJob("alice", JobKind.COMMIT, IMPORT))

    (message,) = wire_to(SQS).call("ReceiveMessage", {"QueueUrl": FILES_QUEUE_URL})["Messages"]
    assert json.loads(message["Body"]) == {"owner": "alice", "job": "commit", "id": IMPORT}


@pytest.fixture
def _wired_anew() -> Iterator[None]:
    """Have the wiring make its bucket now, and again afterwards."""
    wiring.uploads.cache_clear()
    yield
    wiring.uploads.cache_clear()


@pytest.mark.usefixtures("uploads", "_wired_anew")
def test_files_are_wired() -> None:
    """The bucket and the queue of the environment."""
    wiring.uploads().write(EXPORT, b"1", "text/csv")

    assert wiring.uploads().read(EXPORT, 1) == b"1"
    for made in (wiring.uploads, wiring.files_queue, wiring.work_files):
        assert made() is made()
