import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context

from accounts.models import Organization
from pages.templatetags.statuswire import moment, stretch


@pytest.mark.parametrize(
    ("context", "style", "shown"),
    [
        ({}, "", '<time datetime="2025-03-01T16:00:00+00:00">1 Mar 2025 16:00 UTC</time>'),
        ({}, "short", '<time datetime="2025-03-01T16:00:00+00:00">1 Mar 2025 16:00</time>'),
        (
            {"organization": Organization(time_zone="Asia/Tokyo")},
            "",
            '<time datetime="2025-03-01T16:00:00+00:00">1 Mar 2025 16:00 UTC (2 Mar 01:00 JST)</time>',
        ),
        (
            {"organization": Organization(time_zone="Asia/Tokyo")},
            "short",
            '<time datetime="2025-03-01T16:00:00+00:00" title="2 Mar 01:00 JST">1 Mar 2025 16:00</time>',
        ),
        (
            {"organization": Organization(time_zone="Atlantis/Poseidonis")},
            "",
            '<time datetime="2025-03-01T16:00:00+00:00">1 Mar 2025 16:00 UTC</time>',
        ),
    ],
)
def test_a_time_is_utc_and_on_an_organization_s_pages_its_own_too(context, style, shown):
    assert moment(context, datetime(2025, 3, 1, 16, tzinfo=UTC), style) == shown


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (None, "24 Jan 2024 23:09 UTC"),
        (0.5, "24 Jan 2024 23:09 to 23:39 UTC"),
        (2, "24 Jan 2024 23:09 to 25 Jan 2024 01:09 UTC"),
    ],
)
def test_a_stretch_of_time_names_its_day_once(hours, words):
    began = datetime(2024, 1, 24, 23, 9, tzinfo=UTC)
    ended = None if hours is None else began + timedelta(hours=hours)
    assert re.sub("<[^>]+>", "", stretch(Context(), began, ended)) == words
