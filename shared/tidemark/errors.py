"""Everything that Tidemark expects to go wrong, named by what happens next.

TidemarkError
├── SourceError                 a provider could not be read; the ledger is as it was
│   ├── CredentialsError        the owner has to act: the integration stops
│   │   ├── BadCredentials      the key, secret or address is not accepted
│   │   ├── MissingPermission   the key lacks a right that is needed
│   │   ├── TooManyRights       the key may trade, transfer or withdraw
│   │   └── ConsentGone         the bank's consent ended: the owner has to connect again
│   ├── OwnerNeeded             the owner has to consent, confirm or give an OTP; then go on
│   ├── NotConfigured           the deployment has no application at this aggregator
│   ├── RateLimited             wait until ``retry_after`` has passed, then go on
│   ├── SourceUnavailable       try again later: timeout, 5xx, maintenance
│   │   └── AskedInVain         not in this sync: each try counts
│   ├── SourceGarbage           the answer is not what the provider documents
│   └── CursorExpired           the place where the walk stopped is gone: start the window again
├── LedgerError                 a write could not be made
│   ├── LeaseHeld               another worker is at this integration until ``until``
│   ├── LeaseLost               this worker was stopped or overtaken: write nothing more
│   ├── StaleVersion            somebody changed the item in between
│   └── StoreUnavailable        the database kept throttling
├── VaultError                  a secret could not be sealed or opened
├── Unexpected                  nobody named it: a bug, told by its kind alone
└── Refused                     an owner's request that cannot be done; ``code`` says why
    ├── NotFound                unknown, or another owner's: nobody can tell which
    ├── Invalid                 the request is malformed; ``errors`` point into it
    │   └── BadFile             nothing of a file can be read
    └── Conflict                not in this state
        └── Stale               If-Match names an older version
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple


class TidemarkError(Exception):
    """The root of the tree."""

    code = "error"


class SourceError(TidemarkError):
    """A provider could not be read. The message never holds a URL, a header or a body."""

    code = "source_error"


class CredentialsError(SourceError):
    """The owner has to do something about the credentials."""

    code = "invalid_credentials"


class BadCredentials(CredentialsError):
    """The provider does not accept the key, the secret or the address."""


class MissingPermission(CredentialsError):
    """The key lacks rights that reading needs."""

    code = "missing_permission"

    def __init__(self, message: str, rights: Sequence[str] = ()) -> None:
        """Name the ``rights`` to add, in the provider's words."""
        super().__init__(message)
        self.rights = tuple(rights)


class TooManyRights(CredentialsError):
    """The key may do more than read."""

    code = "key_not_read_only"

    def __init__(self, message: str, rights: Sequence[str] = ()) -> None:
        """Name the ``rights`` to remove, in the provider's words."""
        super().__init__(message)
        self.rights = tuple(rights)


class ConsentGone(CredentialsError):
    """The consent has expired, or was revoked or closed."""

    code = "reconnect_required"


class OwnerNeeded(SourceError):
    """The source goes on only when its owner has done something; the same cursor goes on then."""

    code = "owner_needed"

    def __init__(self, message: str, need: str, within: timedelta | None = None) -> None:
        """Say what is needed (``tidemark.domain.consents.Need``) and how long the source waits."""
        super().__init__(message)
        self.need = need
        self.within = within


class NotConfigured(SourceError):
    """The deployment was not registered with this aggregator."""

    code = "not_configured"


class RateLimited(SourceError):
    """The provider asks to wait."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        """Say how long to wait, or None when the provider did not."""
        super().__init__(message)
        self.retry_after = retry_after


class SourceUnavailable(SourceError):
    """The provider does not answer, answers too slowly, or is in maintenance."""

    code = "source_unavailable"


class AskedInVain(SourceUnavailable):
    """Nobody answered a request that may be made only a few times a day."""


class SourceGarbage(SourceError):
    """The answer is not what the provider documents: truncated, HTML, too large, not exact."""

    code = "source_garbage"


class CursorExpired(SourceError):
    """The page that the cursor names is gone: read the window again from its start."""

    code = "cursor_expired"


class LedgerError(TidemarkError):
    """A write to the ledger could not be made."""

    code = "ledger_error"


class LeaseHeld(LedgerError):
    """Another worker is at this integration."""

    code = "lease_held"

    def __init__(self, until: datetime) -> None:
        """Say until when (UTC) the other worker may be at work."""
        super().__init__(f"another worker holds the lease until {until.isoformat()}")
        self.until = until


class LeaseLost(LedgerError):
    """This worker was stopped or overtaken and must write nothing more."""

    code = "lease_lost"


class StaleVersion(LedgerError):
    """Somebody changed the item between read and write."""

    code = "stale_version"


class StoreUnavailable(LedgerError):
    """The database kept throttling, or left items unprocessed, beyond all retries."""

    code = "store_unavailable"


class VaultError(TidemarkError):
    """A secret could not be sealed or opened."""

    code = "credentials_unreadable"


class Unexpected(TidemarkError):
    """Nobody expected this. The message is the error's kind: its text may hold data."""

    code = "internal_error"


class FieldError(NamedTuple):
    """One thing wrong with a request: a JSON pointer and a sentence."""

    pointer: str
    detail: str


class Refused(TidemarkError):
    """An owner's request that cannot be done."""

    code = "refused"

    def __init__(self, message: str, code: str | None = None) -> None:
        """Say why in a sentence, and in a word (``code``) that programs may rely on."""
        super().__init__(message)
        self.code = code or self.code


class NotFound(Refused):
    """The thing is unknown, or it is another owner's."""

    code = "not_found"

    def __init__(self) -> None:
        """Say the same, whatever was asked for."""
        super().__init__("There is nothing with this id.")


class Invalid(Refused):
    """The request is malformed."""

    code = "invalid"

    def __init__(
        self, message: str, errors: Sequence[FieldError] = (), code: str | None = None
    ) -> None:
        """Point at each field that is wrong."""
        super().__init__(message, code)
        self.errors = tuple(errors)


class BadFile(Invalid):
    """Nothing of a file can be read: it is too large, broken, or not what it should be."""

    code = "bad_file"

    def __init__(self, message: str, code: str) -> None:
        """Say what is wrong with the file as a whole."""
        super().__init__(message, code=code)


class Conflict(Refused):
    """The request does not fit the present state."""

    code = "conflict"


class Stale(Conflict):
    """If-Match names an older version."""

    code = "stale"
