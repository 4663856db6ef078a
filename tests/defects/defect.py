"""What a defect is: a text of the product, and what stands in its place."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MODES = "tests/services/test_sync_modes.py"
STEPS = "tests/services/test_sync_step.py"
CRASHES = "tests/properties/test_crashes.py"
CONFLUENCE = "tests/properties/test_confluence.py"
MATRIX = "tests/services/test_matrix_table.py"
PROMISES = "tests/services/test_promises.py"
MODEL = "tests/model/hunting.py"


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect: ``old`` stands exactly once in ``file`` (under ``shared/tidemark``).

    ``like`` names who has had it; ``found_by`` are the tests that must find it, quickest first.
    """

    name: str
    like: str
    file: str
    old: str
    new: str
    found_by: tuple[str, ...] = (MODES, STEPS)

    @property
    def path(self) -> str:
        """Give the file's path in the repository."""
        return f"shared/tidemark/{self.file}"

    def made_in(self, text: str) -> str:
        """Make the defect in the file's text, which must be as it was when this was written."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: the text is not (once) in {self.file} any more")
        return text.replace(self.old, self.new)
