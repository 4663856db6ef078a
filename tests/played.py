"""The keys and the queues of template.yaml, played by moto under the names that tests use."""

from tests.tables import environment as tables
from tests.tables import session
from tidemark.wire import KMS, SQS, Service, Wire

REGION = "eu-central-1"
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/123456789012/sync"
FILES_QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/123456789012/files"
VALUES_QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/123456789012/values"
WEBHOOKS_QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/123456789012/webhooks"
FILES_BUCKET = "tidemark-files-test"
STATE_MACHINE_ARN = f"arn:aws:states:{REGION}:123456789012:stateMachine:resync"
_KEYS = {
    "alias/credentials": {},
    "alias/cursors": {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
}


def environment() -> dict[str, str]:
    """Give the variables that the template gives to functions."""
    return {
        **tables(),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "CREDENTIALS_KEY_ID": "alias/credentials",
        "CURSOR_KEY_ID": "alias/cursors",
        "SYNC_QUEUE_URL": QUEUE_URL,
        "FILES_QUEUE_URL": FILES_QUEUE_URL,
        "VALUES_QUEUE_URL": VALUES_QUEUE_URL,
        "WEBHOOKS_QUEUE_URL": WEBHOOKS_QUEUE_URL,
        "FILES_BUCKET": FILES_BUCKET,
        "STATE_MACHINE_ARN": STATE_MACHINE_ARN,
    }


def wire_to(service: Service) -> Wire:
    """Speak to a service that moto plays, without ever waiting."""
    return Wire(service, session(), region=REGION, sleep=lambda _: None)


def make_keys_and_queue() -> None:
    """Make them."""
    kms = wire_to(KMS)
    for alias, kind in _KEYS.items():
        key_id = kms.call("CreateKey", kind)["KeyMetadata"]["KeyId"]
        kms.call("CreateAlias", {"AliasName": alias, "TargetKeyId": key_id})
    for name in ("sync", "files", "values", "webhooks"):
        wire_to(SQS).call("CreateQueue", {"QueueName": name})
