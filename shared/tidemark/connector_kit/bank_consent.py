"""What a consent leaves in a connection's credentials, and who is there when it is used."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress

from tidemark.domain.consents import Need, Present
from tidemark.domain.ids import fingerprint
from tidemark.errors import BadCredentials, FieldError, Invalid, OwnerNeeded, SourceGarbage

ACCOUNTS, PSU_TYPES = "accounts", ("personal", "business")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LONGEST = 300


def checked_form(credentials: Mapping[str, str]) -> dict[str, str]:
    """Give what an owner says of a bank: the country in capitals, the kind of customer in small.

    Raises:
        Invalid: it is no country, or no kind of customer.
    """
    told = {**credentials, "country": credentials["country"].upper()}
    told["psu_type"] = told.get("psu_type", PSU_TYPES[0]).lower()
    if not _COUNTRY.fullmatch(told["country"]):
        error = FieldError("/credentials/country", "This is no country code of two letters.")
        raise Invalid("The credentials are not in the form that is needed.", [error])
    if told["psu_type"] not in PSU_TYPES:
        error = FieldError("/credentials/psu_type", "This is personal or business.")
        raise Invalid("The credentials are not in the form that is needed.", [error])
    return told


def spell_accounts(accounts: Mapping[str, str]) -> str:
    """Write down accounts: by what stays the same, what they are called in this consent."""
    return json.dumps(dict(sorted(accounts.items())), separators=(",", ":"))


def accounts_of(credentials: Mapping[str, str]) -> dict[str, str]:
    """Give the accounts of a consent. Raises OwnerNeeded: there is none yet."""
    with suppress(ValueError):
        accounts: dict[str, str] = json.loads(credentials.get(ACCOUNTS, ""))
        if accounts:
            return accounts
    raise consent_needed()


def consent_needed() -> OwnerNeeded:
    """Say that the owner has to consent at the bank."""
    return OwnerNeeded("The bank has not been told yet that it may be read.", Need.CONSENT)


def identity_of(name: str, credentials: Mapping[str, str], otherwise: str) -> str:
    """Give what makes two consents the same connection: the set of their accounts.

    Before a consent nobody knows which accounts those will be; two logins at one bank are two
    connections, so until then ``otherwise`` stands for this one alone.
    """
    with suppress(OwnerNeeded):
        return fingerprint(name, *sorted(accounts_of(credentials)))
    return fingerprint(name, "without consent", otherwise)


def page_of(url: object) -> str:
    """Give the address of the bank's page, for a browser to open. Raises SourceGarbage."""
    if isinstance(url, str) and url.startswith(("https://", "http://")):
        return url
    raise SourceGarbage("The source names no page where consent is given.")


def psu_headers(present: Present | None, required: Iterable[str]) -> dict[str, str]:
    """Give all headers about the owner who is there that a bank wants, or none.

    Banks refuse half a set; without any a reading counts as unattended.
    """
    if present is None:
        return {}
    known = {"psu-ip-address": _plain(present.ip), "psu-user-agent": _plain(present.agent)}
    told = {name: known.get(name.lower(), "") for name in required or known}
    return told if all(told.values()) else {}


def chosen(wanted: str, country: str, known: Iterable[str]) -> str:
    """Give the bank that an owner means. Raises BadCredentials, naming some that it may be."""
    by_name = {name.casefold(): name for name in known}
    found = by_name.get(wanted.casefold())
    if found is not None:
        return found
    alike = difflib.get_close_matches(wanted.casefold(), by_name, n=5, cutoff=0.6)
    names = ", ".join(by_name[name][:60] for name in alike)
    raise BadCredentials(
        f"There is no bank of this name in {country}."
        + (f" These are like it: {names}." if names else "")
    )


def _plain(text: str) -> str:
    """Give what of a text a header can hold."""
    return "".join(each for each in text if " " <= each <= "~")[:_LONGEST].strip()
