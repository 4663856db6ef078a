"""Public keys and addresses of Bitcoin: what a wallet's owner gives, and what follows from it.

An extended public key (BIP 32) has two branches, receive (0) and change (1). Its script type is
told by its version bytes where they are those of SLIP 132 (``ypub``, ``zpub``); a plain ``xpub``
may stand for any type. The keys of embit do the arithmetic.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from embit import base58, bech32, script
from embit.base import EmbitError
from embit.bip32 import HDKey
from embit.networks import NETWORKS

_MAIN = NETWORKS["main"]
_LONGEST = 120
_EXTENDED_LENGTH, _HASH_LENGTH = 78, 21
_WITNESS_LENGTHS = {(0, 20), (0, 32), (1, 32)}
_OP_1 = 0x51


class ScriptType(StrEnum):
    """The four usual ways to lock coins to one key."""

    P2PKH = "p2pkh"
    P2SH_P2WPKH = "p2sh-p2wpkh"
    P2WPKH = "p2wpkh"
    P2TR = "p2tr"


_p2sh: Callable[[script.Script], script.Script] = script.p2sh
_p2wpkh: Callable[[HDKey], script.Script] = script.p2wpkh
_address_of: Callable[[script.Script], str] = script.Script.address
_witness_of: Callable[[str, str], tuple[int, list[int]] | tuple[None, None]] = bech32.decode
_LOCK: Mapping[ScriptType, Callable[[HDKey], script.Script]] = {
    ScriptType.P2PKH: script.p2pkh,
    ScriptType.P2SH_P2WPKH: lambda key: _p2sh(_p2wpkh(key)),
    ScriptType.P2WPKH: _p2wpkh,
    ScriptType.P2TR: script.p2tr,
}
_TYPES: Mapping[bytes, tuple[ScriptType, ...]] = {
    _MAIN["xpub"]: tuple(ScriptType),
    _MAIN["ypub"]: (ScriptType.P2SH_P2WPKH,),
    _MAIN["zpub"]: (ScriptType.P2WPKH,),
}
_SHARED = {_MAIN["Ypub"], _MAIN["Zpub"]}
_TEST_KEYS = {NETWORKS["test"][f"{letter}pub"] for letter in "xyzYZ"}
_TEST_HASHES = {NETWORKS["test"]["p2pkh"], NETWORKS["test"]["p2sh"]}


@dataclass(frozen=True, slots=True)
class Place:
    """One locking script: as ``script`` (hex), and as the address that explorers are asked for."""

    address: str
    script: str


@dataclass(frozen=True)
class Branch:
    """One branch of an extended key under one script type; its places are derived once."""

    key: HDKey = field(repr=False)
    type: ScriptType
    change: int
    _places: list[Place] = field(default_factory=list, compare=False, repr=False)

    def place(self, index: int) -> Place:
        """Give the place of an index."""
        while len(self._places) <= index:
            locked = _LOCK[self.type](self._parent.child(len(self._places)).key)
            self._places.append(Place(_address_of(locked), locked.data.hex()))
        return self._places[index]

    @cached_property
    def _parent(self) -> HDKey:
        """Give the key of the branch."""
        parent: HDKey = self.key.child(self.change)
        return parent


def extended_key(text: str) -> tuple[str, tuple[ScriptType, ...]]:
    """Read an extended public key: its spelling as ``xpub``, and the script types it may have.

    Raises:
        ValueError: saying what is wrong without repeating it.
    """
    payload = _payload(text)
    if len(payload) != _EXTENDED_LENGTH or payload[45] not in {2, 3}:
        raise ValueError("This is not an extended public key.")
    if payload[:4] in _TEST_KEYS:
        raise ValueError("This is a key of a test network.")
    if payload[:4] in _SHARED:
        raise ValueError("This is one key of a multi-signature wallet: give its addresses.")
    if payload[:4] not in _TYPES:
        raise ValueError("This is not an extended public key of Bitcoin.")
    plain = base58.encode_check(_MAIN["xpub"] + payload[4:])
    try:
        HDKey.from_base58(plain)
    except EmbitError:
        raise ValueError("This is not a point of the curve.") from None
    return plain, _TYPES[payload[:4]]


def branches(xpub: str, types: tuple[ScriptType, ...]) -> list[Branch]:
    """Give the branches of a key, receive before change, type by type."""
    key = HDKey.from_base58(xpub)
    return [Branch(key, kind, change) for kind in types for change in (0, 1)]


def address(text: str) -> Place:
    """Read an address of Bitcoin's main network, checking its checksum.

    Raises:
        ValueError: saying what is wrong without repeating it.
    """
    lowered = text.lower()
    if lowered.startswith(("tb1", "bcrt1")):
        raise ValueError("This is an address of a test network.")
    if lowered.startswith("bc1"):
        return _witness(text)
    payload = _payload(text)
    if len(payload) != _HASH_LENGTH:
        raise ValueError("This is neither an address nor an extended public key.")
    if payload[:1] in _TEST_HASHES:
        raise ValueError("This is an address of a test network.")
    if payload[:1] == _MAIN["p2pkh"]:
        return Place(text, f"76a914{payload[1:].hex()}88ac")
    if payload[:1] == _MAIN["p2sh"]:
        return Place(text, f"a914{payload[1:].hex()}87")
    raise ValueError("This is not an address of Bitcoin.")


def _witness(text: str) -> Place:
    """Read a bech32 or bech32m address."""
    version, program = _witness_of("bc", text) if len(text) <= _LONGEST else (None, None)
    if version is None or program is None or (version, len(program)) not in _WITNESS_LENGTHS:
        raise ValueError("The address has a typing error.")
    opcode = version and version - 1 + _OP_1
    return Place(text.lower(), bytes([opcode, len(program), *program]).hex())


def _payload(text: str) -> bytes:
    """Undo base58 and check the checksum."""
    try:
        payload = base58.decode_check(text) if len(text) <= _LONGEST else b""
    except ValueError:
        raise ValueError("This has a typing error: its checksum is wrong.") from None
    return bytes(payload)
