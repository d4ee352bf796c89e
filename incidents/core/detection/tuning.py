"""The figures of the detector, in one place. Chosen on worlds of other seeds than those that are reported."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tuning:
    """Log-odds are natural. Times are minutes."""

    # Delivery: the share of messages that fail or are held up, as alternatives.
    failing: tuple[float, ...] = (0.12, 0.35, 0.85)
    delaying: tuple[float, ...] = (0.2, 0.5, 0.9)
    cell_cap: float = 6.0  # most that one cell argues in one minute
    lone_tenant: float = 2.0  # most that one tenant argues alone
    # Probes: the share of checks that fail, as alternatives; "slow" is one more.
    unreachable: tuple[float, ...] = (0.15, 0.5, 0.95)
    probe_temper: float = 0.6  # checks of one minute are not independent
    lone_region: float = 0.1  # what counts of what only the loudest region argues
    # Reports: how many a minute more than usual, as alternatives.
    reporting: tuple[float, ...] = (0.1, 0.5, 2.5)
    crowd_temper: float = 0.45  # 1 / the dispersion of quiet counts, 2.18 in 131 real windows
    crowd_cap: float = 6.0  # reports alone never open: rumours look the same, and are more frequent
    unmarked_cap: float = 2.0  # reports that do not say that it is this scope
    marked: float = 2.5  # from which the reports' own words point at a scope
    # Posts.
    post_bonus: float = 9.0
    # The life of a record.
    lasts: float = 60.0  # how long trouble lasts, for the filters' fading
    open_at: float = 1.5
    open_delivered_at: float = 1.0  # where messages are counted, all evidence is our own
    close_at: float = -1.5
    close_hold: int = 6
    shortest: int = 10
    lift_margin: float = 2.0
    lift_hold: int = 3
    reopen_within: int = 60
    rollback: int = 6  # minutes unlearnt when our own stall is noticed
    warm_up: int = 4 * 1440


DEFAULT = Tuning()
