"""What a function of the AWS Lambda handler cookbook imports and makes before its first event.

github.com/ran-isenberg/aws-lambda-handler-cookbook: Powertools' logger, tracer, metrics, event
handler with validation, parser and idempotency layer, pydantic, and boto3's resource.
"""

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi import params
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.parser import BaseModel, parse
from aws_lambda_powertools.utilities.typing import LambdaContext

__all__ = ["BaseModel", "LambdaContext", "idempotent_function", "params", "parse"]

logger = Logger(service="orders")
tracer = Tracer(service="orders")
metrics = Metrics(namespace="orders", service="orders")
app = APIGatewayRestResolver(enable_validation=True)
table = boto3.resource("dynamodb", region_name="eu-central-1").Table("orders")
layer = DynamoDBPersistenceLayer(table_name="idempotency")
config = IdempotencyConfig(expires_after_seconds=60)
