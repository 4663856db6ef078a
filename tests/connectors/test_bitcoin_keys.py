"""What a Bitcoin wallet's owner may give, and what must never be taken."""

import random
import traceback

import pytest
from embit import base58, bip32, ec
from embit.networks import NETWORKS

from tests import canaries
from tests.connectors.bitcoin_world import STRANGER, TAPROOT_XPUB, YPUB, ZPUB
from tidemark.connector_kit.bip32 import ScriptType, branches, extended_key
from tidemark.connectors.bitcoin import Bitcoin
from tidemark.errors import Invalid

WORDS = (
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
)
XPRV = bip32.HDKey.from_seed(b"\x07" * 32)
PRIVATE = ec.PrivateKey(b"\x09" * 32)
NEVER = [
    WORDS,
    WORDS.upper(),
    ", ".join(f"{number}. {word}" for number, word in enumerate(WORDS.split(), 1)),
    "あいこくしん " * 12,
    "的一是在不了有和人这中大",
    *(XPRV.to_base58(NETWORKS["main"][f"{kind}prv"]) for kind in "xyzYZ"),
    *(XPRV.to_base58(NETWORKS["test"][f"{kind}prv"]) for kind in "xyz"),
    f"wpkh({XPRV.to_base58()}/0/*)",
    XPRV.to_base58()[:60] + " " + XPRV.to_base58()[60:],
    PRIVATE.wif(),
    PRIVATE.wif()[:-1] + "1",
    f"p2wpkh:{PRIVATE.wif()}",
    base58.encode_check(b"\x80" + b"\x09" * 32),
    "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg",
    "S6c56bnXQiBjk9mqSYE7ykVQ7NzrRy",
    "9e" * 32,
    "0x" + "9e" * 32,
    "9e" * 64,
]
canaries.plant(*NEVER)


def first(key: str, kind: ScriptType, change: int = 0, place: int = 0) -> str:
    """Derive an address of a key."""
    xpub, _ = extended_key(key)
    receive_and_change = branches(xpub, (kind,))
    return receive_and_change[change].place(place).address


@pytest.mark.parametrize(
    ("key", "kind", "change", "place", "address"),
    [
        (ZPUB, ScriptType.P2WPKH, 0, 0, "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"),
        (ZPUB, ScriptType.P2WPKH, 0, 1, "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"),
        (ZPUB, ScriptType.P2WPKH, 1, 0, "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"),
        (
            TAPROOT_XPUB,
            ScriptType.P2TR,
            0,
            0,
            "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
        ),
        (YPUB, ScriptType.P2SH_P2WPKH, 0, 0, "37VucYSaXLCAsxYyAPfbSi9eh4iEcbShgf"),
    ],
)
def test_published_addresses_are_derived(
    key: str, kind: ScriptType, change: int, place: int, address: str
) -> None:
    """The examples of BIP 84 and BIP 86, and the usual one of BIP 49, come out."""
    assert first(key, kind, change, place) == address


def test_version_bytes_decide_the_script_type() -> None:
    """Only ypub and zpub say what they are; a plain xpub may be anything."""
    assert extended_key(YPUB)[1] == (ScriptType.P2SH_P2WPKH,)
    assert extended_key(ZPUB)[1] == (ScriptType.P2WPKH,)
    assert extended_key(TAPROOT_XPUB)[1] == tuple(ScriptType)


@pytest.mark.parametrize(
    "form", [lambda text: text, lambda text: [text], lambda text: text.split()]
)
@pytest.mark.parametrize("secret", NEVER)
def test_private_material_is_refused(secret: str, form: object) -> None:
    """It is refused by its own code, before anything parses it, and repeated nowhere."""
    assert callable(form)

    with pytest.raises(Invalid) as caught:
        Bitcoin.check({"public_key": form(secret)})

    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value.errors)
    assert caught.value.code == "private_material"
    assert secret not in said
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("where", ["seed", "api_key"])
def test_private_material_is_refused_in_any_field(where: str) -> None:
    """A field that nobody asked for is searched too."""
    with pytest.raises(Invalid) as caught:
        Bitcoin.check({"public_key": ZPUB, where: WORDS})

    assert caught.value.code == "private_material"


def test_private_material_is_refused_as_a_field_name() -> None:
    """Not even the pointer of an error repeats it."""
    with pytest.raises(Invalid) as caught:
        Bitcoin.check({"public_key": ZPUB, XPRV.to_base58(): "x"})

    assert caught.value.code == "private_material"
    assert XPRV.to_base58() not in repr(caught.value.errors)


