"""Lets an execution wait for the owner: whoever has the owner's answer wakes it."""

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import Context, Discreet, SyncEvent, key_of

logger = Logger()


class AskEvent(SyncEvent):
    """Which sync waits, and the token that wakes its execution: never logged, never shown."""

    token: str


@logger.inject_lambda_context
def handler(event: AskEvent, context: Context) -> dict[str, str]:
    """Keep the token. Raises NothingToAsk: the execution has to go on at once."""
    del context
    with Discreet():
        wiring.keep_token().keep(key_of(event), event["sync_id"], event["token"])
        return {"asked": event["sync_id"]}
