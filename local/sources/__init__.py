"""Sources on this machine: what the demo and the tests read instead of the real providers."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "shared"))  # they use parts of it
