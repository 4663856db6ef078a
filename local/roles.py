"""IAM on this machine: a function may do what its role in template.yaml allows, and nothing else.

moto plays the services and lets everybody do everything, so that a permission which the template
forgets would be missed on AWS only. Managed policies are for logs and traces, which nobody writes
here; conditions are looked at where they demand an encryption context.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from local.moto_hooks import ACCOUNT
from local.template import Template, of_type

type Body = Mapping[str, Any]

SIGNED_WITH = "local"
"""The secret key of everybody here; the access key tells who calls."""

_SERVICES = {
    "DynamoDB_20120810": "dynamodb",
    "TrentService": "kms",
    "AmazonSQS": "sqs",
    "AmazonSSM": "ssm",
    "AWSStepFunctions": "states",
}
_NO_BODY: Body = {}
_CONTEXT = "kms:EncryptionContext:"
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/")


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement of a policy; ``context`` names what an encryption context has to have."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    context: frozenset[str] = frozenset()

    def covers(self, action: str, resource: str, body: Body) -> bool:
        """Tell whether this statement allows a call."""
        return (
            any(fnmatchcase(action, each) for each in self.actions)
            and any(fnmatchcase(resource, each) for each in self.resources)
            and self.context <= set(body.get("EncryptionContext", {}))
        )


@dataclass(frozen=True, slots=True)
class Roles:
    """What each function may do, by the function's name."""

    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, template: Template, resolve: Callable[[Any], Any]) -> "Roles":
        """Read the roles of all functions, with their references resolved."""
        functions = {
            str(resolve({"Ref": name})): function["Properties"]["Role"]["Fn::GetAtt"][0]
            for name, function in of_type(template, "AWS::Lambda::Function")
        }
        policies = {
            name: resolve(role["Properties"].get("Policies", []))
            for name, role in of_type(template, "AWS::IAM::Role")
        }
        return cls({name: tuple(_grants(policies[role])) for name, role in functions.items()})

    def refuse(self, authorization: str, target: str, body: Body) -> str | None:
        """Say what a function may not do; None if it may, or if it is no function that calls.

        ``authorization`` is the signature's header: a function's access key is its own name.
        """
        signed = _CREDENTIAL.search(authorization)
        version, _, operation = target.partition(".")
        if signed is None or signed[1] not in self.grants or version not in _SERVICES:
            return None
        action = f"{_SERVICES[version]}:{_ACTIONS.get(operation, operation)}"
        # Of a token nobody sees which state machine it belongs to.
        if "taskToken" in body and not self.allow_somewhere(signed[1], action):
            return f"{signed[1]} may not {action}"
        for resource in _resources(body, signed[2]):
            if not self.allow(signed[1], action, resource, body):
                return f"{signed[1]} may not {action} on {resource}"
        return None

    def allow(self, caller: str, action: str, resource: str, body: Body = _NO_BODY) -> bool:
        """Tell whether a caller may do something; whoever is no function may."""
        grants = self.grants.get(caller)
        return grants is None or any(grant.covers(action, resource, body) for grant in grants)

    def allow_somewhere(self, caller: str, action: str) -> bool:
        """Tell whether a caller may do something to some resource."""
        named = (each for grant in self.grants[caller] for each in grant.actions)
        return any(fnmatchcase(action, each) for each in named)


_ACTIONS = {"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage"}
"""Operations that IAM knows by another name."""


def _grants(policies: list[Any]) -> Iterator[Grant]:
    """Read the statements of a role's policies."""
    for policy in policies:
        for statement in policy["PolicyDocument"]["Statement"]:
            demanded = statement.get("Condition", {}).get("Null", {})
            yield Grant(
                _listed(statement["Action"]),
                _listed(statement["Resource"]),
                frozenset(name.removeprefix(_CONTEXT) for name in demanded),
            )


def _listed(value: object) -> tuple[str, ...]:
    """Give a tuple of what may be one text or a list of them."""
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _resources(body: Body, region: str) -> Iterator[str]:
    """Name what a call is about, as policies name it."""
    index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
    for table in body.get("RequestItems", {}) or filter(None, [body.get("TableName")]):
        yield f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{table}{index}"
    if "KeyId" in body:
        key = str(body["KeyId"])
        yield key if key.startswith("arn:") else f"arn:aws:kms:{region}:{ACCOUNT}:key/{key}"
    if "WithDecryption" in body:
        yield f"arn:aws:ssm:{region}:{ACCOUNT}:parameter{body['Name']}"
    if "QueueUrl" in body:
        yield f"arn:aws:sqs:{region}:{ACCOUNT}:{body['QueueUrl'].rpartition('/')[2]}"
    if "stateMachineArn" in body:
        yield body["stateMachineArn"]
