"""What every connector is: facts as class attributes, one page read at a time."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from types import TracebackType
from typing import ClassVar, Self

from tidemark.connector_kit.http import Http
from tidemark.connector_kit.running_balance import balances_after
from tidemark.domain.consents import Answer, Application, Granted, Link, Present, Quota
from tidemark.domain.ids import fingerprint
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.pages import KeyRights, Page, RateBudget, Scope, Window
from tidemark.domain.ports import Clock
from tidemark.domain.transactions import Found
from tidemark.errors import BadCredentials, FieldError, Invalid


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a connector's credentials, as an owner fills it in.

    ``secret`` ones are write-only passwords. ``many`` ones may be given as a list of texts.
    """

    name: str
    title: str
    description: str = ""
    secret: bool = True
    required: bool = True
    many: bool = False
    max_length: int = 512

    def schema(self) -> dict[str, object]:
        """Give the field's JSON Schema."""
        text: dict[str, object] = {"type": "string", "minLength": 1, "maxLength": self.max_length}
        shape = {"oneOf": [text, {"type": "array", "items": text, "minItems": 1}]}
        facts: dict[str, object] = {"title": self.title, "writeOnly": True}
        if self.description:
            facts["description"] = self.description
        return {**facts, **(shape if self.many else text)}


class Connector(ABC):
    """Reads one account of one provider.

    The class carries the facts; an instance is the open source (use it in ``with``). A subclass
    says how a page is read, and nothing of leases, ledgers or schedules.

    ``lookback`` is how far back the source gives everything at any time, None where it is all.
    ``concurrency`` is how many requests one account may have in flight; ``accounts_at_once`` how
    many accounts one process reads at a time: sources that count calls by address want few.
    ``running_balances`` says that each record has ``asset``, ``amount``, ``fee`` and ``balance``.
    ``by_consent`` sources are linked at a page of their own, with the deployment's application.
    """

    title: ClassVar[str]
    kind: ClassVar[IntegrationKind]
    base_url: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    streams: ClassVar[tuple[str, ...]]
    scope: ClassVar[Scope]
    overlap: ClassVar[timedelta]
    lookback: ClassVar[timedelta | None] = None
    group_span: ClassVar[timedelta] = timedelta(0)
    concurrency: ClassVar[int] = 1
    accounts_at_once: ClassVar[int] = 10
    budget: ClassVar[RateBudget | None] = None
    needed_rights: ClassVar[tuple[str, ...]] = ()
    forbidden_rights: ClassVar[tuple[str, ...]] = ()
    running_balances: ClassVar[bool] = False
    by_consent: ClassVar[bool] = False

    def __init__(  # noqa: PLR0913 - what a source may need to be opened
        self,
        credentials: Mapping[str, str],
        *,
        http: Http,
        clock: Clock,
        nonce: int = 0,
        application: Application | None = None,
        present: Present | None = None,
        quota: Quota | None = None,
    ) -> None:
        """Open the source; ``nonce`` is the highest one that was ever sent with this key."""
        self.credentials = credentials
        self.http = http
        self.clock = clock
        self.nonce = nonce
        self.application = application
        self.present = present
        self.quota = quota

    def __enter__(self) -> Self:
        _gate(type(self)).acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _gate(type(self)).release()
        self.http.close()

    @classmethod
    def name(cls) -> str:
        """Give the connector's name: that of its module."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def balances_after(cls, raw: str) -> dict[str, Decimal]:
        """Give the balance per source asset that a transaction's records led to, where told."""
        return balances_after(raw) if cls.running_balances else {}

    @classmethod
    def account_of(cls, transaction_id: str, source_id: str) -> str | None:
        """Give the account that a transaction is of, if balances are told for each."""
        del transaction_id, source_id
        return None

    @classmethod
    def credentials_schema(cls) -> dict[str, object]:
        """Give the JSON Schema of the credentials."""
        return {
            "type": "object",
            "properties": {field.name: field.schema() for field in cls.fields},
            "required": [field.name for field in cls.fields if field.required],
            "additionalProperties": False,
        }

    @classmethod
    def check(cls, credentials: Mapping[str, object]) -> dict[str, str]:
        """Check the form of credentials and give them normalised: one text per field.

        A list of texts is joined by single spaces. Subclasses add what they know of the form.

        Raises:
            Invalid: pointing at each field that is wrong; no value is ever repeated.
        """
        errors = [*_unknown(cls.fields, credentials), *_malformed(cls.fields, credentials)]
        if errors:
            raise Invalid("The credentials are not in the form that is needed.", errors)
        return {
            name: " ".join(_texts(value)) for name, value in credentials.items() if _texts(value)
        }

    @classmethod
    def identity(cls, credentials: Mapping[str, str]) -> str:
        """Give what makes two credentials the same account: here, the first field."""
        return fingerprint(cls.name(), credentials[cls.fields[0].name])

    @abstractmethod
    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Read one page of a stream (see ``tidemark.domain.ports.Source.page``)."""

    @abstractmethod
    def rights(self) -> KeyRights:
        """Check the credentials at the source and say what they allow."""

    def enrich(self, new: Sequence[Found]) -> Sequence[Found]:
        """Add details to transactions that are about to be written; by default there are none."""
        return new

    def balances(self, bookmarks: Mapping[str, str] | None = None) -> dict[str, Decimal] | None:
        """Give what is there now per clean asset; by default the source cannot say.

        ``bookmarks``, by stream, are those that a reading has just left.
        """
        return None

    def consent_until(self) -> datetime | None:
        """Give when the consent ends; by default none is needed."""
        return None

    def answer(self, answer: Answer) -> None:
        """Take an owner's answer; by default nothing is ever asked for."""
        del answer

    def link(self, state: str, return_to: str) -> Link:
        """Give the page where consent is granted; by default there is none."""
        raise BadCredentials("This source is not linked by consent.")

    def grant(self, code: str, keep: Mapping[str, str]) -> Granted:
        """Give the consent that an owner came back with; by default there is none."""
        raise BadCredentials("This source is not linked by consent.")


