"""Shares of a whole add up, and each is off by less than one part."""

import pytest

from monitors.core.shares import whole_shares


@pytest.mark.parametrize(
    ("counts", "parts", "expected"),
    [
        ([], 100, []),
        ([0, 0], 100, [0, 0]),
        ([7], 100, [100]),
        ([1, 1, 1], 100, [34, 33, 33]),
        ([1, 1, 1], 1000, [334, 333, 333]),
        ([2, 1], 100, [67, 33]),
        ([29, 71], 100, [29, 71]),
        ([1, 999], 100, [0, 100]),
        ([5, 0, 5], 100, [50, 0, 50]),
        ([0.29, 0.71], 100, [29, 71]),
        ([0.6, 0.0, 0.6], 100, [50, 0, 50]),
        ([1] * 7, 100, [15, 15, 14, 14, 14, 14, 14]),
    ],
)
def test_shares_go_to_the_largest_remainders(counts: list[float], parts: int, expected: list[int]) -> None:
    assert whole_shares(counts, parts) == expected


@pytest.mark.parametrize("parts", [10, 100, 1000])
def test_shares_add_up_and_none_is_off_by_a_part(parts: int) -> None:
    counts = [n * n % 97 + 1 for n in range(60)]
    shares = whole_shares(counts, parts)
    assert sum(shares) == parts
    assert all(abs(share - parts * n / sum(counts)) < 1 for share, n in zip(shares, counts, strict=True))
