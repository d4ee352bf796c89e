"""What people say is wrong, per category of provider: the value that is stored, and the words for it."""

from collections.abc import Mapping

WORKS = "works"  # no problem: "it works again"
ME_TOO = "me_too"  # the answer to the question in an alert

_LOGIN = {"login": "Login or console"}
_API = {"api_errors": "API errors"}
_OTHER = {"other": "Something else"}
COMMS: Mapping[str, str] = {
    "messages_delayed": "Messages are delayed",
    "messages_missing": "Messages do not arrive",
    "calls_fail": "Calls fail",
    **_LOGIN,
    **_API,
    **_OTHER,
}
USUAL: Mapping[str, str] = {"down": "Nothing works", "slow": "It is slow", **_LOGIN, **_API, **_OTHER}
_PAYMENTS = {
    "payments_fail": "Payments fail",
    "payouts_late": "Payouts are late",
    "checkout": "Checkout or terminal",
    "webhooks_late": "Webhooks are late or missing",
    **_LOGIN,
    **_API,
    **_OTHER,
}
_CLOUD = {
    "servers": "Servers or deployments",
    "network": "Network or DNS",
    "storage": "Storage or database",
    "slow": "It is slow",
    **_LOGIN,
    **_API,
    **_OTHER,
}
_AI = {
    "errors": "Answers fail",
    "answers_slow": "Answers are slow",
    "limits": "Refused as too busy",
    **_LOGIN,
    **_API,
    **_OTHER,
}
_DEVTOOLS = {
    "down": "Nothing works",
    "jobs": "Builds or jobs hang or fail",
    "code": "Push, pull or packages",
    "webhooks_late": "Webhooks are late or missing",
    **_LOGIN,
    **_API,
    **_OTHER,
}
_PEOPLE = {  # services that people use by hand
    "down": "Nothing works",
    "app": "The app",
    "site": "The website",
    "media": "Sending, playing or loading",
    **_LOGIN,
    **_OTHER,
}
_NETWORK = {"signal": "No signal", "internet": "Mobile or home internet", "calls_fail": "Calls fail",
            "messages_missing": "Messages do not arrive", **_OTHER}  # fmt: skip
_DATA = {
    "missing": "Data is late or missing",
    "slow": "It is slow",
    "down": "Nothing works",
    **_LOGIN,
    **_API,
    **_OTHER,
}

_WORK = {  # where people keep what they work on
    "down": "Nothing works",
    "slow": "It is slow",
    "saving": "Saving, syncing or loading",
    "notices": "Mail or notifications are late",
    **_LOGIN,
    **_API,
    **_OTHER,
}
_SECURITY = {
    "sign_in": "Signing in through it fails",
    "codes": "Codes or prompts do not come",
    "scans": "Scans, rules or alerts are late",
    "slow": "It is slow",
    **_LOGIN,
    **_API,
    **_OTHER,
}
_MARKETING = {
    "sending": "Campaigns are not sent",
    "missing": "Data is late or missing",
    "slow": "It is slow",
    **_LOGIN,
    **_API,
    **_OTHER,
}
_SUPPORT = {
    "chat": "Chat does not load",
    "tickets": "Tickets are late or missing",
    "calls_fail": "Calls fail",
    "slow": "It is slow",
    **_LOGIN,
    **_API,
    **_OTHER,
}
_THINGS = {"devices": "Devices do not connect", "control": "Control or automation", "app": "The app",
           **_LOGIN, **_API, **_OTHER}  # fmt: skip

BY_CATEGORY: Mapping[str, Mapping[str, str]] = {
    "comms": COMMS,
    "payments": _PAYMENTS,
    "finance": _PAYMENTS,
    "crypto": _PAYMENTS,
    "ecommerce": _PAYMENTS,
    "cloud": _CLOUD,
    "hosting": _CLOUD,
    "cdn": _CLOUD,
    "network": _CLOUD,
    "ai": _AI,
    "devtools": _DEVTOOLS,
    "social": _PEOPLE,
    "media": _PEOPLE,
    "gaming": _PEOPLE,
    "telecom": _NETWORK,
    "data": _DATA,
    "observability": _DATA,
    "productivity": _WORK,
    "crm": _WORK,
    "hr": _WORK,
    "education": _WORK,
    "it-management": _WORK,
    "security": _SECURITY,
    "marketing": _MARKETING,
    "support": _SUPPORT,
    "iot": _THINGS,
}
_WORDS = {key: words for problems in (*BY_CATEGORY.values(), USUAL) for key, words in problems.items()} | {
    WORKS: "It works again",
    ME_TOO: "The same as others",
}


def problems(category: str) -> Mapping[str, str]:
    return BY_CATEGORY.get(category, USUAL)


def problem_words(problem: str) -> str:
    return _WORDS.get(problem, problem.replace("_", " ").capitalize())
