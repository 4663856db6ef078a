"""The key that signs list cursors: derived by KMS, so that no function's settings hold it."""

import base64

from tidemark.wire import Wire

_PURPOSE = b"tidemark list cursors, version 1"


def cursor_key(wire: Wire, key_id: str) -> bytes:
    """Give 32 bytes that are the same for every process of a deployment."""
    body = {
        "KeyId": key_id,
        "MacAlgorithm": "HMAC_SHA_256",
        "Message": base64.b64encode(_PURPOSE).decode(),
    }
    return base64.b64decode(wire.call("GenerateMac", body)["Mac"])
