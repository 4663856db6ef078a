"""Reads template.yaml as AWS would: SAM's transform, with the code left out.

Where the code would be uploaded there is a dummy archive: workers run the folders themselves.
"""

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

REGION = "eu-central-1"
CODE_BUCKET = "tidemark-local-code"
CODE_KEY = "code.zip"

type Resource = dict[str, Any]
type Template = dict[str, Any]


class _NoPolicies:
    """Stands in for SAM's loader of managed policies: their names stay names."""

    def load(self) -> dict[str, str]:
        """Give no policies."""
        return {}


def read(root: Path, parameters: Mapping[str, str]) -> Template:
    """Read the template of a folder and give plain CloudFormation."""
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    parse: Callable[[str], Template] = yaml_parse
    template = parse((root / "template.yaml").read_text())
    shared = template.get("Globals", {}).values()
    own = (resource.get("Properties", {}) for resource in template["Resources"].values())
    for properties in (*shared, *own):
        _inline(properties, root)
    result: Template = transform(
        template, dict(parameters), cast("ManagedPolicyLoader", _NoPolicies())
    )
    return result


def of_type(template: Template, kind: str) -> Iterator[tuple[str, Resource]]:
    """Give the resources of a type with their logical ids."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == kind:
            yield name, resource


def dummy_archive() -> bytes:
    """Make the archive that stands for all code."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("README", "The local server runs the code from its folders.")
    return buffer.getvalue()


def _inline(properties: Resource, root: Path) -> None:
    """Replace what names a path of this machine."""
    for name in ("CodeUri", "ContentUri"):
        if name in properties:
            properties[name] = {"Bucket": CODE_BUCKET, "Key": CODE_KEY}
    if "DefinitionUri" in properties:
        path = root / properties.pop("DefinitionUri")
        properties["Definition"] = json.loads(path.read_text())
