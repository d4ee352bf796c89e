"""Which addresses are refused: the judge by itself."""

import json
from pathlib import Path

import pytest

from kit.addresses import AddressRefused, NameUnresolved, check_url, follow, judge, resolve_and_judge

SHARED = Path(__file__).parents[3] / "shared" / "data" / "ssrf_urls.json"
HOSTILE = json.loads(SHARED.read_text()) if SHARED.exists() else []

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.7", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "198.18.0.1", "198.19.255.255",
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "::ffff:0:7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:2::1", "2001:20::1", "fc00::1",
    "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1",
    "5f00::1", "100::1", "2620:4f:8000::1", "4000::1", "127.1", "0177.0.0.1", "2130706433", "not an address", "",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.0.1.1", "198.17.0.1",
    "223.255.255.255", "168.63.129.15", "::ffff:8.8.8.8", "2606:4700::1111", "2001:4860:4860::8888", "2a00:1450::1",
    "2001:200::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address):
    with pytest.raises(AddressRefused):
        judge(address, 443, allowed=[])


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_passes(address):
    judge(address, 443, allowed=[])


def test_the_message_says_what_was_refused_and_the_way_out():
    with pytest.raises(AddressRefused) as refused:
        judge("10.0.0.7", 443, allowed=[], host="hooks.example.com")
    assert str(refused.value) == (
        "hooks.example.com resolves to 10.0.0.7, which is not a public address. "
        "Use a public URL, or set ALLOWED_PRIVATE_HOSTS."
    )


@pytest.mark.parametrize(
    ("allowed", "url", "passes"),
    [
        (["127.0.0.1"], "http://127.0.0.1:6379/", True),
        (["127.0.0.1:8000"], "http://127.0.0.1:8000/", True),
        (["127.0.0.1:8000"], "http://127.0.0.1:8001/", False),
        (["redis"], "http://redis:6379/", True),
        (["[::1]:8000"], "http://[::1]:8000/", True),
        (["::1"], "http://[::1]:8000/", True),
        (["localhost"], "http://LOCALHOST./", True),
        (["example.com"], "http://10.0.0.1/", False),
    ],
)
def test_only_what_the_operator_allowed_is_open(allowed, url, passes):
    if passes:
        check_url(url, allowed=allowed)
    else:
        with pytest.raises(AddressRefused):
            check_url(url, allowed=allowed)


@pytest.mark.parametrize("url", HOSTILE or [pytest.param("", marks=pytest.mark.skip(reason="no ../shared here"))])
def test_no_hostile_address_can_be_saved(url):
    with pytest.raises(AddressRefused):
        check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "http:/x", "https://", "http://:80/", "http://%31%32%37.0.0.1/", "http://0/", "http://2130706433/",
        "http://8.8.8.8:99999/", "http://8.8.8.8:22/", "http://8.8.8.8:11211/",
        "http://x.localhost/", "http://a.svc/", "http://[::1%25lo]/", "http://[v1.x]/", "http://a b.example.com/",
        "http://ex\u2028ample.com/", "http://example.com/\x00", f"http://{'a' * 64}.com/", f"http://{'a.' * 130}com/",
        "https://example.com/" + "a" * 2048, "dict://example.com/", "http://user:@example.com/",
    ],
)  # fmt: skip
def test_no_strange_address_can_be_saved(url):
    with pytest.raises(AddressRefused):
        check_url(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://status.twilio.com", "https://status.twilio.com/"),
        ("HTTPS://Status.Twilio.COM./api/v2/summary.json#top", "https://status.twilio.com/api/v2/summary.json"),
        ("https://bücher.example.com/ä?q=ö", "https://xn--bcher-kva.example.com/%C3%A4?q=%C3%B6"),
        ("http://example.com:8443?x=%20", "http://example.com:8443/?x=%20"),
        ("http://8.8.8.8#@127.0.0.1:70000/", "http://8.8.8.8/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_an_address_is_taken_apart_once(url, expected):
    assert str(check_url(url)) == expected


def test_our_own_hosts_make_a_loop():
    with pytest.raises(AddressRefused, match="StatusWire itself"):
        check_url("https://status.example.org/x", own=["status.example.org"])


@pytest.mark.parametrize(
    "location", ["http://a.example.com/", "https://10.0.0.1/", "//10.0.0.1/", "file:///etc/passwd"]
)
def test_a_redirect_is_judged_like_any_address(location):
    with pytest.raises(AddressRefused):
        follow(check_url("https://a.example.com/"), location)


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        (["8.8.8.8"], ["8.8.8.8"]),
        ([f"8.8.8.{n}" for n in range(64)], ["8.8.8.0", "8.8.8.1", "8.8.8.2", "8.8.8.3"]),
    ],
)
def test_at_most_four_addresses_are_tried(answers, kept):
    assert resolve_and_judge("a.example.com", 443, allowed=[], timeout_s=5, lookup=lambda *_: answers) == kept


@pytest.mark.parametrize("answers", [["8.8.8.8", "10.0.0.1"], ["::1"], ["8.8.8.8"] * 60 + ["127.0.0.1"]])
def test_one_private_answer_refuses_all(answers):
    with pytest.raises(AddressRefused, match=r"a\.example\.com resolves to"):
        resolve_and_judge("a.example.com", 443, allowed=[], timeout_s=5, lookup=lambda *_: answers)


def test_a_name_is_asked_for_in_full_so_that_search_domains_do_not_count():
    asked = []
    resolve_and_judge(
        "corp.example.com", 443, allowed=[], timeout_s=5, lookup=lambda h, p: asked.append(h) or ["8.8.8.8"]
    )
    assert asked == ["corp.example.com."]


def test_a_literal_is_not_looked_up():
    assert resolve_and_judge("8.8.8.8", 443, allowed=[], timeout_s=5, lookup=None) == ["8.8.8.8"]


def test_a_name_without_an_answer_is_unresolved():
    with pytest.raises(NameUnresolved, match="has no address"):
        resolve_and_judge("a.example.com", 443, allowed=[], timeout_s=5, lookup=lambda *_: [])
