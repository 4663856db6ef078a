"""The deployment's own names at aggregators: a key that only KMS sees, a secret from SSM.

Enable Banking knows an application by its id and checks signatures made by its RSA key, which lies
in KMS and cannot leave it. GoCardless knows one by an id and a key, kept together as JSON
(``{"secret_id": …, "secret_key": …}``) in one encrypted parameter, which is read once per process.
"""

import base64
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from tidemark.domain.consents import Application
from tidemark.errors import NotConfigured
from tidemark.wire import CallRefused, Wire

_UNSET = "This deployment is not registered with {}: ask whoever runs it."
_UNREADABLE = "This deployment's application at {} cannot be used: ask whoever runs it."


class AwsApplications:
    """Names the deployment where its settings say how; a throttled AWS is StoreUnavailable."""

    def __init__(
        self,
        wire: Callable[[str], Wire],
        *,
        enable_banking: tuple[str, str],
        gocardless: str,
    ) -> None:
        """Take an application id and a key's ARN, and a parameter's name; empty is none."""
        self._wire = wire
        self._enable_banking = enable_banking
        self._gocardless = gocardless
        self._known: dict[str, Application] = {}
        self._lock = threading.Lock()

    def get(self, connector: str) -> Application:
        """Give an application, the same one each time. Raises NotConfigured."""
        with self._lock:
            if connector not in self._known:
                self._known[connector] = self._made(connector)
            return self._known[connector]

    def _made(self, connector: str) -> Application:
        """Make an application from the settings."""
        if connector == "enable_banking" and all(self._enable_banking):
            return Application(self._enable_banking[0], sign=self._sign)
        if connector == "gocardless" and self._gocardless:
            pair = self._parameter()
            return Application(pair["secret_id"], pair["secret_key"])
        raise NotConfigured(_UNSET.format(connector))

    def _sign(self, content: bytes) -> bytes:
        """Have KMS sign. Raises NotConfigured: it does not, or the key is no such key."""
        body = {
            "KeyId": self._enable_banking[1],
            "Message": base64.b64encode(content).decode(),
            "MessageType": "RAW",
            "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
        }
        with suppress(CallRefused):
            return base64.b64decode(self._wire("kms").call("Sign", body)["Signature"])
        raise NotConfigured(_UNREADABLE.format("enable_banking"))

    def _parameter(self) -> Mapping[str, str]:
        """Read the parameter. Raises NotConfigured: it is not there, or not what it should be."""
        body = {"Name": self._gocardless, "WithDecryption": True}
        with suppress(CallRefused, ValueError, TypeError, KeyError):
            told = json.loads(self._wire("ssm").call("GetParameter", body)["Parameter"]["Value"])
            pair = {name: told[name] for name in ("secret_id", "secret_key")}
            if all(isinstance(text, str) and text for text in pair.values()):
                return pair
        raise NotConfigured(_UNREADABLE.format("gocardless"))
