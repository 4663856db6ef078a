"""Making a transaction by hand: in any integration, whether it has a source or not."""

from dataclasses import dataclass

from tidemark.domain.facts import Words
from tidemark.domain.ids import new_id
from tidemark.domain.legs import Leg, kind_of
from tidemark.domain.ports import Clock, Integrations
from tidemark.domain.transactions import Origin, Transaction
from tidemark.domain.wording import Said, new_legs
from tidemark.errors import FieldError, Invalid
from tidemark.services.amend import Amend
from tidemark.services.find import integration_of
from tidemark.services.walk_transactions import Row

INNER_ID = "own:"
"""What the inner ids of transactions that were made by hand begin with: no source has such."""


@dataclass(frozen=True)
class MakeTransaction:
    """Writes what no source, and no file, told. Nothing that is known of a source moves by it."""

    integrations: Integrations
    amend: Amend
    clock: Clock

    def make(self, owner: str, integration_id: str, said: Said, entered: str) -> Row:
        """Write a transaction; ``entered`` is what its owner wrote, as JSON text.

        Raises:
            NotFound: the integration is not the owner's, or being deleted.
            Invalid: nothing is moved, or no time is said.
            Conflict: code ``period_locked``.
        """
        integration = integration_of(self.integrations, owner, integration_id)
        legs, now = new_legs(said), self.clock.now()
        if "occurred_at" not in said:
            raise Invalid("The request is not valid.", [FieldError("/occurred_at", "Say when.")])
        made = Transaction(
            id=INNER_ID + new_id("own", now).removeprefix("own_"),
            source_id="",
            occurred_at=said["occurred_at"],
            legs=legs,
            imported_at=now,
            import_id="",
            origin=Origin.MANUAL,
            words=_words(said, legs),
            raw=f"[{entered}]",
        )
        return Row(integration, self.amend.add(integration.key, [made])[0])


def _words(said: Said, legs: tuple[Leg, ...]) -> Words | None:
    """Give what was said beside the legs; the kind only where the legs make another one."""
    kind = said.get("kind")
    words = Words(
        kind=None if kind is kind_of(legs) else kind,
        label=said.get("label"),
        note=said.get("note"),
        valuation=said.get("valuation"),
    )
    return None if words == Words() else words
