"""An exchange on this machine: many Kraken accounts behind one port, told apart by their keys."""

from email.message import Message

from local.sources.kraken import Behaviour, KrakenSource
from local.sources.kraken_records import History
from local.sources.serving import Answer, Served
from tests import canaries

_STRANGER = Answer(200, b'{"error":["EAPI:Invalid key"]}')


class Exchange(Served):
    """Serves accounts; every key and every secret is a canary."""

    def __init__(self) -> None:
        """Take a free port."""
        super().__init__()
        self.accounts: dict[str, KrakenSource] = {}

    def account(self, history: History, behaviour: Behaviour | None = None) -> KrakenSource:
        """Open an account."""
        key, secret = canaries.make("key"), canaries.make_base64("secret")
        made = KrakenSource(history, key=key, secret=secret, behaviour=behaviour)
        self.accounts[key] = made
        return made

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Answer:
        """Let the account answer that the key belongs to."""
        account = self.accounts.get(headers.get("API-Key", ""))
        return account.answer(method, path, headers, body) if account else _STRANGER

    def stop(self) -> None:
        """Stop serving."""
        super().stop()
        for account in self.accounts.values():
            account._server.server_close()
