"""What rows of bank accounts are, as far as ISO 20022's codes say (Bank Transaction Codes)."""

import re

from tidemark.domain.legs import Kind

_WORDS = re.compile(r"[A-Z0-9]{4}")
_INTEREST = frozenset({"INTR", "LINT", "CINT", "DINT", "ININ"})
_FEES = frozenset({"CHRG", "FEES", "COMM", "COME", "COMT", "CHRGS"})
_CARDS = frozenset({"CCRD", "MCRD", "POSD", "POSC", "POSP"})


def kind_of_row(code: str, *, incoming: bool, by_card: bool = False) -> Kind:
    """Say what a row is, from the words of its code and its direction.

    A card pays, or is paid back; whatever else comes or goes is a deposit or a withdrawal.
    """
    words = set(_WORDS.findall(code.upper()))
    if words & _INTEREST:
        return Kind.INTEREST
    if words & _FEES:
        return Kind.FEE
    if by_card or words & _CARDS:
        return Kind.REFUND if incoming else Kind.PAYMENT
    return Kind.DEPOSIT if incoming else Kind.WITHDRAWAL
