"""Ticks every seven minutes: refreshes the prices of what is held."""

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import Context, Discreet, budget_of

logger = Logger()


@logger.inject_lambda_context
def handler(_event: object, context: Context) -> dict[str, int]:
    """Refresh quotes; say how many there are."""
    with Discreet():
        count = wiring.refresh_prices().refresh(wiring.clock().now() + budget_of(context))
        logger.info("prices were refreshed", extra={"prices": count})
        return {"prices": count}
