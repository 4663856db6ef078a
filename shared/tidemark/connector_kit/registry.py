"""All connectors, found by the names of their modules."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tidemark.connector_kit.base import Connector
from tidemark.connector_kit.http import Http
from tidemark.domain.ports import Clock
from tidemark.errors import NotFound

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Registered:
    """A connector bound to where its source is: everything but the owner's credentials.

    Facts are those of the class (``tidemark.domain.ports.ConnectorFacts``).
    """

    connector: type[Connector]
    clock: Clock
    base_url: str | None = None
    transport: "httpx.BaseTransport | None" = None

    def __getattr__(self, fact: str) -> object:
        """Give a fact of the connector's class."""
        return getattr(self.connector, fact)

    @property
    def name(self) -> str:
        """Give the connector's name."""
        return self.connector.name()

    def open(self, credentials: Mapping[str, str], *, nonce: int = 0) -> Connector:
        """Open the source. A base URL of one's own has no published rate limit: it says 429."""
        http = Http(
            self.base_url or self.connector.base_url,
            clock=self.clock,
            budget=self.connector.budget if self.base_url is None else None,
            transport=self.transport,
        )
        return self.connector(credentials, http=http, clock=self.clock, nonce=nonce)


@dataclass(frozen=True)
class Registry:
    """Finds connectors in a package, one per module.

    ``sources`` are base URLs that replace a provider's own, by connector name.
    """

    package: str
    clock: Clock
    sources: Mapping[str, str] = field(default_factory=dict)
    transport: "httpx.BaseTransport | None" = None

    def names(self) -> list[str]:
        """Give the names of all connectors, in order."""
        path = importlib.import_module(self.package).__path__
        return sorted(module.name for module in pkgutil.iter_modules(path))

    def get(self, name: str) -> Registered:
        """Give one connector.

        Raises:
            NotFound: when there is no module of this name.
        """
        if name not in self.names():
            raise NotFound
        module = importlib.import_module(f"{self.package}.{name}")
        found = [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, Connector)
            and value.__module__ == module.__name__
        ]
        return Registered(found[-1], self.clock, self.sources.get(name), self.transport)
