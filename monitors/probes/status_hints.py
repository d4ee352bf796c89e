"""What a status that nobody expected asks for, as far as the answer itself says so."""

import re

from monitors.probes.base import Answer
from monitors.probes.evidence import masked, printable

_SPOKEN = ("basic", "bearer")
# The pages of nginx, Apache, and Go's own server.
_TLS_PORT = re.compile(rb"HTTPS port|SSL-enabled server port|HTTP request to an HTTPS server")


def hint(answer: Answer, *, has_credentials: bool) -> str:
    """Return one more sentence for people, after a blank, or nothing."""
    found = ""
    if answer.status == 401:
        found = _of_challenge(answer.header("www-authenticate"), has_credentials)
    elif answer.status == 405 and (takes := answer.header("allow")):
        found = f"It takes {', '.join(takes.replace(' ', '').split(','))}."
    elif answer.status == 429:
        wait = answer.header("retry-after")
        found = f"It wants fewer requests{f' (Retry-After: {wait})' if wait else ''}. Check it less often."
    elif answer.status == 400 and not answer.tls_version and _TLS_PORT.search(answer.body[:4000]):
        found = "It wants https:// on this port."
    elif answer.status in (301, 302, 303, 307, 308) and (leads_to := answer.header("location")):
        found = f"It leads to {masked(leads_to)}, which was not followed."
    return f" {printable(found)[:200]}" if found else ""


def _of_challenge(challenge: str, has_credentials: bool) -> str:
    scheme = challenge.partition(" ")[0]
    if scheme and scheme.lower() not in _SPOKEN:
        return f"It wants {scheme} authentication, which StatusWire does not speak."
    if has_credentials:
        return "It does not take what is given under Authentication."
    return f"It wants {f'{scheme} ' if scheme else ''}authentication. Give it under Authentication."
