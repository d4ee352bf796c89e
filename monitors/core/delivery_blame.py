"""One sentence beside the global verdict: it is not you, or it is you. And where nobody can say, that.

It compares an organization's own messages to a place with what everybody sees there, and with whose doing its failures
are. It claims nothing that the numbers before it do not carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitors.core.delivery import FIRST_GUESS
from monitors.core.delivery_cells import Sums, standing
from monitors.core.states import State

FEWEST = 5  # messages, below which there is nothing to say
FEWEST_OWN = 3  # failures by the sender's own doing, below which they are chance
MOSTLY = 0.5  # share of the failures that makes them somebody's
NOTABLE = 0.02  # share of all messages that the sender's own failures must be


class Blame(StrEnum):
    NOT_YOU = "not_you"
    YOU = "you"
    UNCLEAR = "unclear"
    FINE = "fine"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many messages failed with a code, and whose doing that is (monitors.receipts.base.Fault)."""

    code: str
    meaning: str
    fault: str
    messages: int

    @property
    def in_words(self) -> str:
        return f"{self.code} ({self.meaning[:1].lower()}{self.meaning[1:]})" if self.code else "without a code"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is known beyond one's own messages: a public incident there, the codes with which carriers refuse more of
    several senders' messages, or what others share of the last hour."""

    incident: str = ""  # its title
    uid: str = ""
    filtered: frozenset[str] = frozenset()
    others: Sums | None = None  # None: too few share


@dataclass(frozen=True, slots=True)
class Sentence:
    """`uid` is the public incident that the sentence rests on, or empty."""

    blame: Blame
    words: str
    uid: str = ""


def whose_doing(own: Sums, state: State, codes: Sequence[CodeCount], elsewhere: Elsewhere, place: str) -> Sentence:
    """Say whose doing it is that messages to `place` ("SMS to NTT DOCOMO (Japan)") did as `state` says.

    `codes` are those of the same messages, the most frequent first.
    """
    if own.ended + own.sender + own.unfinished < FEWEST:
        return Sentence(Blame.TOO_FEW, f"Not enough messages to say: {own.ended + own.sender + own.unfinished}.")
    if state.is_impaired and elsewhere.incident:
        return Sentence(Blame.NOT_YOU, f"Not you: {place} is in trouble for others too.", elsewhere.uid)
    # The sender's own doing explains no delay.
    stalls = state.is_impaired and own.late > own.failed
    if not stalls and (mine := _own_doing(own, codes, elsewhere)):
        return mine
    if state.is_impaired:
        return _compared(own, codes, elsewhere.others) if elsewhere.others else _alone(own, codes)
    if elsewhere.incident:
        words = f"Others have trouble with {place}; {_arrive(own)}."
        return Sentence(Blame.FINE, words, elsewhere.uid)
    if not own.delivered:
        return Sentence(Blame.UNCLEAR, "None of your messages has arrived yet; nobody else reports trouble.")
    return Sentence(Blame.FINE, f"{_arrive(own).capitalize()}.")


def _own_doing(own: Sums, codes: Sequence[CodeCount], elsewhere: Elsewhere) -> Sentence | None:
    """Whether most failures are the sender's own, and enough to matter."""
    total = sum(code.messages for code in codes)
    own_codes = [code for code in codes if code.fault == "sender"]
    mine = sum(code.messages for code in own_codes)
    if mine < FEWEST_OWN or mine < MOSTLY * total or mine < NOTABLE * (own.ended + mine):
        return None
    top = max(own_codes, key=lambda code: code.messages)
    if top.code in elsewhere.filtered:
        words = f"Not you alone: carriers refuse more of several senders' messages; yours mostly with {top.in_words}."
        return Sentence(Blame.UNCLEAR, words)
    words = f"It is you: {top.messages / total:.0%} of your failures are {top.in_words}."
    if top.messages < MOSTLY * total:
        words = f"It is you: {mine / total:.0%} of your failures are your own doing, mostly {top.in_words}."
    return Sentence(Blame.YOU, words)


def over(own: Sums) -> Sentence:
    """Say of a place that was in trouble that it no longer is."""
    return Sentence(Blame.FINE, f"Over: {_trouble(own)} in all; as usual in the last hour.")


def _compared(own: Sums, codes: Sequence[CodeCount], others: Sums) -> Sentence:
    """In trouble without an incident, beside what others share."""
    match standing(others, FIRST_GUESS):
        case State.OPERATIONAL:
            words = f"Yours alone: {_trouble(own)}, while {_cut(others.delivered, others.ended)} of others' messages arrive."
            return Sentence(Blame.YOU, words)
        case state if state.is_impaired:
            late = others.late > others.failed
            share = _cut(others.late, others.started) if late else _cut(others.failed, others.ended)
            words = f"Not you alone: {_trouble(own)}, and {share} of others' messages there {'are late' if late else 'fail'} too."
            return Sentence(Blame.NOT_YOU, words)
    return _alone(own, codes)


def _alone(own: Sums, codes: Sequence[CodeCount]) -> Sentence:
    """In trouble, and nobody else is known to be."""
    total = sum(code.messages for code in codes)
    theirs = sum(code.messages for code in codes if code.fault == "outage")
    if theirs >= FEWEST_OWN and theirs >= MOSTLY * total:
        share = f"{theirs / total:.0%} of your failures are the provider's or carrier's"
        return Sentence(Blame.NOT_YOU, f"Probably not you: {share}. Nobody else reports it yet.")
    return Sentence(Blame.UNCLEAR, f"Not clear yet: {_trouble(own)}, and nobody else reports it.")


def _trouble(own: Sums) -> str:
    return (
        f"{own.late:,} of {own.started:,} late" if own.late > own.failed else f"{own.failed:,} of {own.ended:,} failed"
    )


def _cut(part: int, of: int) -> str:
    """Return a share in per cent that is never rounded up to what was not reached."""
    return f"{100 * part // of}%"


def _arrive(own: Sums) -> str:
    return f"your messages arrive: {own.delivered:,} of {own.ended:,}"
