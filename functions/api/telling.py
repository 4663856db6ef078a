"""The services of events and webhooks: loaded when a route first needs one of them."""

from functools import cached_property

from functions.api.wired import Wired
from tidemark.services.keep_endpoints import KeepEndpoints
from tidemark.services.read_events import ReadEvents
from tidemark.services.tell_events import TellEvents


class Telling:
    """What shows events, and keeps the endpoints that are told of them."""

    def __init__(self, wired: Wired) -> None:
        """Put services together from these ports."""
        self._wired = wired

    @cached_property
    def reading(self) -> ReadEvents:
        """Show events, and have them delivered again."""
        wired = self._wired
        return ReadEvents(wired.events(), wired.webhooks(), wired.webhooks_queue(), wired.clock())

    @cached_property
    def endpoints(self) -> KeepEndpoints:
        """Keep endpoints."""
        wired = self._wired
        telling = TellEvents(
            wired.events(), wired.webhooks(), wired.webhooks_queue(), wired.clock()
        )
        return KeepEndpoints(
            webhooks=wired.webhooks(),
            vault=wired.secret_vault(),
            receivers=wired.receivers(),
            telling=telling,
            clock=wired.clock(),
        )
