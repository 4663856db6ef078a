"""All connectors, found by the names of their modules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tidemark.connector_kit import modules
from tidemark.connector_kit.base import Connector
from tidemark.connector_kit.http import Http
from tidemark.domain.consents import Application, Applications, Present, Quota
from tidemark.domain.ports import Clock
from tidemark.errors import NotConfigured

if TYPE_CHECKING:
    import httpx


class NoApplications:
    """A deployment that was registered with no aggregator."""

    def get(self, connector: str) -> Application:
        """Raise NotConfigured."""
        raise NotConfigured(f"This deployment is not registered for {connector}.")


@dataclass(frozen=True)
class Registered:
    """A connector bound to where its source is: everything but the owner's credentials.

    Facts are those of the class (``tidemark.domain.ports.ConnectorFacts``).
    """

    connector: type[Connector]
    clock: Clock
    applications: Applications
    base_url: str | None = None
    transport: "httpx.BaseTransport | None" = None

    def __getattr__(self, fact: str) -> object:
        """Give a fact of the connector's class."""
        return getattr(self.connector, fact)

    @property
    def name(self) -> str:
        """Give the connector's name."""
        return self.connector.name()

    def open(
        self,
        credentials: Mapping[str, str],
        *,
        nonce: int = 0,
        present: Present | None = None,
        quota: Quota | None = None,
    ) -> Connector:
        """Open the source. A base URL of one's own has no published rate limit: it says 429."""
        http = Http(
            self.base_url or self.connector.base_url,
            clock=self.clock,
            budget=self.connector.budget if self.base_url is None else None,
            transport=self.transport,
        )
        application = self.applications.get(self.name) if self.connector.by_consent else None
        return self.connector(
            credentials,
            http=http,
            clock=self.clock,
            nonce=nonce,
            application=application,
            present=present,
            quota=quota,
        )


@dataclass(frozen=True)
class Registry:
    """Finds connectors in a package, one per module.

    ``sources`` are base URLs that replace a provider's own, by connector name.
    """

    package: str
    clock: Clock
    sources: Mapping[str, str] = field(default_factory=dict)
    transport: "httpx.BaseTransport | None" = None
    applications: Applications = field(default_factory=NoApplications)

    def names(self) -> list[str]:
        """Give the names of all connectors, in order."""
        return modules.names(self.package)

    def get(self, name: str) -> Registered:
        """Give one connector.

        Raises:
            NotFound: when there is no module of this name.
        """
        defined = modules.classes(self.package, name)
        found = [each for each in defined if issubclass(each, Connector)]
        base_url = self.sources.get(name)
        return Registered(found[-1], self.clock, self.applications, base_url, self.transport)
