"""The effective state, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.core.impact import Hearing, OfficialWord, OpenImpact, ScopeState, effective_state, provider_state
from incidents.core.scope import ScopeKey
from monitors.core.states import State

NOON = datetime(2026, 1, 24, 12, 0, tzinfo=UTC)
TWILIO, SMS = ScopeKey(1), ScopeKey(1, component_id=5)
DOCOMO, VOICE = ScopeKey(1, component_id=5, country="JP", carrier_id=7), ScopeKey(1, component_id=6)
OK, DEGRADED, MAJOR, UNKNOWN, MAINTENANCE = (
    State.OPERATIONAL, State.DEGRADED, State.MAJOR_OUTAGE, State.UNKNOWN, State.MAINTENANCE,
)  # fmt: skip
FRESH = Hearing(TWILIO, NOON, NOON + timedelta(minutes=3))
STALE = Hearing(TWILIO, NOON - timedelta(hours=1), NOON - timedelta(minutes=57))
NEVER = Hearing(TWILIO, None, None)


def impact(scope, state):
    return OpenImpact(scope, state, "SMS", "sms", NOON, "uid", "SMS: outage")


@pytest.mark.parametrize(
    ("known", "state", "reason"),
    [
        ({}, UNKNOWN, "No data yet."),
        ({"hearings": [NEVER]}, UNKNOWN, "No data yet."),
        ({"hearings": [STALE]}, UNKNOWN, "No data since 11:00 UTC on 24 January."),
        ({"hearings": [STALE, FRESH]}, OK, "No trouble seen."),
        ({"hearings": [Hearing(VOICE, NOON, NOON)]}, UNKNOWN, "No data yet."),  # of another component
        ({"hearings": [FRESH], "maintenance": [TWILIO]}, MAINTENANCE, "Scheduled maintenance is running."),
        ({"hearings": [FRESH], "maintenance": [VOICE]}, OK, "No trouble seen."),
        ({"hearings": [STALE], "maintenance": [TWILIO]}, UNKNOWN, "No data since 11:00 UTC on 24 January."),
        ({"hearings": [FRESH], "official": OfficialWord(OK)}, OK, "No trouble seen."),
        ({"hearings": [FRESH], "official": OfficialWord(MAJOR)}, MAJOR, "The vendor's page says major outage."),
        ({"hearings": [STALE], "official": OfficialWord(OK)}, UNKNOWN, "No data since 11:00 UTC on 24 January."),
        (
            {"hearings": [FRESH], "official": OfficialWord(UNKNOWN, "wobbly")},
            UNKNOWN,
            "The vendor's page says “wobbly”, which we cannot read.",
        ),
        ({"hearings": [FRESH], "impacts": [impact(SMS, MAJOR)]}, MAJOR, "SMS: outage"),
        ({"hearings": [FRESH], "impacts": [impact(TWILIO, MAJOR)]}, MAJOR, "SMS: outage"),
        ({"hearings": [FRESH], "impacts": [impact(DOCOMO, MAJOR)]}, DEGRADED, "SMS: outage"),  # a part of it
        ({"hearings": [FRESH], "impacts": [impact(VOICE, MAJOR)]}, OK, "No trouble seen."),
        ({"hearings": [STALE], "impacts": [impact(SMS, DEGRADED)]}, DEGRADED, "SMS: outage"),
        ({"hearings": [FRESH], "impacts": [impact(SMS, DEGRADED)], "maintenance": [SMS]}, DEGRADED, "SMS: outage"),
    ],
)
def test_a_scope_is_impaired_or_unknown_before_it_is_green(known, state, reason):
    found = effective_state(SMS, **{"impacts": [], "maintenance": [], "hearings": [], **known}, now=NOON)
    assert (found.state, found.reason) == (state, reason)


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [
        (OK, [], OK),
        (OK, [OK, UNKNOWN, MAINTENANCE], OK),
        (UNKNOWN, [OK, OK], UNKNOWN),
        (UNKNOWN, [OK, DEGRADED], DEGRADED),
        (DEGRADED, [MAJOR, OK], MAJOR),
        (MAINTENANCE, [OK], MAINTENANCE),
    ],
)
def test_a_provider_is_as_bad_as_its_worst_component_and_green_only_by_itself(whole, parts, expected):
    states = [ScopeState(state, "", NOON) for state in parts]
    assert provider_state(ScopeState(whole, "", NOON), states).state is expected
