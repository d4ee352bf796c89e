"""Shares of a whole in whole parts, as lists show them: they add up."""

from collections.abc import Sequence


def whole_shares(counts: Sequence[float], parts: int = 100) -> list[int]:
    """Return how many of `parts` (100: per cent, 1000: tenths of one) each count or weight is of their sum.

    Every share is cut, and what is left over goes to the largest remainders, the first of equals first; so they add up
    to `parts`. All are 0 where nothing was counted.
    """
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    exact = [count * parts / total for count in counts]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: shares[n] - exact[n])
    for n in by_remainder[: parts - sum(shares)]:
        shares[n] += 1
    return shares
