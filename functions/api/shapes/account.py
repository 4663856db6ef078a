"""Accounts over the wire."""

from typing import Annotated, Self

from pydantic import Field

from functions.api.shapes.fields import Moment, Shape, has_no_default
from functions.api.shapes.period_lock import Zone
from tidemark.domain.accounts import Account
from tidemark.domain.licences import Licence, Tier, tidy_years

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Year = Annotated[int, Field(strict=True, ge=2009, le=2200)]


class AccountChanges(Shape):
    """What an owner counts in; a field that is not given stays."""

    quote_currency: Annotated[Currency, Field(json_schema_extra=has_no_default)] = "EUR"
    zone: Annotated[Zone, Field(json_schema_extra=has_no_default)] = "UTC"


class LicenceBody(Shape):
    """What an owner is licensed for: a tier, in calendar years (UTC)."""

    tier: Tier
    tax_years: Annotated[list[Year], Field(max_length=50)]

    @property
    def licence(self) -> Licence:
        """Give the licence."""
        return Licence(self.tier, tidy_years(self.tax_years))


class AccountShape(Shape):
    """An owner's account; tier and years are set by operators alone."""

    tier: Tier
    tax_years: list[int]
    quote_currency: str
    zone: str
    last_seen_at: Moment | None

    @classmethod
    def of(cls, account: Account) -> Self:
        """Show an account."""
        return cls(
            tier=account.licence.tier,
            tax_years=list(account.licence.tax_years),
            quote_currency=account.quote_currency,
            zone=account.zone,
            last_seen_at=account.last_seen_at,
        )
