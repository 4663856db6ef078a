"""Values that are missing, as told."""

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.pages import Window


class FakeUnvalued:
    """Counts what it was told to; ``windows`` are those that were asked for."""

    def __init__(self) -> None:
        """Start with a value for everything."""
        self.counts: dict[IntegrationKey, int] = {}
        self.windows: list[Window] = []

    def unvalued(self, key: IntegrationKey, window: Window) -> int:
        """Give the count."""
        self.windows.append(window)
        return self.counts.get(key, 0)
