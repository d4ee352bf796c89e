"""Real bodies, read from ../shared where it is present: what came out of each was checked by eye once."""

from collections import Counter
from pathlib import Path

import pytest

from monitors.formats import detect, formats

PAYLOADS = Path(__file__).parents[4] / "shared" / "data" / "payloads"

# (format, file): components by state, posts by kind and phase.
SEEN = [
    ("slack_v2", "slack_v2/slack_current_quiet.json", {"operational": 11}, {}),
    (
        "slack_v2",
        "slack_v2/slack_current_inc1157_01.json",
        {"operational": 9, "degraded": 4},
        {"incident investigating": 1},
    ),
    ("slack_v2", "slack_v2/slack_current_type_outage.json", None, {"incident investigating": 1}),
    ("slack_v2", "slack_v2/slack_history.json", None, {"incident resolved": 3}),
    ("google_incidents", "google_incidents/gcp_incidents_cia.json", {"operational": 3}, {"incident resolved": 2}),
    (
        "statusio",
        "statusio_v1/gitlab_maintenance.json",
        {"operational": 14, "maintenance": 1},
        {"incident identified": 1, "maintenance in_progress": 1},
    ),
    ("statusio", "statusio_v1/gitlab_security.json", {"degraded": 5, "operational": 8}, {"incident identified": 1}),
    ("statusio", "statusio_v1/gitlab_status_2026.json", {"operational": 25}, {}),
    (
        "betterstack",
        "betterstack_json/huggingface_index_20260919_excerpt.json",
        {"unknown": 5, "operational": 1},
        {"maintenance completed": 5, "incident resolved": 2},
    ),
    ("heroku_v4", "heroku/heroku_maintenance.json", {"operational": 2, "maintenance": 1}, {"maintenance completed": 1}),
    (
        "firehydrant",
        "firehydrant/redis_payload.json",
        {"operational": 6},
        {"incident resolved": 3, "maintenance completed": 1},
    ),
    ("aws_health", "aws_health/aws_currentevents.utf16be.json", None, {"incident investigating": 2}),
    ("apple_js", "apple/apple_customer_three_ongoing_issues.json", {"operational": 62, "degraded": 3}, None),
    ("instatus", "instatus_html/whereby-good.html", {"operational": 4}, {"incident resolved": 3}),
    (
        "instatus",
        "instatus_json/instatus_docs_summary_example.json",
        None,
        {"incident investigating": 1, "maintenance scheduled": 1},
    ),
    ("pagerduty", "pagerduty_html/pagerduty-good.html", {"operational": 64}, None),
    ("incidentio", "incidentio_html/linear-good.html", {"operational": 6}, {}),
    ("incidentio", "incidentio_html/openai-major.html", None, {"incident monitoring": 1}),
    (
        "incidentio",
        "incidentio_api_v2/openai_summary_inprogress_20260929.json",
        {"degraded": 22, "operational": 3},
        {"incident investigating": 2},
    ),
    (
        "uptimerobot",
        "uptimerobot/trakt_getMonitorList_20260919_first_monitor.json",
        {"unknown": 1, "operational": 1},
        {},
    ),
    ("cachet", "cachet_v1/cachet_incidents_client_test_sample.json", None, {"incident identified": 1}),
    ("aws_rss", "aws_rss/aws_rss_internetconnectivity_20211220.xml", None, {"incident resolved": 1}),
    ("azure_rss", "azure_rss/azure_feed_20251029_front_door.xml", None, {"incident investigating": 1}),
    ("azure_rss", "azure_rss/azure_feed_empty_20260731.xml", None, {}),
    ("site24x7", "rss_other/site24x7_tmdb_feed_20251020.rss", {"operational": 3}, {}),
    ("statuspage_v2", "statuspage_v2/twilio_summary_20200616.json", {"degraded": 6, "operational": 67}, None),
]


@pytest.mark.needs_shared
@pytest.mark.parametrize(("name", "file", "states", "posts"), SEEN, ids=[file for _, file, _, _ in SEEN])
def test_a_real_body_reads_as_it_did_when_it_was_checked(name, file, states, posts):
    path = PAYLOADS / file
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand: ../shared/data/payloads is absent")
    snapshot = formats()[name].parse(path.read_bytes())
    assert snapshot.unknown_words == ()
    if states is not None:
        assert Counter(component.state.slug for component in snapshot.components or ()) == states
    if posts is not None:
        assert Counter(f"{post.kind} {post.phase}" for post in snapshot.posts) == posts


@pytest.mark.needs_shared
def test_every_snapshot_of_a_feed_has_its_25_records_with_all_their_updates():
    files = sorted((PAYLOADS / "statuspage_atom").glob("*.atom"))
    if not files:
        pytest.skip("../shared/data/payloads is absent")
    for file in files:
        posts = formats()["statuspage_atom"].parse(file.read_bytes()).posts
        assert len(posts) == 25, file.name
        assert all(post.updates and len(post.external_id) == 12 for post in posts), file.name
        assert all(list(post.updates) == sorted(post.updates, key=lambda u: u.at) for post in posts), file.name


# A table of labels that stands beside Salesforce's feed, and says nothing of how it is.
NO_STATUS = {"salesforce_localizations.json"}
# Bodies that truly list nothing: no open incident, in a document without components.
QUIET = {"azure_feed_empty_20260731.xml", "discord_incidents_unresolved_empty.json"}
BODIES = sorted(path for path in PAYLOADS.rglob("*") if path.is_file() and path.suffix != ".md")


@pytest.mark.needs_shared
@pytest.mark.skipif(not BODIES, reason="../shared/data/payloads is absent")
@pytest.mark.parametrize("path", BODIES, ids=[str(path.relative_to(PAYLOADS)) for path in BODIES])
def test_every_real_body_is_recognized_and_says_something(path):
    if path.name in NO_STATUS:
        with pytest.raises(detect.NotDetected):
            detect.match(path.read_bytes())
        return
    found = detect.match(path.read_bytes())
    snapshot = found.snapshot
    assert snapshot.unknown_words == ()
    assert bool(snapshot.components or snapshot.posts) == (path.name not in QUIET)
    ids = [component.external_id for component in snapshot.components or ()]
    posts = [post.external_id for post in snapshot.posts]
    assert (len(set(ids)), len(set(posts))) == (len(ids), len(posts))
    assert all(component.name for component in snapshot.components or ())
    assert all(post.title and post.external_id for post in snapshot.posts)


@pytest.mark.needs_shared
@pytest.mark.skipif(not BODIES, reason="../shared/data/payloads is absent")
def test_the_real_bodies_come_to_this_in_sum():
    snapshots = [detect.match(path.read_bytes()).snapshot for path in BODIES if path.name not in NO_STATUS]
    sums = {
        "bodies": len(snapshots),
        "components": sum(not c.is_group for shot in snapshots for c in shot.components or ()),
        "groups": sum(c.is_group for shot in snapshots for c in shot.components or ()),
        "posts": Counter(post.kind.value for shot in snapshots for post in shot.posts),
        "updates": sum(len(post.updates) for shot in snapshots for post in shot.posts),
    }
    assert sums == {
        "bodies": 67, "components": 1009, "groups": 27, "posts": {"incident": 1785, "maintenance": 51}, "updates": 6672,
    }  # fmt: skip
