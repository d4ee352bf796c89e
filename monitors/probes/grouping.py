"""Which checks start together."""

from collections.abc import Iterable, Iterator

from monitors.probes.places import Start

START_LATE_S = 0.04  # checks may start up to this late, to start together
START_TOGETHER = 4
CLOSE_S = 0.005  # where checks are this close, the loop is awake anyway, and only two of them start together


def together(starts: Iterable[Start]) -> Iterator[list[Start]]:
    """Give checks in groups that start at the last one's time, none early and none by START_LATE_S late.

    To wake costs more than a check; but checks that start together wait for each other's turns, so groups are small.
    """
    group: list[Start] = []
    for start in starts:
        most = 2 if group and start.at < group[0].at + CLOSE_S else START_TOGETHER
        if group and (len(group) >= most or start.at > group[0].at + START_LATE_S):
            yield group
            group = []
        group.append(start)
    if group:
        yield group