def test_addresses_are_not_taken_for_private() -> None:
    """Five thousand random addresses and their lists pass."""
    chance = random.Random(5)
    for _ in range(10):
        hashes = [chance.randbytes(20) for _ in range(500)]
        listed = [base58.encode_check(b"\x00" + digest) for digest in hashes]
        assert len(Bitcoin.check({"public_key": listed})["public_key"].split()) == 500


@pytest.mark.parametrize(
    "wrong",
    [
        (
            "tpubDCBWBScQPGv4Xk3JSbhw6wYYpayMjb2eAYyArpbSqQTbLDpphHGAetB6VQgVeftLML8vDSUEWcC2xDi3qJJ3YCDC"
            "hJDvqVzpgoYSuT52MhJ"
        ),
        (
            "vpub5YvMuJNjRSYon44z9QmCfdf8SqJRVNvz6m55Qy5iVjZQxDfUgtiQjnc7CC1fAbED2tAGCZRERUfvtn2DstZGU6HMns"
            "6dXXH2wujSc2wfi2x"
        ),
        "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
        "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
        "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc",
    ],
)
def test_test_networks_are_refused(wrong: str) -> None:
    """Coins there are worth nothing."""
    with pytest.raises(Invalid) as caught:
        Bitcoin.check({"public_key": wrong})

    assert "test network" in caught.value.errors[0].detail


@pytest.mark.parametrize(
    "wrong",
    [
        "1BoatSLRHtKNngkdXEeobR76b53LETtpyU",
        "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyz",
        "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306FYU",
        "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcq",
        ZPUB[:-1] + "t",
        base58.encode_check(NETWORKS["main"]["xpub"] + bytes(41) + b"\x02" + b"\xff" * 32),
        base58.encode_check(NETWORKS["main"]["xpub"] + bytes(74)),
        base58.encode_check(NETWORKS["main"]["Zpub"] + bytes(41) + b"\x02" + b"\x79" * 32),
        base58.encode_check(b"\x30" + bytes(20)),
        "hello",
        "1",
        "é",
        "1" * 5000,
        "bc1" + "q" * 5000,
    ],
)
def test_wrong_forms_are_refused(wrong: str) -> None:
    """The error points at the field and repeats nothing; nothing that follows is tried."""
    with pytest.raises(Invalid) as caught:
        Bitcoin.check({"public_key": [STRANGER, wrong]})

    assert caught.value.code == "invalid"
    assert caught.value.errors[0].pointer == "/credentials/public_key"
    assert len(wrong) < 9 or wrong not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("nothing", ["", " ", " , ;\n", [], [""]])
def test_nothing_is_no_wallet(nothing: object) -> None:
    """There has to be something to read."""
    with pytest.raises(Invalid):
        Bitcoin.check({"public_key": nothing})


def test_a_wallet_has_a_limit() -> None:
    """500 addresses are taken, 501 are not."""
    listed = [base58.encode_check(b"\x00" + number.to_bytes(20)) for number in range(501)]

    assert Bitcoin.check({"public_key": listed[:500]})
    with pytest.raises(Invalid, match="form"):
        Bitcoin.check({"public_key": listed})


def test_credentials_come_out_in_one_wording() -> None:
    """Lists, commas, line breaks, capitals and repetitions make no difference."""
    address = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"

    checked = Bitcoin.check({"public_key": f"{address.upper()},\n {STRANGER};{address}"})

    assert checked == Bitcoin.check({"public_key": [address, STRANGER]})
    assert checked == {"public_key": f"{address} {STRANGER}"}


def test_identity_is_that_of_the_keys() -> None:
    """Neither order nor version bytes make another wallet; another key does."""
    plain, _ = extended_key(ZPUB)

    def identity(*keys: str) -> str:
        return Bitcoin.identity(Bitcoin.check({"public_key": list(keys)}))

    assert identity(ZPUB, STRANGER) == identity(STRANGER, plain)
    assert identity(ZPUB) != identity(YPUB)
    assert ZPUB[4:20] not in identity(ZPUB)


def test_the_schema_takes_one_or_many() -> None:
    """The field may be a text or a list of texts, and is never shown again."""
    schema = Bitcoin.credentials_schema()

    assert schema["required"] == ["public_key"]
    assert "oneOf" in str(schema)
    assert "'writeOnly': True" in str(schema)
