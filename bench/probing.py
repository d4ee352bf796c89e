"""What a check costs all in, ours and others', at the same time on the same work; and whether checks are on time.

    .venv/bin/python -m bench.probing [--rate 50] [--seconds 20] [--rounds 3] [--load] [--https half|none|all] [--against NAME ...]
    .venv/bin/python -m bench.probing --lateness [--rate 500] [--minutes 10] [--kill]
    .venv/bin/python -m bench.probing --timing [--rate 1000] [--seconds 20]
    .venv/bin/python -m bench.probing --storing [--rounds 3]

The table: each party makes `rate` checks a second of one local server, all of them at once, for `rounds` rounds;
half of them over HTTPS with a full handshake each, or as --https says. All but Nagios verify the certificate.
Ours is the production path, from the claim to the stored row; the naive one is fed over the broker and stores as
much. blackbox_exporter stores nothing. Peers are there if they are installed: Debian's packages of blackbox_exporter
and Nagios, and Uptime Kuma as bench.probe_parties.UptimeKuma says. Checks are counted by the server that is asked.
What is counted is CPU time of the party's processes, which differs less on a busy machine than time on the wall; the
database's processes for it have a column of their own (of those that still run: the naive one opens a connection for
each task). With --load ours makes 1,000 checks a second, and the naive one what it can.

Lateness: two probers share monitors of 10 s; the server notes when each is asked for, and whether one is asked for
while it is still answering. With --kill one prober is killed (-9) half-way.

Timing: one engine in this process, and how far what it reports is from what the server says it took. Storing: the CPU
that storing results takes the client, ours and bulk_create's.
"""

import argparse
import os
import statistics
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import tests.services  # noqa: F401 - throw-away data services
from bench.probe_storing import storing
from bench.probe_target import Target
from bench.probe_timing import timing

INTERVAL_S = 10
NAIVE_MOST = 200  # checks a second that are sent to it under --load
OTHERS = ("naive", "blackbox", "nagios", "kuma")
SECURE = {"half": (False, True), "none": (False, False), "all": (True, True)}  # of two checks in turn
TRUSTING = Path(__file__).parent / "trusting"
PAUSE_MS = 20  # how long the server takes to answer, when it is lateness that is measured


