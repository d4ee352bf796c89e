from datetime import UTC, datetime

import pytest

from accounts.models import Organization
from pages.templatetags.statuswire import moment


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
