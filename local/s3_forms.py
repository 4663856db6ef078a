"""Signed forms of S3, held to their policies as S3 holds them; moto takes whatever comes.

docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import base64
import hmac
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.formparser import parse_form_data

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_UNSIGNED = {"policy", "x-amz-signature", "file"}


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was posted to a bucket; the names of its fields are in small letters."""

    bucket: str
    fields: Mapping[str, str]
    size: int

    @classmethod
    def read(cls, environ: "WSGIEnvironment", bucket: str) -> "Form":
        """Read a posted form; the body is put back for moto."""
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(content)
        _, values, files = parse_form_data({**environ, "wsgi.input": io.BytesIO(content)})
        fields = {name.lower(): value for name, value in values.items()}
        size = (
            len(files["file"].read()) if "file" in files else len(fields.get("file", "").encode())
        )
        return cls(bucket, fields, size)

    def refusal(self, secret: str, now: datetime) -> tuple[str, str] | None:
        """Give code and reason of S3's refusal, or None when the form is as it was signed."""
        if not hmac.compare_digest(self._signature(secret), self.fields.get("x-amz-signature", "")):
            return "SignatureDoesNotMatch", "the signature is not that of the policy"
        policy = json.loads(base64.b64decode(self.fields["policy"]))
        if datetime.fromisoformat(policy["expiration"]).astimezone(UTC) < now:
            return "AccessDenied", "Invalid according to Policy: Policy expired."
        return next(self._faults(policy["conditions"]), None)

    def _signature(self, secret: str) -> str:
        """Sign the policy anew."""
        key = f"AWS4{secret}".encode()
        for part in self.fields.get("x-amz-credential", "").split("/")[1:]:
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, self.fields.get("policy", "").encode(), "sha256").hex()

    def _faults(self, conditions: list[Any]) -> Iterator[tuple[str, str]]:
        """Go through what the policy does not allow."""
        known = {**self.fields, "bucket": self.bucket}
        covered = {"bucket", *_UNSIGNED}
        for kind, name, value in map(_condition, conditions):
            if kind == "content-length-range":
                yield from _size_faults(self.size, int(name), int(value))
                continue
            covered.add(name)
            told = known.get(name, "")
            if not (told == value if kind == "eq" else told.startswith(value)):
                yield "AccessDenied", f"Invalid according to Policy: {name}"
        if more := sorted(set(self.fields) - covered):
            yield "AccessDenied", f"Invalid according to Policy: Extra input fields: {more[0]}"


def _condition(condition: Any) -> tuple[str, str, str]:  # noqa: ANN401 (JSON)
    """Read one condition: its kind, and the two things that it names."""
    if isinstance(condition, dict):
        ((name, value),) = condition.items()
        return "eq", name.lower(), str(value)
    kind, first, second = condition
    return str(kind), str(first).removeprefix("$").lower(), str(second)


def _size_faults(size: int, least: int, most: int) -> Iterator[tuple[str, str]]:
    """Tell of a file that is too small or too large."""
    if size < least:
        yield "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"
    if size > most:
        yield "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"
