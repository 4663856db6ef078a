"""The services of banks: loaded when a route first needs one of them."""

from functools import cached_property

from functions.api.connecting import Connecting
from functions.api.wired import Wired
from tidemark.services.answer_sync import AnswerSync
from tidemark.services.consent_states import ConsentStates
from tidemark.services.link_consent import Reconnect
from tidemark.services.request_sync import SyncRequests
from tidemark.services.stop import Stop
from tidemark.services.take_consent import TakeConsent


class Linking:
    """What asks owners for consent, and takes their answers."""

    def __init__(
        self, wired: Wired, requests: SyncRequests, connecting: Connecting, stop: Stop
    ) -> None:
        """Put services together from these ports and services."""
        self._wired = wired
        self._requests = requests
        self._connecting = connecting
        self._stop = stop

    @cached_property
    def reconnect(self) -> Reconnect:
        """Connect integrations again in place."""
        return Reconnect(
            integrations=self._wired.integrations(),
            runs=self._wired.runs(),
            connectors=self._wired.connectors(),
            linking=self._connecting.linking,
            rotating=self._connecting.rotate,
            clock=self._wired.clock(),
        )

    @cached_property
    def consents(self) -> TakeConsent:
        """Take owners back from their banks."""
        wired = self._wired
        return TakeConsent(
            integrations=wired.integrations(),
            runs=wired.runs(),
            waits=wired.waits(),
            issues=wired.issues(),
            connectors=wired.connectors(),
            vault=wired.vault(),
            states=ConsentStates(wired.cursor_key),
            requests=self._requests,
            stop=self._stop,
            clock=wired.clock(),
        )

    @cached_property
    def answers(self) -> AnswerSync:
        """Hand owners' answers to their syncs."""
        wired = self._wired
        return AnswerSync(
            requests=self._requests,
            runs=wired.runs(),
            waits=wired.waits(),
            vault=wired.vault(),
            clock=wired.clock(),
        )
