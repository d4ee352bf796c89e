"""How early, how rarely wrong and how exact the detector is, on labelled worlds that nobody tuned it on.

    python -m bench.detection --seeds 301-320 [--shifted] [--config OVERRIDES.json] [--eval ../shared/eval]
                              [--without-peers] [--json] [--live [--days 0.5] [--speed 20]]

A world is a seed of the simulator and its Config; overrides are that Config's fields. Each world is fed minute by
minute, as events in the order they arrive, to the functions of incidents.core.detection. What they open is scored by
the simulator's own scorer, beside its reference detectors in the same run. Figures count from the scorer's warm-up on.

With --live the product itself runs and is spoken to over HTTP (bench.live); what it opened for the public is scored.
"""

import argparse
import importlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.worlds import Replay, scope_of, tree_of
from incidents.core.detection.records import Event, Record
from incidents.core.detection.watch import Fleet, Watch

OURS = "statuswire"
SHOWN = (
    "recall recall_observable precision false_per_month ttd50_obs ttd90_obs ttd50_busy scope_exact records_per_incident"
    " before_official lead50 resolve50 us_per_stream_minute"
).split()
AFTER = 15  # minutes after a nuisance in which a false record is still blamed on it


@dataclass(frozen=True)
class Eval:
    """The simulator, the scorer and the reference detectors of one folder."""

    simulate: ModuleType
    evaluate: ModuleType
    system: ModuleType


