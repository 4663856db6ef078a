"""By what calls to AWS are signed."""

from dataclasses import dataclass, field


class NoCredentials(Exception):
    """Neither the environment nor a profile has credentials: no call can be signed."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of one moment; ``token`` goes with those that a role gave."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
