"""Accounts of owners in memory."""

from dataclasses import replace
from datetime import datetime

from tidemark.domain.accounts import Account
from tidemark.errors import StaleVersion


class MemoryAccounts:
    """Accounts in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[str, Account] = {}

    def get(self, owner: str) -> Account:
        """Give one."""
        return self.items.get(owner, Account(owner))

    def replace(self, account: Account, expected: int) -> None:
        """Write over the expected version."""
        if self.get(account.owner).version != expected:
            raise StaleVersion("the account was changed in between")
        seen = self.get(account.owner).last_seen_at
        self.items[account.owner] = replace(account, last_seen_at=seen)

    def note_seen(self, owner: str, at: datetime, before: datetime) -> None:
        """Set when the owner was seen, if that is older."""
        stored = self.get(owner)
        if stored.last_seen_at is None or stored.last_seen_at < before:
            self.items[owner] = replace(stored, last_seen_at=at)
