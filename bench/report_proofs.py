"""Proofs of work for reports that a bench sends: signed with the keys of the running installation, and as small as work can be.

The server looks at the signature and not at how long the work took; a browser's own work is no part of what is measured.
"""

from datetime import timedelta

from altcha import Payload, solve_challenge
from altcha.v2 import Challenge


def small_proof(provider_slug: str) -> str:
    """Return a proof for one report about a provider. Needs Django set up with the installation's SECRET_KEYS."""
    from kit.clock import clock
    from monitors.services.report_work import challenge

    given = Challenge.from_dict(challenge(provider_slug, 1, 1, until=clock() + timedelta(days=30)))
    return Payload(given, solve_challenge(given)).to_base64()
