"""What holds for every source: whatever a document has, it is drafts, refusals or Unreadable, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.imports import Draft, Refused, Unreadable, sources
from monitors.probes import probe_kinds

KEYS = (
    "monitorList", "type", "name", "url", "headers", "tags", "hostname", "port", "jsonPath", "expectedValue", "keyword",
    "endpoints", "external-endpoints", "suites", "conditions", "client", "dns", "query-name", "heartbeat", "interval",
    "alerts", "group", "checks", "timeout", "schedule", "grace", "tz", "status", "modules", "scrape_configs", "prober",
    "http", "tcp", "icmp", "static_configs", "targets", "labels", "params", "module", "job_name", "metrics_path",
    "query_response", "statuswire", "monitors", "kind", "target", "options", "about", "every", "paused",
)  # fmt: skip
WORDS = (
    "http", "https://1.1.1.1/", "tcp://a:1", "keyword", "json-query", "push", "dns", "icmp", "/probe", "a.b", "30s", "a",
    "* * * * *", "[BODY].a == pat(*)", "[STATUS] == any(200)", "[CERTIFICATE_EXPIRATION] > 1h", "{", "•••", "\0", "\ud800",
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5) | st.dates()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.integers(), inner, max_size=6)
    ),
    max_leaves=30,
)
MARKS = {
    "uptime_kuma": "monitorList", "gatus": "endpoints", "healthchecks": "checks", "blackbox": "modules",
    "statuswire": "statuswire",
}  # fmt: skip


def test_every_source_is_known_here():
    assert sources().keys() == MARKS.keys()


@pytest.mark.parametrize("slug", MARKS)
@settings(max_examples=40)
@given(rest=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6), marked=VALUES)
def test_any_document_is_read_or_said_to_be_unreadable(slug, rest, marked):
    document = rest | {MARKS[slug]: marked} | ({"statuswire": 1} if slug == "statuswire" else {})
    source = sources()[slug]
    try:
        found = source.read(document)
    except Unreadable:
        return
    for one in found:
        assert isinstance(one, Draft | Refused)
        assert "\0" not in one.name
        if isinstance(one, Draft):
            assert one.kind in probe_kinds() or slug == "statuswire"
            assert all(isinstance(text, str) for text in one.options.values())


@pytest.mark.parametrize("slug", MARKS)
def test_a_source_knows_its_own_documents_and_no_others(slug):
    document = {MARKS[slug]: []}
    assert [name for name, source in sources().items() if source.recognises(document)] == [slug]


@pytest.mark.parametrize("document", [None, 1, "monitors", [], ["checks"], {}, {1: 2}])
def test_no_source_takes_what_is_none(document):
    assert not any(source.recognises(document) for source in sources().values())
