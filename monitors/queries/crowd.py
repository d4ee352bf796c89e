"""What people reported, for pages: counted reports only, one per network and window."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Sum

from kit.countries import NAMES
from monitors.core.problems import problem_words
from monitors.core.shares import whole_shares
from monitors.models import Carrier, Provider, Report, ReportCount
from monitors.queries.report_habits import habit_before

MOST_COUNTRIES = 20
_ALL = Sum(F("reports") + F("imported"))  # what others counted stands beside our own, in pages alone


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the reports: `key` as stored, in words, how many, and their share of all (0.0 to 1.0).

    `percent` is the share in whole per cents; those of one list add up to 100. The last of a list is what is left,
    with an empty key.
    """

    key: str
    words: str
    reports: int
    share: float
    percent: int

    @property
    def about(self) -> str:
        """The share in words: a part that is there is never "0 %"."""
        return f"{self.percent} %" if self.percent else "under 1 %"


def report_buckets(provider_id: int, since: datetime, now: datetime, minutes: int = 15) -> list[tuple[datetime, int]]:
    """Return (start, reports) of every bucket from the one with `since` to the one with `now`, empty ones too."""
    width = timedelta(minutes=minutes)
    counted: Counter[datetime] = Counter()
    rows = ReportCount.objects.filter(scope__provider_id=provider_id, minute__gte=_floor(since, width), minute__lte=now)
    for minute, reports in rows.order_by().values_list("minute").annotate(total=_ALL):
        counted[_floor(minute, width)] += reports
    start, last = _floor(since, width), _floor(now, width)
    return [(at, counted[at]) for n in range((last - start) // width + 1) if (at := start + n * width)]


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of an hour on the clock: its reports, and how many are usual then; None where the past is too short to say."""

    at: datetime
    reports: int
    usual: float | None


def reports_by_quarter(provider: Provider, since: datetime, now: datetime) -> list[Quarter]:
    """Return the quarters from the one with `since` to the one with `now`, each beside what is usual then.

    What is usual comes from before `since` alone, so that a day that is shown teaches nothing about itself.
    """
    habit = habit_before(provider.id, since)
    return [
        Quarter(at, reports, habit.per_quarter(at) if habit else None)
        for at, reports in report_buckets(provider.id, since, now)
    ]


def top_problems(provider_id: int, since: datetime, most: int = 3) -> list[Share]:
    """Return what most people say is wrong, the most frequent first, and the rest together."""
    counted = _counted(provider_id, since, "problem")
    return _shares({key: (problem_words(key), n) for key, n in counted.items()}, most, "All others")


def countries(provider_id: int, since: datetime, most: int = MOST_COUNTRIES) -> list[Share]:
    """Return where reports come from, most first; last those that do not say, or come from elsewhere."""
    counted = _counted(provider_id, since, "country")
    unsaid = counted.pop("", 0)
    rest = "Not said" if len(counted) <= most else "Elsewhere, or not said"
    return _shares({key: (NAMES.get(key, key), n) for key, n in counted.items()}, most, rest, unsaid)


def carriers_in(country: str) -> list[str]:
    """Return the names of a country's carriers."""
    return list(Carrier.objects.filter(country=country).order_by("name").values_list("name", flat=True))


def carrier_named(country: str, text: str) -> Carrier | None:
    """Return the carrier that goes by this name in a country, in any spelling that we know."""
    wanted = _plain(text)
    if not country or not wanted:
        return None
    rows = Carrier.objects.filter(country=country).order_by("id")
    return next((row for row in rows if wanted in map(_plain, (row.name, *row.aliases))), None)


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _counted(provider_id: int, since: datetime, column: str) -> dict[str, int]:
    rows = Report.objects.filter(provider_id=provider_id, is_counted=True, at__gte=since)
    return dict(rows.order_by().values_list(column).annotate(n=Count("id")))


def _shares(counted: dict[str, tuple[str, int]], most: int, rest: str, unsaid: int = 0) -> list[Share]:
    """Return the `most` largest, and what is left with `unsaid` under the words `rest`."""
    ranked = sorted(((n, key, words) for key, (words, n) in counted.items()), key=lambda one: (-one[0], one[1]))
    left = sum(n for n, _, _ in ranked[most:]) + unsaid
    shown = [*ranked[:most], *([(left, "", rest)] if left else [])]
    total = sum(n for n, _, _ in shown)
    whole = whole_shares([n for n, _, _ in shown])
    return [Share(key, words, n, n / total, per) for (n, key, words), per in zip(shown, whole, strict=True)]


def _floor(at: datetime, width: timedelta) -> datetime:
    return at - timedelta(seconds=at.timestamp() % width.total_seconds())
