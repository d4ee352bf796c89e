"""What blackbox_exporter holds DNS records against, where it is an address or that there are any."""

import re
from collections.abc import Sequence

from monitors.imports.parts import Part

_ADDRESS = re.compile(r"(?:.*[^0-9.\\])?(\d{1,3}(?:\\?\.\d{1,3}){3})(?:\.\*)?\$?", re.S)
_ANY = ("", ".*", ".+", "^.*$", "^.+$")
_KEYS = (
    "fail_if_matches_regexp",
    "fail_if_not_matches_regexp",
    "fail_if_none_matches_regexp",
    "fail_if_all_match_regexp",
)


def records(part: Part) -> tuple[list[str], list[str]]:
    """Return conditions on the records of an answer, and what is not carried over."""
    conditions: list[str] = []
    lost = [f"{part.at(str(key))}." for key in part.values if key not in _KEYS and part.has(str(key))]
    for key in _KEYS:
        regexes = part.texts(key)
        written = _conditions(key, regexes) if regexes else []
        if regexes and not written:
            lost.append(f"{part.at(key)}: write what is expected into the monitor.")
        conditions += written
    return conditions, lost


def _conditions(key: str, regexes: Sequence[str]) -> list[str]:
    """Return what patterns of one sort mean; nothing where one says more than an address."""
    if key in _KEYS[1:3] and all(regex in _ANY for regex in regexes):
        return ["length(answers) > 0"]
    found = [match[1].replace("\\", "") if (match := _ADDRESS.fullmatch(regex)) else "" for regex in regexes]
    if not all(found):
        return []
    has = [f'answers contains "{address}"' for address in found]
    if key == "fail_if_matches_regexp":
        return [f"not {one}" for one in has]
    if key == "fail_if_none_matches_regexp":
        return [" or ".join(has)]
    if key == "fail_if_not_matches_regexp" and len(set(found)) == 1:  # each record must be it
        return [f"length(answers) == 1 and {has[0]}"]
    return []
