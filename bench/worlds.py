"""Replay a labelled world of the simulator, minute by minute, as the product sees one: events in the order they arrive."""

import math
from types import ModuleType
from typing import Any

import numpy as np

from incidents.core.detection.crowd import Report
from incidents.core.detection.delivery import Ends
from incidents.core.detection.probing import Checks
from incidents.core.detection.tree import Place, Tree
from incidents.core.detection.watch import Minute


def tree_of(simulate: ModuleType) -> Tree:
    """The places of each provider in a world."""
    cells = [Place(component, country, carrier) for component, country, carrier, _ in simulate.CELLS]
    return Tree(cells, edges=["api"], others=["console"], probed=simulate.PROBED)


def place_of(scope: tuple[str | None, str | None, str | None]) -> Place:
    component, country, carrier = scope
    return Place(component or "", country or "", carrier or "")


def scope_of(place: Place) -> tuple[str | None, str | None, str | None]:
    """The scorer's own form of a place."""
    return (place.component or None, place.country or None, place.carrier or None)


class Replay:
    """One provider of a world. A message's end is only seen once it has come in."""

    def __init__(self, simulate: ModuleType, world: Any, provider: int) -> None:
        self._simulate, self._minutes = simulate, world.T
        data = world.data[provider]
        messages = data["msgs"]
        self._cell, self._tenant = messages["cell"].astype(np.int64), messages["tenant"].astype(np.int64)
        self._outcome = messages["cls"].astype(np.int64)
        self._sent_at = messages["t"].astype(np.int64)
        done = np.where(np.isfinite(messages["done"]), messages["done"], world.T + 1)
        self._done_at = np.minimum(done, world.T + 1).astype(np.int64)
        self._by_end = np.argsort(done, kind="stable")
        edges = np.arange(world.T + 1)
        self._sent_from = np.searchsorted(self._sent_at, edges)
        self._done_from = np.searchsorted(self._done_at[self._by_end], edges)
        self._reports = self._reports_by_minute(data["crowd"])
        self._failed = data["probes"]["fail"].astype(float)
        self._latency = data["probes"]["latency"].astype(float)
        self._posts = self._posts_by_minute(data["official"])

    def at(self, minute: int) -> Minute:
        ended = self._by_end[self._done_from[minute] : self._done_from[minute + 1]]
        return Minute(
            sent=self._cell[self._sent_from[minute] : self._sent_from[minute + 1]],
            ends=Ends(
                cell=self._cell[ended],
                tenant=self._tenant[ended],
                outcome=self._outcome[ended],
                age=np.maximum(minute - self._sent_at[ended], 0),
            ),
            checks=Checks(self._failed[:, :, minute], self._latency[:, :, minute]),
            reports=self._reports.get(minute, ()),
            posts=self._posts.get(minute, ()),
        )

    def _reports_by_minute(self, crowd: dict[str, Any]) -> dict[int, list[Report]]:
        countries, components = list(self._simulate.COUNTRIES), self._simulate.COMPONENTS
        found: dict[int, list[Report]] = {}
        fields = (crowd[name] for name in ("t", "prefix", "asn", "component", "country", "carrier"))
        for at, prefix, asn, component, country, carrier in zip(*fields, strict=True):
            names = [name for name, _ in self._simulate.COUNTRIES[countries[country]][3]]
            report = Report(
                at=float(at),
                network=int(prefix),
                system=int(asn),
                component=components[component] if component >= 0 else "",
                country=countries[country],
                carrier=names[carrier] if carrier >= 0 else "",
            )
            found.setdefault(int(at), []).append(report)
        return found

    def _posts_by_minute(self, posts: list[dict[str, Any]]) -> dict[int, list[Place]]:
        found: dict[int, list[Place]] = {}
        for post in posts:
            if post["kind"] == "incident":
                for minute in range(math.ceil(post["at"]), min(int(post["until"]), self._minutes)):
                    found.setdefault(minute, []).append(place_of(post["scope"]))
        return found
