"""Creates the stack with moto's CloudFormation, and what must be told to moto for that.

Like ``moto_hooks`` this module knows moto's insides (written for moto 5.2), and says why.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Self

from moto.cloudformation import parsing as cfn_parsing
from moto.cloudformation.models import cloudformation_backends
from moto.core.config import default_user_config
from moto.kms.models import Key, kms_backends
from moto.s3.models import s3_backends
from moto.ssm.models import ssm_backends
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from local.moto_hooks import ACCOUNT, Foreign, replace
from local.template import CODE_BUCKET, CODE_KEY, REGION, Template, dummy_archive

_GOCARDLESS = "/tidemark/gocardless"

type Resolve = Callable[[Foreign], Foreign]


def create_stack(name: str, template: Template, parameters: Mapping[str, str]) -> Resolve:
    """Create a stack, and give a function that resolves Refs, GetAtts and Subs in it.

    moto's CloudFormation does not give its resolved resources away; those of types that it lacks
    must be read with the same references.
    """
    _keep_dummy_code()
    _accept_missing_types(template)
    stack = cloudformation_backends[ACCOUNT][REGION].create_stack(
        name=name, template=json.dumps(template), parameters=dict(parameters)
    )
    return lambda value: cfn_parsing.clean_json(value, stack.resource_map)


def make_applications() -> dict[str, str]:
    """Make what names a deployment at aggregators, and give the parameters that say where it is.

    The sources on this machine take any application; the secret is none.
    """
    kms, ssm = kms_backends[ACCOUNT][REGION], ssm_backends[ACCOUNT][REGION]
    key = kms.create_key("{}", "SIGN_VERIFY", "RSA_2048", "Enable Banking", [])
    pair = json.dumps({"secret_id": "local", "secret_key": "a made-up secret"})
    ssm.put_parameter(
        name=_GOCARDLESS,
        description="",
        value=pair,
        parameter_type="SecureString",
        allowed_pattern="",
        keyid="alias/aws/ssm",
        overwrite=True,
        tags=[],
        data_type="text",
        tier=None,
        policies=None,
    )
    return {
        "EnableBankingApplicationId": "tidemark-local",
        "EnableBankingKeyArn": key.arn,
        "GocardlessParameter": _GOCARDLESS,
    }


def condition_holds(resolve: Resolve, name: str | None) -> bool:
    """Tell whether a resource with such a condition exists."""
    return name is None or bool(resolve({"Fn::If": [name, True, False]}))


def hook_creation() -> None:
    """Create what moto's CloudFormation creates otherwise than AWS does.

    State machines land in a backend that does not execute, and their substitutions are ignored;
    each KMS key becomes one for encryption, whatever KeySpec and KeyUsage say.
    """
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    replace(StateMachine, "create_from_cloudformation_json", classmethod(_create_state_machine))
    replace(Key, "create_from_cloudformation_json", classmethod(_create_key))


def _create_state_machine(
    _: type[StateMachine],
    /,
    resource_name: str,
    cloudformation_json: dict[str, Any],
    account_id: str,
    region_name: str,
    **__: Foreign,
) -> StateMachine:
    """Create a state machine where it is executed, with its substitutions made."""
    properties = cloudformation_json["Properties"]
    definition = properties["DefinitionString"]
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f"${{{name}}}", str(value))
    backend = stepfunctions_parser_backends[account_id][region_name]
    name = properties.get("StateMachineName", resource_name)
    return backend.create_state_machine(name, definition, properties["RoleArn"])


def _create_key(
    _: type[Key],
    /,
    resource_name: str,  # noqa: ARG001 (moto's signature)
    cloudformation_json: dict[str, Any],
    account_id: str,
    region_name: str,
    **__: Foreign,
) -> Key:
    """Create a KMS key of the kind that the template asks for."""
    properties = cloudformation_json["Properties"]
    return kms_backends[account_id][region_name].create_key(
        policy=json.dumps(properties["KeyPolicy"]),
        key_usage=properties.get("KeyUsage", "ENCRYPT_DECRYPT"),
        key_spec=properties.get("KeySpec", "SYMMETRIC_DEFAULT"),
        description=properties.get("Description"),
        tags=properties.get("Tags", []),
    )


def _keep_dummy_code() -> None:
    """Put the archive that stands for all code where functions and layers expect it."""
    backend = s3_backends[ACCOUNT]["aws"]
    backend.create_bucket(CODE_BUCKET, REGION)
    backend.put_object(CODE_BUCKET, CODE_KEY, dummy_archive())


class _Placeholder:
    """A resource that exists by name only: its type is missing in moto, or is run by ourselves."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, *_: Foreign, **__: Foreign
    ) -> Self:
        """Make one, as moto's CloudFormation asks for it."""
        return cls(resource_name)

    @classmethod
    def has_cfn_attr(cls, _: str) -> bool:
        """Accept every attribute."""
        return True

    def get_cfn_attribute(self, name: str) -> str:
        """Give something for every attribute."""
        return f"{self.physical_resource_id}.{name}"

    def is_created(self) -> bool:
        """Tell that it is there."""
        return True


def _accept_missing_types(template: Template) -> None:
    """Let resources that moto lacks exist by name, so that references to them resolve.

    So do event source mappings: moto's own run inside the sender's call and ignore batch size,
    partial failures and delays.
    """
    known: dict[str, Any] = cfn_parsing.get_model_map()
    used = {resource["Type"] for resource in template["Resources"].values()}
    by_us = (used - set(known)) | {"AWS::Lambda::EventSourceMapping"}
    known.update(dict.fromkeys(by_us, _Placeholder))
