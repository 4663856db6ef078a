"""AWS on this machine: moto behind one HTTP port, in this process.

As moto's own server, but with connections that stay open and without delayed packets: workers make
many small calls.
"""

import io
import json
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from local import s3_door
from local.roles import Roles

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class _Handler(MotoRequestHandler):
    """Keeps connections open, sends at once, logs nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body go out together

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """Say nothing: a log of all calls would drown the functions' own."""


class _Atomic(DomainDispatcherApplication):
    """moto, with the calls one at a time that are atomic on AWS.

    moto looks at a condition and then writes; another thread may come in between.
    """

    targets = ("DynamoDB_", "AWSStepFunctions.StartExecution")

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._one_at_a_time = threading.Lock()
        self.roles = Roles()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        answer: Iterable[bytes]
        if "HTTP_X_AMZ_TARGET" not in environ:
            return self._rest(environ, start_response)
        refused = self._refused(environ)
        if refused is not None:
            error = {"__type": "AccessDeniedException", "message": refused}
            start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.0")])
            return [json.dumps(error).encode()]
        if not environ["HTTP_X_AMZ_TARGET"].startswith(self.targets):
            answer = super().__call__(environ, start_response)
            return answer
        with self._one_at_a_time:
            answer = super().__call__(environ, start_response)
            return answer

    def _rest(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request whose service speaks no JSON: S3 holds it to roles and signatures."""
        refused = s3_door.refusal(environ, self.roles, datetime.now(UTC))
        if refused is None:
            answer: Iterable[bytes] = super().__call__(environ, start_response)
            return answer
        start_response(refused.status, [("Content-Type", "application/xml")])
        return [refused.body]

    def _refused(self, environ: "WSGIEnvironment") -> str | None:
        """Say what the caller may not do; the body is put back for moto."""
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(content)
        return self.roles.refuse(
            environ.get("HTTP_AUTHORIZATION", ""),
            environ["HTTP_X_AMZ_TARGET"],
            json.loads(content or b"{}"),
        )


class AwsServer:
    """Serves moto on a port of the loopback interface."""

    def __init__(self, port: int) -> None:
        self._moto = _Atomic()
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, self._moto, threaded=True, request_handler=_Handler
        )
        self.port: int = self._server.server_address[1]

    @property
    def url(self) -> str:
        """Give the endpoint for AWS_ENDPOINT_URL."""
        return f"http://127.0.0.1:{self.port}"

    def hold_to(self, roles: Roles) -> None:
        """Refuse from now on what the functions' roles do not allow."""
        self._moto.roles = roles

    def start(self) -> None:
        """Serve in the background."""
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
