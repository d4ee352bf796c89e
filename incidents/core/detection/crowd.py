"""What people's reports argue: more of them than usual, and what their own words point at."""

import math
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from incidents.core.detection.tree import Floats, Place, Tree
from incidents.core.detection.tuning import Tuning

MINUTES_A_DAY = 1440
MARKS_FADE = 0.968  # a minute; about half an hour of memory
RIGHT_COMPONENT, OTHER_COMPONENT, NO_COMPONENT = 0.68, 0.01, 0.25  # how reports of trouble name its component
QUIET_COMPONENT, QUIET_NONE = 0.08, 0.6  # how quiet reports name one
RIGHT_COUNTRY, RIGHT_CARRIER = 0.93, 0.9


@dataclass(frozen=True, slots=True)
class Report:
    """One report: when (minutes, fractional), from which network, and what it names; "" is not said."""

    at: float
    network: Hashable
    system: Hashable  # the autonomous system of the network
    component: str = ""
    country: str = ""
    carrier: str = ""


class OneVoice:
    """One vote per network and hour, and a few per autonomous system beyond its share of the days before.

    Today's reports teach nothing about today: a flood would make itself usual.
    """

    WINDOW, SYSTEM_WINDOW, FREE = 60.0, 15.0, 3

    def __init__(self) -> None:
        self._last: dict[Hashable, float] = {}
        self._usual: dict[Hashable, int] = {}
        self._today: dict[Hashable, int] = {}
        self._total = 0
        self._by_system: dict[Hashable, deque[float]] = {}
        self._recent: deque[float] = deque()

    def hears(self, report: Report) -> bool:
        """Whether the report counts. Reports come in the order of their times."""
        now = report.at
        if now - self._last.get(report.network, -math.inf) < self.WINDOW:
            return False
        self._last[report.network] = now
        system = self._by_system.setdefault(report.system, deque())
        for queue in (self._recent, system):
            while queue and queue[0] < now - self.SYSTEM_WINDOW:
                queue.popleft()
        share = (self._usual.get(report.system, 0) + 0.2) / (self._total + 20.0)
        if len(system) >= self.FREE + 3 * share * (len(self._recent) + 1):
            return False
        system.append(now)
        self._recent.append(now)
        self._today[report.system] = self._today.get(report.system, 0) + 1
        return True

    def end_day(self, now: float) -> None:
        """Learn the day's shares, and drop what no longer matters."""
        for system, count in self._today.items():
            self._usual[system] = self._usual.get(system, 0) + count
        self._total += sum(self._today.values())
        self._today.clear()
        self._last = {network: at for network, at in self._last.items() if now - at < self.WINDOW}
        self._by_system = {
            n: queue for n, queue in self._by_system.items() if queue and queue[-1] >= now - self.SYSTEM_WINDOW
        }


class UsualRate:
    """Expected reports a minute: a level that follows the past, times a profile of the hours.

    Outliers are clipped before they are learned, so that an outage does not become the new normal.
    """

    HALF_LIFE_DAYS, WINSOR, DISPERSION, FIRST = 10.0, 4.0, 2.2, 0.07

    def __init__(self) -> None:
        self._fade = 1 - 0.5 ** (1 / (self.HALF_LIFE_DAYS * MINUTES_A_DAY))
        self._level = self.FIRST
        self._seen = [0.0] * 24
        self._expected = [0.0] * 24
        self._minutes = 0

    def at(self, minute: int) -> float:
        return self._level * self._factor(minute)

    def learn(self, minute: int, count: int) -> None:
        usual, hour = self.at(minute), self._hour(minute)
        factor = self._factor(minute)
        clipped = min(float(count), usual + self.WINSOR * math.sqrt(self.DISPERSION * max(usual, 0.05)) + 1)
        step = max(self._fade, 1 / (16 + self._minutes))
        self._minutes += 1
        self._seen[hour] = self._seen[hour] * (1 - 2 * self._fade) + clipped
        self._expected[hour] = self._expected[hour] * (1 - 2 * self._fade) + self._level
        self._level = max(self._level + step * (clipped / max(factor, 0.2) - self._level), 1e-4)

    def _factor(self, minute: int) -> float:
        hour, lean = self._hour(minute), 180 * self._level
        return (self._seen[hour] + lean) / (self._expected[hour] + lean)

    @staticmethod
    def _hour(minute: int) -> int:
        return minute // 60 % 24


