"""Balance checks in memory."""

from tidemark.domain.checks import BalanceCheck


class MemoryBalanceChecks:
    """Balance checks in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[tuple[str, str], BalanceCheck] = {}

    def put(self, check: BalanceCheck) -> None:
        """Keep one."""
        self.items[check.owner, check.id] = check

    def get(self, owner: str, check_id: str) -> BalanceCheck | None:
        """Give one."""
        return self.items.get((owner, check_id))
