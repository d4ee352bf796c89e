"""Settings that contradict each other are named."""

import pytest

from config.checks import contradictions

WELL = {
    "LOCAL": False,
    "DEBUG": False,
    "SECRET_KEY": "k" * 40,
    "PUBLIC_URL": "https://status.example.com",
    "ALLOWED_PRIVATE_HOSTS": [],
    "EMAIL_URL": "smtp://mail.example.com",
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "TRUSTED_PROXIES": 1,
    "EMBEDDED_POSTGRES": False,
    "EMBEDDED_VALKEY": False,
    "BROKER_URL": "amqp://h",
    "DATABASE_POOL": 20,
    "CLOCK_SPEED": 1.0,
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"DEBUG": True}, ["statuswire.E001"]),
        ({"SECRET_KEY": "short"}, ["statuswire.E002"]),
        ({"PUBLIC_URL": "http://status.example.com"}, ["statuswire.E003", "statuswire.W004"]),
        ({"DATABASE_POOL": 1}, ["statuswire.E004"]),
        ({"DATABASE_POOL": 0}, []),
        ({"CLOCK_SPEED": 60.0}, ["statuswire.E005"]),
        ({"ALLOWED_PRIVATE_HOSTS": ["10.0.0.7"]}, ["statuswire.W001"]),
        ({"EMAIL_URL": "file:///var/mail"}, ["statuswire.W002"]),
        ({"TRUSTED_PROXIES": 0}, ["statuswire.W003"]),
        ({"EMBEDDED_VALKEY": True}, ["statuswire.W005"]),
        # On a machine of one's own most of it is nobody's business.
        ({"LOCAL": True, "DEBUG": True, "SECRET_KEY": "x", "EMAIL_URL": "file:///m", "CLOCK_SPEED": 60.0}, []),
    ],
)
def test_what_contradicts_itself_is_named(settings, change, expected):
    for name, value in {**WELL, **change}.items():
        setattr(settings, name, value)
    assert [message.id for message in contradictions()] == expected


def test_every_message_says_what_to_do(settings):
    for name, value in {**WELL, "DEBUG": True, "SECRET_KEY": "x", "PUBLIC_URL": "http://h", "DATABASE_POOL": 1}.items():
        setattr(settings, name, value)
    assert all(message.hint for message in contradictions())
