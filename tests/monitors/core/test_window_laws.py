"""What holds of windows in any zone, through both nights, over days that never were, however long they last."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitors.core.windows import BadRule, Plan, Span, check_rule, covers, merged, next_span, spans

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
# Nights of an hour, of half an hour, of two hours, a summer time that pauses for Ramadan, and a skipped day.
NIGHTS = {
    "Europe/Berlin": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    "Antarctica/Troll": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "Africa/Casablanca": datetime(2026, 2, 15, 2, tzinfo=UTC),
    "Pacific/Apia": datetime(2011, 12, 30, 10, tzinfo=UTC),
    "Pacific/Chatham": datetime(2026, 4, 4, 14, tzinfo=UTC),
    "UTC": datetime(2026, 3, 29, tzinfo=UTC),
}
RULES = [
    "", "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU",
    "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO", "FREQ=DAILY;BYDAY=SU",
]  # fmt: skip
CALENDAR = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2027-01-01")


@st.composite
def plans(draw):
    """Give a plan and a moment of UTC within some days of a night on which the clocks of its zone jump."""
    zone = draw(st.sampled_from(sorted(NIGHTS)))
    near = NIGHTS[zone] + draw(st.integers(-4 * 24 * 4, 4 * 24 * 4)) * 15 * MINUTE
    first = near.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - draw(st.integers(-3, 800)) * DAY
    first += draw(st.integers(-12 * 60, 12 * 60)) * MINUTE
    minutes = draw(st.sampled_from([1, 30, 60, 150, 1440, 7 * 1440]))
    rule = draw(st.sampled_from(RULES))
    return Plan(first, zone, minutes, rule, made_at=datetime(2000, 1, 1, tzinfo=UTC)), near


def opens(plan, wall):
    """The first moment at which the clock shows `wall`; one that it skips is reckoned with the offset before."""
    zone = ZoneInfo(plan.zone)
    guess = wall.replace(tzinfo=UTC)
    offsets = {(guess + n * HOUR).astimezone(zone).utcoffset() for n in range(-50, 51)}
    shown = [guess - o for o in offsets if (guess - o).astimezone(zone).replace(tzinfo=None) == wall]
    before = (guess - 2 * DAY).astimezone(zone).utcoffset()
    return min(shown) if shown else guess - before


def planned(plan, start, end):
    """Every window, walked through from the first one on."""
    walls = rrulestr(plan.rule, dtstart=plan.first).between(*CALENDAR) if plan.rule else [plan.first]
    walls = {plan.first} & set(walls) | {w for w in walls if abs(w.replace(tzinfo=UTC) - start) < 20 * DAY}
    found = {Span(opens(plan, wall), opens(plan, wall) + plan.minutes * MINUTE) for wall in walls}
    cut = (Span(max(span.start, start), min(span.end, end)) for span in found)
    return merged(span for span in cut if span.start < span.end)


SAMOA = Plan(datetime(2011, 12, 28, 2), "Pacific/Apia", 60, "FREQ=DAILY", datetime(2000, 1, 1, tzinfo=UTC))  # noqa: DTZ001


@settings(max_examples=150)
@given(plans(), st.integers(1, 8 * 24 * 4))
@example((SAMOA, NIGHTS["Pacific/Apia"] - DAY), 5 * 24 * 4)
def test_windows_are_those_that_the_wall_clock_shows(planned_near, quarters):
    plan, near = planned_near
    end = near + quarters * 15 * MINUTE
    assert merged(spans(plan, start=near, end=end)) == planned(plan, near, end)


@given(plans(), st.integers(1, 200), st.integers(1, 200))
def test_what_is_asked_in_two_parts_is_the_same(planned_near, before, after):
    plan, near = planned_near
    start, end = near - before * 30 * MINUTE, near + after * 30 * MINUTE
    parts = [*spans(plan, start=start, end=near), *spans(plan, start=near, end=end)]
    assert merged(parts) == merged(spans(plan, start=start, end=end))


@given(plans())
def test_the_next_window_is_the_open_one_or_the_first_to_come(planned_near):
    plan, near = planned_near
    found = next_span(plan, now=near)
    known = spans(plan, start=near, end=near + 120 * DAY)
    if found is None:
        assert known == []
    else:
        assert found.end - found.start == plan.minutes * MINUTE
        assert [max(found.start, near)] == [span.start for span in known][:1]


@given(plans(), st.integers(-100, 100), st.integers(0, 100))
def test_nothing_is_planned_before_a_plan_was_made_or_after_it_was_ended(planned_near, made, lasted):
    plan, near = planned_near
    made_at = near + made * 10 * MINUTE
    cut = Plan(plan.first, plan.zone, plan.minutes, plan.rule, made_at, made_at + lasted * 10 * MINUTE)
    whole, part = (merged(spans(p, start=near - DAY, end=near + DAY)) for p in (plan, cut))
    for n in range(-144, 144):
        at = near + n * 10 * MINUTE
        assert covers(part, at) == (covers(whole, at) and cut.made_at <= at < cut.ended_at)


@pytest.mark.parametrize(
    ("first", "rule", "words"),
    [
        ("9999-12-31T23:30", "FREQ=DAILY", "We cannot read"),
        ("9995-01-01T00:00", "FREQ=MONTHLY;BYMONTHDAY=31", "We cannot read"),
    ],
)
def test_a_rule_that_leaves_the_calendar_is_refused(first, rule, words):
    with pytest.raises(BadRule, match=words):
        check_rule(rule, first=datetime.fromisoformat(first))
