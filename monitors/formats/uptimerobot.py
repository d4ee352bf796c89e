"""UptimeRobot's public pages, `/api/getMonitorList/<key>`: monitors as components, no words about incidents.

`/api/getEventFeed/<key>` answers `status: true` where the list says `status: "ok"`.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot, UnreadableFeed
from monitors.formats.reading import Words, listed, load_object, objects, reading, text
from monitors.formats.text import title_text

STATES = {
    "success": State.OPERATIONAL,
    "warning": State.DEGRADED,
    "danger": State.MAJOR_OUTAGE,
    "info": State.UNKNOWN,  # not checked yet
    "paused": State.UNKNOWN,
    "black": State.UNKNOWN,
}
_KEY = re.compile(r"/api/(?:getMonitorList|getEventFeed)/([\w-]{6,40})")


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    if doc.get("status") not in ("ok", True):
        raise UnreadableFeed(f"status is {doc.get('status')!r:.60} where ok was expected.")
    words = Words(STATES)
    monitors = list(objects(doc, "data"))
    groups = {text(m, "groupId"): title_text(text(m, "groupName", "")) for m in monitors if m.get("groupName")}
    rows = [ComponentReading(f"group-{key}", name, State.UNKNOWN, "", None, True) for key, name in groups.items()]
    for place, monitor in enumerate(monitors):
        word = text(monitor, "statusClass")
        group = text(monitor, "groupId", "") if monitor.get("groupName") else ""
        name = title_text(text(monitor, "name"))
        rows.append(
            ComponentReading(
                text(monitor, "monitorId"),
                name,
                words.state(word),
                word,
                f"group-{group}" if group else None,
                False,
                place,
            )
        )
    return Snapshot(components=listed(rows), unknown_words=tuple(words.unknown))


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if any("statusClass" in row for row in sample.rows("data")) else Claim.NO


def addresses(sample: Sample) -> Iterator[str]:
    """The list goes by the page's key: the last part of its address, or what its HTML calls with."""
    address = urlsplit(sample.url)
    found = _KEY.findall(sample.text)[:1]
    if sample.host == "stats.uptimerobot.com":
        found.append(address.path.strip("/").partition("/")[0])
    for key in dict.fromkeys(filter(None, found)):
        yield f"{address.scheme}://{address.netloc}/api/getMonitorList/{key}"


FORMAT = Format(
    label="UptimeRobot",
    parse=parse,
    claims=claims,
    marks=("uptimerobot.com",),
    addresses=addresses,
)
