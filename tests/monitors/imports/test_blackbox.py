"""Modules of blackbox_exporter with the jobs of Prometheus that use them."""

import pytest
import yaml

from monitors.core.conditions import parse
from monitors.imports import Draft, Refused, Unreadable, read
from monitors.probes import probe_kinds

FILE = """
modules:
  http_2xx:
    prober: http
    timeout: 5s
    http:
      valid_http_versions: ["HTTP/1.1", "HTTP/2.0"]
      headers: {Accept: text/html}
      basic_auth: {username: me, password: hush}
      no_follow_redirects: true
      fail_if_body_not_matches_regexp: ["ready|a/b"]
  tcp_connect: {prober: tcp}
  icmp: {prober: icmp}
  dns_udp: {prober: dns, dns: {query_name: example.com., query_type: MX, valid_rcodes: [NOERROR]}}
---
global: {scrape_interval: 15s}
scrape_configs:
  - job_name: node
    static_configs: [{targets: ["10.0.0.1:9100"]}]
  - job_name: web
    metrics_path: /probe
    scrape_interval: 2m
    params: {module: [http_2xx]}
    static_configs:
      - targets: [https://shop.example.com/, plain.example.com]
        labels: {env: prod}
    relabel_configs: [{source_labels: [__address__], target_label: __param_target}]
  - job_name: hosts
    metrics_path: /probe
    params: {module: [icmp, tcp_connect]}
    static_configs: [{targets: ["db.example.com:5432"]}]
  - job_name: names
    metrics_path: /probe
    params: {module: [dns_udp]}
    static_configs: [{targets: [8.8.8.8]}]
    file_sd_configs: [{files: [x.yml]}]
"""


def test_each_target_of_each_job_that_probes_becomes_a_monitor():
    source, found = read(FILE)
    http = {
        "method": "GET", "headers": "Accept: text/html", "auth": "basic", "auth_name": "me", "auth_secret": "hush",
        "expected_status": "200-299", "redirects": "never",
        "conditions": 'http_version in ["HTTP/1.1", "HTTP/2"]\nbody matches /ready|a\\/b/',
    }  # fmt: skip
    web = {"interval_s": 120, "timeout_s": 5, "confirmations": 1, "tags": ("web", "env:prod")}
    hosts = {"interval_s": 15, "timeout_s": 10, "confirmations": 1, "tags": ("hosts",)}
    assert source.label == "blackbox_exporter"
    assert found == [
        Draft("shop.example.com/", "http", "https://shop.example.com/", http, **web),
        Draft("plain.example.com", "http", "http://plain.example.com", http, **web),
        Draft("db.example.com:5432 (icmp)", "ping", "db.example.com:5432", {"count": "1"}, **hosts),
        Draft("db.example.com:5432 (tcp_connect)", "tcp", "db.example.com:5432", {}, **hosts),
        Draft(
            "example.com at 8.8.8.8", "dns", "example.com",
            {"type": "MX", "resolver": "8.8.8.8", "conditions": 'rcode in ["NOERROR"]'},
            **hosts | {"tags": ("names",)},
        ),
        Refused(
            "names", "It finds targets through file_sd_configs, which a file does not tell. Write them as static_configs."
        ),
    ]  # fmt: skip


def only(prober, module, **job):
    probing = {"job_name": "a", "metrics_path": "/probe", "params": {"module": ["m"]}}
    probing["static_configs"] = [{"targets": ["example.com:80"]}]
    modules = {"m": {"prober": prober, prober: module}}
    return read(yaml.safe_dump({"modules": modules, "scrape_configs": [probing | job]}))[1][0]


@pytest.mark.parametrize(
    ("module", "conditions"),
    [
        ({"fail_if_body_matches_regexp": ["err"]}, "not body matches /err/"),
        (
            {"fail_if_header_not_matches": [{"header": "Location", "regexp": "x"}]},
            'header["location"] matches /x/',
        ),
        (
            {"fail_if_header_matches": [{"header": "Vary", "regexp": "x", "allow_missing": True}]},
            'not header["vary"] exists or not header["vary"] matches /x/',
        ),
        (
            {"fail_if_header_matches": [{"header": "Vary", "regexp": "x"}]},
            'header["vary"] exists and not header["vary"] matches /x/',
        ),
    ],
)
def test_what_fails_a_body_or_header_becomes_a_condition(module, conditions):
    assert only("http", module).options["conditions"] == conditions
    parse(conditions, probe_kinds()["http"].names)


def test_what_tcp_says_and_expects():
    steps = [{"expect": "^SSH-2"}, {"send": "SSH-2"}]
    assert only("tcp", {"tls": True, "query_response": steps}).options == {
        "tls": "yes",
        "send": "SSH-2\\n",
        "expect": "SSH-2",
    }


def test_what_is_lost_is_said():
    draft = only(
        "http", {"tls_config": {"insecure_skip_verify": True}, "proxy_url": "http://x", "fail_if_not_ssl": True}
    )
    assert draft.lost == (
        "That it must be https: an https address never leads to http here.",
        "proxy_url of its module.",
        "Errors of the certificate are not ignored: they count as down.",
    )


@pytest.mark.parametrize(
    ("prober", "module", "job", "why"),
    [
        ("grpc", {}, {}, "modules.m.prober is grpc, which StatusWire does not do."),
        ("http", {"bearer_token_file": "/x"}, {}, "modules.m.http.bearer_token_file names another file."),
        ("http", {"basic_auth": {"username": "a", "password": "b"}, "bearer_token": "abcdefgh"}, {}, "two secrets"),
        ("http", {"valid_status_codes": 200}, {}, "modules.m.http.valid_status_codes must be a list, and is a number."),
        ("http", {}, {"params": {"module": ["other"]}}, "Its module 'other' is not in the text."),
        ("http", {}, {"scrape_interval": "often"}, "scrape_configs[0].scrape_interval is 'often', which is no time."),
        (
            "http",
            {},
            {"static_configs": [{"targets": "x"}]},
            "static_configs[0].targets must be a list, and is a text.",
        ),
        ("tcp", {"query_response": [{"expect": "a(b)+"}]}, {}, "It expects the pattern 'a(b)+'"),
        ("tcp", {"query_response": [{"starttls": True}]}, {}, "add a monitor of the kind SMTP or IMAP"),
        ("dns", {}, {}, "modules.m.dns.query_name is missing."),
    ],
)
def test_what_cannot_be_is_refused(prober, module, job, why):
    found = only(prober, module, **job)
    assert isinstance(found, Refused)
    assert why in found.why


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modules: {a: {prober: http}}", "says how to look and not at what"),
        ("scrape_configs: [{job_name: a}]", "Put blackbox.yml above them"),
        ("modules: {a: {prober: http}}\nscrape_configs: [{job_name: a}]", "has no monitors in it"),
    ],
)
def test_half_of_it_is_not_enough(text, words):
    with pytest.raises(Unreadable, match=words):
        read(text)
