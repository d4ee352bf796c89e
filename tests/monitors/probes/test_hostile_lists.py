"""That each entry of the two lists of hostile input has a test with its name.

| Entries   | What they are                                        | Tests                                         |
|-----------|------------------------------------------------------|-----------------------------------------------|
| U1–U47    | hosts that are not public, however they are written  | test_hostile_urls, at every kind              |
| U48, U49  | names that move inside, or lead there in part        | test_hostile_urls, test_addresses             |
| U50–U53   | many addresses, alias loops, TTL 0, no answer        | test_hostile_names                            |
| U54–U63   | redirects, and what is no redirect                   | test_hostile_redirects, test_hostile_urls     |
| U64–U78   | users, ports, schemes, blanks, scripts, ourselves    | test_hostile_urls                             |
| U79, U80  | Django's validator, a proxy of the environment       | test_hostile_names                            |
| U81       | headers that could do harm                           | test_hostile_urls                             |
| R1–R20    | slow, endless, packed and broken answers             | test_hostile_answers, test_hostile_kinds      |
| R21–R27   | certificates and handshakes                          | test_tls, test_hostile_kinds                  |
| R28–R33   | charsets, bodies, HEAD, Retry-After, cookies         | test_hostile_answers, test_hostile_kinds      |

The shared list of URLs goes through every way out in test_hostile_urls (kinds of checks) and test_every_way_out (the
rest). That `blocked` is never downtime: tests/monitors/checks/test_results, test_upkeep.
"""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAMED = re.compile(r"(?:\"|\btest_)([UR][0-9]{1,2})(?=[ \"_])(?: ([UR][0-9]{1,2}))?")


def names() -> set[str]:
    """Return the entries that stand at the start of a test's name or of a case's."""
    texts = [path.read_text() for path in HERE.glob("test_*.py") if path != Path(__file__)]
    return {name for text in texts for match in NAMED.finditer(text) for name in match.groups() if name}


@pytest.mark.parametrize(("letter", "last"), [("U", 81), ("R", 33)])
def test_every_entry_has_a_test_of_its_name(letter, last):
    found = names()
    assert [name for number in range(1, last + 1) if (name := f"{letter}{number}") not in found] == []
