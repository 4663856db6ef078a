"""Finding what an owner names: what is not there, or is another owner's, looks the same."""

from collections.abc import Iterable

from tidemark.domain.ids import is_id
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.ports import Integrations
from tidemark.errors import NotFound

_KEPT = "kept_transactions"


def integration_of(store: Integrations, owner: str, integration_id: str) -> Integration:
    """Give an integration that its owner still has. Raises NotFound."""
    found = stored_integration(store, owner, integration_id)
    if found.deleting:
        raise NotFound
    return found


def stored_integration(store: Integrations, owner: str, integration_id: str) -> Integration:
    """Give an integration that is stored, one that is being deleted too. Raises NotFound."""
    found = None
    if is_id("intg", integration_id):
        found = store.get(IntegrationKey(owner, integration_id))
    if found is None:
        raise NotFound
    return found


def with_transactions(store: Integrations, owner: str) -> list[Integration]:
    """Give the integrations whose transactions an owner sees, in the order of their ids.

    These are those that the owner has, and those that were deleted without their transactions.
    """
    return [each for each in store.of_owner(owner) if holds_transactions(each)]


def in_group(integrations: Iterable[Integration], group: str | None) -> list[Integration]:
    """Give those of a group by its name, or all if none is named."""
    named = None if group is None else group.strip()
    return [each for each in integrations if named in (None, each.group)]


def holds_transactions(integration: Integration) -> bool:
    """Tell whether an integration's transactions are to be seen."""
    return not integration.deleting or keeps_transactions(integration)


def keeps_transactions(integration: Integration) -> bool:
    """Tell whether an integration was deleted without its transactions."""
    return integration.deleting and _KEPT in integration.extra


def kept_marks(*, keep: bool) -> dict[str, str]:
    """Give the marks by which a deleted integration's transactions stay to be seen."""
    return {_KEPT: "yes"} if keep else {}
