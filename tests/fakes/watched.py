"""A store whose every call can be seen, stopped or made to fail, before and after it is done."""

from collections.abc import Callable
from typing import Any

Watcher = Callable[[str, str], None]
"""Is told ``"before"`` or ``"after"``, and ``"MemoryLedger.add"``; may raise (a crash) or wait."""


class _Watched:
    """Stands before a store and tells the watcher of each call."""

    def __init__(self, store: object, watcher: Watcher) -> None:
        """Watch a store."""
        self._store, self._watcher = store, watcher

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # it stands for any store
        """Give a method that tells of its calls; anything else is given as it is."""
        value = getattr(self._store, name)
        if not callable(value):
            return value
        spelled = f"{type(self._store).__name__}.{name}"

        def told(*args: object, **kwargs: object) -> object:
            self._watcher("before", spelled)
            result = value(*args, **kwargs)
            self._watcher("after", spelled)
            return result

        return told


def watched(store: object, watcher: Watcher) -> Any:  # noqa: ANN401  # the same type as the store
    """Give the store, with a watcher that is told before and after each call.

    A list that is read lazily (``newest_first``) counts as one call when it is asked for.
    """
    return _Watched(store, watcher)
