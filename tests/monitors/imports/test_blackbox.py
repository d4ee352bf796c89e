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
    draft = only(
        "tcp", {"tls": True, "query_response": [{"send": "HELP\r"}, {"expect": "^ready a.b$"}, {"send": "QUIT"}]}
    )
    assert draft.options == {
        "tls": "yes",
        "send": "HELP\\r\\n",
        "expect": "ready a.b",
        "conditions": r"answer matches /(?m)^ready\ a\.b/",
    }
    assert draft.lost == ("What it says at the end, when all that is expected was heard.",)
    greeting = only("tcp", {"query_response": [{"expect": "^220 ([^ ]+)$"}]})
    assert greeting.options == {"conditions": "answer matches /(?m)^220 ([^ ]+)$/"}
    assert greeting.lost == ("Its pattern is looked for in the first piece of the answer.",)
    probe_kinds()["tcp"].clean(draft.options)


@pytest.mark.parametrize(
    ("steps", "kind", "options"),
    [
        ([{"expect": "^SSH-2.0-"}, {"send": "SSH-2.0-x"}], "tcp", {"expect": "SSH-2.0-"}),
        ([{"expect": "^+OK"}], "tcp", {"expect": "+OK"}),
        ([{"expect": r".*a\.b.*"}], "tcp", {"expect": "a.b"}),
        ([{"expect": "^220 ([^ ]+) ESMTP"}], "tcp", {}),
        ([{"send": "EHLO x\r"}, {"starttls": True}], "smtp", {"encryption": "STARTTLS"}),
        ([{"expect": "OK"}, {"send": ". STARTTLS"}, {"starttls": True}], "imap", {"encryption": "STARTTLS"}),
    ],
)
def test_dialogues_as_they_are_shipped(steps, kind, options):
    draft = only("tcp", {"query_response": steps})
    assert (draft.kind, {key: text for key, text in draft.options.items() if key != "conditions"}) == (kind, options)
    probe_kinds()[kind].clean(draft.options)


@pytest.mark.parametrize(
    ("checks", "conditions"),
    [
        ({"fail_if_none_matches_regexp": [".+"]}, "length(answers) > 0"),
        (
            {"fail_if_none_matches_regexp": ["127.0.0.1", r"a\.\t300\tIN\tA\t1\.2\.3\.4"]},
            'answers contains "127.0.0.1" or answers contains "1.2.3.4"',
        ),
        ({"fail_if_matches_regexp": [".*127.0.0.1"]}, 'not answers contains "127.0.0.1"'),
        ({"fail_if_not_matches_regexp": ["1.2.3.4$"]}, 'length(answers) == 1 and answers contains "1.2.3.4"'),
    ],
)
def test_what_records_must_be(checks, conditions):
    draft = only("dns", {"query_name": "a", "query_type": "A", "validate_answer_rrs": checks})
    assert (draft.options["conditions"], draft.lost) == (f'rcode in ["NOERROR"]\n{conditions}', ())
    probe_kinds()["dns"].clean(draft.options)


def relabelled(targets, rules, labels=(), **modules):
    job = {"job_name": "a", "metrics_path": "/probe", "params": {"module": ["m"]}, "relabel_configs": rules}
    job["static_configs"] = [{"targets": targets, "labels": dict(labels)}]
    modules = {"m": {"prober": "http"}, "ping": {"prober": "icmp"}} | modules
    return read(yaml.safe_dump({"modules": modules, "scrape_configs": [job]}))[1]


@pytest.mark.parametrize(
    ("rules", "labels", "kind", "target"),
    [
        ([{"source_labels": ["module"], "target_label": "__param_module"}], {"module": "ping"}, "ping", "x@ping@a.b"),
        (
            [
                {"source_labels": ["__address__"], "regex": "(.*)@.*@(.*)", "target_label": "__param_target",
                 "replacement": "https://$2/${1}"},
                {"target_label": "__address__", "replacement": "exporter:9115"},
            ], {}, "http", "https://a.b/x",
        ),
        (
            [{"source_labels": ["env", "zone"], "separator": "-", "regex": "prod-(?P<z>.*)", "action": "replace",
              "replacement": "${z}.b$$", "target_label": "__param_target"}],
            {"env": "prod", "zone": "eu"}, "http", "http://eu.b$",
        ),
        ([{"action": "labelmap", "regex": "to_(.*)", "replacement": "__param_$1"}], {"to_target": "a.b"}, "http", "http://a.b"),
        ([{"action": "labeldrop", "regex": "x"}, {"action": "keep", "source_labels": ["env"], "regex": ""}], {"x": "y"}, "http", "http://a.b"),
    ],
)  # fmt: skip
def test_targets_are_relabelled_as_prometheus_does(rules, labels, kind, target):
    (draft,) = relabelled(["x@ping@a.b"], rules, labels)
    assert (draft.kind, draft.target) == (kind, target)