@dataclass
class Score:
    """What one detector did over all worlds. `stated` pairs each record's confidence with whether it was right."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    false: list[Any] = field(default_factory=list)
    stated: list[tuple[float, bool]] = field(default_factory=list)
    nuisances: dict[str, int] = field(default_factory=dict)
    months: float = 0.0
    cpu_s: float = 0.0
    stream_minutes: int = 0


def load(folder: Path) -> Eval:
    """Import the tools of a folder. Raises SystemExit where they are not."""
    if not (folder / "simulate.py").exists():
        raise SystemExit(f"There is no simulate.py in {folder}: say where it is with --eval.")
    sys.path.insert(0, str(folder.resolve()))
    return Eval(*(importlib.import_module(name) for name in ("simulate", "evaluate", "system_detectors")))


def run(tools: Eval, seeds: Iterable[int], config: Callable[[], Any], *, peers: bool) -> dict[str, Score]:
    """Return {detector: its score} over the worlds of these seeds."""
    scores: dict[str, Score] = {}
    for seed in seeds:
        world = tools.simulate.World(seed, config())
        began = time.process_time()
        found = ours(tools, world)
        _score(tools, world, found, scores.setdefault(OURS, Score()), time.process_time() - began)
        for name, records, cpu_s in _peers(tools, world) if peers else ():
            _score(tools, world, records, scores.setdefault(name, Score()), cpu_s)
        print(f"seed {seed}: {len(world.incidents)} incidents", file=sys.stderr, flush=True)
    return scores


def live(tools: Eval, asked: argparse.Namespace) -> dict[str, Score]:
    """Return the score of the running product over the worlds of these seeds, each so many days long."""
    from bench.live import play

    score = Score()
    for seed in asked.seeds:
        config = _config(tools, asked)
        config.days = tools.evaluate.WARM / 1440 + asked.days
        world = tools.simulate.World(seed, config)
        _score(tools, world, play(tools, world, asked.speed), score, float("nan"))
    if not score.rows:
        raise SystemExit("Nothing happened in these days of these worlds: play more --days, or other --seeds.")
    return {OURS: score}


# --- Ours ---------------------------------------------------------------------------------------------------


def ours(tools: Eval, world: Any) -> dict[int, list[Any]]:
    """Return {provider: the scorer's records} of what the product's functions open."""
    tree, providers = tree_of(tools.simulate), range(world.cfg.providers)
    replays = {provider: Replay(tools.simulate, world, provider) for provider in providers}
    fleet = Fleet({provider: Watch(tree, len(tools.simulate.REGIONS)) for provider in providers})
    events: dict[int, list[Event]] = {provider: [] for provider in providers}
    for minute in range(world.T):
        happened = fleet.minute(minute, {provider: replay.at(minute) for provider, replay in replays.items()})
        for provider, new in happened.items():
            events[provider].extend(new)
    return {provider: _records(tools, provider, happened) for provider, happened in events.items()}


def _records(tools: Eval, provider: int, events: Iterable[Event]) -> list[Any]:
    """A record that was merged into another is part of that one."""
    opened: dict[int, Record] = {}
    for event in events:
        if event.kind == "opened":
            opened[event.record.id] = event.record
        elif event.kind == "merged":
            opened.pop(event.record.id, None)
    return [_record(tools, provider, record) for record in opened.values()]


def _record(tools: Eval, provider: int, record: Record) -> Any:
    history = [(minute, scope_of(place)) for minute, place in record.moved]
    why = max(record.shares, key=record.shares.__getitem__)
    scope, opened, closed = scope_of(record.place), record.opened, record.closed
    return tools.system.Record(provider, scope, opened, closed, record.confidence, why, history)


# --- The references -----------------------------------------------------------------------------------------


def _peers(tools: Eval, world: Any) -> Iterable[tuple[str, dict[int, list[Any]], float]]:
    system = tools.system
    aggregates, shared = tools.evaluate.prepare(world)
    for peer in (
        system.SeedNaive(),
        system.SeedNaiveCell(),
        system.IndustryUnion(),
        system.StatUnion(),
        system.Fusion(),
    ):
        began = time.process_time()
        records = {p: peer.run(world, p, aggregates[p], shared) for p in range(world.cfg.providers)}
        yield peer.name, records, time.process_time() - began


# --- Scoring ------------------------------------------------------------------------------------------------


def _score(tools: Eval, world: Any, found: dict[int, list[Any]], score: Score, cpu_s: float) -> None:
    warm = tools.evaluate.WARM
    for provider, records in found.items():
        rows, false, _ = tools.evaluate.match(world, provider, records)
        wrong = {id(record) for record in false}
        score.rows += rows
        score.false += false
        score.stated += [(record.score, id(record) not in wrong) for record in records if record.opened >= warm]
        score.months += (world.T - warm) / 43_200
        for record in false:
            for kind in _nuisances_near(world, provider, record):
                score.nuisances[kind] = score.nuisances.get(kind, 0) + 1
    score.cpu_s += cpu_s
    # A stream is a cell, a component as one region sees it, or the reports.
    streams = len(tools.simulate.CELLS) + len(tools.simulate.PROBED) * len(tools.simulate.REGIONS) + 1
    score.stream_minutes += world.T * world.cfg.providers * streams


def _nuisances_near(world: Any, provider: int, record: Any) -> set[str]:
    """The kinds of labelled nuisances during which a false record was opened."""
    own = {
        n["kind"] for n in world.noise if n["provider"] == provider and n["start"] <= record.opened <= n["end"] + AFTER
    }
    stalled = any(start <= record.opened <= end + AFTER for start, end in world.stalls)
    sick = any(start <= record.opened <= end + AFTER for _, start, end, _ in world.region_faults)
    return own | ({"our_stall"} if stalled else set()) | ({"region_fault"} if sick else set())


def summary(tools: Eval, score: Score) -> dict[str, Any]:
    """Return the figures of one detector: shares 0 to 1, times in minutes."""
    cost = score.cpu_s / score.stream_minutes * 1e6
    figures: dict[str, Any] = tools.evaluate.summarise(score.rows, len(score.false), score.months, cost)
    busy = [row["ttd"] for row in score.rows if row["hit"] and row["msgs"] / max(row["dur"], 1) * 60 >= 60]
    figures["ttd50_busy"] = tools.evaluate.q(busy, 0.5)
    return {name: float(value) for name, value in figures.items()} | {"false_during": score.nuisances}


def calibration(stated: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Return the Brier score of the stated confidences, and [stated, right, n] of each tenth that has any."""
    tenths = []
    for low in (n / 10 for n in range(10)):
        inside = [(said, right) for said, right in stated if low <= said < low + 0.1 or said == low + 0.1 == 1.0]
        if inside:
            said, right = (sum(pair[n] for pair in inside) / len(inside) for n in (0, 1))
            tenths.append([round(said, 3), round(right, 3), len(inside)])
    brier = sum((said - right) ** 2 for said, right in stated) / len(stated) if stated else float("nan")
    return {"brier": brier, "tenths": tenths}


# --- The command --------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=_seeds, default=_seeds("301-304"), help="such as 301-320 or 301,305")
    parser.add_argument("--shifted", action="store_true", help="the deliberately different worlds")
    parser.add_argument("--config", type=Path, help="JSON with fields of the simulator's Config")
    parser.add_argument("--eval", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--without-peers", action="store_true", help="leave the reference detectors out")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--live", action="store_true", help="speak to the running product over HTTP, and score it")
    parser.add_argument("--days", type=float, default=0.5, help="how many days after the warm-up are played live")
    parser.add_argument("--speed", type=float, default=20.0, help="how many times as fast as life the live clock runs")
    asked = parser.parse_args()
    tools = load(asked.eval)
    if asked.live:
        scores = live(tools, asked)
    else:
        scores = run(tools, asked.seeds, lambda: _config(tools, asked), peers=not asked.without_peers)
    result = {
        "seeds": list(asked.seeds),
        "detectors": {name: summary(tools, score) for name, score in scores.items()},
        "by": tools.evaluate.breakdown(scores[OURS].rows),
        "calibration": calibration(scores[OURS].stated),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(result, indent=1) if asked.json else _table(result))


def _seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last) + 1)) if last else [int(seed) for seed in text.split(",")]


def _config(tools: Eval, asked: argparse.Namespace) -> Any:
    config = tools.simulate.shifted_config() if asked.shifted else tools.simulate.Config()
    known = {one.name for one in fields(config)}
    for name, value in (json.loads(asked.config.read_text()) if asked.config else {}).items():
        if name not in known:
            raise SystemExit(f"The simulator's Config has no field {name!r}; it has {', '.join(sorted(known))}.")
        setattr(config, name, value)
    return config


def _table(result: dict[str, Any]) -> str:
    lines = ["| detector | " + " | ".join(SHOWN) + " |", "|" + "---|" * (len(SHOWN) + 1)]
    for name, figures in result["detectors"].items():
        lines.append(f"| {name} | " + " | ".join(f"{figures[column]:.3g}" for column in SHOWN) + " |")
    lines += [
        "",
        f"Calibration: Brier {result['calibration']['brier']:.3f}; [stated, right, n]: {result['calibration']['tenths']}",
    ]
    lines += [f"{kind}: n {row['n']}, recall {row['recall']:.2f}" for kind, row in result["by"].items()]
    return "\n".join([*lines, f"False during: {result['detectors'][OURS]['false_during'] or 'none'}"])


if __name__ == "__main__":
    main()
