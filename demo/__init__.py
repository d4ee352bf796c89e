"""A stand-in for the outside world: a day of Twilio, its people, its messages, a mailbox and a Slack.

It knows nothing of StatusWire but its public addresses; everything goes through HTTP and SMTP, as it would outside.
"""
