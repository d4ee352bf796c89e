"""Refusals that step up for many senders at once."""

import pytest

from monitors.core.filtering import Sender, Step, step_of

QUIET = Sender(refused=1, ended=100, refused_before=50, ended_before=5000)
STEPS = Sender(refused=25, ended=100, refused_before=50, ended_before=5000)


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (QUIET, False),
        (STEPS, True),
        (Sender(9, 9, 0, 5000), False),  # too few
        (Sender(10, 10, 0, 5000), True),
        (Sender(11, 100, 50, 5000), False),  # 11 % is not more than the usual 1 % and 10 %
        (Sender(12, 100, 50, 5000), True),
        (Sender(60, 100, 1000, 5000), False),  # three times the usual 20 %, not more
        (Sender(61, 100, 1000, 5000), True),
        (Sender(90, 100, 0, 49), False),  # new here: nobody knows what is usual
        (Sender(90, 100, 0, 50), True),
    ],
)
def test_a_sender_steps_up_against_its_own_habit(sender, expected):
    assert sender.steps_up is expected


@pytest.mark.parametrize(
    ("senders", "expected"),
    [
        ([], None),
        ([STEPS, STEPS], None),
        ([STEPS, STEPS, QUIET, QUIET], None),
        ([STEPS, STEPS, STEPS, QUIET], Step(3, 0, 75)),
        ([Sender(16, 50, 0, 500)] * 3, None),  # 48 messages
        ([Sender(17, 50, 0, 500)] * 3, Step(3, 0, 51)),
    ],
)
def test_three_senders_and_fifty_messages_are_a_step(senders, expected):
    assert step_of(senders) == expected


@pytest.mark.parametrize(("sharing", "expected"), [(2, False), (3, True)])
def test_others_hear_of_it_if_three_of_them_share_their_counts(sharing, expected):
    senders = [Sender(25, 100, 50, 5000, shares=n < sharing) for n in range(4)]
    assert step_of(senders).may_be_told is expected
