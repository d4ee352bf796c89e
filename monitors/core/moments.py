"""Vendors' times, made fit to be compared with ours."""

from datetime import datetime


def past(value: datetime | None, now: datetime) -> datetime:
    """Return a vendor's time of something that has happened: never later than `now`, and `now` where none is said."""
    return now if value is None else min(value, now)
