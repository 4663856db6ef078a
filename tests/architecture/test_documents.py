"""What the documents name is there: paths, modules to run, parameters of the template."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.architecture.stack import all_of, template

ROOT = Path(__file__).resolve().parents[2]
PLACES = (ROOT, ROOT / "shared", ROOT / "shared" / "tidemark")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/operations.md")
_PATH = re.compile(r"`((?:[\w.]+/)+[\w.]*)[`:]|\]\(([^):#]+)\)")
_MODULE = re.compile(r"(?:python -m |`)((?:local|tests)(?:\.\w+)+)(?=[ `])")


def named(document: str, pattern: re.Pattern[str]) -> set[str]:
    """Give all that a document names in one way."""
    text = (ROOT / document).read_text()
    return {next(filter(None, found.groups())) for found in pattern.finditer(text)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_paths_that_are_named_are_there(document: str) -> None:
    """From the root, from the package, or beside the document; a scope of Cognito is no path."""
    places = (*PLACES, (ROOT / document).parent)
    paths = {path for path in named(document, _PATH) if not path.startswith("tidemark/")}

    assert paths
    assert [path for path in paths if not any((place / path).exists() for place in places)] == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_modules_that_are_run_are_there(document: str) -> None:
    """Each can be found by its name."""
    assert [name for name in named(document, _MODULE) if find_spec(name) is None] == []


def explained(heading: str) -> set[str]:
    """Give what stands in the first column of a table for operators."""
    text = (ROOT / "docs" / "operations.md").read_text().partition(f"## {heading}\n")[2]
    rows = re.findall(r"^\| ([^|]*\w[^|]*) \|", text.partition("\n## ")[0], re.MULTILINE)
    return set(re.findall(r"\w+", " ".join(rows)))


def test_every_parameter_is_explained() -> None:
    """Operators read of each, and of none that is gone."""
    assert explained("Deploying") - {"parameter"} == set(template()["Parameters"])


def test_every_alarm_is_explained() -> None:
    """What it means, and what to do."""
    alarms = {name.removesuffix("Alarm") for name in all_of("AWS::CloudWatch::Alarm")}

    assert explained("When an alarm rings") - {"alarm"} == alarms
