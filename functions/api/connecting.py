"""The services that give integrations a source: loaded when a route first needs one of them."""

from functools import cached_property

from functions.api.wired import Wired
from tidemark.services.check_credentials import CheckCredentials
from tidemark.services.connect import Connect
from tidemark.services.consent_states import ConsentStates
from tidemark.services.convert import Convert
from tidemark.services.last_transaction import LastTransaction
from tidemark.services.link_consent import LinkConsent
from tidemark.services.request_sync import SyncRequests
from tidemark.services.rotate_credentials import RotateCredentials
from tidemark.services.stop import Stop


class Connecting:
    """What takes credentials, checks them at their source, and seals them."""

    def __init__(self, wired: Wired, requests: SyncRequests, stop: Stop) -> None:
        """Put services together from these ports and services."""
        self._wired = wired
        self._requests = requests
        self._stop = stop

    @cached_property
    def connect(self) -> Connect:
        """Create integrations."""
        return Connect(
            checking=self._checking,
            integrations=self._wired.integrations(),
            last=self._last,
            vault=self._wired.vault(),
            requests=self._requests,
            clock=self._wired.clock(),
            linking=self.linking,
        )

    @cached_property
    def linking(self) -> LinkConsent:
        """Ask for consents."""
        wired = self._wired
        return LinkConsent(wired.connectors(), ConsentStates(wired.cursor_key), wired.clock())

    @cached_property
    def convert(self) -> Convert:
        """Give manual integrations a source."""
        return Convert(
            checking=self._checking,
            integrations=self._wired.integrations(),
            last=self._last,
            vault=self._wired.vault(),
            requests=self._requests,
            clock=self._wired.clock(),
            linking=self.linking,
        )

    @cached_property
    def rotate(self) -> RotateCredentials:
        """Give integrations other credentials."""
        return RotateCredentials(
            checking=self._checking,
            integrations=self._wired.integrations(),
            coverage=self._wired.coverage(),
            issues=self._wired.issues(),
            vault=self._wired.vault(),
            stop=self._stop,
        )

    @property
    def _checking(self) -> CheckCredentials:
        """Check credentials."""
        return CheckCredentials(self._wired.connectors(), self._wired.integrations())

    @property
    def _last(self) -> LastTransaction:
        """Find the last transaction that is there."""
        wired = self._wired
        return LastTransaction(wired.integrations(), wired.ledger(), wired.clock())
