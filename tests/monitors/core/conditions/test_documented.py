"""What docs/CONDITIONS.md says can be read, and names what there is."""

import re
from pathlib import Path

import pytest

from monitors.core.conditions import parse
from monitors.probes import probe_kinds
from monitors.probes.judging import HTTP_NAMES, TIMES
from monitors.probes.step_text import read_steps

DOCUMENT = (Path(__file__).parents[4] / "docs" / "CONDITIONS.md").read_text()
CONDITIONS, STEPS = re.findall(r"```\n(.*?)```", DOCUMENT, re.S)


@pytest.mark.parametrize("line", CONDITIONS.strip().splitlines())
def test_every_condition_that_is_shown_can_be_read(line):
    parse(line, HTTP_NAMES)


def test_the_steps_that_are_shown_can_be_read():
    assert [step.title for step in read_steps(STEPS, HTTP_NAMES)] == ["POST /login", "GET /me"]


def test_every_name_is_documented():
    known = {name for kind in probe_kinds().values() for name in kind.names} - set(TIMES)
    assert {name for name in known if not re.search(rf"\b{name}\b", DOCUMENT)} == set()
