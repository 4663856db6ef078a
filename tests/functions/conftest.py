"""What tests of handlers share: a stage to put them on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws_world import make_state_machine
from tests.exchange import Exchange
from tests.functions.stage import Stage, staged


@pytest.fixture(scope="session")
def exchange() -> Iterator[Exchange]:
    """Serve Kraken accounts."""
    with Exchange() as served:
        yield served


@pytest.fixture
def stage(aws: None, exchange: Exchange, tmp_path: Path) -> Iterator[Stage]:
    """Give the handlers over an AWS with everything that the template makes."""
    del aws
    make_state_machine()
    with staged(exchange, tmp_path / "clock") as made:
        yield made
