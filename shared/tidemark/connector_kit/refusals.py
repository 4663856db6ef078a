"""What a source's own error codes mean."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from tidemark.connector_kit import exact_json, shapes
from tidemark.errors import RateLimited, SourceError, SourceGarbage


class Refusal(NamedTuple):
    """An error, and how the codes begin that mean it; ``wait`` goes with ``RateLimited``."""

    error: type[SourceError]
    message: str
    begins: tuple[str, ...]
    wait: timedelta | None = None

    def made(self) -> SourceError:
        """Make the error."""
        if issubclass(self.error, RateLimited):
            return self.error(self.message, self.wait)
        return self.error(self.message)


@dataclass(frozen=True)
class Refusals:
    """The codes of one source, which its answers list under ``name``.

    The first line of the table that fits counts. Of a code that is not known only the part before
    the colon is repeated: the rest is the source's, and may be anything.
    """

    name: str
    table: Sequence[Refusal]

    def codes(self, answer: object) -> list[str]:
        """Give the codes in an answer; those that begin with ``W`` are warnings only."""
        told = [shapes.text(code) for code in shapes.listing(shapes.mapping(answer).get(self.name))]
        return [code for code in told if not code.startswith("W")]

    def explain(self, codes: Sequence[str]) -> SourceError | None:
        """Give the error that codes stand for."""
        for line in self.table:
            if any(code.startswith(line.begins) for code in codes):
                return line.made()
        if not codes:
            return None
        family = codes[0].partition(":")[0]
        known = family if family.isalpha() and len(family) < 20 else "?"  # noqa: PLR2004
        return SourceGarbage(f"The source refused for a reason that is not known ({known}).")

    def explain_body(self, _status: int, body: bytes) -> SourceError | None:
        """Give the error in the body of an error status, if the source wrote it."""
        with suppress(ValueError, SourceGarbage):
            codes = self.codes(exact_json.parse(body))
            return self.explain(codes)
        return None
