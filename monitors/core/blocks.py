"""An hour of checks as few bytes: column by column, most telling bytes together, then deflated.

A block is one byte of version, the number of checks as 4 bytes, and the deflated columns: the time since
the check before (µs), state, reason, what the total exceeds its phases by (µs), and the five phases. Checks
come at even intervals, mostly in the same state, and their total is mostly the sum of their phases, so that
little more than the phases themselves is left. All numbers are little-endian.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import NamedTuple

from monitors.core.phases import PhaseSums
from monitors.core.states import State

_VERSION = 1
_HEAD = struct.Struct("<BI")
# Width in bytes and type of struct, in order: offset, state, reason, rest of the total, five phases.
_COLUMNS = ((4, "I"), (1, "b"), (1, "B"), (4, "i"), *((2, "h"),) * 5)
_ROW = sum(width for width, _ in _COLUMNS)


class UnreadableBlock(ValueError):
    """A block that is not what `pack` makes."""


class Packed(NamedTuple):
    """A check within its hour: `offset_us` since the hour began; phases in tenths of a millisecond."""

    offset_us: int
    state: int
    reason: int
    total_us: int
    dns: int = 0
    connect: int = 0
    tls: int = 0
    first_byte: int = 0
    transfer: int = 0


def pack(checks: Iterable[Packed]) -> bytes:
    """Return the checks of one hour as bytes; without a check as none at all. Their order does not matter."""
    rows = sorted(checks)
    if not rows:
        return b""
    offsets, states, reasons, totals, *phases = zip(*rows, strict=True)
    gaps = [later - earlier for earlier, later in zip((0, *offsets), offsets, strict=False)]
    rests = [total - 100 * sum(parts) for total, *parts in zip(totals, *phases, strict=True)]
    columns = (gaps, states, reasons, rests, *phases)
    raw = b"".join(_planes(column, *kind) for column, kind in zip(columns, _COLUMNS, strict=True))
    deflate = zlib.compressobj(level=6, wbits=-15)  # without zlib's own head and sum: the database has sums
    return _HEAD.pack(_VERSION, len(rows)) + deflate.compress(raw) + deflate.flush()


def unpack(block: bytes) -> list[Packed]:
    """Return the checks of a block, earliest first. Raises UnreadableBlock."""
    if not block:
        return []
    gaps, states, reasons, rests, *phases = _columns_of(block)
    rows, offset = [], 0
    for gap, state, reason, rest, *parts in zip(gaps, states, reasons, rests, *phases, strict=True):
        offset += gap
        rows.append(Packed(offset, state, reason, rest + 100 * sum(parts), *parts))
    return rows


def phase_sums(block: bytes) -> PhaseSums:
    """Add up the phases of a block's good checks, without making a row of each. Raises UnreadableBlock."""
    if not block:
        return PhaseSums()
    _, states, _, _, *phases = _columns_of(block)
    good = [State.UNKNOWN < state < State.PARTIAL_OUTAGE for state in states]
    return PhaseSums(sum(good), *(sum(compress(phase, good)) for phase in phases))


def _columns_of(block: bytes) -> list[tuple[int, ...]]:
    try:
        version, count = _HEAD.unpack_from(block)
        raw = zlib.decompress(block[_HEAD.size :], wbits=-15)
    except (struct.error, zlib.error) as error:
        raise UnreadableBlock(f"{len(block)} bytes: {error}") from error
    if version != _VERSION or len(raw) != count * _ROW:
        raise UnreadableBlock(f"version {version} with {len(raw)} bytes for {count} checks")
    return _columns(raw, count)


def _planes(column: Sequence[int], width: int, kind: str) -> bytes:
    """Return the lowest bytes of all values, then the next higher ones: alike bytes deflate well."""
    raw = struct.pack(f"<{len(column)}{kind}", *column)
    return b"".join(raw[byte::width] for byte in range(width))


def _columns(raw: bytes, count: int) -> list[tuple[int, ...]]:
    columns, start = [], 0
    for width, kind in _COLUMNS:
        planes, values = raw[start : start + width * count], bytearray(width * count)
        for byte in range(width):
            values[byte::width] = planes[byte * count : (byte + 1) * count]
        columns.append(struct.unpack(f"<{count}{kind}", values))
        start += width * count
    return columns
