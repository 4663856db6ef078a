"""Integrations without a source."""

import pytest

from tests.fakes import FakeClock
from tidemark.connector_kit.registry import Registry
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.pages import Window
from tidemark.errors import Invalid, SourceUnavailable

REGISTRY = Registry("tidemark.connectors", FakeClock())


def test_it_has_nothing_to_read_and_nothing_to_ask() -> None:
    """No fields, no streams, no rights, no balance."""
    facts = REGISTRY.get("manual")
    source = facts.open({})

    assert facts.kind is IntegrationKind.MANUAL
    assert facts.streams == ()
    assert facts.connector.check({}) == {}
    assert source.rights().read_only is None
    assert source.balances() is None
    with pytest.raises(SourceUnavailable):
        source.page("any", Window(None, FakeClock().now()), None, None)


def test_it_takes_no_credentials() -> None:
    """A field that nobody asked for is refused."""
    with pytest.raises(Invalid):
        REGISTRY.get("manual").connector.check({"api_key": "x"})
