"""RSS and Atom: identity, phases and states as the dialects have them."""

import pytest

from monitors.core.states import State
from monitors.formats import flashduty_rss, rss_generic, site24x7, statuspage_atom
from monitors.formats.base import Phase, PostKind, UnreadableFeed
from monitors.formats.rss_generic import phase_in


def rss(*items):
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'.encode()


def item(title, words="", *, guid="g1", link="https://example.com/1", at="Thu, 23 Jul 2026 16:29:09 Z"):
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f"<item><title>{title}</title><guid>{guid}</guid><link>{link}</link><pubDate>{at}</pubDate>"
        f"<description>{escaped}</description></item>"
    )


@pytest.mark.parametrize(
    ("words", "phase"),
    [
        ("Resolved - All is well. We were investigating.", Phase.RESOLVED),
        ("[Monitoring] It looks better", Phase.MONITORING),
        ("We are investigating slow logins", Phase.INVESTIGATING),
        ("The cause has been identified", Phase.IDENTIFIED),
        ("Hello there", Phase.UNKNOWN),
    ],
)
def test_the_phase_that_a_text_names_first_is_its_phase(words, phase):
    assert phase_in(words) is phase


def test_an_item_without_a_word_of_trouble_is_a_notice():
    (post,) = rss_generic.parse(rss(item("New data centre in Oslo", "Come and see."))).posts
    assert post.kind is PostKind.NOTICE


def test_a_zone_written_as_z_is_utc_and_a_script_in_a_title_is_gone():
    (post,) = rss_generic.parse(rss(item("Slow API &lt;script&gt;alert(1)&lt;/script&gt;", "Investigating"))).posts
    assert (post.title, post.posted_at.isoformat()) == ("Slow API", "2026-07-23T16:29:09+00:00")


def test_a_feed_that_breaks_off_is_unreadable_and_says_nothing_of_what_came_before():
    with pytest.raises(UnreadableFeed):
        rss_generic.parse(rss(item("Slow API"))[:-40])


def test_items_that_share_a_guid_are_told_apart_by_their_links():
    body = rss(
        item("api - Operational", link="https://x.test/#/components/1"),
        item("web - Major Outage", link="https://x.test/#/components/2"),
    )
    states = {c.external_id: c.state for c in site24x7.parse(body).components}
    assert states == {"1": State.OPERATIONAL, "2": State.MAJOR_OUTAGE}


def test_flashduty_names_status_and_parts_in_its_text():
    words = "<p><strong>Status:</strong> resolved</p><p><strong>Affected components:</strong> API, Chat</p>"
    (post,) = flashduty_rss.parse(rss(item("API degraded", words))).posts
    assert (post.phase, [name for name, _ in post.components]) == (Phase.RESOLVED, ["API", "Chat"])


def history(*updates, published="2026-01-02T08:00:00Z"):
    words = "".join(
        f"<p><small>{day.split()[0]} <var data-var='date'>{day.split()[1]}</var>, <var data-var='time'>{time}</var> {zone}"
        f"</small><br><strong>{label}</strong> - {body}</p>"
        for day, time, zone, label, body in updates
    )
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><id>tag:x,2005:1</id>'
        f"<published>{published}</published><updated>{published}</updated>"
        '<link rel="alternate" href="https://x.test/incidents/abcdefghijkl"/><title>Slow</title>'
        f'<content type="html">{escaped}</content></entry></feed>'
    ).encode()


def test_updates_without_a_year_lie_in_the_year_next_to_their_record():
    body = history(
        ("Jan 2", "00:30", "PST", "Resolved", "Done"),
        ("Dec 31", "23:00", "PST", "Update", "Still slow"),
        ("Dec 31", "22:00", "PST", "Investigating", "Looking"),
    )
    (post,) = statuspage_atom.parse(body).posts
    assert post.external_id == "abcdefghijkl"
    assert [(u.at.isoformat(), u.phase) for u in post.updates] == [
        ("2026-01-01T06:00:00+00:00", Phase.INVESTIGATING),
        ("2026-01-01T07:00:00+00:00", Phase.INVESTIGATING),
        ("2026-01-02T08:30:00+00:00", Phase.RESOLVED),
    ]
