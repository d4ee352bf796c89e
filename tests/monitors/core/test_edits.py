"""What is told of two readings of a monitor's settings."""

import pytest

from monitors.core.edits import LONGEST, Edit, Setting, edits

LONG = "x" * LONGEST


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (("60 s", 60), ("60 s", 60), []),
        (("60 s", 60), ("30 s", 30), [Edit("It", "60 s", "30 s")]),
        (("", ""), ("stored", "sealed"), [Edit("It", "", "stored")]),
        (("stored", "sealed"), ("", ""), [Edit("It", "stored", "")]),
        (("stored", "sealed"), ("stored", "sealed anew"), [Edit("It", None, None)]),
        ((LONG, LONG), (LONG + "!", LONG + "!"), [Edit("It", LONG, LONG[:-1] + "…")]),
        ((LONG + "?", LONG + "?"), (LONG + "!", LONG + "!"), [Edit("It", None, None)]),
    ],
)
def test_what_reads_alike_is_told_without_its_texts(before, after, told):
    assert edits([Setting("it", "It", *before)], [Setting("it", "It", *after)]) == told
