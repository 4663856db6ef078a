"""Files of owners in S3. What is signed here, S3 holds everybody to: name, size, type, time."""

import base64
import re
from datetime import UTC, datetime, timedelta

from tidemark.aws.bucket import Bucket, Call
from tidemark.connections import Reply
from tidemark.domain.file_ports import UploadForm
from tidemark.errors import Invalid, NotFound
from tidemark.wire import CallRefused

_SIGNED_FOR = timedelta(minutes=15)
_OWNER = "x-amz-meta-owner"
_MISSING = frozenset({"404", "NoSuchKey"})
_UNPRINTABLE = re.compile(r"[^ !#-\[\]-~]")


class S3Uploads:
    """Keeps files in a bucket, which encrypts them and lets them expire."""

    def __init__(self, bucket: Bucket) -> None:
        """Keep files in a bucket."""
        self._bucket = bucket

    def presign_upload(self, name: str, owner: str, limit: int, content_type: str) -> UploadForm:
        """Sign a form; the owner's id goes along in it, for no name may tell it."""
        fields = {
            "key": name,
            "Content-Type": content_type,
            _OWNER: base64.urlsafe_b64encode(owner.encode()).decode(),
        }
        until = (datetime.now(UTC) + _SIGNED_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
        size = ["content-length-range", 1, limit]
        return UploadForm(*self._bucket.sign_form(fields, [size], until))

    def presign_download(self, name: str, filename: str) -> str:
        """Sign a URL that saves the file instead of showing it."""
        plain = _UNPRINTABLE.sub("_", filename)
        query = {"response-content-disposition": f'attachment; filename="{plain}"'}
        return self._bucket.sign_url(name, query, int(_SIGNED_FOR.total_seconds()))

    def owner_of(self, name: str) -> str:
        """Read the owner that went along, with the first byte."""
        reply = self._get(name, 0)
        told = reply.headers.get(_OWNER)
        if told is None:
            raise NotFound
        return base64.urlsafe_b64decode(told).decode()

    def read(self, name: str, limit: int) -> bytes:
        """Read at most one byte more than there may be."""
        content = self._get(name, limit).content
        if len(content) > limit:
            raise Invalid(f"The file has more than {limit} bytes.", code="file_too_large")
        return content

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """Write in one piece: S3 shows either the old file or the new one."""
        headers = {"Content-Type": content_type}
        self._bucket.call(Call("PutObject", "PUT", name, headers, content))

    def delete(self, name: str) -> None:
        """Remove; S3 does not mind when there is nothing."""
        self._bucket.call(Call("DeleteObject", "DELETE", name))

    def _get(self, name: str, last: int) -> Reply:
        """Get an object's bytes from the first to number ``last``. Raises NotFound."""
        headers = {"Range": f"bytes=0-{last}"}
        try:
            return self._bucket.call(Call("GetObject", "GET", name, headers))
        except CallRefused as error:
            if error.kind in _MISSING:
                raise NotFound from None
            raise
