"""Waits for an owner: what is waited for, and what it takes to go on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tidemark.domain.consents import Need


@dataclass(frozen=True, slots=True)
class PendingConsent:
    """A consent that was asked for: where it is granted, until when (UTC), what to keep for it.

    ``nonce`` is part of the state that the owner comes back with: it makes that good only once.
    """

    url: str
    until: datetime
    nonce: str = field(repr=False)
    keep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a run waits for its owner to do, until when (UTC), and at which page, if at one."""

    need: Need
    until: datetime
    url: str | None = None
