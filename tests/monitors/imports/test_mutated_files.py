"""Each place of a file of each source with something else in it: drafts, refusals with a reason, or Unreadable."""

from collections.abc import Iterator

import pytest

from kit.addresses import AddressRefused
from monitors.imports import Found, Refused, Unreadable, sources
from monitors.imports.documents import read_document
from monitors.probes import probe_kinds
from monitors.services.drafting import Unfit, settings_for
from tests.monitors.imports.test_blackbox import FILE as BLACKBOX
from tests.monitors.imports.test_gatus import FILE as GATUS
from tests.monitors.imports.test_healthchecks import listing
from tests.monitors.imports.test_uptime_kuma import backup

KUMA = backup(
    {"headers": '{"X-Api-Key": "hush"}', "tags": [{"name": "a", "value": "b"}], "authMethod": "basic", "basic_auth_user": "u"},
    {"type": "json-query", "jsonPath": "$.a", "expectedValue": "1", "url": "https://u:hush@1.1.1.1/", "headers": None},
    {"type": "dns", "hostname": "a.b", "conditions": [{"variable": "record", "operator": "equals", "value": "1.2.3.4"}]},
)  # fmt: skip
RELABELLED = """
modules:
  m: {prober: tcp, tcp: {query_response: [{send: a}, {expect: ^b}, {starttls: false}], tls_config: {ca_file: x}}}
  r: {prober: dns, dns: {query_name: a.b, validate_answer_rrs: {fail_if_matches_regexp: [1.2.3.4]}}}
scrape_configs:
  - job_name: a
    metrics_path: /probe
    static_configs: [{targets: ["1.1.1.1:80"], labels: {module: m}}, {targets: [8.8.8.8], labels: {module: r}}]
    relabel_configs:
      - {source_labels: [module], regex: (.*), replacement: $1, target_label: __param_module, action: replace, separator: ","}
"""
OURS = """
statuswire: 1
monitors:
  - {name: a, kind: http, target: "https://1.1.1.1/", about: {system: b}, every: 60s, timeout: 10s, confirmations: 2,
     recovery_confirmations: 1, slow_factor: 3, regions: [home], quorum: 1, tags: [a], paused: true,
     options: {expected_status: "200", headers: "A: b", conditions: body.a}}
"""
FILES = {
    "gatus": GATUS, "blackbox": BLACKBOX, "relabelled": RELABELLED, "uptime_kuma": KUMA,
    "healthchecks": listing({"timeout": 60}, {"schedule": "daily", "tz": "UTC"}), "statuswire": OURS,
}  # fmt: skip
ODD = (
    None, [], {}, [[]], {"a": {"b": None}}, True, 0, -1, 10**5000, 1.5, float("nan"), float("inf"), "", "x", "\0", "\ud800",
    "9" * 400 + "h", "(", "${A}", b"x", {1}, [None, 1, "x"],
)  # fmt: skip


def mutated(node: object, odd: object) -> Iterator[object]:
    """Give a document once for each place in it, with `odd` there."""
    yield odd
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in pairs:
        for other in mutated(inner, odd):
            copy = dict(node) if isinstance(node, dict) else list(node)
            copy[key] = other
            yield copy


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_whatever_stands_anywhere_ends_with_a_reason_at_worst(name):
    document, kinds = read_document(FILES[name]), probe_kinds()
    source = next(source for source in sources().values() if source.recognises(document))
    for odd in ODD:
        for other in mutated(document, odd):
            try:
                found = source.read(other)
            except Unreadable:
                continue
            for one in found:
                assert isinstance(one, Refused) or one.kind in kinds or name == "statuswire"
                assert "hush" not in said_of(one)


def said_of(one: Found) -> str:
    """Return what people are told of an entry."""
    if isinstance(one, Refused):
        return one.why
    try:
        return " ".join(settings_for(0, one).draft.lost)
    except (Unfit, AddressRefused) as error:
        return str(error)
