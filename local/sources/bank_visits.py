"""What both fake aggregators know of a visit: who is there, how often, and what is asked back."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_DAY = timedelta(hours=24)


@dataclass
class Readings:
    """How often each account was read with nobody there, per scope, in the last 24 hours."""

    most: int = 4
    _times: dict[tuple[str, str], list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def take(self, account: str, scope: str, now: datetime) -> bool:
        """Count one reading; False if they are used up."""
        times = self._times[account, scope]
        times[:] = [at for at in times if at > now - _DAY]
        if len(times) >= self.most:
            return False
        times.append(now)
        return True

    def left(self, account: str, scope: str) -> int:
        """Say how many are left."""
        return self.most - len(self._times[account, scope])

    def seconds_left(self, account: str, scope: str, now: datetime) -> int:
        """Say in how many seconds the next one is free."""
        times = self._times[account, scope]
        return max(0, int((times[0] + _DAY - now).total_seconds()) + 1) if times else 0


@dataclass
class Asking:
    """What the bank asks of its customer before it gives history.

    ``kind`` is ``otp``, ``confirmation`` or nothing. It is asked until it is given.
    """

    kind: str | None = None
    otp: str = "123456"
    asked: int = 0
    wrong: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def require(self, kind: str, otp: str = "123456") -> None:
        """Ask for something from now on."""
        with self._lock:
            self.kind, self.otp, self.asked, self.wrong = kind, otp, 0, 0

    def confirm(self) -> None:
        """Be the customer, who confirms in the bank's own app."""
        with self._lock:
            self.kind = None

    def stops(self, headers: Mapping[str, str]) -> str | None:
        """Say what is still asked for, in the bank's words; a right password ends it."""
        with self._lock:
            if self.kind is None:
                return None
            self.asked += 1
            if self.kind != "otp":
                return "Confirm the access in your bank's app."
            given = headers.get("Psu-Otp")
            if given == self.otp:
                self.kind = None
                return None
            self.wrong += given is not None
            return "Wrong OTP, try again." if given else "Enter the OTP that your bank sent you."
