"""What everything else stands on: the clock, credentials, and the way to AWS."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tidemark.settings import settings

if TYPE_CHECKING:
    from tidemark.domain import ports
    from tidemark.domain.licences import Licences
    from tidemark.sessions import Session
    from tidemark.wire import Wire


@cache
def session() -> Session:
    """Give every wire its credentials: Lambda's own, elsewhere what botocore finds."""
    here = settings()
    if here.credentials is None:
        from tidemark.botocore_session import BotocoreSession

        return BotocoreSession()
    from tidemark.sessions import EnvironmentSession

    return EnvironmentSession(here.credentials, here.ca_bundle)


@cache
def wire(service: str) -> Wire:
    """Speak to one AWS service, by botocore's name of it."""
    from tidemark.wire import SERVICES, Wire

    here = settings()
    endpoint = here.endpoint(service)
    return Wire(SERVICES[service], session(), region=here.region, endpoint=endpoint)


@cache
def clock() -> ports.Clock:
    """Tell the time."""
    from pathlib import Path

    from tidemark.aws.clock import SystemClock

    file = settings().clock_offset_file
    return SystemClock(Path(file) if file else None)


@cache
def licences() -> Licences:
    """Give the deployment's table of licences. Raises BadLicences."""
    from tidemark.domain.licences import read_licences

    return read_licences(settings().licences)
