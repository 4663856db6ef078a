"""What a key may do, judged by what a connector needs and forbids."""

from collections.abc import Collection
from datetime import datetime

from tidemark.connector_kit.base import Connector
from tidemark.domain.pages import KeyRights


def judge(
    connector: type[Connector], has: Collection[object], history_from: datetime | None = None
) -> KeyRights:
    """Judge the rights that a source lists, in its own words."""
    excess = tuple(right for right in connector.forbidden_rights if right in has)
    missing = tuple(right for right in connector.needed_rights if right not in has)
    return KeyRights(not excess, excess, missing, history_from)
