"""When something that a list no longer has is gone: a list that lacks it once may have been cut short."""

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Absence:
    """What is gone since this reading, and what was missing in it and is gone if it is missing again."""

    gone: frozenset[str]
    missing: frozenset[str]


def step(known: Set[str], seen: Set[str], missing_before: Set[str], *, is_listed: bool, is_complete: bool) -> Absence:
    """Return what a reading says of the ids `known` until now, given those it has `seen`.

    `is_listed` says that the reading had the whole list; without it, what was missing before still
    is, for an unchanged list is a second reading of the same. `is_complete` says that every document
    of the source could be read; without it nothing goes, because its end may stand in another one.
    """
    unseen = known - seen
    if not is_complete:
        return Absence(frozenset(), frozenset(missing_before & unseen))
    missing = unseen if is_listed else missing_before & unseen
    return Absence(frozenset(missing & missing_before), frozenset(missing - missing_before))
