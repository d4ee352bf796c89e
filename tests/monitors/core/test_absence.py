"""Gone is what is missing twice."""

import pytest

from monitors.core.absence import Absence, step


def sets(gone="", missing=""):
    return Absence(frozenset(gone), frozenset(missing))


@pytest.mark.parametrize(
    ("known", "seen", "before", "listed", "complete", "expected"),
    [
        ("ab", "ab", "", True, True, sets()),
        ("ab", "a", "", True, True, sets(missing="b")),
        ("ab", "a", "b", True, True, sets(gone="b")),
        ("ab", "", "b", True, True, sets(gone="b", missing="a")),
        ("ab", "ab", "b", True, True, sets()),
        # The list was not read anew: what was missing from it still is.
        ("ab", "", "b", False, True, sets(gone="b")),
        ("ab", "b", "b", False, True, sets()),
        ("ab", "", "", False, True, sets()),
        # A document failed: nothing goes, and what was missing is still remembered.
        ("ab", "a", "b", True, False, sets(missing="b")),
        ("ab", "a", "", True, False, sets()),
        # What is not known any more is forgotten.
        ("a", "a", "b", True, True, sets()),
    ],
)
def test_gone_is_what_is_missing_twice(known, seen, before, listed, complete, expected):
    assert step(set(known), set(seen), set(before), is_listed=listed, is_complete=complete) == expected
