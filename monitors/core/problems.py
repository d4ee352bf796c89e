"""What people say is wrong, per category of provider: the value that is stored, and the words for it."""

from collections.abc import Mapping

COMMS: Mapping[str, str] = {
    "messages_delayed": "Messages are delayed",
    "messages_missing": "Messages do not arrive",
    "calls_fail": "Calls fail",
    "login": "Login or console",
    "api_errors": "API errors",
    "other": "Something else",
}
USUAL: Mapping[str, str] = {
    "down": "Nothing works",
    "slow": "It is slow",
    "login": "Login or console",
    "api_errors": "API errors",
    "other": "Something else",
}
_WORDS = {**USUAL, **COMMS}


def problems(category: str) -> Mapping[str, str]:
    return COMMS if category == "comms" else USUAL


def problem_words(problem: str) -> str:
    return _WORDS.get(problem, problem.replace("_", " ").capitalize())
