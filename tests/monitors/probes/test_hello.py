"""The version of TLS that a server chooses: read from its first words, whatever else it sends."""

import random
import ssl

import pytest

from monitors.probes.hello import chosen_version


def hello(*, session=b"", extensions=b"", version=b"\x03\x03", kind=2, record=22):
    rest = (len(extensions).to_bytes(2) + extensions) if extensions else b""
    body = version + bytes(32) + bytes([len(session)]) + session + b"\x13\x01\x00" + rest
    message = bytes([kind]) + len(body).to_bytes(3) + body
    return bytes([record]) + b"\x03\x03" + len(message).to_bytes(2) + message


NAME = b"\x00\x10\x00\x05\x00\x03\x02h2"  # ALPN
CHOSEN = b"\x00\x2b\x00\x02\x03\x04"  # supported_versions


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (hello(), "TLS 1.2"),
        (hello(session=bytes(32)), "TLS 1.2"),
        (hello(extensions=NAME), "TLS 1.2"),
        (hello(extensions=CHOSEN), "TLS 1.3"),
        (hello(session=bytes(32), extensions=NAME + CHOSEN), "TLS 1.3"),
        (hello(version=b"\x03\x02"), "TLS 1.1"),
        (hello(version=b"\x03\x01"), "TLS 1.0"),
        (hello(version=b"\x7f\x1c"), ""),
        (hello(extensions=b"\x00\x2b\x00\x02\x7f\x1c"), ""),
        (hello(kind=11), ""),
        (hello(record=23), ""),
        (b"\x15\x03\x03\x00\x02\x02\x46", ""),  # an alert: no version suits it
        (b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n", ""),
        (b"", ""),
    ],
)
def test_the_version_is_the_one_that_was_chosen(words, expected):
    assert chosen_version(words) == expected


def test_a_hello_that_is_cut_off_never_names_another_version():
    whole = hello(session=bytes(32), extensions=NAME + CHOSEN)
    assert {chosen_version(whole[:length]) for length in range(len(whole))} == {""}


def test_whatever_a_server_sends_is_read_without_trouble():
    luck = random.Random(7)
    for _ in range(2000):
        words = bytearray(hello(session=bytes(luck.randrange(33)), extensions=NAME + CHOSEN))
        for _ in range(luck.randrange(6)):
            words[luck.randrange(len(words))] = luck.randrange(256)
        assert chosen_version(bytes(words)) in ("", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_real_servers_first_words_are_understood(tmp_path, version):
    from tests.monitors.probes.certificates import Authority

    authority = Authority(tmp_path)
    server, client = authority.context("h.example.com"), ssl.create_default_context(cafile=str(authority.file))
    server.maximum_version = version
    asked, said = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        client.wrap_bio(ssl.MemoryBIO(), asked, server_hostname="h.example.com").do_handshake()
    with pytest.raises(ssl.SSLWantReadError):
        server.wrap_bio(asked, said, server_side=True).do_handshake()
    assert chosen_version(said.read(200)) == {"TLSv1_2": "TLS 1.2", "TLSv1_3": "TLS 1.3"}[version.name]
