"""Answers the toy's HTTP API with the event it got, or as the query says."""

import json
from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401
    """Give the event back; ``?crash`` and ``?plain`` do what they say."""
    query = event.get("queryStringParameters") or {}
    if "crash" in query:
        raise RuntimeError("asked to")
    if "plain" in query:
        return {"plain": True}
    return {
        "statusCode": 201,
        "headers": {"X-Left-Ms": str(context.get_remaining_time_in_millis())},
        "cookies": ["a=1", "b=2"],
        "body": json.dumps(event),
    }