class Crowd:
    """The reports about one provider."""

    def __init__(self, tree: Tree, tuning: Tuning) -> None:
        self._tree, self._tuning = tree, tuning
        self._voice, self._usual = OneVoice(), UsualRate()
        self._minute = 0
        self._heard: list[Floats] = []
        self._countries: dict[str, float] = {}
        self._carriers: dict[tuple[str, str], float] = {}
        self._weights: dict[tuple[str, str, str], Floats] = {}
        self.marks: Floats = np.zeros(len(tree.places))

    def take(self, minute: int, reports: Sequence[Report]) -> None:
        """Count a minute's reports."""
        heard = [report for report in reports if self._voice.hears(report)]
        self._minute = minute
        self._heard = [self._weight(report) for report in heard]
        self.marks *= MARKS_FADE
        for weight in self._heard:
            self.marks = np.clip(self.marks + np.log(weight), -3, 8)
        for report in heard:
            self._learn_words(report)

    def argue(self) -> Floats:
        """Return [place, severity]. Call it once a minute, after `take`: it learns what is usual."""
        usual = self._usual.at(self._minute)
        self._usual.learn(self._minute, len(self._heard))
        more = np.maximum(self._tuning.reporting, 1.5 * usual)
        total = np.repeat(-more[None, :], len(self.marks), axis=0)
        for weight in self._heard:
            total += np.log1p(more[None, :] * weight[:, None] / max(usual, 0.01))
        argued: Floats = total * self._tuning.crowd_temper
        return argued

    def end_day(self) -> None:
        """Forget what no longer matters; read words anew by the shares that have been learned since."""
        self._voice.end_day(self._minute)
        self._weights.clear()

    # --- Words ----------------------------------------------------------------------------------------

    def _learn_words(self, report: Report) -> None:
        if report.country:
            self._countries[report.country] = self._countries.get(report.country, 0.0) + 1
        if report.carrier:
            key = (report.country, report.carrier)
            self._carriers[key] = self._carriers.get(key, 0.0) + 1

    def _weight(self, report: Report) -> Floats:
        """[place]: how much likelier such words are when that place is in trouble than when none is."""
        key = (report.component, report.country, report.carrier)
        if key not in self._weights:
            self._weights[key] = np.clip([self._fit(key, place) for place in self._tree.places], 0.02, 20)
        return self._weights[key]

    def _fit(self, key: tuple[str, str, str], place: Place) -> float:
        component, country, carrier = key
        if component:
            fit = (RIGHT_COMPONENT if component == place.component else OTHER_COMPONENT) / QUIET_COMPONENT
        else:
            fit = NO_COMPONENT / QUIET_NONE
        if place.country and country:
            others = len(self._tree.countries)
            said = RIGHT_COUNTRY if country == place.country else (1 - RIGHT_COUNTRY) / others
            fit *= said / max(self._share_of(country), 0.02)
        if place.carrier and carrier and country == place.country:
            said = RIGHT_CARRIER if carrier == place.carrier else 1 - RIGHT_CARRIER
            fit *= said / max(self._share_in(country, carrier), 0.05)
        return fit

    def _share_of(self, country: str) -> float:
        """The usual share of a country among reports, leaning on an equal share."""
        even = 1 / len(self._tree.countries)
        return (self._countries.get(country, 0.0) + 20 * even) / (sum(self._countries.values()) + 20)

    def _share_in(self, country: str, carrier: str) -> float:
        carriers = {place.carrier for place in self._tree.places if place.country == country and place.carrier}
        even = 1 / max(len(carriers), 1)
        among = sum(self._carriers.get((country, name), 0.0) for name in carriers)
        return (self._carriers.get((country, carrier), 0.0) + 10 * even) / (among + 10)
