"""U1 to U81 of the list of hostile addresses, each by its name, at every kind that goes out: refused, and no packet."""

import json
import socket
from pathlib import Path

import pytest

from kit.addresses import AddressRefused
from monitors.core.states import State
from monitors.probes import probe_kinds
from monitors.probes.base import BadOptions, ProbeTask, Reason
from monitors.probes.http import PROBE as HTTP
from tests.kit.servers import answer, serving

KINDS = {name: kind for name, kind in probe_kinds().items() if not kind.is_waiting}
BLOCKED = (State.UNKNOWN, Reason.BLOCKED)
SHARED = Path(__file__).parents[4] / "shared" / "data" / "ssrf_urls.json"
HOSTS = {
    "U1": "127.0.0.1", "U2": "127.255.255.254", "U3": "0.0.0.0", "U4": "10.1.2.3", "U5": "172.16.0.1",
    "U6": "192.168.0.1", "U7": "169.254.169.254", "U8": "100.64.0.1", "U8 Alibaba": "100.100.100.200",
    "U9": "192.0.0.192", "U10": "168.63.129.16", "U11": "198.18.0.1", "U12": "203.0.113.1", "U13": "192.88.99.1",
    "U14": "224.0.0.1", "U15": "240.0.0.1", "U15 broadcast": "255.255.255.255", "U16": "[::]", "U17": "[::1]",
    "U18": "[::ffff:127.0.0.1]", "U19": "[::ffff:7f00:1]", "U20": "[::127.0.0.1]", "U21": "[::ffff:0:127.0.0.1]",
    "U22": "[64:ff9b::a9fe:a9fe]", "U23": "[64:ff9b:1::1]", "U24": "[2002:7f00:1::]", "U25": "[2001::1]",
    "U26": "[fc00::1]", "U26 AWS": "[fd00:ec2::254]", "U26 GCP": "[fd20:ce::254]", "U27": "[fe80::1]",
    "U27 zone": "[fe80::1%25eth0]", "U28": "[fec0::1]", "U29": "[ff02::1]", "U30": "[2001:db8::1]",
    "U30 3fff": "[3fff::1]", "U30 5f00": "[5f00::1]", "U30 discard": "[100::1]", "U31": "2130706433",
    "U32": "0x7f000001", "U33": "0177.0.0.1", "U34": "127.1", "U35": "017700000001", "U36": "0",
    "U37": "①②⑦.⓪.⓪.①", "U38": "127。0。0。1", "U39": "１２７.0.0.1", "U40": "localhost", "U41": "LOCALHOST.",
    "U42": "x.localhost", "U43": "metadata.google.internal", "U44": "redis", "U45": "a.internal",
    "U45 local": "printer.local", "U45 svc": "db.default.svc", "U46": "127.0.0.1.nip.io", "U47": "corp",
    "U69": "xn--a.example.com", "U78": "", "U78 test": "a.test", "U78 dots": "a..test",
}  # fmt: skip
URLS = {
    "U64": "http://user:pw@8.8.8.8/", "U65": "http://127.0.0.1\\@8.8.8.8/", "U66": "http://127.0.0.1#@8.8.8.8/",
    "U67": "http://8.8.8.8%2f@127.0.0.1/", "U70": "http://8.8.8.8:0/", "U71": "http://8.8.8.8:99999/",
    "U72": "http://8.8.8.8:-1/", "U73 ssh": "http://8.8.8.8:22/", "U73 smtp": "http://8.8.8.8:25/",
    "U73 redis": "http://8.8.8.8:6379/", "U73 memcached": "http://8.8.8.8:11211/", "U74 file": "file:///etc/passwd",
    "U74 ftp": "ftp://8.8.8.8/", "U74 gopher": "gopher://8.8.8.8/", "U74 dict": "dict://8.8.8.8/",
    "U74 ldap": "ldap://8.8.8.8/", "U74 data": "data:text/html,x", "U74 javascript": "javascript:alert(1)",
    "U75 CR": "http://8.8.8.8/\r", "U75 LF": "http://8.8.8.8/\nx", "U75 TAB": "http://8.8.8.8/\t",
    "U75 NUL": "http://8.8.8.8/\0", "U75 space": "http://8.8.8.8/ x", "U76": "http://8.8.8.8/" + "x" * 2048,
    "U78 one slash": "http:/8.8.8.8", "U78 no host": "http:///x",
}  # fmt: skip


def target_of(kind, host):
    return {"http": f"http://{host}/", "health": f"http://{host}/", "steps": f"http://{host}/",
            "synthetic": f"https://{host}/2010-04-01/Accounts/AC{'0' * 32}", "websocket": f"ws://{host}/", "tcp": f"{host}:443"}.get(kind, host)  # fmt: skip


@pytest.fixture
def dialled(monkeypatch):
    """Every connection that any socket of this process makes to anything but this machine's own services."""
    tried = []
    for name in ("connect", "connect_ex", "sendto"):
        real = getattr(socket.socket, name)

        def watch(self, *arguments, real=real):
            if self.family in (socket.AF_INET, socket.AF_INET6):
                tried.append(arguments[-1])
            return real(self, *arguments)

        monkeypatch.setattr(socket.socket, name, watch)
    return tried


