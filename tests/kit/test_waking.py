from kombu.exceptions import OperationalError

from kit.waking import wake


class Task:
    """Stands in for Celery's side: a task whose broker is away for its first `away` calls."""

    name = "tests.task"

    def __init__(self, away):
        self.away = away

    def apply_async(self, *, retry):
        assert retry is False
        self.away -= 1
        if self.away >= 0:
            raise OperationalError("connection refused")


def test_a_broker_that_is_away_costs_a_wake_up_and_is_said_once(caplog):
    task = Task(away=2)
    with caplog.at_level("INFO", logger="kit.waking"):
        for _ in range(4):
            wake(task)
    assert [record.getMessage() for record in caplog.records] == [
        "The broker does not take wake-ups of tests.task, the sweep will run it: OperationalError",
        "The broker takes wake-ups of tests.task again, after 2 were left to the sweep",
    ]