def test_a_target_that_is_dropped_is_none_and_an_action_that_is_not_known_is_said():
    drop = {"source_labels": ["__address__"], "regex": "off.*", "action": "drop"}
    assert [draft.name for draft in relabelled(["off.example.com", "on.example.com"], [drop])] == ["on.example.com"]
    (found,) = relabelled(["a"], [{"action": "hashmod"}])
    assert found.why == "scrape_configs[0].relabel_configs[0].action is 'hashmod', which StatusWire does not follow."
    (found,) = relabelled(["a"] * 200, [{"regex": "x"}] * 1000)
    assert found.why == "The file has too many targets for so many rules. Split it into several."
    (found,) = relabelled(["a"], [{"regex": "("}])
    assert found.why == "scrape_configs[0].relabel_configs[0].regex is no regular expression."


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ({"accept_any_response": True}, {"expected_status": "100-599"}),
        ({"valid_status_codes": [200, 301]}, {"expected_status": "100-599", "conditions": "status in [200, 301]"}),
        ({"fail_if_not_ssl": True}, {"conditions": "certificate_days exists"}),
        ({"fail_if_ssl": True}, {"conditions": "not certificate_days exists"}),
        ({"http_headers": {"X-Team": {"values": ["a"]}}}, {"headers": "X-Team: a"}),
        ({"http_headers": {"X-Api-Key": {"secrets": ["hush"]}}}, {"auth": "header", "auth_name": "X-Api-Key", "auth_secret": "hush"}),
    ],
)  # fmt: skip
def test_what_a_module_asks_of_http(module, expected):
    draft = only("http", module)
    assert (draft.options, draft.lost) == ({"method": "GET", "expected_status": "200-299"} | expected, ())
    probe_kinds()["http"].clean(draft.options)


def test_a_websocket_is_opened():
    (draft,) = relabelled(["wss://a.example.com/"], [], m={"prober": "websocket"})
    assert (draft.kind, draft.target, draft.options) == ("websocket", "wss://a.example.com/", {})


def test_what_is_lost_is_said():
    draft = only(
        "http",
        {
            "tls_config": {"insecure_skip_verify": True, "server_name": "b"}, "proxy_url": "http://x",
            "headers": {"Accept-Encoding": "gzip"}, "preferred_ip_protocol": "ip4", "strange": 1,
            "fail_if_body_json_not_matches_cel": "body.a == 1",
        },
    )  # fmt: skip
    assert draft.lost == (
        "Its header Accept-Encoding: StatusWire sets it itself.",
        "fail_if_body_json_not_matches_cel of its module.",
        "proxy_url of its module.",
        "strange of its module.",
        "Its choice of IPv4 or IPv6: StatusWire tries both.",
        "Errors of the certificate are not ignored: they count as down.",
        "server_name of its tls_config.",
    )
    assert only("dns", {"query_name": "a", "validate_authority_rrs": {"fail_if_matches_regexp": ["x"]}}).lost == (
        "That it asks for records of any kind: StatusWire asks for A.",
        "validate_authority_rrs of its module.",
    )


@pytest.mark.parametrize(
    ("prober", "module", "job", "why"),
    [
        ("grpc", {}, {}, "modules.m.prober is grpc, which StatusWire does not do."),
        ("http", {"bearer_token_file": "/x"}, {}, "modules.m.http.bearer_token_file names another file."),
        ("http", {"basic_auth": {"username": "a", "password": "b"}, "bearer_token": "abcdefgh"}, {}, "two secrets"),
        ("http", {"valid_status_codes": 200}, {}, "modules.m.http.valid_status_codes must be a list, and is a number."),
        ("http", {"oauth2": {"client_id": "x"}}, {}, "modules.m.http.oauth2 fetches a token."),
        ("http", {"tls_config": {"cert_file": "/x"}}, {}, "it shows a certificate of its own"),
        ("http", {"headers": {"X-A": "b\nc"}}, {}, "Its header 'X-A' has a line break in it."),
        ("http", {}, {"static_configs": []}, "It has no targets. Write them as static_configs."),
        (
            "tcp",
            {"query_response": [{"send": "${1}"}, {"expect": "x"}]},
            {},
            "It answers with a piece of what the server said",
        ),
        ("http", {}, {"params": {"module": ["other"]}}, "Its module 'other' is not in the text."),
        ("http", {}, {"scrape_interval": "often"}, "scrape_configs[0].scrape_interval is 'often', which is no time."),
        (
            "http",
            {},
            {"static_configs": [{"targets": "x"}]},
            "static_configs[0].targets must be a list, and is a text.",
        ),
        ("tcp", {"query_response": [{"expect": "x"}, {"expect": "a(b)+"}]}, {}, "It expects the pattern 'a(b)+'"),
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


def test_without_modules_the_shipped_ones_are_meant_and_told():
    jobs = [
        {
            "job_name": name,
            "metrics_path": "/probe",
            "params": {"module": [name]},
            "static_configs": [{"targets": [target]}],
        }
        for name, target in [("icmp", "a.example.com"), ("ssh_banner", "a.example.com:22"), ("mine", "a.example.com")]
    ]
    ping, ssh, mine = read(yaml.safe_dump({"scrape_configs": jobs}))[1]
    told = "Its module icmp is not in the text: it is taken for the one of this name that is shipped."
    assert (ping.kind, ping.lost) == ("ping", (told,))
    assert ssh.options["expect"] == "SSH-2.0-"
    assert mine.why == "Its module 'mine' is not in the text. Put blackbox.yml above, with this module."


def test_two_jobs_of_one_target_are_told_apart_by_name():
    jobs = [
        {"job_name": name, "metrics_path": "/probe", "static_configs": [{"targets": ["a.example.com"]}]} | params
        for name, params in [("web", {}), ("ping", {"params": {"module": ["m"]}})]
    ]
    modules = {"http_2xx": {"prober": "http"}, "m": {"prober": "icmp"}}
    names = [draft.name for draft in read(yaml.safe_dump({"modules": modules, "scrape_configs": jobs}))[1]]
    assert names == ["a.example.com [web]", "a.example.com [ping]"]
