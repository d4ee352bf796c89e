"""Response times as a histogram that adds up: percentiles of any stretch, off by at most 1 %.

The bins grow by 2 % each (DDSketch; Masson, Rim, Lee: VLDB 2019): bin i holds the times above G^(i-1) and
up to G^i microseconds, and stands for the one value within that is at most ERROR away from all of them.
Only the bins that hold something are stored, as pairs of varints: steps from bin to bin, and counts. So an
hour takes a few dozen bytes, the error is a bound and not a hope, and two histograms add up exactly.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

ERROR = 0.01  # of a percentile, relative, at the most
_G = (1 + ERROR) / (1 - ERROR)
_PER_LOG = 1 / math.log(_G)

Bins = Mapping[int, int]


class UnreadableHistogram(ValueError):
    """Bytes that are not what `encode` makes."""


def bins_of(times_us: Iterable[int]) -> Counter[int]:
    """Count times in microseconds by bin; 0 counts as 1 µs."""
    log, ceil = math.log, math.ceil
    return Counter(ceil(log(us) * _PER_LOG) if us > 1 else 0 for us in times_us)


def encode(bins: Bins) -> bytes:
    """Return a histogram as bytes; an empty one as none."""
    out, last = bytearray(), 0
    for index, count in sorted(bins.items()):
        if count:
            _put(out, index - last)
            _put(out, count)
            last = index
    return bytes(out)


def add_up(encoded: Iterable[bytes]) -> Counter[int]:
    """Return the sum of histograms. Raises UnreadableHistogram."""
    total: Counter[int] = Counter()
    for data in encoded:
        index, numbers = 0, _numbers(data)
        for step, count in zip(numbers[::2], numbers[1::2], strict=True):
            index += step
            total[index] += count
    return total


def percentile(bins: Bins, share: float) -> int | None:
    """Return the time in microseconds that `share` (0.0 to 1.0) of the checks did not exceed; None without checks.

    It is the nearest rank's, so a value that was measured but for ERROR.
    """
    rank, seen = max(1, math.ceil(share * sum(bins.values()))), 0
    for index in sorted(bins):
        seen += bins[index]
        if seen >= rank:
            return round(2 * _G**index / (_G + 1))
    return None


def _put(out: bytearray, number: int) -> None:
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _numbers(data: bytes) -> list[int]:
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            numbers.append(number)
            number = shift = 0
    if shift or len(numbers) % 2:
        raise UnreadableHistogram(f"{len(data)} bytes end within a bin")
    return numbers
