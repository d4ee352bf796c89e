"""ALTCHA's files are those of its npm package, byte by byte, and the script that loads them names them as they are."""

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "static"
FOLDER = STATIC / "vendor" / "altcha"
PINNED = {
    "altcha-3.2.2.min.js": "959494398e8fcde3414d09309ade24b444ede098b04dec1514f4754279bff031",  # dist/external/altcha.min.js
    "pbkdf2-3.2.2.js": "7862add9c9d3d847ded3da928edcf406b46478754b9883351111414825b9c86f",  # dist/workers/pbkdf2.js
    "LICENSE": "bee1fb9d9c97d42c12c22332c5250f2fb1ef5c2321f6f82beb23e3b77be50a29",  # LICENSE.txt
}


@pytest.mark.parametrize("name", PINNED)
def test_a_vendored_file_is_as_it_was_published(name):
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == PINNED[name]


def test_nothing_else_is_vendored_and_all_of_it_is_loaded():
    assert {path.name for path in FOLDER.iterdir()} == set(PINNED)
    loaded = re.findall(r"vendor/altcha/([\w.-]+)", (STATIC / "js" / "report.js").read_text())
    assert set(loaded) == set(PINNED) - {"LICENSE"}
