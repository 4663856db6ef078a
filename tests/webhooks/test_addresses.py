"""Which receivers may be called: what owners could try, and what is right."""

import pytest

from tidemark.webhooks.addresses import Forbidden, Target, is_public, refuse_inside, target_of

HOSTILE = [
    # the runtime API of Lambda, this machine, the metadata of machines
    "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost.localdomain/",
    "https://a.localhost/",
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/v2/credentials",
    "https://metadata.google.internal/",
    "https://instance-data.ec2.internal/",
    "https://0.0.0.0/",
    "https://0/",
    # addresses in other spellings
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.1.",
    "https://127.0.0.1.nip.io.",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://127\u30020\u30020\u30021/",
    "https://%31%32%37.0.0.1/",
    "https://8.8.8.8/",
    "https://10.0.0.7/",
    "https://192.168.1.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00:ec2::254]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2606:4700:4700::1111]/",
    # other schemes
    "http://hooks.example.com/",
    "file:///etc/passwd",
    "ftp://hooks.example.com/",
    "gopher://hooks.example.com/",
    "dict://hooks.example.com:11211/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "//hooks.example.com/",
    "hooks.example.com",
    "https:hooks.example.com",
    "https:/hooks.example.com/",
    "https:///hooks.example.com/",
    "HTTPS://hooks.example.com/",
    # other ports
    "https://hooks.example.com:80/",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:0443/",
    "https://hooks.example.com:443:22/",
    "https://hooks.example.com:/",
    # whose host is it?
    "https://user:password@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://127.0.0.1#@hooks.example.com/",
    "https://127.0.0.1\\@hooks.example.com/",
    "https://hooks.example.com\\.evil.com/",
    "https://hooks.example.com#fragment",
    "https://hooks.example.com/#",
    "https://hooks.example.com?#x",
    "https://hooks.example.com /",
    " https://hooks.example.com/",
    "https://hooks.example.com/\r\nHost: inside",
    "https://hooks.example.com/\n",
    "https://hooks.example.com/\x00",
    "https://hooks.example.com/ü",
    "https://hooks.exämple.com/",
    "https://hooks_example.com/",
    "https://-hooks.example.com/",
    "https://hooks-.example.com/",
    "https://.example.com/",
    "https://hooks..example.com/",
    "https://hooks.example.com./",
    "https://example/",
    "https://router.lan/",
    "https://db.corp/",
    "https://queue.intranet/",
    "https://printer.local/",
    "https://nas.home.arpa/",
    "https://hooks.test/",
    "https://hidden.onion/",
    "https://1.0.0.127.in-addr.arpa/",
    f"https://{'a' * 64}.com/",
    f"https://{'a.' * 127}com/",
    f"https://hooks.example.com/{'x' * 2_048}",
    "",
]

INSIDE = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254"),  # noqa: S104
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1"),
    *("192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
    *("2002:808:808::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1"),
    *("fe80::1%eth0", "fec0::1", "ff02::1", "hooks.example.com", "", "127.1"),
]
OUTSIDE = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::200e"]


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused(url: str) -> None:
    """Before anything is looked up."""
    with pytest.raises(Forbidden):
        target_of(url)


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", "/"),
        ("https://hooks.example.com:443/a/b?c=d", "hooks.example.com", "/a/b?c=d"),
        ("https://Hooks.Example.com?x=1", "hooks.example.com", "/?x=1"),
        ("https://xn--bcher-kva.example.com/", "xn--bcher-kva.example.com", "/"),
        ("https://127.0.0.1.nip.io/", "127.0.0.1.nip.io", "/"),
    ],
)
def test_a_name_on_the_internet_is_taken(url: str, host: str, path: str) -> None:
    """What it stands for is looked at when it is looked up."""
    assert target_of(url) == Target("https", host, 443, path, trusted=False)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused(address: str) -> None:
    """Private, local, reserved, for documents, or a way through to another one."""
    assert not is_public(address)


def test_all_addresses_of_a_host_have_to_be_public() -> None:
    """One inside among many outside is one too many."""
    refuse_inside(OUTSIDE)
    with pytest.raises(Forbidden):
        refuse_inside([*OUTSIDE, "10.0.0.1"])


def test_origins_that_are_trusted_may_be_anywhere() -> None:
    """To the letter: scheme, host and port; nothing else becomes right by it."""
    trusted = {"http://127.0.0.1:9400", "https://[::1]"}
    found = target_of("http://127.0.0.1:9400/hook", trusted)
    assert found == Target("http", "127.0.0.1", 9400, "/hook", trusted=True)
    assert found.authority == "127.0.0.1:9400"
    assert target_of("https://[::1]", trusted).authority == "[::1]"
    for url in (
        "http://127.0.0.1:9401/",
        "http://127.0.0.1:94000/",
        "https://127.0.0.1:9400/",
        "http://127.0.0.1/",
        "http://127.0.0.1:9400@10.0.0.1/",
        "http://127.0.0.1:9400#x",
        "http://127.0.0.1:9400\\x",
    ):
        with pytest.raises(Forbidden):
            target_of(url, trusted)
