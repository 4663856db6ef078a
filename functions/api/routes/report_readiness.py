"""Readiness: whether the report of a tax year can be made, and what keeps it from that."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer
from functions.api.call import Here
from functions.api.documents import READ, document
from functions.api.reporting import Reporting
from functions.api.shapes.report_readiness import BlockerShape, ReadinessQuery, ReadinessShape

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.get(
    "/v1/report_readiness",
    **document("Tell whether a report is ready", "reports", READ, ReadinessShape),
)
def get_report_readiness(here: Here, asked: Annotated[ReadinessQuery, Query()]) -> Answer:
    """Give everything that keeps the report of a year from being ready, each with the way out."""
    reporting = Reporting(here.ports, here.services.valuing.valuations)
    found = reporting.readiness.blockers(here.owner, asked.year)
    blockers = [BlockerShape.of(each) for each in found]
    return answer(ReadinessShape(year=asked.year, ready=not blockers, blockers=blockers))
