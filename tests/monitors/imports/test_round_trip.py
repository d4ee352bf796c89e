"""What is exported is read back as it was, whatever its texts are, and wherever it once came from."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kit.clock import clock
from monitors.imports import Draft, read
from monitors.imports.base import About
from monitors.imports.statuswire import write
from monitors.models import Monitor
from monitors.probes import probe_kinds
from monitors.queries.exporting import drafts
from monitors.services.importing import Fate, carry_out, plan
from tests.factories import OrganizationFactory
from tests.monitors.imports.test_healthchecks import listing
from tests.monitors.imports.test_uptime_kuma import backup

KINDS = probe_kinds()
# Half pairs and null bytes are refused where they come in.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0•"), max_size=12)
WORDS = TEXTS.map(str.strip).filter(bool) | st.sampled_from(
    ["yes", "no", "null", "~", "1.10", "0x1F", "2026-11-21", "- a", "a: b #c"]
)
DRAFTS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.builds(
        Draft,
        name=WORDS,
        kind=st.just(kind),
        target=WORDS,
        options=st.dictionaries(
            st.sampled_from([field.name for field in KINDS[kind].fields]), TEXTS.filter(bool), max_size=4
        ),
        about=st.builds(About, system=WORDS) | st.builds(About, provider=WORDS, group=WORDS, component=WORDS),
        interval_s=st.integers(1, 10**6),
        timeout_s=st.integers(1, 10**6),
        confirmations=st.integers(1, 9),
        recovery_confirmations=st.none() | st.integers(1, 9),
        slow_factor=st.none() | st.sampled_from([1.2, 2.0, 2.5, 100.0]),
        regions=st.lists(WORDS, max_size=2).map(tuple),
        quorum=st.none() | st.integers(1, 3),
        tags=st.lists(WORDS, max_size=2).map(tuple),
        is_paused=st.booleans(),
    )
)


@settings(max_examples=50)
@given(st.lists(DRAFTS, min_size=1, max_size=3))
@example([Draft("a", "http", "b", {"body": " a\n\tb \n\n", "headers": "a: b\r\nc: d"}, About("s"))])
@example([Draft("a", "http", "b", {"body": "\x85a\n\u2028b"}, About("s"))])
def test_any_draft_is_read_back_as_it_was_written(written):
    assert read(write(written))[1] == written


GATUS = """
endpoints:
  - {name: a, group: g, url: "https://1.1.1.1/", conditions: ["[STATUS] == any(200, 302)", "[BODY].a == pat(*/x*)"]}
  - {name: b, url: "tcp://1.1.1.1:80", body: "PING\\r\\n", conditions: ["[BODY] == PONG"]}
  - {name: c, url: 1.1.1.1, dns: {query-name: example.com, query-type: MX}, conditions: ["[BODY] == mail.example.com."]}
  - {name: d, url: "icmp://1.1.1.1", conditions: ["[CONNECTED] == true", "[RESPONSE_TIME] < 10"]}
external-endpoints: [{name: e, heartbeat: {interval: 100001s}}]
"""
BLACKBOX = """
modules:
  http: {prober: http, http: {fail_if_not_ssl: true, fail_if_body_matches_regexp: ['a"\\s/b'], basic_auth: {username: u, password: hush-hush}}}
  tcp: {prober: tcp, tcp: {query_response: [{expect: ^SSH-2.0-}], tls: true}}
scrape_configs:
  - {job_name: a, metrics_path: /probe, params: {module: [http]}, static_configs: [{targets: ["https://1.1.1.1/"]}]}
  - {job_name: b, metrics_path: /probe, params: {module: [tcp]}, static_configs: [{targets: ["1.1.1.1:22"], labels: {x: y}}]}
"""
KUMA = backup(
    {"url": "https://1.1.1.1/", "name": "é 😀", "body": '{"a": "ü"}', "method": "POST", "accepted_statuscodes": ["200-299", "301"]},
    {"type": "json-query", "url": "https://u:hush-hush@1.1.1.1/", "jsonPath": "$.a-b", "expectedValue": 'x"y\\', "timeout": 20.5},
    {"type": "push", "name": "job", "interval": 3600},
)  # fmt: skip
HEALTHCHECKS = listing(
    {"schedule": "Mon..Fri 09:00", "tz": "Europe/Riga"}, {"timeout": 100_001, "grace": 61, "status": "paused"}
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", [GATUS, BLACKBOX, KUMA, HEALTHCHECKS], ids=["gatus", "blackbox", "uptime_kuma", "healthchecks"]
)
def test_what_came_from_another_tool_goes_from_one_installation_to_the_next(text):
    first, second = OrganizationFactory(), OrganizationFactory()
    made = carry_out(first.id, plan(first.id, text), now=clock())
    assert {line.fate for line in made.lines} == {Fate.NEW}
    assert "hush" not in str(list(Monitor.objects.values_list("name", "target", "options")))
    exported = write(drafts(first.id))
    assert "hush" not in exported
    whole = exported.replace("••• not exported, write it here", "hush-hush")
    carry_out(second.id, plan(second.id, whole), now=clock())
    assert drafts(second.id) == drafts(first.id)
    assert {line.fate for line in plan(first.id, exported).lines} == {Fate.THERE}
    assert {line.fate for line in plan(first.id, text).lines} == {Fate.THERE}
