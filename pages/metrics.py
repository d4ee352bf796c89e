"""/metrics: the same and more for Prometheus, read from the database, so right for any number of processes."""

import ipaddress
from collections.abc import Iterable
from datetime import datetime
from hmac import compare_digest

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from kit.clock import clock
from pages.vitals import vitals

# name, help, label, query of (label's value, number).
TABLES = [
    (
        "statuswire_feeds",
        "Official feeds by what their last poll came to.",
        "result",
        "SELECT CASE WHEN NOT is_enabled THEN 'disabled' WHEN last_poll_at IS NULL THEN 'never polled'"
        " WHEN failures > 0 THEN 'unreadable' ELSE 'read' END, count(*) FROM monitors_feed GROUP BY 1",
    ),
    (
        "statuswire_unknown_words",
        "Words of vendors that no table has, counted per format.",
        "format",
        "SELECT format, sum((SELECT coalesce(sum(value::int), 0) FROM jsonb_each_text(unknown_words)))"
        " FROM monitors_feed GROUP BY 1",
    ),
    (
        "statuswire_operator_notices",
        "Open notices to the operators, by kind.",
        "kind",
        "SELECT kind, count(*) FROM monitors_operatornotice WHERE resolved_at IS NULL GROUP BY 1",
    ),
    (
        "statuswire_monitors",
        "Monitors by their last state's number; -1 is unknown.",
        "state",
        "SELECT CASE WHEN is_paused THEN 'paused' ELSE last_state::text END, count(*) FROM monitors_monitor GROUP BY 1",
    ),
    (
        "statuswire_open_incidents",
        "Incidents that are open.",
        "audience",
        "SELECT CASE WHEN organization_id IS NULL THEN 'public' ELSE 'organization' END, count(*)"
        " FROM incidents_incident WHERE resolved_at IS NULL GROUP BY 1",
    ),
    (
        "statuswire_notifications",
        "Notifications of the last 24 hours by state.",
        "state",
        "SELECT state, count(*) FROM alerts_notification WHERE created_at > %(day)s GROUP BY 1",
    ),
    (
        "statuswire_refused_receipts",
        "Requests to receipt hooks with a wrong signature, per kind.",
        "kind",
        "SELECT s.kind, coalesce(sum(p.number), 0) FROM monitors_receiptsource s LEFT JOIN monitors_receiptproblem p"
        " ON p.source_id = s.id AND p.kind = 'signature' GROUP BY 1",
    ),
]


class FromDatabase:
    """Collects everything at the moment of the scrape."""

    def collect(self) -> Iterable[Metric]:
        now = clock()
        found = vitals(now)
        yield _family("statuswire_up", "Whether a service answers.", "service", found.services.items())
        oldest = ((name, age or 0.0) for name, age in found.oldest_s.items())
        yield _family("statuswire_oldest_waiting_seconds", "Age of the oldest waiting row.", "outbox", oldest)
        ages = {"poll": found.last_poll_s, "readable poll": found.last_read_s, "check": found.last_check_s}
        known = ((name, age) for name, age in ages.items() if age is not None)
        yield _family("statuswire_last_seconds", "Seconds since the last one.", "what", known)
        if found.services["database"]:
            yield from _tables(now.replace(microsecond=0))


def _tables(now: datetime) -> Iterable[Metric]:
    with connection.cursor() as cursor:
        for name, words, label, query in TABLES:
            cursor.execute(query.replace("%(day)s", "(%(now)s::timestamptz - interval '24 hours')"), {"now": now})
            yield _family(name, words, label, cursor.fetchall())


def _family(name: str, words: str, label: str, rows: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in rows:
        family.add_metric([str(value)], float(number or 0))
    return family


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format, to holders of METRICS_TOKEN or, where none is set, to this machine and network."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(FromDatabase())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if request.headers.get("X-Forwarded-For"):  # through a proxy: somebody else's request
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_private
    except ValueError:
        return False
