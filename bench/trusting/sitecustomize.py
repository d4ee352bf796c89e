"""Has a party of bench.probing trust the bench's own authority: Python reads this at its start where it is on its path."""

import os

import certifi

_FILE = os.environ["BENCH_AUTHORITY"]
certifi.where = lambda: _FILE
