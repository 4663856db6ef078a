"""What a source calls an asset, and what the rest of the world does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_MOST_MET = 10_000


@dataclass(frozen=True)
class AssetNames:
    """Cleans the codes of one source.

    ``wallet`` matches codes that name a place too (staked, in savings), with the asset in group
    ``asset``. ``renamed`` are codes that the source alone uses.
    """

    wallet: re.Pattern[str]
    renamed: Mapping[str, str]
    _met: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def clean(self, code: str) -> str:
        """Give the common name of an asset."""
        known = self._met.get(code)
        if known is None:
            match = self.wallet.fullmatch(code)
            plain = match["asset"] if match else code
            known = self.renamed.get(plain, plain)
            if len(self._met) < _MOST_MET:
                self._met[code] = known
        return known
