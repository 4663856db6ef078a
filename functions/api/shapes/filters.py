"""Which transactions are asked for: the filters of their list, and of exports."""

from typing import Annotated

from pydantic import Field

from functions.api.shapes.fields import Shape
from functions.api.shapes.times import GivenTime, Resolve
from tidemark.domain.legs import Kind
from tidemark.domain.transactions import Origin
from tidemark.services.read_transactions import Filter, Listed

Text = Annotated[str, Field(min_length=1, max_length=200)]


class TransactionFilter(Shape):
    """Filters that all have to be met."""

    integration: str | None = None
    asset: Text | None = None
    kind: Kind | None = None
    state: Listed | None = None
    origin: Origin | None = None
    from_: Annotated[GivenTime | None, Field(alias="from")] = None
    to: GivenTime | None = None
    q: Text | None = None
    import_: Annotated[Text | None, Field(alias="import")] = None

    def filter(self, moment: Resolve) -> Filter:
        """Give what is asked for."""
        return Filter(
            integration=self.integration,
            asset=self.asset,
            kind=self.kind,
            state=self.state,
            origin=self.origin,
            since=moment(self.from_, "/from"),
            until=moment(self.to, "/to"),
            text=self.q,
            import_id=self.import_,
        )
