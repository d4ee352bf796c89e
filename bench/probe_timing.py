"""How truly the engine times checks while it makes very many: what it reports less what the server took over them."""

import time
from collections import defaultdict

from bench.probe_target import Target

PAUSE_MS = 200
FIRST_AFTER_S = 1.0  # until all are planned
MONITORS = 5000  # whose checks these are, in turn


def timing(target: Target, rate: int, seconds: float) -> None:
    """Make `rate` checks a second in this one process, for `seconds`; print how wrong their times are."""
    from monitors.probes.base import ProbeTask, Reason
    from monitors.probes.engine import Engine, Settings
    from monitors.probes.places import Caps
    from monitors.probes.promptness import be_prompt

    be_prompt()  # as manage.py probe
    count = int(rate * seconds)
    ids = [number % MONITORS + 1 for number in range(count)]
    caps = Caps(10 * rate, 10 * rate, 10 * rate)
    engine = Engine(Settings("bench", allowed=(target.place,), caps=caps))
    tasks = [
        ProbeTask("http", target.url("timing", id_, PAUSE_MS), {}, 10.0, wait_s=FIRST_AFTER_S + number / rate)
        for number, id_ in enumerate(ids)
    ]
    before, began = time.process_time(), time.monotonic()
    results = engine.run_batch(tasks)
    cpu_s, took_s = time.process_time() - before, time.monotonic() - began - FIRST_AFTER_S - PAUSE_MS / 1000
    engine.stop()
    answered = defaultdict[int, list[float]](list)  # of each monitor in turn: its checks do not overlap
    for id_, took_ms in target.ask("answered"):
        answered[id_].append(took_ms)
    told = [(r, answered[id_].pop(0)) for id_, r in zip(ids, results, strict=True) if answered[id_]]
    good = [(r, took_ms) for r, took_ms in told if r.reason == Reason.OK]
    errors = sorted(r.total_us / 1000 - took_ms for r, took_ms in good)
    print(f"{count} checks at {count / took_s:.0f}/s in one process, of a server that takes {PAUSE_MS} ms")
    print(f"  good {len(good)}; marked as spoilt by our own slowness and not counted: {count - len(good)}")
    show("error of what is reported, ms", errors)
    show("share of it that is connecting, ms", sorted(r.phases.connect / 1000 for r, _ in good))
    print(f"  CPU per check {1000 * cpu_s / count:.3f} ms")


def show(what: str, values: list[float]) -> None:
    at = {share: values[min(len(values) - 1, int(len(values) * share))] for share in (0.01, 0.5, 0.9, 0.99)}
    words = ", ".join(f"p{share * 100:g} {value:.2f}" for share, value in at.items())
    print(f"  {what}: {words}, most {values[-1]:.2f}")
