"""Kraken's recorded replies, where TIDEMARK_RECORDINGS names their folder."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.connectors.kraken_played import Still
from tidemark.connector_kit.http import Http
from tidemark.connectors.kraken import Kraken, signature
from tidemark.domain.legs import kind_of
from tidemark.domain.pages import Page, Window

RECORDINGS = os.environ.get("TIDEMARK_RECORDINGS", "")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
XCHANGE = "xchange/org/knowm/xchange/kraken/dto"

pytestmark = pytest.mark.skipif(not RECORDINGS, reason="TIDEMARK_RECORDINGS is not set")


def body(name: str) -> bytes:
    """Read a recorded reply; some files begin with three lines about the request."""
    text = next((Path(RECORDINGS) / "kraken").glob(name)).read_text()
    return text[text.index("{") :].encode()


def playing(**replies: str) -> Kraken:
    """Open the connector on recorded replies by method."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body(replies[request.url.path.split("/")[-1]]))

    http = Http(Kraken.base_url, clock=Still(), transport=httpx.MockTransport(answer))
    return Kraken({"api_key": "key", "api_secret": "YQ=="}, http=http, clock=Still())


def only_page(name: str) -> Page:
    """Read a recorded ledger that fits on one page."""
    page = playing(Ledgers=name).page("ledger", Window(None, NOW), None, None)
    assert page.cursor is None
    assert page.unread == []
    assert page.incomplete is None
    return page


def shown(page: Page) -> Iterator[tuple[str, str, str]]:
    """Say for each transaction what it is and what it moved."""
    for found in sorted(page.transactions, key=lambda each: each.occurred_at):
        moved = " ".join(f"{leg.amount:f} {leg.asset}" for leg in found.legs)
        yield found.source_id, kind_of(found.legs).value, moved


def test_the_documented_ledger() -> None:
    """Two trades of which only one leg is shown each, fees beside them."""
    assert list(shown(only_page("jkorf/Account/GetLedgerInfo.txt"))) == [
        ("TBZIP2-F6QOU-TMB6FY", "trade", "0.9852 USD -0.0010 USD"),
        ("TJKLXF-PGMUI-4NTLXU", "trade", "-24.5000 GBP -0.0490 GBP"),
    ]


def test_an_old_ledger_with_oddities() -> None:
    """A refid "Unknown", an adjustment, a settled position; the chain of balances is whole."""
    page = only_page(f"{XCHANGE}/account/example-ledgerinfo-data.json")

    assert page.warnings == []
    assert list(shown(page)) == [
        ("QGBHSDV-WNIG7Y-TNHTJ4", "deposit", "0.5000000000 BTC"),
        ("TPYCPK-GLBCV-NGPDDI", "trade", "0.5000000000 ETH"),
        ("LKEGD3-PO6FF-3CCK7Z", "staking", "0.01847200 XTZ"),
        (
            "TY5BYV-WJUQF-XPYEYD",
            "trade",
            "16.0378100000 LTC -0.0320800000 LTC -0.5000000000 BTC",
        ),
        ("AMBEDD7-NVKRCP-KBXHHD", "withdrawal", "-15.9857300000 LTC -0.0200000000 LTC"),
        ("QGBJIZV-4F6SPK-ZCBT5O", "deposit", "0.1000000000 BTC"),
        ("LAJSKG3-35JF4-JF0JG3", "adjustment", "-350.0000000000 ICN"),
    ]


def test_a_made_up_ledger_that_does_not_add_up() -> None:
    """Everything is read all the same, and the running balance is complained about once."""
    page = only_page("dali-apache2/*L32*.json")

    assert [kind for _, kind, _ in shown(page)] == ["trade", "deposit", "trade", "withdrawal"]
    assert len(page.warnings) == 1
    assert "XLTC" in page.warnings[0]


def test_details_of_a_recorded_trade() -> None:
    """The documented list of trades is understood."""
    kraken = playing(
        Ledgers="dali-apache2/*L32*.json",
        TradesHistory="dali-apache2/*L88*.json",
        DepositStatus="jkorf/Account/GetDepositStatus.txt",
        WithdrawStatus="jkorf/Account/GetWithdrawalStatus.txt",
    )
    found = kraken.page("ledger", Window(None, NOW), None, None).transactions
    details = {each.source_id: dict(each.details) for each in kraken.enrich(found)}

    assert details["somerefid2"] == {"pair": "XLTCZUSD", "price": "43.80001", "order": "ordertxid"}
    assert details["somerefid0"] == {}


def test_the_documented_key_and_balances() -> None:
    """A key with all rights is not read-only; staked and plain together, clean names."""
    kraken = playing(
        GetApiKeyInfo="jkorf/Account/GetApiKeyInfo.txt", Balance="jkorf/Account/GetBalances.txt"
    )

    assert kraken.rights().excess == Kraken.forbidden_rights
    assert {asset: f"{amount:f}" for asset, amount in kraken.balances().items()} == {
        "USD": "1384317.8938",
        "EUR": "504861.8946",
        "BTC": "1011.1908877900",
        "ETH": "1019.5356374330",
        "USDT": "500000.00000000",
        "DAI": "9999.9999999999",
        "DOT": "2.5000000000",
    }


def test_the_published_vectors() -> None:
    """Every example of Kraken's signature comes out."""
    vectors = json.loads((Path(RECORDINGS) / "vectors" / "signing.json").read_text())
    mine = [vector for vector in vectors if vector["source"] == "kraken"]

    assert mine
    for each in mine:
        signed = signature(each["secret_b64"], each["path"], each["nonce"], each["body"])
        assert signed == each["expect_api_sign"]
