"""One pool of connections to the cache for all threads of a process.

Django makes a cache, with a pool of its own, for each thread; and each request to the web process is a thread of its own. So each
request connected anew, which cost more than what it then asked.
"""

from functools import lru_cache
from typing import Any

from redis import ConnectionPool


class SharedPool(ConnectionPool):
    """What django.core.cache.backends.redis takes as `pool_class`. A pool is safe among threads and after a fork."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> "SharedPool":
        return _pool(url, **options)


@lru_cache(maxsize=8)
def _pool(url: str, **options: Any) -> SharedPool:
    return super(SharedPool, SharedPool).from_url(url, **options)
