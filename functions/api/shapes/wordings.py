"""What owners say of transactions, over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from functions.api.shapes.fields import GivenMoment, Shape, has_no_default, read_name, read_note
from tidemark.domain import amounts, moments
from tidemark.domain.facts import Worth
from tidemark.domain.files import Money
from tidemark.domain.legs import Kind, Role
from tidemark.domain.local_times import check_written, read_local
from tidemark.domain.wording import Said, SaidLeg
from tidemark.errors import FieldError, Invalid

_LONGEST_ASSET = 30
_LEGS = 100
_TIMES = frozenset({"occurred_at", "local_time", "zone", "fold"})
_SIDES = frozenset({"sent", "received", "fee"})
_UNSAID = Field(json_schema_extra=has_no_default)


def _asset(text: str) -> str:
    """Read the code of an asset: they are kept in capitals, as files have them."""
    return read_name(text).upper()


def _moves(amount: str) -> str:
    """Refuse an amount of nothing."""
    if not amounts.parse_amount(amount):
        raise ValueError("this must not be 0")
    return amount


Asset = Annotated[str, Field(min_length=1, max_length=_LONGEST_ASSET), AfterValidator(_asset)]
Signed = Annotated[str, Field(pattern=f"^{amounts.PLAIN}$"), AfterValidator(_moves)]
Unsigned = Annotated[
    str, Field(pattern=f"^{amounts.PLAIN.removeprefix('-?')}$"), AfterValidator(_moves)
]
Label = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(read_name)]
Note = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(read_note)]


class MoneyBody(Shape):
    """An amount of one asset, without a sign."""

    asset: Asset
    amount: Unsigned


def _money(body: MoneyBody | None) -> Money | None:
    """Give what is meant, or nothing."""
    return None if body is None else Money(body.asset, amounts.parse_amount(body.amount))


class WorthBody(Shape):
    """What the owner takes a transaction to be worth."""

    amount: Annotated[str, Field(pattern=f"^{amounts.PLAIN.removeprefix('-?')}$")]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]

    def worth(self) -> Worth:
        """Give what is meant."""
        return Worth(amounts.parse_amount(self.amount), self.currency)


class LegBody(Shape):
    """One signed amount: what goes out, and a fee, is negative."""

    asset: Asset
    amount: Signed
    role: Role = Role.PRINCIPAL

    def leg(self) -> SaidLeg:
        """Give what is meant."""
        return SaidLeg(self.asset, amounts.parse_amount(self.amount), self.role)


class WordingBody(Shape):
    """What to say of a transaction; of what is not given, nothing is said.

    The time is `occurred_at`, or `local_time` (without an offset) in the IANA `zone`, with `fold` 0
    or 1 where clocks showed it twice. The amounts are `legs`, or any of `sent`, `received`, `fee`.
    Null takes away a side, the label, the note or the valuation.
    """

    occurred_at: Annotated[GivenMoment, _UNSAID] = moments.EARLIEST
    local_time: Annotated[str, Field(max_length=40, json_schema_extra=has_no_default)] = ""
    zone: Annotated[str, Field(max_length=100, json_schema_extra=has_no_default)] = ""
    fold: Annotated[int, Field(ge=0, le=1, strict=True, json_schema_extra=has_no_default)] = 0
    kind: Annotated[Kind, _UNSAID] = Kind.UNKNOWN
    legs: Annotated[list[LegBody], Field(default_factory=list, min_length=1, max_length=_LEGS)]
    sent: Annotated[MoneyBody | None, _UNSAID] = None
    received: Annotated[MoneyBody | None, _UNSAID] = None
    fee: Annotated[MoneyBody | None, _UNSAID] = None
    label: Annotated[Label | None, _UNSAID] = None
    note: Annotated[Note | None, _UNSAID] = None
    valuation: Annotated[WorthBody | None, _UNSAID] = None

    def said(self) -> Said:
        """Give what is said. Raises Invalid where two things are said that exclude each other."""
        given = self.model_fields_set
        said = Said()
        if given & _TIMES:
            said["occurred_at"] = self._moment()
        if "kind" in given:
            said["kind"] = self.kind
        if "label" in given:
            said["label"] = self.label
        if "note" in given:
            said["note"] = self.note
        if "valuation" in given:
            said["valuation"] = None if self.valuation is None else self.valuation.worth()
        return self._with_amounts(said)

    def _with_amounts(self, said: Said) -> Said:
        """Add the legs, or the sides."""
        given = self.model_fields_set
        if "legs" in given and given & _SIDES:
            raise _wrong("/legs", "Give either `legs`, or `sent`, `received` and `fee`.")
        if "legs" in given:
            said["legs"] = [leg.leg() for leg in self.legs]
        if "sent" in given:
            said["sent"] = _money(self.sent)
        if "received" in given:
            said["received"] = _money(self.received)
        if "fee" in given:
            said["fee"] = _money(self.fee)
        return said

    def _moment(self) -> datetime:
        """Give the time."""
        given = self.model_fields_set & _TIMES
        if given == {"occurred_at"}:
            return check_written(self.occurred_at, "/occurred_at")
        if "occurred_at" in given:
            raise _wrong("/occurred_at", "Give either this, or `local_time` and `zone`.")
        if not {"local_time", "zone"} <= given:
            missing = "zone" if "local_time" in given else "local_time"
            raise _wrong(f"/{missing}", "A local time needs `local_time` and `zone`.")
        fold = self.fold if "fold" in given else None
        return check_written(read_local(self.local_time, self.zone, fold), "/local_time")


class ChangesBody(WordingBody):
    """What to say of a transaction that is there."""


class NewTransactionBody(WordingBody):
    """A transaction made by hand, in any integration: when, and what was moved."""

    integration: Annotated[str, Field(max_length=2048)]


def _wrong(pointer: str, detail: str) -> Invalid:
    """Point at what is wrong."""
    return Invalid("The request is not valid.", [FieldError(pointer, detail)])