@cache
def _gate(connector: type[Connector]) -> threading.BoundedSemaphore:
    """Give what lets so many accounts of a source be read at once in this process."""
    return threading.BoundedSemaphore(connector.accounts_at_once)


def _texts(value: object) -> list[str]:
    """Give the texts of a field that may be one text or a list of them, stripped."""
    values = value if isinstance(value, list | tuple) else [value]
    return [text.strip() for text in values if isinstance(text, str) and text.strip()]


def _unknown(fields: Sequence[Field], credentials: Mapping[str, object]) -> list[FieldError]:
    """Point at fields that nobody asked for."""
    known = {field.name for field in fields}
    return [
        FieldError(f"/credentials/{name}", "This field is not known.")
        for name in credentials
        if name not in known
    ]


def _malformed(fields: Sequence[Field], credentials: Mapping[str, object]) -> list[FieldError]:
    """Point at fields that are missing, or not text of a sensible length."""
    errors = []
    for field in fields:
        value = credentials.get(field.name)
        if value is None or value in ("", []):
            if field.required:
                errors.append(FieldError(f"/credentials/{field.name}", "This field is needed."))
        elif not _is_well_formed(field, value):
            errors.append(
                FieldError(f"/credentials/{field.name}", "This is not in the right form.")
            )
    return errors


def _is_well_formed(field: Field, value: object) -> bool:
    """Tell whether a value is text (or a list of texts, where that may be) of a sensible length."""
    if isinstance(value, list):
        return field.many and all(_is_text(field, text) for text in value)
    return _is_text(field, value)


def _is_text(field: Field, value: object) -> bool:
    """Tell whether a value is non-empty text that is not too long, of one line if it is one."""
    longest = field.max_length * 500 if field.many else field.max_length
    if not isinstance(value, str) or not 0 < len(value.strip()) <= longest:
        return False
    return field.many or value.strip().isprintable()
