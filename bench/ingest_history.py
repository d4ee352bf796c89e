"""Run years of real records through parse and ingest, and count what became of them.

    .venv/bin/python -m bench.ingest_history ../shared/data/histories/twilio_2023_2024.jsonl

The records (one JSON object a line) are first written as Statuspage's history.json has them, a quarter a
page, so that the whole way is walked. Uses a throw-away PostgreSQL of its own.
"""

import json
import os
import sys
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")


def pages(records):
    """Return bodies of history.json, by quarter, oldest first."""
    months = defaultdict(list)
    for record in records:
        began, ended = moment(record["created_at"]), moment(record["resolved_at"])
        filed = (ended or began).astimezone(ZONE)
        months[filed.year, filed.month].append(as_record(record, began, ended))
    quarters = defaultdict(list)
    for (year, month), found in sorted(months.items()):
        name = datetime(year, month, 1, tzinfo=UTC).strftime("%B")
        quarters[year, (month - 1) // 3].append({"name": name, "year": year, "incidents": found})
    page = {"page": {"name": "Twilio", "time_zone": "Pacific Time (US & Canada)"}}
    return [json.dumps({"page_status": page, "months": found}).encode() for _, found in sorted(quarters.items())]


def as_record(record, began, ended):
    local = began.astimezone(ZONE)
    text = f"{local:%b} {var(local.day, 'date')}, {var(f'{local:%H:%M}', 'time')}"
    label = local
    if ended:
        label = end = ended.astimezone(ZONE)
        day = "" if end.date() == local.date() else f"{end:%b} {var(end.day, 'date')}, "
        text += f" - {day}{var(f'{end:%H:%M}', 'time')}"
    return {
        "code": record["incident_id"],
        "name": record["title"],
        "message": "This incident has been resolved.",
        "impact": record["severity"],
        "timestamp": f"{text} {label.tzname()}",
    }


def var(value, name):
    return f"<var data-var='{name}'>{value}</var>"


def moment(text):
    return datetime.fromisoformat(text) if text else None


def main(path):
    records = [json.loads(line) for line in Path(path).read_text().splitlines()]
    import tests.services  # noqa: F401 - starts PostgreSQL before Django reads its settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.core.management import get_commands

    if "load_carriers" in get_commands():
        call_command("load_carriers")
    run(records)


def run(records):
    from monitors.formats import formats
    from monitors.models import Feed, OfficialPost, OfficialPostScope, Provider, StateChange
    from monitors.services.bodies import take_in_body

    provider = Provider.objects.create(slug="twilio", name="Twilio", category="comms")
    feed = Feed.objects.create(
        provider=provider, format="statuspage_v2", url="https://status.twilio.com/api/v2/summary.json"
    )
    parsing = storing = 0.0
    for body in pages(records):
        began = time.perf_counter()
        snapshot = formats()["statuspage_history"].parse(body)
        parsed = time.perf_counter()
        take_in_body(feed, snapshot, now=datetime.now(UTC))
        parsing, storing = parsing + parsed - began, storing + time.perf_counter() - parsed
    posts = OfficialPost.objects.all()
    links = OfficialPostScope.objects.select_related("scope__carrier", "scope__component")
    scopes = {link.scope_id: link.scope for link in links}.values()
    print(f"records {len(records)}, posts {posts.count()}, state changes {StateChange.objects.count()} (must be 0)")
    print(f"parsed in {parsing:.1f} s, stored in {storing:.1f} s")
    print(f"times that came back as they were: {same_times(records)}")
    print(f"placed {posts.filter(is_placed=True).count()}, unplaced {posts.filter(is_placed=False).count()}")
    print(f"scopes {len(scopes)}, countries {len({s.country for s in scopes} - {''})}, "
          f"carriers {len({s.carrier_id for s in scopes} - {None})}")  # fmt: skip
    by_service = Counter(link.scope.component.service if link.scope.component else "" for link in links)
    print("links by service:", dict(by_service.most_common()))
    print("kinds:", dict(Counter(posts.values_list("kind", flat=True))))
    words = Counter(word for row in posts.values_list("unplaced", flat=True) for word in row)
    print(f"unplaced words {len(words)}, most often:", words.most_common(15))
    for title, times in Counter(posts.filter(is_placed=False).values_list("title", flat=True)).most_common(15):
        print(f"  unplaced {times:4}  {title}")


def same_times(records):
    from monitors.models import OfficialPost

    rows = {p.external_id: p for p in OfficialPost.objects.only("external_id", "began_at", "resolved_at")}
    minute = timedelta(minutes=1)
    same = 0
    for record in records:
        row, began, ended = rows[record["incident_id"]], moment(record["created_at"]), moment(record["resolved_at"])
        ends = (row.resolved_at is None) == (ended is None) and (ended is None or abs(row.resolved_at - ended) < minute)
        same += ends and abs(row.began_at - began) < minute
    return f"{same} of {len(records)}"


if __name__ == "__main__":
    main(sys.argv[1])
