"""The public keys of one wallet, as its owner gives them: extended keys, addresses, or both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from embit import base58

from tidemark.connector_kit.bip32 import Branch, Place, ScriptType, address, branches, extended_key
from tidemark.connector_kit.seen import Ref
from tidemark.connector_kit.survey import Survey
from tidemark.domain.ids import fingerprint

_BETWEEN = re.compile(r"[\s,;]+")
_MOST_ADDRESSES, _MOST_KEYS = 500, 20


@dataclass(frozen=True)
class Listed:
    """Addresses that were given one by one."""

    places: tuple[Place, ...]

    def place(self, index: int) -> Place:
        """Give the place of an index."""
        return self.places[index]


class Wallet:
    """All branches of the keys, then the listed addresses; the order is that of the text."""

    def __init__(self, text: str) -> None:
        """Read what ``normalised`` wrote."""
        keys, addresses = read_keys(text)
        self.branches: list[Branch | Listed] = [
            branch for xpub, types in keys.items() for branch in branches(xpub, types)
        ]
        self.branches.append(Listed(tuple(addresses)))
        self.name = fingerprint(*tokens(text))
        self._own: tuple[list[int], dict[str, Ref]] = ([], {})

    def place(self, ref: Ref) -> Place:
        """Give a place of the wallet."""
        return self.branches[ref.branch].place(ref.place)

    def reach(self, survey: Survey, number: int) -> int:
        """Say how many places of a branch belong to the wallet, as far as is known by now."""
        branch = self.branches[number]
        if survey.branches[number] is None:
            return 0
        return len(branch.places) if isinstance(branch, Listed) else survey.reach(number)

    def unprobed(self, survey: Survey) -> Ref | None:
        """Give the next address to be probed."""
        for number in range(len(self.branches)):
            explored = survey.explored(number)
            if explored < self.reach(survey, number):
                return Ref(number, explored)
        return None

    def own(self, survey: Survey) -> dict[str, Ref]:
        """Give the scripts of the wallet. A place that is derived and listed too is the former."""
        reaches = [self.reach(survey, number) for number in range(len(self.branches))]
        if self._own[0] != reaches:
            scripts: dict[str, Ref] = {}
            for ref in self._refs(reaches):
                scripts.setdefault(self.place(ref).script, ref)
            self._own = (reaches, scripts)
        return self._own[1]

    def is_repeated(self, survey: Survey, ref: Ref) -> bool:
        """Tell whether a listed address is among the derived ones."""
        listed = isinstance(self.branches[ref.branch], Listed)
        return listed and self.own(survey)[self.place(ref).script] != ref

    def drop_unused_types(self, survey: Survey) -> None:
        """Leave out the script types of a key that are unused, if any of its types is used."""
        used = {
            (branch.key, branch.type)
            for number, branch in enumerate(self.branches)
            if isinstance(branch, Branch) and survey.is_used(number)
        }
        in_use = {key for key, _ in used}
        for number, branch in enumerate(self.branches):
            if (
                isinstance(branch, Branch)
                and branch.key in in_use
                and ((branch.key, branch.type) not in used)
            ):
                survey.branches[number] = None

    @staticmethod
    def _refs(reaches: list[int]) -> Iterator[Ref]:
        """Go through all places."""
        for number, reach in enumerate(reaches):
            for index in range(reach):
                yield Ref(number, index)


def tokens(text: str) -> list[str]:
    """Take a text apart at white space, commas and semicolons."""
    return [token for token in _BETWEEN.split(text) if token]


def normalised(text: str) -> str:
    """Spell what an owner gave in one way: each key and address once, separated by a space.

    Raises:
        ValueError: saying what is wrong without repeating it.
    """
    keys, places = read_keys(text)
    if not keys and not places:
        raise ValueError("There is no address and no extended public key.")
    if len(places) > _MOST_ADDRESSES or len(keys) > _MOST_KEYS:
        most = f"{_MOST_ADDRESSES} addresses and {_MOST_KEYS} extended keys"
        raise ValueError(f"A wallet may have {most} at most.")
    extended = (token for token in tokens(text) if is_extended(token))
    return " ".join(dict.fromkeys([*extended, *(place.address for place in places)]))


def identity_of(text: str) -> str:
    """Give what the same wallet is known by, in whatever order and wording it was given."""
    keys, places = read_keys(text)
    points = sorted(base58.decode_check(xpub)[13:].hex() for xpub in keys)
    return fingerprint(*points, *sorted(place.script for place in places))


def is_extended(token: str) -> bool:
    """Tell whether a word is meant to be an extended public key."""
    return token[1:4] == "pub"


def read_keys(text: str) -> tuple[dict[str, tuple[ScriptType, ...]], list[Place]]:
    """Read extended keys, each with its script types, and addresses, each once.

    Raises:
        ValueError: saying what is wrong without repeating it.
    """
    keys: dict[str, tuple[ScriptType, ...]] = {}
    places: dict[str, Place] = {}
    for token in tokens(text):
        if is_extended(token):
            xpub, types = extended_key(token)
            keys[xpub] = tuple(t for t in ScriptType if t in {*types, *keys.get(xpub, ())})
        else:
            place = address(token)
            places[place.script] = place
    return keys, list(places.values())
