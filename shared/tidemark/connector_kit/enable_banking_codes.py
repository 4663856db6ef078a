"""What Enable Banking's error codes mean (API 1.0.0, ErrorCode)."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from tidemark.connector_kit import exact_json, shapes
from tidemark.connector_kit.bank_reader import TooFarBack
from tidemark.connector_kit.bank_rows import strings
from tidemark.domain.consents import Need
from tidemark.errors import (
    BadCredentials,
    ConsentGone,
    CursorExpired,
    NotConfigured,
    OwnerNeeded,
    RateLimited,
    SourceError,
    SourceGarbage,
    SourceUnavailable,
)

_CODE = re.compile(r"[A-Z_]{2,60}")
_OTP = re.compile(r"\b(otp|tan|[a-z]*tan|sms|one[- ]?time|passcode)\b", re.IGNORECASE)
_UNAUTHORIZED = 401
_A_QUARTER_DAY = timedelta(hours=6)

type Make = Callable[[], SourceError]


def _of(error: type[SourceError], message: str, *codes: str) -> dict[str, Make]:
    """Let some codes mean an error."""
    return dict.fromkeys(codes, lambda: error(message))


_TABLE: dict[str, Make] = {
    "ASPSP_RATE_LIMIT_EXCEEDED": lambda: RateLimited(
        "The bank was read as often as it allows today.", _A_QUARTER_DAY
    ),
    **_of(
        SourceUnavailable,
        "The bank does not answer at the moment.",
        "ASPSP_ERROR",
        "ASPSP_TIMEOUT",
    ),
    **_of(
        ConsentGone,
        "The bank's consent has ended: connect the bank again.",
        "EXPIRED_SESSION",
        "CLOSED_SESSION",
        "REVOKED_SESSION",
        "SESSION_DOES_NOT_EXIST",
        "WRONG_SESSION_STATUS",
        "ACCESS_DENIED",
    ),
    **_of(
        ConsentGone,
        "An account is not to be had any more: connect the bank again.",
        "ACCOUNT_DOES_NOT_EXIST",
        "INVALID_ACCOUNT_ID",
        "ASPSP_ACCOUNT_NOT_ACCESSIBLE",
    ),
    **_of(
        BadCredentials,
        "The way back from the bank was used before, is too old, or is not one.",
        "ALREADY_AUTHORIZED",
        "EXPIRED_AUTHORIZATION_CODE",
        "WRONG_AUTHORIZATION_CODE",
    ),
    **_of(
        BadCredentials,
        "The bank does not know its customer.",
        "WRONG_CREDENTIALS_PROVIDED",
    ),
    **_of(BadCredentials, "There is no such bank.", "WRONG_ASPSP_PROVIDED"),
    **_of(
        NotConfigured,
        "Enable Banking does not accept this deployment's application.",
        "UNAUTHORIZED_ACCESS",
        "AUTHORIZATION_NOT_PROVIDED",
        "UNAUTHORIZED_IP",
        "INVALID_HOST",
        "NO_ACCOUNTS_ADDED",
        "REDIRECT_URI_NOT_ALLOWED",
    ),
    **_of(
        SourceGarbage,
        "The bank wants to know more of who is there than can be told.",
        "PSU_HEADER_NOT_PROVIDED",
        "PSU_HEADER_INVALID",
    ),
    **_of(
        TooFarBack,
        "The bank does not go back so far.",
        "WRONG_TRANSACTIONS_PERIOD",
        "WRONG_DATE_INTERVAL",
    ),
    **_of(CursorExpired, "The bank forgot the next page.", "WRONG_CONTINUATION_KEY"),
}


def explain(status: int, body: bytes) -> SourceError | None:
    """Give the error in the body of an error status, if Enable Banking wrote it."""
    with suppress(ValueError, SourceGarbage):
        told = shapes.mapping(exact_json.parse(body))
        code = shapes.text(told.get("error"))
        if code == "ASPSP_PSU_ACTION_REQUIRED":
            return _owner_needed(told)
        if code in _TABLE:
            return _TABLE[code]()
        if _CODE.fullmatch(code):
            return _unnamed(status, code)
    return _TABLE["UNAUTHORIZED_ACCESS"]() if status == _UNAUTHORIZED else None


def _unnamed(status: int, code: str) -> SourceError:
    """Give the error of a code that the table lacks: it is repeated, since it is only a word."""
    if status >= 500:  # noqa: PLR2004  # HTTP's own word
        return SourceUnavailable(f"The source is not available at the moment ({code}).")
    return SourceGarbage(f"The source refused for a reason that is not known ({code}).")


def _owner_needed(told: dict[str, object]) -> OwnerNeeded:
    """Say what the bank wants of its customer: a password where it speaks of one."""
    words = " ".join(strings([told.get("message"), told.get("detail")]))
    if _OTP.search(words):
        return OwnerNeeded("The bank asks for a one-time password.", Need.OTP)
    return OwnerNeeded("The bank asks for a confirmation in its own app.", Need.CONFIRMATION)
