"""What several probes of one scope say together, for people who may not know which probes they are."""

from collections.abc import Iterable

from monitors.core.states import State, worst


def together(said: Iterable[State]) -> tuple[State, str] | None:
    """Return what probes of one scope say together, and why in words; None if none of them knows.

    Where some see trouble and others do not, it is in a part: their addresses differ, and what they ask.
    """
    known = [state for state in said if state is State.OPERATIONAL or state.is_impaired]
    if not known:
        return None
    bad = [state for state in known if state.is_impaired]
    if not bad:
        return State.OPERATIONAL, f"{len(known)} of {len(known)} {_see(len(known))} it work."
    state = worst(bad)
    if len(bad) < len(known):
        state = min(state, State.PARTIAL_OUTAGE)
    return state, f"{len(bad)} of {len(known)} {_see(len(known))} trouble."


def _see(number: int) -> str:
    return "probe sees" if number == 1 else "probes see"
