"""Store the components that a feed lists."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from monitors.core.states import State
from monitors.formats.base import ComponentReading
from monitors.models import Component, Feed

_FIELDS = ("name", "state", "word", "position", "description", "is_group", "gone_at", "feed_id")


@dataclass(frozen=True, slots=True)
class ListingReport:
    """How many components were new, changed, or gone."""

    new: int = 0
    changed: int = 0
    gone: int = 0


def write_components(
    feed: Feed, readings: Sequence[ComponentReading], gone: Set[str], *, now: datetime
) -> ListingReport:
    """Make the feed's components what its list says; those in `gone` keep their row, with no state.

    A component of ours that stands for a service becomes the vendor's own of the same name.
    """
    rows = list(Component.objects.filter(provider_id=feed.provider_id).exclude(external_id="", service=""))
    known = {row.external_id: row for row in rows if row.external_id}
    ours = {row.name.casefold(): row for row in rows if not row.external_id}
    new, changed = [], []
    for reading in readings:
        row = known.get(reading.external_id) or (None if reading.is_group else ours.pop(reading.name.casefold(), None))
        if row is None:
            new.append(_filled(Component(provider_id=feed.provider_id, external_id=reading.external_id), reading, feed))
        elif _differs(row, reading, feed):
            row.external_id = reading.external_id
            changed.append(_filled(row, reading, feed))
    Component.objects.bulk_create(new, batch_size=500)
    Component.objects.bulk_update(changed, ["external_id", *(f.removesuffix("_id") for f in _FIELDS)], batch_size=500)
    if readings:
        _write_groups(feed, readings)
    return ListingReport(len(new), len(changed), _write_gone(feed, gone, now))


def listed_ids(feed: Feed) -> set[str]:
    """The external ids of the components that the feed has listed and that are not gone."""
    rows = Component.objects.filter(feed=feed, gone_at=None).exclude(external_id="")
    return set(rows.values_list("external_id", flat=True))


def _values(reading: ComponentReading, feed: Feed) -> Mapping[str, object]:
    return {
        "name": reading.name[:300],
        "state": reading.state,
        "word": reading.word[:60],
        "position": reading.position,
        "description": reading.description,
        "is_group": reading.is_group,
        "gone_at": None,
        "feed_id": feed.id,
    }


def _differs(row: Component, reading: ComponentReading, feed: Feed) -> bool:
    values = _values(reading, feed)
    return row.external_id != reading.external_id or any(getattr(row, name) != values[name] for name in _FIELDS)


def _filled(row: Component, reading: ComponentReading, feed: Feed) -> Component:
    for name, value in _values(reading, feed).items():
        setattr(row, name, value)
    return row


def _write_groups(feed: Feed, readings: Sequence[ComponentReading]) -> None:
    rows = {
        row.external_id: row
        for row in Component.objects.filter(feed=feed).exclude(external_id="").only("id", "external_id", "group_id")
    }
    moved = []
    for reading in readings:
        row, group = rows.get(reading.external_id), rows.get(reading.group_id or "")
        group_id = group.id if group and group is not row else None
        if row and row.group_id != group_id:
            row.group_id = group_id
            moved.append(row)
    Component.objects.bulk_update(moved, ["group"], batch_size=500)


def _write_gone(feed: Feed, gone: Set[str], now: datetime) -> int:
    rows = Component.objects.filter(feed=feed, external_id__in=gone, gone_at=None)
    return rows.update(gone_at=now, state=State.UNKNOWN, word="")
