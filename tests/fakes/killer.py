"""A process that dies at a chosen moment."""

from dataclasses import dataclass, field


class Killed(BaseException):
    """The process is gone: no code of it runs any more."""


@dataclass
class Killer:
    """Kills at the n-th moment; a dead process does not get anything done afterwards."""

    at: int
    moments: list[str] = field(default_factory=list)
    dead: bool = False

    def __call__(self, when: str, call: str) -> None:
        """Count a moment, and die at the chosen one."""
        if self.dead:
            raise Killed
        self.moments.append(f"{when} {call}")
        if len(self.moments) == self.at:
            self.dead = True
            raise Killed
