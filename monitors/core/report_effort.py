"""How much work a report costs the browser that sends it: more, the more its network has asked for."""

COST = 5_000  # rounds of PBKDF2 with SHA-256 of one step: some 2 ms of one core
FREE = 5  # challenges of a network and window at the base price
DEAREST = 16  # times the base: a crowded network's people wait seconds, and only while they write


def steps(asked: int, base: int) -> int:
    """Return how many derivations the next challenge costs a network that has `asked` for so many in this window.

    It doubles with each doubling of FREE, and stops at DEAREST: behind one /24 there may be a thousand phones.
    """
    times = 1
    while times < DEAREST and asked >= FREE * times:
        times *= 2
    return base * times
