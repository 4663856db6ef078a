"""docs/connectors.md is made of the connectors' facts."""

from pathlib import Path

import pytest

from docs import generate_connectors
from tidemark.connector_kit.registry import Registry


def test_the_document_is_fresh() -> None:
    """Whoever changes a connector's facts runs `make openapi`."""
    assert generate_connectors.main(["--check"]) == 0


def test_a_stale_document_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is missing, fresh after it was written, and stale when somebody edits it."""
    target = tmp_path / "connectors.md"

    outcomes = [generate_connectors.main(["--check"], target)]
    generate_connectors.main([], target)
    outcomes.append(generate_connectors.main(["--check"], target))
    target.write_text(target.read_text() + "by hand")
    outcomes.append(generate_connectors.main(["--check"], target))

    assert outcomes == [1, 0, 1]
    assert "make openapi" in capsys.readouterr().err


def test_every_connector_is_in_it() -> None:
    """Each with what it reads, and what it does not."""
    document = generate_connectors.generate()
    registry = Registry("tidemark.connectors", generate_connectors._Standing())

    for name in registry.names():
        assert f"## {name}\n" in document
        for line in (*registry.get(name).scope.reads, *registry.get(name).scope.misses):
            assert f"- {line}\n" in document
