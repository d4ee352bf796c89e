"""The script of the day: what breaks, when, for whom, and how late the vendor says so.

The two carrier cases are real (Twilio's status page, January 2026: title, day, hour and length); the lag of the
vendor's words, the traffic and the reports around them are made up.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

STARTS = datetime(2026, 1, 24, 22, 15, tzinfo=UTC)
ENDS = datetime(2026, 1, 26, 1, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A mobile network as the traffic knows it: numbers that belong to it, messages per minute in quiet hours."""

    name: str
    country: str
    numbers: str  # an E.164 prefix that was given to this carrier alone; the rest of the number is drawn
    length: int  # digits in all, without the plus
    per_minute: float
    habit_s: float  # how long a delivery usually takes


@dataclass(frozen=True, slots=True)
class Case:
    """One trouble. `posted` is when the vendor says so, `closed` when it says that it is over; None: never."""

    key: str
    title: str
    network: str  # how the vendor's sentences name it
    began: datetime
    lasts: timedelta
    posted: datetime | None
    closed: datetime | None
    carrier: str = ""  # the carrier it hits; empty: the API
    country: str = ""
    component: str = ""  # the page's component that the vendor names

    @property
    def ended(self) -> datetime:
        return self.began + self.lasts

    def is_on(self, at: datetime) -> bool:
        return self.began <= at < self.ended


CARRIERS = (
    Carrier("NTT DOCOMO", "JP", "81801", 12, 1.2, 6),
    Carrier("KDDI", "JP", "81805", 12, 0.5, 6),
    Carrier("SoftBank", "JP", "81803", 12, 0.5, 7),
    Carrier("Smartfren", "ID", "62881", 13, 1.2, 9),
    Carrier("Telkomsel", "ID", "62812", 13, 0.5, 8),
)

CASES = (
    Case(
        key="docomo",
        title="SMS Delivery Delays to NTT Docomo in Japan",
        network="NTT Docomo network in Japan",
        began=datetime(2026, 1, 24, 23, 9, tzinfo=UTC),
        lasts=timedelta(minutes=383),
        posted=datetime(2026, 1, 24, 23, 47, tzinfo=UTC),
        closed=datetime(2026, 1, 25, 6, 5, tzinfo=UTC),
        carrier="NTT DOCOMO",
        country="JP",
        component="sms-apac",
    ),
    Case(
        key="api",
        title="",
        network="",
        began=datetime(2026, 1, 25, 11, 40, tzinfo=UTC),
        lasts=timedelta(minutes=45),
        posted=None,  # the vendor never mentions it
        closed=None,
    ),
    Case(
        key="smartfren",
        title="SMS Delivery Delays to Smartfren Network in Indonesia",
        network="Smartfren network in Indonesia",
        began=datetime(2026, 1, 25, 17, 20, tzinfo=UTC),
        lasts=timedelta(minutes=426),
        posted=datetime(2026, 1, 25, 17, 55, tzinfo=UTC),
        closed=datetime(2026, 1, 26, 0, 50, tzinfo=UTC),
        carrier="Smartfren",
        country="ID",
        component="sms-apac",
    ),
)


def trouble_of(carrier: Carrier, at: datetime) -> Case | None:
    """Return the case that hits `carrier` at this time."""
    return next((c for c in CASES if (c.carrier, c.country) == (carrier.name, carrier.country) and c.is_on(at)), None)


def api_is_down(at: datetime) -> bool:
    return any(case.is_on(at) for case in CASES if not case.carrier)
