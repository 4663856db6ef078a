"""Things to keep."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tidemark.domain.facts import Overlay, Words, Worth
from tidemark.domain.history import OWNER, Action, Change
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.transactions import Origin, Transaction

KEY = IntegrationKey("alice", "intg_01J00000000000000000000001")
OTHER = IntegrationKey("alice", "intg_01J00000000000000000000002")
FOREIGN = IntegrationKey("mallory", "intg_01J00000000000000000000001")
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def at(seconds: float) -> datetime:
    """Give a moment so many seconds after the first of 2024."""
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def row(name: str, seconds: float = 0, *, origin: Origin = Origin.SOURCE) -> Transaction:
    """Make a transaction with one leg, and raw and details to lose."""
    leg = Leg(f"{name}-1", "BTC", Decimal("1.50"), Role.PRINCIPAL, "XXBT", Kind.DEPOSIT)
    return Transaction(
        id=name,
        source_id=f"source-{name}",
        occurred_at=at(seconds),
        legs=(leg,),
        imported_at=NOW,
        import_id="sync_1",
        origin=origin,
        details={"txid": "00ff"},
        raw='[{"name":"é"}]',
        digest="0123456789ab",
    )


def integration(key: IntegrationKey = KEY) -> Integration:
    """Make an integration."""
    return Integration(key, "kraken", IntegrationKind.EXCHANGE, "My Kraken", NOW)


def reworded(name: str, seconds: float = 0) -> Transaction:
    """Make a transaction of which people said and changed all there is to say and change."""
    leg = Leg("own-0", "EUR", Decimal("-7.10"), Role.FEE, "EUR", Kind.FEE)
    overlay: Overlay = {
        "occurred_at": at(seconds),
        "kind": Kind.PAYMENT,
        "legs": (leg,),
        "label": None,
        "note": "mine",
        "valuation": None,
    }
    change = Change(NOW, OWNER, Action.UPDATED, {"note": None}, {"note": "mine"})
    return replace(
        row(name, seconds - 500),
        overlay=overlay,
        words=Words(Kind.REWARD, "Bounty", "said", Worth(Decimal("7.50"), "CHF")),
        merged_into="other",
        history=(change,),
    )
