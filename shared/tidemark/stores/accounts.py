"""Accounts in the Accounts table: one item per owner."""

from tidemark.domain.accounts import Account
from tidemark.errors import StaleVersion
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Table, read
from tidemark.wire import ConditionFailed, Wire


class DynamoAccounts:
    """Accounts, one item each."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep accounts in a table."""
        self._table = Table(wire, table)

    def get(self, owner: str) -> Account:
        """Read an account."""
        item = self._table.get({"owner": owner})
        return from_plain(Account, read(item)) if item else Account(owner)

    def replace(self, account: Account, expected: int) -> None:
        """Write on condition of the version; a retry that meets itself has been done before."""
        item = to_plain(account)
        when, words = "#version = :expected", {"expected": expected}
        if expected == 0:
            when, words = "attribute_not_exists(#version)", {}
        try:
            self._table.put(item, when=when, values=words)
        except ConditionFailed as error:
            if not (error.retried and error.item is not None and read(error.item) == item):
                raise StaleVersion("the account was changed in between") from None
