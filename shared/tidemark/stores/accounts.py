"""Accounts in the Accounts table: one item per owner.

Changes name the attributes that they set: when an owner was seen stays as it is.
"""

import dataclasses
from datetime import datetime

from tidemark.domain.accounts import LAST_SEEN, Account
from tidemark.domain.moments import spell
from tidemark.errors import StaleVersion
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Table, change_to, holds, read
from tidemark.wire import ConditionFailed, Wire

_OWNED = {field.name for field in dataclasses.fields(Account)} - {"owner", LAST_SEEN}
"""What ``replace`` writes."""


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
        values = {name: value for name, value in to_plain(account).items() if name in _OWNED}
        change = change_to({name: values.get(name) for name in sorted(_OWNED)})
        when, words = "#version = :expected", values | {"expected": expected}
        if expected == 0:
            when, words = "attribute_not_exists(#version)", values
        try:
            self._table.update({"owner": account.owner}, change, when=when, values=words)
        except ConditionFailed as error:
            if not (error.retried and holds(error.item or {}, values)):
                raise StaleVersion("the account was changed in between") from None

    def note_seen(self, owner: str, at: datetime, before: datetime) -> None:
        """Set the one attribute, if it is older."""
        try:
            self._table.update(
                {"owner": owner},
                f"SET #{LAST_SEEN} = :at",
                when=f"attribute_not_exists(#{LAST_SEEN}) OR #{LAST_SEEN} < :before",
                values={"at": spell(at), "before": spell(before)},
            )
        except ConditionFailed:
            return
