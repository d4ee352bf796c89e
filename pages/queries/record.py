"""What happened, page by page: our own records and, where we have none, the vendors' posts; newest first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Prefetch, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import TruncMonth

from incidents.models import Incident
from incidents.queries import IncidentLink, UpdateView
from incidents.queries.lists import links
from incidents.queries.naming import PARTS, words_of
from monitors.core.states import Source, State
from monitors.models import OfficialPost, OfficialPostScope

ON_A_PAGE = 40
OURS, THEIRS = "ours", "theirs"


@dataclass(frozen=True, slots=True)
class Happening:
    """An incident or a maintenance. `uid` leads to our own page of it; without one, `url` to the vendor's.

    `ended_at` None: it goes on. `worst` UNKNOWN: the vendor gave no state. `is_gone`: it vanished from the vendor's
    page without having been resolved, at `ended_at`. `updates` are the vendor's words where no page of ours has them.
    """

    title: str
    uid: str
    url: str
    provider: str
    provider_slug: str
    worst: State
    began_at: datetime
    ended_at: datetime | None
    scopes: tuple[str, ...]
    sources: tuple[Source, ...]
    updates: tuple[UpdateView, ...] = ()
    is_gone: bool = False
    is_planned: bool = False

    @property
    def duration(self) -> timedelta | None:
        return self.ended_at - self.began_at if self.ended_at else None


@dataclass(frozen=True, slots=True)
class Month:
    """A month (UTC) by its first moment, with how many things began in it."""

    first: datetime
    number: int

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def words(self) -> str:
        return f"{self.first:%B %Y}"


@dataclass(frozen=True, slots=True)
class Record:
    """One page of what happened. `months` are all that have something, the newest first; `month` the chosen one."""

    page: "Page[tuple[datetime, str, int]]"
    groups: tuple[tuple[str, tuple[Happening, ...]], ...]  # (month in words, what began in it)
    months: tuple[Month, ...]
    month: Month | None
    newer: Month | None
    older: Month | None
    total: int


def record(incidents: "QuerySet[Incident]", posts: "QuerySet[OfficialPost]", *, month: str, number: str) -> Record:
    """Return page `number` of what began in `month` ("2026-11"; anything else: ever), in a fixed number of queries.

    `posts` come from pages.queries.visible.posts_alone: what has a record of ours is not told twice.
    """
    months = _months(incidents, posts)
    chosen = next((n for n, one in enumerate(months) if one.key == month), None)
    if chosen is not None:
        began, ended = months[chosen].first, _next_month(months[chosen].first)
        incidents = incidents.filter(started_at__gte=began, started_at__lt=ended)
        posts = posts.filter(began_at__gte=began, began_at__lt=ended)
    page = Paginator(_merged(incidents, posts), ON_A_PAGE).get_page(number)
    found = _load([(whose, pk) for _, whose, pk in page.object_list])
    return Record(
        page=page,
        groups=tuple((words, tuple(these)) for words, these in groupby(found, key=_month_of)),
        months=months,
        month=None if chosen is None else months[chosen],
        newer=months[chosen - 1] if chosen else None,
        older=None if chosen is None or chosen + 1 == len(months) else months[chosen + 1],
        total=sum(one.number for one in months),
    )


def latest(incidents: "QuerySet[Incident]", posts: "QuerySet[OfficialPost]", limit: int) -> list[Happening]:
    """Return the newest of what happened, in a fixed number of queries."""
    return _load([(whose, pk) for _, whose, pk in _merged(incidents, posts)[:limit]])


def _merged(
    incidents: "QuerySet[Incident]", posts: "QuerySet[OfficialPost]"
) -> "QuerySet[Incident, tuple[datetime, str, int]]":
    """Return (when it began, whose record, id) of both, the newest first."""
    ours = incidents.order_by().annotate(at=F("started_at"), whose=Value(OURS, CharField()))
    theirs = posts.order_by().annotate(at=F("began_at"), whose=Value(THEIRS, CharField()))
    both = ours.values_list("at", "whose", "id").union(theirs.values_list("at", "whose", "id"), all=True)
    return both.order_by("-at", "whose", "-id")


def _load(keys: Sequence[tuple[str, int]]) -> list[Happening]:
    """Return the things behind the keys, in the same order."""
    ours, theirs = ([pk for whose, pk in keys if whose == one] for one in (OURS, THEIRS))
    found = {(OURS, pk): one for pk, one in _ours(ours)} | {(THEIRS, post.id): _theirs(post) for post in _posts(theirs)}
    return [found[key] for key in keys if key in found]


def _ours(ids: Sequence[int]) -> Iterable[tuple[int, Happening]]:
    by_uid = dict(Incident.objects.filter(id__in=ids).values_list("uid", "id"))
    for link in links(Incident.objects.filter(id__in=ids)):
        yield by_uid[link.uid], _recorded(link)


def _recorded(link: IncidentLink) -> Happening:
    return Happening(
        title=link.title,
        uid=link.uid,
        url="",
        provider=link.provider_name,
        provider_slug=link.provider_slug,
        worst=link.worst,
        began_at=link.started_at,
        ended_at=link.resolved_at,
        scopes=link.scopes,
        sources=link.sources,
    )


def with_scopes(posts: "QuerySet[OfficialPost]") -> "QuerySet[OfficialPost]":
    """Add to posts what scopes_of needs, in one query."""
    scopes = OfficialPostScope.objects.select_related(*(f"scope__{part}" for part in PARTS)).order_by("id")
    return posts.prefetch_related(Prefetch("post_scopes", scopes))


def scopes_of(post: OfficialPost) -> tuple[str, ...]:
    """Return what a post loaded by with_scopes is about, in words: "SMS to NTT DOCOMO (Japan)"."""
    return tuple(dict.fromkeys(words_of(link.scope) for link in post.post_scopes.all()))


def _posts(ids: Sequence[int]) -> Iterable[OfficialPost]:
    rows = OfficialPost.objects.filter(id__in=ids).select_related("provider").prefetch_related("updates")
    return with_scopes(rows)


def _theirs(post: OfficialPost) -> Happening:
    planned = post.kind == "maintenance"
    ended_at = post.resolved_at or post.gone_at or (post.scheduled_until if planned else None)
    updates = tuple(UpdateView(u.at, u.phase, u.body, True, "", u.edited_at, "") for u in post.updates.all())
    return Happening(
        title=post.title,
        uid="",
        url=post.url,
        provider=post.provider.name,
        provider_slug=post.provider.slug,
        worst=State.MAINTENANCE if planned else post.impact,
        began_at=post.began_at,
        ended_at=max(ended_at, post.began_at) if ended_at else None,
        scopes=scopes_of(post),
        sources=(Source.OFFICIAL,),
        updates=updates,
        is_gone=post.resolved_at is None and post.gone_at is not None,
        is_planned=planned,
    )


def _months(incidents: "QuerySet[Incident]", posts: "QuerySet[OfficialPost]") -> tuple[Month, ...]:
    numbers: Counter[datetime] = Counter()
    for rows, name in ((incidents, "started_at"), (posts, "began_at")):
        counted = rows.order_by().annotate(month=TruncMonth(name, tzinfo=UTC)).values_list("month")
        numbers.update(dict(counted.annotate(number=Count("id"))))
    return tuple(Month(first, numbers[first]) for first in sorted(numbers, reverse=True))


def _next_month(first: datetime) -> datetime:
    return (first + timedelta(days=32)).replace(day=1)


def _month_of(one: Happening) -> str:
    return f"{one.began_at:%B %Y}"
