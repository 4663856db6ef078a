"""Accounts of owners in memory."""

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
        self.items[account.owner] = account
