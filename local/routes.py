"""The routes of the HTTP API: which one a request takes, and who may take it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote

from local.identity import Claims, claims_of

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_.-]+)(\+?)\}")


@dataclass(frozen=True)
class Guard:
    """Who may take a route: bearers of a token of the issuer with one of the scopes."""

    issuer: str
    audience: tuple[str, ...]
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """One route and its function; without a guard it is open to everybody."""

    method: str
    path: str
    function: str
    guard: Guard | None = None

    @property
    def key(self) -> str:
        """Give the route key as API Gateway spells it."""
        return self.path if self.path == "$default" else f"{self.method} {self.path}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Give what the raw path must look like."""
        if self.path == "$default":
            return re.compile(".*")
        parts = _PLACEHOLDER.split(self.path)
        texts = (re.escape(text) for text in parts[::3])
        holes = ("(.+)" if plus else "([^/]+)" for plus in parts[2::3])
        return re.compile(
            "".join(x for pair in zip(texts, [*holes, ""], strict=True) for x in pair)
        )

    @property
    def names(self) -> list[str]:
        """Give the names of the path's parameters."""
        return [match[1] for match in _PLACEHOLDER.finditer(self.path)]

    @property
    def rank(self) -> tuple[bool, bool, int, bool]:
        """Give the order in which routes are tried: the most specific first."""
        holes = _PLACEHOLDER.findall(self.path)
        greedy = any(plus for _, plus in holes)
        return (self.path == "$default", greedy, len(holes), self.method == "ANY")


class Match(NamedTuple):
    """A route and the values of its path's parameters."""

    route: Route
    parameters: Mapping[str, str]


class Refused(NamedTuple):
    """What API Gateway says instead of asking the function."""

    status: int
    message: str


class RouteTable:
    """Finds the route of a request."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = sorted(routes, key=lambda route: route.rank)

    def find(self, method: str, path: str) -> Match | None:
        """Find the most specific route for a method and a raw path."""
        for route in self._routes:
            found = route.pattern.fullmatch(path)
            if found and route.method in {method, "ANY"}:
                values = (unquote(value) for value in found.groups())
                return Match(route, dict(zip(route.names, values, strict=False)))
        return None


def admit(guard: Guard | None, authorization: str | None) -> Claims | Refused:
    """Check the Authorization header like API Gateway's JWT authorizer; {} without a guard."""
    if guard is None:
        return {}
    bearer = re.sub(r"^[Bb]earer ", "", authorization or "")
    claims = claims_of(bearer, guard.issuer, guard.audience)
    if claims is None:
        return Refused(401, "Unauthorized")
    held = str(claims.get("scope") or claims.get("scp") or "").split()
    if guard.scopes and not set(held) & set(guard.scopes):
        return Refused(403, "Forbidden")
    return claims
