"""What the servers of both aggregators are made of: a bank, its page, its controls, an API."""

import json
import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from local.sources import bank_controls
from local.sources.bank import Bank
from local.sources.bank_controls import Fails
from local.sources.bank_history import made_up_bank
from local.sources.bank_visits import Asking, Readings
from local.sources.serving import Answer, Served

_CONTROLS = "/_bank/"


@dataclass(frozen=True)
class Request:
    """One request as it is looked at; names of headers are in title case."""

    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class Refused(Exception):
    """A request that is refused, with the answer in the aggregator's own shape."""

    answer: Answer

    def __init__(self, status: int, word: str, text: str = "") -> None:
        """Say why: by status, by the aggregator's word, and perhaps by a sentence."""
        super().__init__(word)
        self.status, self.word, self.text = status, word, text


class BankServer(Served):
    """A server, on a port of 127.0.0.1; use it in ``with``, or call ``start`` and ``stop``.

    ``routes`` are method, pattern and name of each call; the method of that name answers it.
    ``base`` is what the API's paths begin with, ``page`` what those of the bank's own page do.
    ``malformed`` is how something is refused that is no request.
    """

    routes: ClassVar[Sequence[tuple[str, str, str]]]
    base: ClassVar[str] = ""
    page: ClassVar[str]
    refused: ClassVar[type[Refused]]
    malformed: ClassVar[tuple[int, str]]
    behaviour: Fails

    def __init__(self, bank: Bank | None, port: int, readings: int = 4) -> None:
        """Prepare to serve a bank; port 0 takes a free one."""
        self.bank = bank or made_up_bank()
        self.asking, self.readings = Asking(), Readings(readings)
        self.requests: Counter[str] = Counter()
        super().__init__(port)

    @abstractmethod
    def consent(self, link: str, *, deny: bool = False) -> str:
        """Be the customer at the bank's page; give where it leads back to."""

    @abstractmethod
    def end_sessions(self, status: str) -> None:
        """End all consents."""

    @abstractmethod
    def check(self, path: str, request: Request) -> None:
        """Refuse a call that does not show the application's token."""

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Answer:
        """Answer one request, in the aggregator's words."""
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        told = {name.title(): value for name, value in headers.items()}
        try:
            with self.bank.lock:
                if url.path.startswith(_CONTROLS):
                    word = url.path.removeprefix(_CONTROLS)
                    return as_json(bank_controls.control(self, word, body))
                if url.path.startswith(self.page):
                    back = self.consent(url.path, deny="deny" in query)
                    return Answer(302, b"", content_type="text/plain", headers={"Location": back})
                request = Request(query, told, json.loads(body or b"{}"))
                return self._called(method, url.path.removeprefix(self.base), request)
        except Refused as refused:
            return refused.answer
        except (KeyError, ValueError):
            return self.refused(*self.malformed).answer

    def _called(self, method: str, path: str, request: Request) -> Answer:
        """Answer a call of the API."""
        self.check(path, request)
        for called, pattern, name in self.routes:
            match = re.fullmatch(pattern, path)
            if match and called == method:
                self.requests[name] += 1
                if name in self.behaviour.fails:
                    raise self.refused(*self.behaviour.fails[name])
                act: Callable[..., Answer | object] = getattr(self, name)
                told = act(request, *match.groups())
                return told if isinstance(told, Answer) else as_json(told)
        raise self.refused(404, self.malformed[1])


def as_json(value: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer well."""
    return Answer(200, json.dumps(value).encode(), headers=headers or {})