def set_up(target):
    os.environ |= {
        "ALLOWED_PRIVATE_HOSTS": f"{target.place} {target.secure_place}",
        # The children's Python finds bench/trusting/sitecustomize.py first, so that they trust the target.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(TRUSTING), os.environ.get("PYTHONPATH")])),
        "BENCH_AUTHORITY": str(target.authority),
        "SSL_CERT_FILE": str(target.authority),  # where it is set, httpx goes by it
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CANARIES": "none",
        "PROBES_AT_ONCE_PER_HOST": "2000",
        "PROBES_AT_ONCE_PER_ORGANIZATION": "2000",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.utils import timezone

    from monitors.services import upkeep

    upkeep.keep_results(now=timezone.now())


def make_monitors(count, address, **fields):
    """Return monitors that are about to be checked, spread over their interval."""
    from monitors.core.schedule import slot_after
    from monitors.models import Monitor
    from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory

    shared = {"organization": OrganizationFactory(), "scope": ScopeFactory(), "interval_s": INTERVAL_S} | fields
    monitors = Monitor.objects.bulk_create(MonitorFactory.build(**shared) for _ in range(count))
    for monitor in monitors:
        monitor.target = address(monitor.id)
        monitor.next_check_at = slot_after(monitor.id, INTERVAL_S, datetime.now(UTC) + timedelta(seconds=2))
    Monitor.objects.bulk_update(monitors, ["target", "next_check_at"], batch_size=1000)
    return monitors


def compare(target, rate, seconds, rounds, load, https, against):
    from bench.probe_parties import PEERS, Naive, Ours

    secure = SECURE[https]
    rates = {"ours": 1000 if load else rate, "naive": NAIVE_MOST if load else rate}
    make_monitors(rates["ours"] * INTERVAL_S, lambda id_: target.url("ours", secure=secure[id_ % 2]))
    parties = [Ours()]
    if "naive" in against:
        plain = make_monitors(
            rates["naive"] * INTERVAL_S, lambda id_: target.url("naive", secure=secure[id_ % 2]), is_paused=True
        )
        parties.append(Naive([monitor.id for monitor in plain]))
    for peer in () if load else [kind for name, kind in PEERS.items() if name in against]:
        if reason := peer.missing():
            print(f"  {peer().label} {reason}: left out")
        else:
            parties.append(peer())
    try:
        for party in parties:
            party.start(target, rates.get(party.name, rate), secure)
        while not all(target.ask("counts")[party.name] for party in parties):
            time.sleep(1)
        time.sleep(INTERVAL_S + 10 + max(party.starting_s for party in parties))  # every monitor's first word is in
        table = [measure(target, parties, seconds) for _ in range(rounds)]
    finally:
        for party in parties:
            party.stop()
    show(parties, table)


def measure(target, parties, seconds):
    """Return {party: (checks a second, CPU ms per check, the database's)} of one round."""

    def state():
        counts = target.ask("counts")
        return {p.name: (counts[p.name], p.cpu_s(), p.database_cpu_s() if p.stores else 0) for p in parties}

    before, began = state(), time.monotonic()
    time.sleep(seconds)
    after, took = state(), time.monotonic() - began
    rows = {}
    for name, (count, cpu, database) in after.items():
        checks = max(1, count - before[name][0])
        rows[name] = (
            checks / took,
            1000 * (cpu - before[name][1]) / checks,
            1000 * (database - before[name][2]) / checks,
        )
    return rows


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def show(parties, table):
    print(f"{len(table)} rounds, all at once; median (least to most)")
    print(f"  {'':<40}{'checks/s':<22}{'CPU ms per check':<26}{'its database':<26}theirs / ours")
    for party in parties:
        rates, own, database = zip(*(row[party.name] for row in table), strict=True)
        ratios = [row[party.name][1] / row["ours"][1] for row in table]
        store = spread(database, 3) if party.name in ("ours", "naive") else "-"
        print(f"  {party.label:<40}{spread(rates, 0):<22}{spread(own, 3):<26}{store:<26}{spread(ratios, 1)}")


def lateness(target, rate, minutes, kill):
    from bench.probe_parties import Ours

    monitors = make_monitors(rate * INTERVAL_S, lambda id_: target.url("ours", id_, PAUSE_MS))
    ours = Ours(probers=2)
    first, _ = ours.start(target, rate, SECURE["none"])
    time.sleep(2 * INTERVAL_S)
    began, killed_at = time.time(), None
    try:
        if kill:
            time.sleep(30 * minutes)
            first.kill()
            killed_at = time.time()
            time.sleep(5)
            ours.add()  # as a supervisor would
        time.sleep(max(0, began + 60 * minutes - time.time()))
        ended = time.time() - 1
        arrivals, overlaps = target.ask("arrivals"), target.ask("overlaps")
    finally:
        ours.stop()
    report([monitor.id for monitor in monitors], arrivals, overlaps, began, ended, killed_at)


def report(ids, arrivals, overlaps, began, ended, killed_at):
    from monitors.core.schedule import phase_ms

    seen = {}
    for id_, at in arrivals:
        seen.setdefault(id_, []).append(at)
    late_ms, missed, after_kill, gaps = [], 0, [], []
    for id_ in ids:
        phase = phase_ms(id_, INTERVAL_S) / 1000
        slot = phase + INTERVAL_S * -(-(began - phase) // INTERVAL_S)
        times = sorted(seen.get(id_, []))
        gaps += [later - earlier for earlier, later in pairwise(times) if later > began]
        while slot < ended - INTERVAL_S:
            at = next((at for at in times if slot - 0.002 <= at < slot + INTERVAL_S - 0.002), None)
            lost = killed_at is not None and killed_at - 1 < slot < killed_at + 3
            if at is None:
                missed += 1
            elif lost and at - slot > 1:
                after_kill.append(at - slot)
            else:
                late_ms.append((at - slot) * 1000)
            slot += INTERVAL_S
    late_ms.sort()
    print(f"{len(late_ms) + len(after_kill) + missed} slots of {len(ids)} monitors in {ended - began:.0f} s")
    for low, high in ((-2, 5), (5, 10), (10, 20), (20, 50), (50, 100), (100, 250), (250, 1000), (1000, 99_999)):
        count = sum(low <= value < high for value in late_ms)
        print(f"  {max(0, low):>5} to {high:>5} ms  {count:>7}  {'#' * round(60 * count / len(late_ms))}")
    at = {share: late_ms[min(len(late_ms) - 1, int(len(late_ms) * share))] for share in (0.5, 0.99, 0.999)}
    print(f"  late by p50 {at[0.5]:.1f} ms, p99 {at[0.99]:.1f} ms, p99.9 {at[0.999]:.1f} ms, most {late_ms[-1]:.1f} ms")
    print(f"  slots without a check: {missed}; monitors asked about twice at once: {len(overlaps)}")
    print(f"  longest time between two checks of a monitor: {max(gaps):.1f} s (interval {INTERVAL_S} s)")
    if killed_at is not None:
        most = f", late by {max(after_kill):.1f} s at most" if after_kill else ""
        print(f"  held by the killed prober, and made by the other: {len(after_kill)}{most}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--load", action="store_true")
    parser.add_argument("--https", choices=SECURE, default="half", help="of the checks")
    parser.add_argument("--against", nargs="+", default=OTHERS, choices=OTHERS, help="who else; all that are installed")
    parser.add_argument("--lateness", action="store_true")
    parser.add_argument("--timing", action="store_true")
    parser.add_argument("--storing", action="store_true")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kill", action="store_true")
    options = parser.parse_args()
    target = Target(Path(os.environ["STATUSWIRE_TEST_VAR"]))
    set_up(target)
    print(f"on {os.cpu_count()} cores with load {os.getloadavg()[0]:.1f} before we began")
    if options.timing:
        timing(target, options.rate or 1000, options.seconds)
    elif options.storing:
        storing(options.rounds)
    elif options.lateness:
        lateness(target, options.rate or 500, options.minutes, options.kill)
    else:
        compare(
            target, options.rate or 50, options.seconds, options.rounds, options.load, options.https, options.against
        )
    target.stop()


if __name__ == "__main__":
    main()
