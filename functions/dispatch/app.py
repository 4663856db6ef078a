"""Ticks every few minutes: fires the schedule, or drives runs again that lost their driver."""

from datetime import datetime
from typing import TypedDict

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import Context, Discreet, budget_of
from tidemark.domain.schedules import Wheel

logger = Logger()


class Tick(TypedDict, total=False):
    """What a schedule sends: which wheel came round, and when. Without a wheel: look for runs."""

    wheel: str
    at: str


@logger.inject_lambda_context
def handler(event: Tick, context: Context) -> dict[str, int]:
    """Do what this tick is for."""
    with Discreet():
        if "wheel" in event:
            return {"fired": _fire(Wheel(event["wheel"]), event["at"], context)}
        return {"driven": _redrive(context)}


def _fire(wheel: Wheel, at: str, context: Context) -> int:
    """Start what is due by the schedule; a tick that comes late counts for when it was meant."""
    until = wiring.clock().now() + budget_of(context)
    fired = wiring.fire_schedules().tick(wheel, datetime.fromisoformat(at), until)
    logger.info("the schedule was fired", extra={"wheel": wheel.value, "syncs": fired})
    return fired


def _redrive(context: Context) -> int:
    """Drive again what nobody drives any more, and look after what waits for its owner."""
    driven = wiring.redrive().redrive()
    wiring.tend_waits().tend(wiring.clock().now() + budget_of(context))
    if driven:
        logger.warning("runs had lost their driver", extra={"runs": driven})
    return driven
