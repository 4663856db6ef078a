"""Checking credentials: their form offline, whether they are new, and then at their source."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tidemark.domain.integrations import IntegrationKind, Status
from tidemark.domain.pages import KeyRights
from tidemark.domain.ports import ConnectorFacts, Connectors, Integrations
from tidemark.errors import (
    Conflict,
    FieldError,
    Invalid,
    MissingPermission,
    NotFound,
    TooManyRights,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about credentials, offline and at the source."""

    facts: ConnectorFacts
    rights: KeyRights
    credentials: Mapping[str, str] = field(repr=False)

    @property
    def manual(self) -> bool:
        """Tell whether there is no source."""
        return self.facts.kind is IntegrationKind.MANUAL

    @property
    def keyless(self) -> bool:
        """Tell whether there is no key: no source, or one that its owner consents to."""
        return self.manual or self.facts.by_consent

    @property
    def hint(self) -> str | None:
        """Give what the same credential is recognised by; a bank is, by its accounts, later."""
        return None if self.keyless else self.facts.identity(self.credentials)

    @property
    def key_rights(self) -> str:
        """Say in a word what the key may do, as far as the source tells."""
        return word_of(self.rights)

    def outcome(self, status: Status, now: datetime) -> dict[str, object]:
        """Give what an integration with new credentials says of itself from now (UTC) on."""
        return {
            "status": status,
            "status_reason": None,
            "retry_at": None,
            "key_rights": self.key_rights,
            "history_from": self.rights.history_from,
            "rights_checked_at": now,
        }


@dataclass(frozen=True)
class CheckCredentials:
    """Checks credentials and stores nothing."""

    connectors: Connectors
    integrations: Integrations

    def check(
        self, owner: str, connector: str, credentials: Mapping[str, object], but: str = ""
    ) -> Checked:
        """Check all there is to check. ``but`` is the integration that may have them already.

        Raises:
            Invalid: the form is wrong, or there is no such connector.
            Conflict: code ``already_connected``.
            SourceError: the source refuses the credentials, or does not answer.
        """
        checked = self.offline(owner, connector, credentials, but)
        return checked if checked.keyless else self.at_source(checked)

    def offline(
        self, owner: str, connector: str, credentials: Mapping[str, object], but: str = ""
    ) -> Checked:
        """Check the form, and that no other integration of the owner has the same.

        Raises Invalid and Conflict like ``check``.
        """
        facts = self._facts(connector)
        rights = KeyRights(read_only=True if facts.by_consent else None)
        checked = Checked(facts, rights, facts.check(credentials))
        self.refuse_twice(owner, checked.hint, but)
        return checked

    def at_source(self, checked: Checked, nonce: int = 0) -> Checked:
        """Ask the source what a key may do; reading, and nothing else, is accepted.

        ``nonce`` is the highest one that was sent with this key.

        Raises:
            SourceError: the key is refused, lacks rights or has too many, or nobody answers.
        """
        with checked.facts.open(checked.credentials, nonce=nonce) as source:
            rights = accepted(source.rights(), checked.facts)
        return replace(checked, rights=rights)

    def refuse_twice(self, owner: str, hint: str | None, but: str = "") -> None:
        """Refuse a credential that another integration of the owner has.

        Raises:
            Conflict: code ``already_connected``.
        """
        if hint is None:
            return
        for each in self.integrations.of_owner(owner):
            if each.sealed_hint == hint and each.id != but and not each.deleting:
                raise Conflict("This account is connected already.", "already_connected")

    def _facts(self, name: str) -> ConnectorFacts:
        """Give what is known of a connector."""
        try:
            return self.connectors.get(name)
        except NotFound:
            error = FieldError("/connector", "There is no such connector.")
            raise Invalid("The request is not valid.", [error]) from None


def accepted(rights: KeyRights, facts: ConnectorFacts) -> KeyRights:
    """Accept rights to read, and nothing else.

    Raises:
        MissingPermission, TooManyRights
    """
    if rights.missing:
        raise MissingPermission("The key lacks rights that reading needs.", rights.missing)
    if rights.excess or rights.read_only is False:
        excess = rights.excess or facts.forbidden_rights
        raise TooManyRights("The key may do more than read: take these rights away.", excess)
    return rights


def word_of(rights: KeyRights) -> str:
    """Say in a word what a key may do, as far as the source tells."""
    return "read_only" if rights.read_only else "unknown"
