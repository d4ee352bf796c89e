"""Which closing words take an incident back."""

import time

import pytest

from incidents.core.withdrawn import LONGEST, takes_back


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("This was determined to be a false alarm. We apologize for the confusion.", True),
        ("After investigation, the alert turned out to be a false positive; no customers were affected.", True),
        ("False alarm: our monitoring was wrong.", True),
        ("This incident was posted in error.", True),
        ("The incident was erroneously\ncreated by our automation.", True),
        ("This was not a false alarm.", False),
        ("It wasn't a false alarm after all.", False),
        ("We have resolved the issue that caused false alerts for some monitors.", False),
        ("Some users saw an increase in false positives in spam filtering. This is fixed.", False),
        ("This incident has been resolved.", False),
        ("A configuration was changed by mistake and messages were lost.", False),
        ("", False),
    ],
)
def test_only_words_about_the_incident_itself_take_it_back(words, expected):
    assert takes_back(words) is expected


def test_long_words_are_read_quickly():
    began = time.process_time()
    assert not takes_back("this it that " * LONGEST)
    assert time.process_time() - began < 0.5
