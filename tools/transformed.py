"""template.yaml as CloudFormation gets to see it: transformed, with the state machine inlined."""

import json
from pathlib import Path

from local.template import Template, of_type, read

ROOT = Path(__file__).resolve().parent.parent


def transformed() -> Template:
    """Transform template.yaml offline; the definition is one text, as cfn-lint can read it."""
    template = read(ROOT, {})
    for _, resource in of_type(template, "AWS::StepFunctions::StateMachine"):
        resource["Properties"]["DefinitionString"] = json.dumps(definition())
    return template


def definition() -> Template:
    """Read the state machine's definition."""
    states: Template = json.loads((ROOT / "workflows" / "resync.asl.json").read_text())
    return states
