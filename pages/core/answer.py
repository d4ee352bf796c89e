"""The evidence behind "is it down?", in a sentence that says how sure we are."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from incidents.core.wording import in_minutes
from monitors.core.states import State
from pages.core.usual import usual_range

# From which confidence on we use which words: odds of about 20 to 1, 6 to 1 and 3 to 2.
SURE = ((0.95, "Almost certain"), (0.85, "Very likely"), (0.6, "Likely"), (0.0, "Possible"))


_VERDICTS = {
    State.OPERATIONAL: "Up",
    State.MAINTENANCE: "Up",
    State.UNKNOWN: "Unknown",
    State.MAJOR_OUTAGE: "Down",
}


def answered(whole: State, worst: State) -> State:
    """Return the state that answers "is it down?": the whole's own; of trouble in a part alone it is degraded.

    `worst` is that of the whole and its parts. A carrier's outage is not the provider's: "Down" is said of the whole.
    """
    return State.DEGRADED if worst.is_impaired and not whole.is_impaired else whole


def verdict(state: State) -> str:
    """Return one of four words for an answer: Up, Degraded, Down or Unknown."""
    return _VERDICTS.get(state, "Degraded")


def sureness(confidence: float) -> str:
    """Return a confidence (0.0 to 1.0) in words, with the number: "Very likely (88 %)". Never certain."""
    words = next(words for least, words in SURE if confidence >= least)
    return f"{words} ({min(99, int(confidence * 100))} %)"


def of_trouble(confidence: float, seen: Sequence[tuple[str, datetime]], others: int) -> str:
    """Say how sure we are of an incident and who saw it when; `seen` are (who, since when), the first to see it first.

    `others` is how many more incidents are open: their evidence is told with them.
    """
    sure = sureness(confidence) if confidence else ""  # a person's own record has no number
    ledger = _ledger(seen) if seen else ""
    told = f"{sure}: {ledger}." if sure and ledger else f"{sure or ledger[:1].upper() + ledger[1:]}."
    more = f"{others} more {'is' if others == 1 else 'are'} open." if others else ""
    return " ".join(filter(None, [told if sure or ledger else "", more]))


def of_calm(state: State, reports: int, last_quarter: int, usual: float | None) -> str:
    """Say who sees no trouble, or who speaks where nobody says whether it is up.

    `reports` are of 24 hours, `usual` of a quarter of an hour like the last one, None: unknown.
    """
    who = "nobody" if not reports else "1 person" if reports == 1 else f"{reports} people"
    people = f"{who} reported a problem in 24 hours"
    many = usual is not None and last_quarter > max(2, usual_range(usual)[1])
    match state:
        case State.UNKNOWN:
            return f"Nothing that we can read speaks for it; {people}, which proves neither."
        case State.OPERATIONAL | State.MAINTENANCE:
            shown = "announces it" if state is State.MAINTENANCE else "shows no trouble"
            return f"The vendor's page {shown}{', but people report more than usual' if many else ''}; {people}."
        case _:
            return f"The vendor's own page shows it; {people}."


def later(lag: timedelta) -> str:
    """Return how long after the first somebody saw it, on one line: "5 h 58 min later"."""
    minutes = round(lag.total_seconds() / 60)
    return f"{in_minutes(minutes)} later".replace(" ", "\N{NO-BREAK SPACE}") if minutes else "at the same time"


def _ledger(seen: Sequence[tuple[str, datetime]]) -> str:
    (first, at), *others = seen
    told = [f"{first} showed it first, at {at.astimezone(UTC):%H:%M} UTC"]
    told.extend(f"{who} {later(then - at)}" for who, then in others)
    return ", ".join(told)
