import asyncio

import pytest

from kit.intake import Intake


def taken(pieces, *, most):
    """What an application gets of a body that comes in pieces, and how many of these were read."""
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    waiting.append({"type": "http.request", "body": b""})
    got = []

    async def receive():
        return waiting.pop(0)

    async def application(_scope, receive, _send):
        while True:
            got.append(await receive())
            if not got[-1].get("more_body"):
                return

    asyncio.run(Intake(application, most=most)({"type": "http"}, receive, None))
    return b"".join(message["body"] for message in got), len(got), len(waiting)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([], b""),
        ([b"abc", b"de"], b"abcde"),
        ([b"abc", b"defgh", b"ijk"], b"abcdef"),  # the rest of the piece, and all that follow, are dropped
        ([b"abcdefgh"], b"abcdef"),
    ],
)
def test_no_more_than_its_room_of_a_body_is_handed_on(pieces, expected):
    assert taken(pieces, most=6)[0] == expected


def test_what_is_dropped_is_read_to_the_end_without_a_message_for_each_piece():
    assert taken([b"abcdef"] + 100 * [b"x"], most=6) == (b"abcdef", 2, 0)


def test_a_connection_that_ends_early_is_said():
    async def receive():
        return {"type": "http.disconnect"}

    async def application(_scope, receive, _send):
        assert await receive() == {"type": "http.disconnect"}

    asyncio.run(Intake(application, most=6)({"type": "http"}, receive, None))
