"""The garbage collector of a process that reads histories."""

import gc

_THRESHOLDS = (200_000, 20, 20)


def collect_seldom() -> None:
    """Let it look seldom, and never again at what is there from the start.

    Rows of a history hold no cycles: they go by themselves, and looking at them is time lost.
    """
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
