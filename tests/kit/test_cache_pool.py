"""Threads share their connections to the cache."""

from threading import Thread

from django.core.cache import cache


def connections_made():
    return cache._cache.get_client().info("stats")["total_connections_received"]


def test_requests_one_after_another_connect_once():
    """As the web process answers them: each in a thread of its own."""
    cache.set("shared", 1)
    before = connections_made()
    for _ in range(20):
        thread = Thread(target=lambda: cache.get("shared"))
        thread.start()
        thread.join()
    assert connections_made() == before


def test_requests_at_once_each_get_their_own_answer():
    got = {}

    def ask(n):
        cache.set(f"own-{n}", n)
        got[n] = cache.get(f"own-{n}")

    threads = [Thread(target=ask, args=[n]) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {n: n for n in range(20)}
