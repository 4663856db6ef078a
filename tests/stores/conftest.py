"""The stores that contracts are tested on."""

from collections.abc import Iterator

import pytest

from tests.metered import Metered, serving
from tests.stores.stores import Stores, in_dynamodb, in_memory
from tests.tables import make_tables, session
from tidemark.wire import DYNAMODB, Wire


@pytest.fixture(params=["memory", "dynamodb", "meter"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """Give each store in memory, in moto's DynamoDB, and in the bench's: all do the same."""
    if request.param == "memory":
        return in_memory()
    if request.param == "meter":
        made: Stores = request.getfixturevalue("metered_stores")
        return made
    request.getfixturevalue("aws")
    return in_dynamodb()


@pytest.fixture(scope="session")
def _served() -> Iterator[Metered]:
    """Serve the bench's DynamoDB once, on a real socket."""
    with serving() as metered:
        yield metered


@pytest.fixture
def metered(_served: Metered) -> Metered:
    """Give the bench's DynamoDB with empty tables."""
    make_tables(Wire(DYNAMODB, session(), region="eu-central-1", endpoint=_served.url))
    _served.meter.counted.clear()
    return _served


@pytest.fixture
def metered_stores(metered: Metered) -> Stores:
    """Give stores in the bench's DynamoDB."""
    return in_dynamodb(Wire(DYNAMODB, session(), region="eu-central-1", endpoint=metered.url))
