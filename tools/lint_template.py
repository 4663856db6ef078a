"""Run cfn-lint on the transformed template, with the state machine's definition inside."""

import json
import sys
import tempfile
from pathlib import Path

from cfnlint.api import lint_file
from cfnlint.config import ManualArgs

from tools.transformed import transformed

REGIONS = ["eu-central-1", "us-east-1"]


def main() -> int:
    """Print each finding; fail if there is any."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.json"
        path.write_text(json.dumps(transformed(), indent=1))
        findings = lint_file(path, ManualArgs(regions=REGIONS))
    for finding in findings:
        print(finding)
    print(f"cfn-lint: {len(findings)} findings")
    return min(1, len(findings))


if __name__ == "__main__":
    sys.exit(main())
