"""Integrations without a source: what their owner writes down is all there is."""

from datetime import timedelta
from typing import override

from tidemark.connector_kit.base import Connector
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.pages import KeyRights, Page, Scope, Window
from tidemark.errors import SourceUnavailable


class Manual(Connector):
    """Reads nothing."""

    title = "Manual"
    kind = IntegrationKind.MANUAL
    base_url = "https://manual.invalid"
    fields = ()
    streams = ()
    scope = Scope(reads=(), since="never", notes=("Transactions are entered by hand or by file.",))
    overlap = timedelta(0)

    @classmethod
    @override
    def identity(cls, credentials: object) -> str:
        """Give what no two share: nothing."""
        return ""

    @override
    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Refuse: there is nothing to read."""
        raise SourceUnavailable("A manual integration has no source.")

    @override
    def rights(self) -> KeyRights:
        """Say that there are no rights to speak of."""
        return KeyRights(read_only=None)
