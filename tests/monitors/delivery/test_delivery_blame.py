"""It is not you, or it is you, in one sentence."""

import pytest

from monitors.core.delivery_blame import Blame, CodeCount, Elsewhere, Sentence, whose_doing
from monitors.core.delivery_cells import Sums
from monitors.core.states import State

PLACE = "SMS to NTT DOCOMO (Japan)"
UP, DOWN = State.OPERATIONAL, State.PARTIAL_OUTAGE
NOBODY = Elsewhere()
INCIDENT = Elsewhere("SMS to NTT DOCOMO (Japan): delivery delays", "abc123")
GOOD = Sums(100, 98, 98, 0, 2)
BAD = Sums(100, 98, 40, 0, 60)
STALLED = Sums(started=40)


def code(number, fault, messages, meaning="Unregistered sender"):
    return CodeCount(number, meaning, fault, messages)


OTHERS_FINE = Elsewhere(others=Sums(400, 396, 393, 0, 7))
OTHERS_FAIL = Elsewhere(others=Sums(400, 396, 202, 150, 48))
OTHERS_LATE = Elsewhere(others=Sums(400, 90, 90))
OTHERS_SILENT = Elsewhere(others=Sums(400, 400))


UNREGISTERED = code("30034", "sender", 62)
UNKNOWN = code("30008", "ambiguous", 38, "Unknown error")


@pytest.mark.parametrize(
    ("own", "state", "codes", "elsewhere", "expected"),
    [
        (Sums(), State.UNKNOWN, [], NOBODY, Sentence(Blame.TOO_FEW, "Not enough messages to say: 0.")),
        (Sums(4, 4, 4), UP, [], INCIDENT, Sentence(Blame.TOO_FEW, "Not enough messages to say: 4.")),
        (
            BAD, DOWN, [UNKNOWN], INCIDENT,
            Sentence(Blame.NOT_YOU, f"Not you: {PLACE} is in trouble for others too.", "abc123"),
        ),
        (
            STALLED, DOWN, [], INCIDENT,
            Sentence(Blame.NOT_YOU, f"Not you: {PLACE} is in trouble for others too.", "abc123"),
        ),
        (
            Sums(200, 198, 100, 0, 38, 62), UP, [UNREGISTERED, UNKNOWN], NOBODY,
            Sentence(Blame.YOU, "It is you: 62% of your failures are 30034 (unregistered sender)."),
        ),
        (
            GOOD + Sums(60, 60, sender=60), UP,
            [code("21610", "sender", 25, "Opted out"), code("21211", "sender", 20, "Wrong number"), code("30008", "ambiguous", 15)],
            NOBODY,
            Sentence(Blame.YOU, "It is you: 75% of your failures are your own doing, mostly 21610 (opted out)."),
        ),
        (
            Sums(200, 198, 100, 0, 38, 62), UP, [UNREGISTERED, UNKNOWN], Elsewhere(filtered=frozenset(["30034"])),
            Sentence(
                Blame.UNCLEAR,
                "Not you alone: carriers refuse more of several senders' messages; yours mostly with 30034 (unregistered sender).",
            ),
        ),
        (
            Sums(200, 198, 100, 0, 38, 62), UP, [UNREGISTERED, UNKNOWN], Elsewhere(filtered=frozenset(["30007"])),
            Sentence(Blame.YOU, "It is you: 62% of your failures are 30034 (unregistered sender)."),
        ),
        (
            Sums(100, 98, 40, 50, 10), DOWN, [code("30017", "outage", 50), code("30008", "ambiguous", 10)], NOBODY,
            Sentence(
                Blame.NOT_YOU,
                "Probably not you: 83% of your failures are the provider's or carrier's. Nobody else reports it yet.",
            ),
        ),
        (
            BAD, DOWN, [code("30008", "ambiguous", 60)], NOBODY,
            Sentence(Blame.UNCLEAR, "Not clear yet: 60 of 100 failed, and nobody else reports it."),
        ),
        (STALLED, DOWN, [UNREGISTERED], NOBODY, Sentence(Blame.UNCLEAR, "Not clear yet: 40 of 40 late, and nobody else reports it.")),
        (STALLED, DOWN, [], NOBODY, Sentence(Blame.UNCLEAR, "Not clear yet: 40 of 40 late, and nobody else reports it.")),
        (
            BAD, DOWN, [code("30017", "outage", 60)], OTHERS_FINE,
            Sentence(Blame.YOU, "Yours alone: 60 of 100 failed, while 98% of others' messages arrive."),
        ),
        (
            STALLED, DOWN, [], OTHERS_FINE,
            Sentence(Blame.YOU, "Yours alone: 40 of 40 late, while 98% of others' messages arrive."),
        ),
        (BAD, DOWN, [UNKNOWN], OTHERS_FAIL, Sentence(Blame.NOT_YOU, "Not you alone: 60 of 100 failed, and 49% of others' messages there fail too.")),
        (STALLED, DOWN, [], OTHERS_LATE, Sentence(Blame.NOT_YOU, "Not you alone: 40 of 40 late, and 77% of others' messages there are late too.")),
        (
            STALLED, DOWN, [], OTHERS_SILENT,
            Sentence(Blame.UNCLEAR, "Not clear yet: 40 of 40 late, and nobody else reports it."),
        ),
        (
            GOOD, UP, [], INCIDENT,
            Sentence(Blame.FINE, f"Others have trouble with {PLACE}; your messages arrive: 98 of 100.", "abc123"),
        ),
        (Sums(9, 9), State.UNKNOWN, [], NOBODY,
            Sentence(Blame.UNCLEAR, "None of your messages has arrived yet; nobody else reports trouble.")),
        (GOOD, UP, [], NOBODY, Sentence(Blame.FINE, "Your messages arrive: 98 of 100.")),
        # A few wrong numbers among thousands are not worth a word.
        (Sums(1000, 990, 995, sender=5), UP, [code("21211", "sender", 5)], NOBODY,
            Sentence(Blame.FINE, "Your messages arrive: 995 of 995.")),
        (Sums(20, 20, 18, sender=2), UP, [code("21211", "sender", 2)], NOBODY,
            Sentence(Blame.FINE, "Your messages arrive: 18 of 18.")),
    ],
)  # fmt: skip
def test_the_sentence_claims_what_the_numbers_carry(own, state, codes, elsewhere, expected):
    assert whose_doing(own, state, codes, elsewhere, PLACE) == expected


def test_failures_without_a_code_are_called_so():
    assert code("", "ambiguous", 3, "Failed without a code").in_words == "without a code"
