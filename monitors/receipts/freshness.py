"""How old a signed time may be."""

from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=10)  # before and after now: clocks differ, and senders try again


def is_recent(timestamp: str, now: datetime) -> bool:
    """Return whether Unix seconds are within TOLERANCE of now. What is no number is not recent."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        return False
    return abs(datetime.fromtimestamp(int(timestamp), UTC) - now) <= TOLERANCE
