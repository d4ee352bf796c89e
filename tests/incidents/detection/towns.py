"""A small provider whose traffic the tests make: two countries, two carriers each, four tenants."""

import numpy as np

from incidents.core.detection.crowd import Report
from incidents.core.detection.delivery import Ends, Outcome
from incidents.core.detection.probing import Checks
from incidents.core.detection.tree import Place, Tree
from incidents.core.detection.tuning import Tuning
from incidents.core.detection.watch import Fleet, Minute, Watch

DOCOMO, KDDI = Place("sms", "JP", "DOCOMO"), Place("sms", "JP", "KDDI")
CLARO, VIVO = Place("sms", "BR", "Claro"), Place("sms", "BR", "Vivo")
CELLS = [DOCOMO, KDDI, CLARO, VIVO]
TREE = Tree(CELLS, edges=["api"], others=["console"], probed=["sms", "api"])
JAPAN, SMS, API, CONSOLE = Place("sms", "JP"), Place("sms"), Place("api"), Place("console")
REGIONS, TENANTS, WARM = 5, 4, 1440
TUNING = Tuning(warm_up=WARM)


class Town:
    """One provider's traffic: `rate` messages a minute and cell, two in a hundred of which fail by nobody's clear fault.

    The tests change `share` (of failures, by cell and tenant), `held` (no ends come), `checks` and `reports`.
    """

    def __init__(self, seed, rate=3.0):
        self.luck, self.rate = np.random.default_rng(seed), rate
        self.watch = Watch(TREE, REGIONS, TUNING)
        self.calm()

    def calm(self):
        self.share = np.full((len(CELLS), TENANTS), 0.02)
        self.boost = np.ones((len(CELLS), TENANTS))
        self.held = np.zeros(len(CELLS), bool)
        self.failing = np.zeros((len(TREE.probed), REGIONS))
        self.reports = lambda minute: []
        self.posts = []

    def minute(self, number):
        counts = self.luck.poisson(self.rate * self.boost / TENANTS)
        cell, tenant = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
        failed = self.luck.random(len(cell)) < self.share[cell, tenant]
        outcome = np.where(failed, Outcome.AMBIGUOUS, Outcome.DELIVERED)
        comes = ~self.held[cell]
        ends = Ends(cell[comes], tenant[comes], outcome[comes], np.zeros(comes.sum(), int))
        checks = Checks(
            (self.luck.random(self.failing.shape) < np.maximum(self.failing, 0.002)).astype(float),
            self.luck.lognormal(5, 0.2, self.failing.shape),
        )
        return Minute(cell, ends, checks, self.reports(number), list(self.posts))


class Play:
    """Several towns that run together. `run` so many minutes; `events` is what happened, by town."""

    def __init__(self, towns=1, rate=3.0):
        self.towns = [Town(seed, rate) for seed in range(towns)]
        self.fleet = Fleet({n: town.watch for n, town in enumerate(self.towns)})
        self.number = 0
        self.events = [[] for _ in self.towns]

    def run(self, minutes):
        for _ in range(minutes):
            seen = {n: town.minute(self.number) for n, town in enumerate(self.towns)}
            for n, happened in self.fleet.minute(self.number, seen).items():
                self.events[n] += happened
            self.number += 1
        return self

    @property
    def opened(self):
        """(town, place, minute) of every record that was opened."""
        return [
            (n, e.record.place, e.record.opened)
            for n, happened in enumerate(self.events)
            for e in happened
            if e.kind == "opened"
        ]


def voices(minute, count, networks, **named):
    """Reports of one minute from the first so many networks, each an autonomous system of its own."""
    return [
        Report(minute + n / (count + 1), (minute * count + n) % networks, (minute * count + n) % networks, **named)
        for n in range(count)
    ]
