"""The phases of a check, and what those of many come to."""

from collections.abc import Iterable
from typing import NamedTuple

PHASES = {"dns": "DNS", "connect": "Connect", "tls": "TLS", "first_byte": "First byte", "transfer": "Transfer"}


class PhaseSums(NamedTuple):
    """What the phases of `checks` good checks took all in all, in tenths of a millisecond."""

    checks: int = 0
    dns: int = 0
    connect: int = 0
    tls: int = 0
    first_byte: int = 0
    transfer: int = 0

    @property
    def means_us(self) -> tuple[float, ...]:
        """The mean of each of PHASES in microseconds; only where there is a check."""
        return tuple(100 * tenths / self.checks for tenths in self[1:])


def together(parts: Iterable[PhaseSums]) -> PhaseSums:
    return PhaseSums(*map(sum, zip(PhaseSums(), *parts, strict=True)))
