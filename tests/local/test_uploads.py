"""Files come and go by what a function has signed, with that function's rights."""

import json
import re

import httpx
import pytest

from local.template import REGION
from tests.local.conftest import Toy
from tidemark.aws.bucket import Bucket
from tidemark.aws.uploads import S3Uploads
from tidemark.credentials import Credentials
from tidemark.domain.file_ports import UploadForm
from tidemark.sessions import EnvironmentSession
from tidemark.wire import CallRefused


def bucket_of(toy: Toy, caller: str = "") -> Bucket:
    """Sign as a function does, or as anybody who is none."""
    session = EnvironmentSession(Credentials(caller or toy.outputs["WebName"], "local"))
    return Bucket(toy.outputs["BucketName"], session, region=REGION, endpoint=toy.child.aws)


def uploads(toy: Toy, caller: str = "") -> S3Uploads:
    """Keep files in the toy's bucket."""
    return S3Uploads(bucket_of(toy, caller))


def post(form: UploadForm, content: bytes, **more: str) -> tuple[int, str]:
    """Post a form with a file; give the status and what it says."""
    fields = {**form.fields, **more}
    answer = httpx.post(form.url, data=fields, files={"file": ("a.csv", content)}, trust_env=False)
    return answer.status_code, answer.text


def fetch(url: str) -> tuple[int, str]:
    """Follow a URL."""
    answer = httpx.get(url, trust_env=False)
    return answer.status_code, answer.text


def told(toy: Toy) -> list[str]:
    """Name the objects whose arrival the toy's function was told of."""
    assert toy.child.idle()
    messages = [json.loads(what) for what in toy.records() if what.startswith("{")]
    records = [record for message in messages for record in message.get("Records", [])]
    return [record["s3"]["object"]["key"] for record in records]


def test_an_upload_is_told_to_the_queue(toy: Toy) -> None:
    """A form that was signed brings a file, the file says whose it is, and a function hears."""
    form = uploads(toy).presign_upload("in/1", "zoë", 10, "text/csv")

    assert post(form, b"ten bytes!") == (204, "")
    assert uploads(toy, "local").owner_of("in/1") == "zoë"
    assert uploads(toy, "local").read("in/1", 10) == b"ten bytes!"
    assert told(toy).count("in%2F1") == 1


def test_what_is_written_elsewhere_is_not_told(toy: Toy) -> None:
    """The notification has a prefix."""
    uploads(toy, "local").write("out/quiet", b"1", "text/csv")

    assert "out%2Fquiet" not in told(toy)


@pytest.mark.parametrize(
    ("content", "more", "expected"),
    [
        (b"eleven bytes", {}, (400, "EntityTooLarge")),
        (b"", {}, (400, "EntityTooSmall")),
        (b"1", {"key": "in/other"}, (403, "Policy: key")),
        (b"1", {"x-amz-meta-owner": "bWFsbG9yeQ=="}, (403, "Policy: x-amz-meta-owner")),
        (b"1", {"x-amz-meta-more": "1"}, (403, "Extra input fields: x-amz-meta-more")),
        (b"1", {"x-amz-signature": "0" * 64}, (403, "SignatureDoesNotMatch")),
        (b"1", {"policy": "e30="}, (403, "SignatureDoesNotMatch")),
        (b"1", {"x-amz-credential": ""}, (403, "Access Denied")),
    ],
)
def test_a_form_is_held_to_what_was_signed(
    toy: Toy, content: bytes, more: dict[str, str], expected: tuple[int, str]
) -> None:
    """Size, name, owner: nothing may be changed or added, and nothing is kept."""
    status, said = post(
        uploads(toy).presign_upload("in/refused", "alice", 10, "text/csv"), content, **more
    )

    assert (status, expected[1] in said) == (expected[0], True), said
    assert "in%2Frefused" not in told(toy)


def test_what_is_signed_is_done_with_the_rights_of_who_signed(toy: Toy) -> None:
    """A form for a place that the function may not write, a URL for one that it may not read."""
    uploads(toy, "local").write("out/1", b"1", "text/csv")
    uploads(toy, "local").write("in/2", b"2", "text/csv")
    web = uploads(toy)

    assert fetch(web.presign_download("out/1", "1.csv")) == (200, "1")
    for status, said in (
        fetch(web.presign_download("in/2", "2.csv")),
        fetch(uploads(toy, toy.outputs["TaskName"]).presign_download("out/1", "1.csv")),
        post(web.presign_upload("out/3", "alice", 9, "text/csv"), b"3"),
    ):
        assert status == 403
        assert "may not s3:" in said


def test_a_functions_own_calls_are_held_to_its_role(toy: Toy) -> None:
    """As those to other services are."""
    web = uploads(toy)
    web.write("in/3", b"3", "text/csv")

    for call in (lambda: web.read("in/3", 1), lambda: web.delete("in/3")):
        with pytest.raises(CallRefused, match="AccessDenied"):
            call()


def test_nobody_gets_anything_without_a_signature(toy: Toy) -> None:
    """Neither by name nor as a list."""
    uploads(toy, "local").write("out/4", b"4", "text/csv")
    signed = uploads(toy).presign_download("out/4", "4.csv")

    for url in (signed.partition("?")[0], signed.rpartition("/out/")[0]):
        assert fetch(url)[0] == 403


def test_signatures_end(toy: Toy) -> None:
    """A URL and a form hold for as long as they say."""
    uploads(toy, "local").write("out/5", b"5", "text/csv")
    signed = uploads(toy).presign_download("out/5", "5.csv")
    fields = {"key": "in/5", "Content-Type": "text/csv"}
    form = bucket_of(toy).sign_form(fields, [], "2020-01-01T00:00:00Z")

    status, said = fetch(re.sub(r"X-Amz-Date=\w+", "X-Amz-Date=20200101T000000Z", signed))
    assert (status, "Request has expired" in said) == (403, True)
    status, said = post(UploadForm(*form), b"5")
    assert (status, "Policy expired" in said) == (403, True)
