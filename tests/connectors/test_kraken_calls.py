"""What Kraken is asked beside the ledger, and how it is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from local.sources.kraken import Behaviour, KrakenSource
from local.sources.kraken_history import generate
from tests.connectors.kraken_played import NOW, Still, opened, walk
from tidemark.connector_kit.http import Http
from tidemark.connectors.kraken import Kraken, signature
from tidemark.domain.pages import Window
from tidemark.domain.transactions import Found
from tidemark.errors import BadCredentials, Invalid, MissingPermission, RateLimited


@pytest.fixture(scope="module")
def served() -> Iterator[KrakenSource]:
    """Serve one history to all tests that leave it as it is."""
    with KrakenSource(generate(1_500, seed=7, burst_rows=200)) as source:
        yield source


def test_nonces_grow_and_survive_the_instance(served: KrakenSource) -> None:
    """Also where the clock stands, and where another instance begins with the last one's."""
    with opened(served) as kraken:
        kraken.rights()
        kraken.rights()
        last = kraken.nonce
    with opened(served, nonce=last) as kraken:
        kraken.rights()
        assert kraken.nonce > last
    assert served.nonces == sorted(set(served.nonces))


def test_an_overtaken_nonce_is_caught_up() -> None:
    """Another program is a little ahead: higher nonces are tried, a few."""
    with KrakenSource(generate(10)) as source:
        with opened(source, nonce=int(NOW.timestamp() * 1000) + 30_000) as other:
            other.rights()
        with opened(source, nonce=0) as kraken:
            assert kraken.rights().read_only
        with opened(source, nonce=10**18) as other:
            other.rights()
        with opened(source, nonce=0) as kraken, pytest.raises(BadCredentials, match="Another"):
            kraken.rights()


def test_details_are_added(served: KrakenSource) -> None:
    """Trades get pair, price and order; transfers get txid, address and network."""
    with opened(served) as kraken:
        found = list(walk(kraken)[0].values())
        calls = kraken.nonce
        rich = kraken.enrich(found)
        calls = kraken.nonce - calls

    by_type: dict[str, set[frozenset[str]]] = {}
    for each in rich:
        for kind in ("trade", "deposit", "withdrawal"):
            if f'"type":"{kind}"' in each.raw:
                by_type.setdefault(kind, set()).add(frozenset(each.details))
    assert by_type["trade"] == {frozenset({"pair", "price", "order"})}
    assert by_type["deposit"] == {frozenset({"txid", "address", "network"})}
    assert calls < len(found) / 20


def burst(kraken: Kraken, cursor: str | None) -> tuple[list[Found], str | None, RateLimited]:
    """Read pages until the rate limit."""
    found: list[Found] = []
    while True:
        try:
            page = kraken.page("ledger", Window(None, NOW), cursor, None)
        except RateLimited as error:
            return found, cursor, error
        found += page.transactions
        cursor = page.cursor


def test_a_burst_leaves_room_for_details(served: KrakenSource) -> None:
    """Within the published rate limit some pages are read, and their details, then one waits."""
    clock = Still()
    http = Http(served.url, clock=clock, budget=Kraken.budget)
    cursor: str | None = None
    with Kraken(served.credentials, http=http, clock=clock, nonce=served.nonces[-1]) as kraken:
        for _ in range(3):
            new, cursor, limited = burst(kraken, cursor)
            assert len(new) > 60
            assert len(kraken.enrich(new)) == len(new)
            assert limited.retry_after is not None
            clock.at += timedelta(seconds=45)


@pytest.mark.parametrize("method", ["TradesHistory", "DepositStatus", "WithdrawStatus"])
def test_details_need_not_be_allowed(method: str) -> None:
    """Without the right to read them, they are left out; a limit is passed on."""
    behaviour = Behaviour(refused={method: "EGeneral:Permission denied"})
    with KrakenSource(generate(200), behaviour=behaviour) as source, opened(source) as kraken:
        found = list(walk(kraken)[0].values())
        assert len(kraken.enrich(found)) == len(found)
        kraken.enrich(found)
        assert source.requests[method] == 1
        behaviour.refused = {method: "EAPI:Rate limit exceeded"}
    with (
        KrakenSource(generate(200), behaviour=behaviour) as source,
        opened(source) as kraken,
        pytest.raises(RateLimited),
    ):
        kraken.enrich(found)


def test_rights() -> None:
    """A key that may do more, or less, or see less than all, is told from a good one."""
    with KrakenSource(generate(1)) as source, opened(source) as kraken:
        assert kraken.rights().read_only is True
        source.behaviour.rights = ("query-funds", "withdraw-funds", "close-trades")
        source.behaviour.query_from = 1_600_000_000
        rights = kraken.rights()
        assert rights.read_only is False
        assert rights.excess == ("withdraw-funds", "close-trades")
        assert rights.missing == ("query-ledger",)
        assert rights.history_from == datetime.fromtimestamp(1_600_000_000, UTC)
        source.behaviour.query_to = 1_700_000_000
        assert kraken.rights().missing[-1] == "no end of the query range (query_to)"
        source.behaviour.refused = {"GetApiKeyInfo": "EGeneral:Unknown method"}
        assert kraken.rights().read_only is None
        source.behaviour.refused["Balance"] = "EGeneral:Permission denied"
        with pytest.raises(MissingPermission):
            kraken.rights()


def test_strangers_are_refused(served: KrakenSource) -> None:
    """A wrong key or secret is told as such."""
    clock = Still()
    for wrong in ({"api_key": "x"}, {"api_secret": "eHh4"}):
        http = Http(served.url, clock=clock, sleep=lambda _seconds: None)
        with (
            Kraken({**served.credentials, **wrong}, http=http, clock=clock) as kraken,
            pytest.raises(BadCredentials) as caught,
        ):
            kraken.rights()
        assert not caught.value.__context__


def test_the_published_signature() -> None:
    """Kraken's own example (docs.kraken.com/api/docs/guides/spot-rest-auth)."""
    secret = (
        "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
    )
    nonce = "1616492376594"
    body = f"nonce={nonce}&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"

    assert signature(secret, "/0/private/AddOrder", nonce, body) == (
        "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ=="
    )


@pytest.mark.parametrize(
    ("key", "secret", "pointers"),
    [
        ("a key", "YQ==", ["/credentials/api_key"]),
        ("schlüssel", "YQ==", ["/credentials/api_key"]),
        ("a\r\nX: y", "YQ==", ["/credentials/api_key"]),
        ("a\x7f", "YQ==", ["/credentials/api_key"]),
        ("key", "no base64!", ["/credentials/api_secret"]),
        ("key", "", ["/credentials/api_secret"]),
        ("a key", "Y", ["/credentials/api_key", "/credentials/api_secret"]),
    ],
)
def test_credentials_are_checked_offline(key: str, secret: str, pointers: list[str]) -> None:
    """Each wrong field is pointed at, and no value is repeated."""
    with pytest.raises(Invalid) as caught:
        Kraken.check({"api_key": key, "api_secret": secret})

    assert [error.pointer for error in caught.value.errors] == pointers
    told = f"{caught.value} {caught.value.errors}"
    assert key not in told
    assert not secret or secret not in told.replace("/credentials", "")


def test_good_credentials_are_normalised() -> None:
    """Spaces from copying are dropped."""
    assert Kraken.check({"api_key": " key ", "api_secret": " YQ==\n"}) == {
        "api_key": "key",
        "api_secret": "YQ==",
    }
