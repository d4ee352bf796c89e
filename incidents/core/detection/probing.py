"""What probes argue about a component: which regions fail or are slow, against their own habit."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from incidents.core.detection.tree import Bools, Floats
from incidents.core.detection.tuning import Tuning

DAY_MINUTES = 1440
DAYS = 7
SAMPLED_EVERY = 7  # minutes between the latencies that are kept
FIRST_FAILING = 0.005  # before there is any history
USUALLY_SLOW, SLOW_IN_TROUBLE = 0.012, 0.6  # the share of checks that are slow
WEAKEST, STRONGEST = -3.0, 5.5  # log-odds of one check
LOUD_FOR = 10  # minutes over which the loudest region is sought
SICK_FOR, SICK_FROM = 3, 0.3  # a region is sick for a provider where this share of its checks failed so long


@dataclass(frozen=True, slots=True)
class Checks:
    """One minute's checks, [component, region]: whether each failed, and its milliseconds; NaN: not checked."""

    failed: Floats
    latency: Floats


class Probing:
    """The checks of one provider's probed components from every region."""

    def __init__(self, shape: tuple[int, int], tuning: Tuning) -> None:
        self._tuning = tuning
        self._failed = np.full(shape, np.nan)
        self._slow = np.zeros(shape)
        self._days: deque[tuple[Floats, Floats]] = deque(maxlen=DAYS)  # failures and checks of each day
        self._today = (np.zeros(shape), np.zeros(shape))
        self._latencies: deque[Floats] = deque(maxlen=DAYS * DAY_MINUTES // SAMPLED_EVERY)
        self._recent: deque[Floats] = deque(maxlen=SICK_FOR)
        self._loud: deque[Floats] = deque(maxlen=LOUD_FOR)
        self._taken = 0
        self._usual = np.full(shape, FIRST_FAILING)
        self._slow_from = np.full(shape, np.inf)

    def take(self, checks: Checks) -> Bools:
        """Count a minute's checks; return which regions look sick from here."""
        failed, latency = checks.failed, np.log(np.maximum(checks.latency, 1e-3))
        self._failed = failed
        self._slow = np.where(np.isnan(latency), 0.0, latency > self._slow_from)
        done = ~np.isnan(failed)
        self._today[0][done] += failed[done]
        self._today[1][done] += 1
        if self._taken % SAMPLED_EVERY == 0:
            self._latencies.append(latency)
        self._taken += 1
        self._recent.append(np.where(done, failed, 0.0))
        if failed.size == 0:
            return np.zeros(failed.shape[1], bool)
        sick: Bools = np.mean(self._recent, axis=(0, 1)) * len(self._recent) / SICK_FOR > SICK_FROM
        return sick

    def argue(self, sick: Bools) -> Floats:
        """Return [component, severity], the last severity being "slow"; `sick` regions say nothing."""
        by_check = np.clip(self._by_check(), WEAKEST, STRONGEST)
        by_check[:, sick | np.isnan(self._failed).all(axis=0)] = 0
        by_check[np.isnan(self._failed)] = 0
        self._loud.append(by_check)
        loudest = np.sum(self._loud, axis=0).argmax(axis=1)  # [component, severity]
        everyone = by_check.sum(axis=1)
        alone = np.take_along_axis(by_check, loudest[:, None, :], axis=1)[:, 0]
        without = everyone - alone
        weight = self._tuning.lone_region
        argued: Floats = np.where(everyone > without, weight * everyone + (1 - weight) * without, everyone)
        return self._tuning.probe_temper * argued

    def end_day(self) -> None:
        """Learn what is usual from the days that are over."""
        self._days.append(self._today)
        self._today = (np.zeros_like(self._today[0]), np.zeros_like(self._today[1]))
        failures, checks = (np.sum([day[n] for day in self._days], axis=0) for n in (0, 1))
        self._usual = np.minimum(failures / np.maximum(checks, 1), 0.03) * 0.9 + 0.0008
        past = np.array(self._latencies)
        known = ~np.isnan(past).all(axis=0)
        middle = np.full(known.shape, np.inf)
        spread = np.zeros(known.shape)
        middle[known] = np.nanmedian(past[:, known], axis=0)
        spread[known] = 1.4826 * np.nanmedian(np.abs(past[:, known] - middle[known]), axis=0)
        self._slow_from = middle + np.maximum(3 * spread, 0.5)

    def _by_check(self) -> Floats:
        """[component, region, severity]."""
        shares = np.array(self._tuning.unreachable)
        usual = self._usual[:, :, None]
        failing = np.where(
            (self._failed > 0)[:, :, None],
            np.log((usual + shares) / usual),
            np.log(1 - shares) - np.log1p(-usual),
        )
        for_trouble, against = (
            np.log(SLOW_IN_TROUBLE / USUALLY_SLOW),
            np.log((1 - SLOW_IN_TROUBLE) / (1 - USUALLY_SLOW)),
        )
        slow = np.where(self._slow[:, :, None] > 0, for_trouble, against)
        return np.concatenate([failing, slow], axis=2)
