"""The only writer of the tables of alerts."""

from alerts.services.channels import (
    channel_kinds,
    config_of,
    create_channel,
    delete_channel,
    enable_channel,
    own_email_channel,
)
from alerts.services.following import add_route, delete_route, follow_with
from alerts.services.notices import resend, send_test
from alerts.services.outbox import Claimed, Superseded, claim_next, record_outcome
from alerts.services.routing import pass_public_events, route_after_mutes, route_next

__all__ = [
    "Claimed",
    "Superseded",
    "add_route",
    "channel_kinds",
    "claim_next",
    "config_of",
    "create_channel",
    "delete_channel",
    "delete_route",
    "enable_channel",
    "follow_with",
    "own_email_channel",
    "pass_public_events",
    "record_outcome",
    "resend",
    "route_after_mutes",
    "route_next",
    "send_test",
]