def outcomes(prober, tasks):
    # A resolver that leads inside, whatever it is asked.
    results = prober.engine(lookup=lambda *_: ["127.0.0.1"]).run_batch(tasks)
    return [(task.kind, task.target, r.state, r.reason) for task, r in zip(tasks, results, strict=True)]


@pytest.mark.parametrize("name", HOSTS)
def test_a_hostile_host_is_refused_by_every_kind(name):
    let_through = []
    for kind, probe in KINDS.items():
        try:
            probe.locate(target_of(kind, HOSTS[name]), (), ())
        except AddressRefused:
            continue
        let_through.append(kind)
    assert let_through == []


def test_no_hostile_host_is_ever_dialled_by_any_kind(prober, dialled):
    tasks = [ProbeTask(kind, target_of(kind, host), {}, 2) for kind in KINDS for host in HOSTS.values()]
    assert [found for found in outcomes(prober, tasks) if found[2:] != BLOCKED] == []
    assert dialled == []


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize("kind", ["http", "health", "steps", "websocket"])
def test_a_hostile_address_is_refused(prober, dialled, kind, name):
    target = URLS[name].replace("http://", "ws://") if kind == "websocket" else URLS[name]
    with pytest.raises(AddressRefused):
        KINDS[kind].locate(target, (), ())
    assert [found[2:] for found in outcomes(prober, [ProbeTask(kind, target, {}, 2)])] == [BLOCKED]
    assert dialled == []


@pytest.mark.needs_shared
@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")
@pytest.mark.parametrize("kind", KINDS)
def test_no_address_of_the_shared_list_is_dialled(prober, dialled, kind):
    urls = [url for url in json.loads(SHARED.read_text()) if not url.startswith("http://a.test/?q=1&q=1")]
    targets = [target for url in urls if not is_fine(kind, target := shared_target(kind, url))]
    tasks = [ProbeTask(kind, target, {}, 2) for target in targets]
    assert [found for found in outcomes(prober, tasks) if found[2:] != BLOCKED] == []
    assert dialled == []


def is_fine(kind, target):
    """What only HTTP must not do, at a public host: another scheme or port."""
    host = target.removeprefix("ws://").removeprefix("wss://").split("/")[0].split(":")[0]
    return kind not in ("http", "health", "steps") and host == "8.8.8.8" and "@" not in target


def shared_target(kind, url):
    if kind in ("http", "health", "steps"):
        return url
    if kind == "websocket":
        return url.replace("http://", "ws://", 1).replace("https://", "wss://", 1)
    rest = url.partition("://")[2] or url
    place = rest if "@" in rest or "\\" in rest else rest.split("/")[0].split("?")[0].split("#")[0]
    return place if kind != "tcp" or place.rpartition(":")[2].isdigit() else f"{place}:443"


@pytest.mark.parametrize("kind", [name for name in KINDS if name not in ("dns", "domain", "synthetic")])
@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("U48 rebinding", ["127.0.0.1"]),
        ("U49 mixed", ["93.184.216.34", "10.0.0.1"]),
        ("U50 many", ["93.184.216.34"] * 63 + ["192.168.0.1"]),
        ("U22 NAT64", ["64:ff9b::7f00:1"]),
    ],
)
def test_a_name_that_leads_inside_is_blocked(prober, dialled, kind, name, addresses):
    task = ProbeTask(kind, target_of(kind, "moves.example.com"), {}, 2)
    result = prober.check(task, lookup=lambda *_: addresses)
    assert (result.state, result.reason) == BLOCKED
    assert dialled == []


@pytest.mark.parametrize("kind", ["http", "health", "steps", "websocket", "tcp", "tls", "smtp", "imap", "ping"])
def test_U77_our_own_address_is_refused_at_save(kind):
    port = {
        "tcp": 443,
        "tls": 443,
        "http": 80,
        "health": 80,
        "steps": 80,
        "websocket": 80,
        "smtp": 25,
        "imap": 143,
    }.get(kind, 7)
    own = ["status.example.com", f"status.example.com:{port}"]
    with pytest.raises(AddressRefused, match="StatusWire itself"):
        KINDS[kind].locate(target_of(kind, "status.example.com"), (), own)


def test_U68_a_name_in_another_script_is_kept_in_its_ASCII_form():
    assert HTTP.locate("http://bücher.example.com/", (), ()).host == "xn--bcher-kva.example.com"


def test_U63_a_refresh_in_the_page_is_not_followed(prober):
    page = b'<meta http-equiv="refresh" content="0; url=http://127.0.0.1/">'
    with serving(answer(page)) as server:
        assert prober.look(server.url, allowed=(server.place,)).reason == Reason.OK
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "header",
    ["Host: x", "Transfer-Encoding: chunked", "Content-Length: 3", "Connection: close", "Metadata-Flavor: Google",
     "X-A: a\rX-B: b", "X-A: " + "x" * 100_000, "\n".join(f"X-{n}: 1" for n in range(200))],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["http", "health", "websocket"])
def test_U81_headers_that_could_do_harm_are_refused(kind, header):
    with pytest.raises(BadOptions) as refused:
        KINDS[kind].clean({"headers": header})
    assert list(refused.value.errors) == ["headers"]
