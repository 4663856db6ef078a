"""Ticks every few minutes: gives every run that lost its driver a new one."""

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import Context

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, object], context: Context) -> dict[str, int]:  # noqa: ARG001 - a tick
    """Drive again what nobody drives any more."""
    driven = wiring.redrive().redrive()
    if driven:
        logger.warning("runs had lost their driver", extra={"runs": driven})
    return {"driven": driven}
