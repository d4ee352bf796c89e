"""What a neighbour's open incident may mean for the reports about a provider."""

import pytest

from monitors.core.states import State
from pages.core.neighbours import MOST, Kin, Neighbour, notes


def neighbour(name, kin=Kin.PARENT, state=State.MAJOR_OUTAGE, uid="1"):
    return Neighbour(name.lower(), name, state, kin, uid)


@pytest.mark.parametrize(
    ("kin", "why"),
    [
        (Kin.PARENT, "which Slack is a part of or stands on"),
        (Kin.CHILD, "which belongs to Slack"),
        (Kin.SIBLING, "which stands on the same as Slack"),
        (Kin.ALTERNATIVE, "which does the same as Slack"),
    ],
)
def test_a_neighbour_with_an_open_incident_is_named_with_who_it_is(kin, why):
    found = notes("Slack", [neighbour("AWS", kin)])
    assert [(one.name, one.why, one.uid) for one in found] == [("AWS", why, "1")]


@pytest.mark.parametrize(
    "quiet",
    [
        neighbour("AWS", state=State.OPERATIONAL, uid=None),
        neighbour("AWS", state=State.UNKNOWN, uid=None),
        neighbour("AWS", state=State.MAINTENANCE, uid=None),
        neighbour("AWS", state=State.DEGRADED, uid=None),  # its page is yellow; there is no incident to point at
    ],
)
def test_a_neighbour_without_an_open_incident_explains_nothing(quiet):
    assert notes("Slack", [quiet]) == ()


def test_the_closest_and_then_the_worst_come_first_and_not_too_many():
    found = notes(
        "Slack",
        [
            neighbour("Teams", Kin.ALTERNATIVE),
            neighbour("Zoom", Kin.CHILD, State.DEGRADED),
            neighbour("Quip", Kin.CHILD),
            neighbour("AWS", state=State.DEGRADED),
        ],
    )
    assert ([one.name for one in found], MOST) == (["AWS", "Quip", "Zoom"], 3)
