"""What changes of stored integrations, issues, accounts and the like mean to their owner.

Only what is named here is read of items, which are plain data as the tables have them: no amount,
no credential and no word of an owner's or a source's gets into an event. Attributes that an older
or newer version does not write are taken for missing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tidemark.domain.checks import CHECK
from tidemark.domain.events import Told
from tidemark.domain.ids import is_id, transaction_id

type Item = Mapping[str, Any]
"""What is stored of something; empty where it is not there."""

_OWNERS_FIELDS = {
    **{name: name for name in ("connector", "name", "group", "start_date", "import_mode")},
    **{name: name for name in ("deleted", "deactivated", "paused", "key_rights")},
    "sealed": "credentials",
    "consent_expires_at": "consent_expires_at",
}
"""What owners know of an integration beside its status, by the attributes that hold it."""

_OPEN_FACTS = ("message", "details", "subject", "opened_at")
_ENDPOINT_FACTS = ("url", "event_types", "enabled", "description", "rotated_at")


def integration(before: Item, after: Item) -> Iterator[Told]:
    """Tell of an integration; one that is being deleted is gone for its owner."""
    here, was = _is_there(after), _is_there(before)
    item = after or before
    about = {"integration": item["integration_id"]}
    if here and not was:
        facts = {name: item.get(name) for name in ("connector", "kind")}
        yield Told("integration.created", about | facts | {"status": _status(after)})
    elif was and not here:
        yield Told("integration.deleted", about)
    elif here:
        yield from _changed_integration(before, after, about)


def _changed_integration(before: Item, after: Item, about: dict[str, object]) -> Iterator[Told]:
    """Tell of an integration that is still there."""
    changed = sorted(
        {word for name, word in _OWNERS_FIELDS.items() if _differ(name, before, after)}
    )
    if changed:
        yield Told("integration.updated", about | {"changed": changed})
    status, previous = _status(after), _status(before)
    if status != previous:
        facts = {"status": status, "previous_status": previous}
        yield Told("integration.status_changed", about | facts)
    warned = after.get("consent_warned")
    if warned is not None and warned != before.get("consent_warned"):
        yield Told("integration.consent_expiring", about | {"days": warned})


def _is_there(item: Item) -> bool:
    """Tell whether an owner still has an integration."""
    return bool(item) and not item.get("deleting")


def _status(item: Item) -> object:
    """Give the status of an integration: the owner's own word, then how it went last."""
    if item.get("deactivated"):
        return "deactivated"
    return "paused" if item.get("paused") else item.get("status")


def issue(before: Item, after: Item) -> Iterator[Told]:
    """Tell of an issue; of one that goes with its integration nothing is said."""
    if not after:
        return
    about = {
        "issue": after["issue_id"],
        "integration": after.get("integration_id"),
        "issue_type": after.get("type"),
        "state": after.get("state"),
    }
    state = after.get("state")
    if state != before.get("state"):
        yield Told("issue.opened" if state == "open" else f"issue.{state}", about)
    elif state == "open" and any(_differ(name, before, after) for name in _OPEN_FACTS):
        yield Told("issue.updated", about)


def account(before: Item, after: Item) -> Iterator[Told]:
    """Tell of an account: licence, what is counted in, and the period that is locked."""
    changed = [
        name for name in ("quote_currency", "zone") if before and _differ(name, before, after)
    ]
    if changed:
        yield Told("account.updated", {"changed": changed})
    licence, was = after.get("licence") or {}, before.get("licence") or {}
    if licence != was and (was or licence.get("tax_years")):
        facts = {"tier": licence.get("tier"), "tax_years": list(licence.get("tax_years") or ())}
        yield Told("account.licence_changed", facts)
    lock, previous = _lock(after), _lock(before)
    if lock != previous:
        yield Told("period_lock.changed", {"locked_until": lock, "previous_locked_until": previous})


def _lock(account: Item) -> object:
    """Give up to when is locked, by the lock that was acknowledged last."""
    lock = account.get("lock") or {}
    settled = lock if not lock or lock.get("sealed") else account.get("before") or {}
    return settled.get("locked_until")


def duplicate(before: Item, after: Item) -> Iterator[Told]:
    """Tell of a pair; notes of where owners have their own are none."""
    if not str((after or before)["duplicate_id"]).startswith("dup_") or not after:
        return
    state = after.get("state")
    if state != before.get("state"):
        word = "opened" if state == "open" else state
        facts = {name: after.get(name) for name in ("own", "twin", "state")}
        yield Told(
            f"possible_duplicate.{word}", {"possible_duplicate": after["duplicate_id"]} | facts
        )


def parked(before: Item, after: Item) -> Iterator[Told]:
    """Tell of a held transaction; what is not understood or not settled is told by its sync."""
    item = after or before
    kind, _, inner = str(item["parked_id"]).partition("#")
    if kind != "held":
        return
    integration = str(item["integration_key"]).rpartition("#")[2]
    about = {"integration": integration, "transaction": transaction_id(integration, inner)}
    if not after:
        yield Told("held_transaction.released", about)
    elif not before:
        yield Told("held_transaction.held", about)
    elif after["row"].get("rejected") and not before["row"].get("rejected"):
        yield Told("held_transaction.rejected", about)


def snapshot(before: Item, after: Item) -> Iterator[Told]:
    """Tell that balances were compared, by which check or sync, and how many assets differ."""
    if after and not before:
        by = str(after.get("sync_id") or "")
        about = {
            "integration": str(after["integration_key"]).rpartition("#")[2],
            "balance_check": by if is_id(CHECK, by) else None,
            "sync": by if is_id("sync", by) else None,
        }
        facts = {"as_of": after.get("as_of"), "mismatches": len(after.get("findings") or ())}
        yield Told("balance_check.finished", about | facts)


def endpoint(before: Item, after: Item) -> Iterator[Told]:
    """Tell of an endpoint; deliveries, which are beside them, are not told of."""
    item = after or before
    if not str(item["webhook_id"]).startswith("whe_"):
        return
    about = {"endpoint": item["webhook_id"]}
    if not after or not before:
        yield Told(f"webhook_endpoint.{'created' if after else 'deleted'}", about)
    elif after.get("disabled_reason") and not before.get("disabled_reason"):
        yield Told("webhook_endpoint.disabled", about | {"reason": after["disabled_reason"]})
    elif any(_differ(name, before, after) for name in _ENDPOINT_FACTS):
        yield Told("webhook_endpoint.updated", about)


def _differ(name: str, before: Item, after: Item) -> bool:
    """Tell whether an attribute is not what it was."""
    return bool(before.get(name) != after.get(name))
