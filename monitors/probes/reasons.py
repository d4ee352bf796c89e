"""Why a check ended as it did: one table of codes, each with the sentence that a person reads."""

from enum import IntEnum


class Reason(IntEnum):
    """Why a check ended as it did; stored as its number, which therefore never changes."""

    OK = 0
    DNS_ERROR = 1
    CONNECT_TIMEOUT = 2
    CONNECT_REFUSED = 3
    CONNECT_ERROR = 4
    TLS_EXPIRED = 5
    TLS_NAME = 6
    TLS_UNTRUSTED = 7
    TLS_ERROR = 8
    TIMEOUT = 9
    PROTOCOL_ERROR = 10
    STATUS = 11
    KEYWORD = 12
    TOO_MANY_REDIRECTS = 13
    BAD_ENCODING = 14
    BODY_TRUNCATED = 15
    SLOW = 16
    BLOCKED = 17  # we refused to go there: never downtime
    OVERLOADED = 18  # our own prober was late: never downtime
    PROBER_ERROR = 19  # a fault of our own code: never downtime
    CONDITION = 20
    UNEXPECTED_ANSWER = 21
    RECORDS = 22
    TLS_EXPIRING = 23
    TLS_VERSION = 24
    DOMAIN_EXPIRING = 25
    DOMAIN_EXPIRED = 26
    NO_STARTTLS = 27
    PACKET_LOSS = 28
    UNHEALTHY = 29
    HEARTBEAT_LATE = 30
    HEARTBEAT_FAILED = 31
    HEARTBEAT_OVERDUE = 32
    NOT_AVAILABLE = 33  # this machine cannot make such checks: never downtime
    NOT_KNOWN_YET = 34  # nothing has come in yet to judge by: never downtime
    SECRET_UNREADABLE = 35  # our keys do not open a stored secret: never downtime
    NOT_DELIVERED = 36
    SEND_REFUSED = 37
    COST_CAP = 38  # nothing was sent, as its owner will pay for no more: never downtime
    NO_NETWORK = 60  # our own network did not work: never downtime
    OUTVOTED = 61  # the other regions of the monitor saw no failure: never downtime

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def sentence(self) -> str:
        """What happened, for people, without the particulars of one check."""
        return SENTENCES[self]

    @property
    def is_ours(self) -> bool:
        """Whether this says something about us and nothing about the target."""
        return self in _OURS


_OURS = frozenset(
    {
        Reason.BLOCKED, Reason.OVERLOADED, Reason.PROBER_ERROR, Reason.NOT_AVAILABLE, Reason.NOT_KNOWN_YET,
        Reason.SECRET_UNREADABLE, Reason.COST_CAP, Reason.NO_NETWORK, Reason.OUTVOTED,
    }
)  # fmt: skip

SENTENCES = {
    Reason.OK: "The answer was as expected.",
    Reason.DNS_ERROR: "The name could not be resolved.",
    Reason.CONNECT_TIMEOUT: "No connection came about in time.",
    Reason.CONNECT_REFUSED: "The connection was refused.",
    Reason.CONNECT_ERROR: "No connection could be made.",
    Reason.TLS_EXPIRED: "The certificate has expired or is not valid yet.",
    Reason.TLS_NAME: "The certificate is for another name.",
    Reason.TLS_UNTRUSTED: "The certificate is not signed by an authority that we trust.",
    Reason.TLS_ERROR: "No secure connection came about.",
    Reason.TIMEOUT: "The answer was not complete in time.",
    Reason.PROTOCOL_ERROR: "The answer did not follow its protocol.",
    Reason.STATUS: "The status was not one of those expected.",
    Reason.KEYWORD: "The body lacks the text that it must have, or has one that it must not have.",
    Reason.TOO_MANY_REDIRECTS: "The redirects did not end.",
    Reason.BAD_ENCODING: "The answer's encoding could not be read.",
    Reason.BODY_TRUNCATED: "The body was too long to be read to its end.",
    Reason.SLOW: "The answer was right, but slow.",
    Reason.BLOCKED: "StatusWire does not connect to this address.",
    Reason.OVERLOADED: "Our own prober was late, so this says nothing about the target.",
    Reason.PROBER_ERROR: "Our own prober failed, so this says nothing about the target.",
    Reason.CONDITION: "A condition did not hold.",
    Reason.UNEXPECTED_ANSWER: "The answer was another than expected.",
    Reason.RECORDS: "The records were others than expected.",
    Reason.TLS_EXPIRING: "The certificate expires soon.",
    Reason.TLS_VERSION: "The server speaks too old a version of TLS.",
    Reason.DOMAIN_EXPIRING: "The domain's registration expires soon.",
    Reason.DOMAIN_EXPIRED: "The domain's registration has expired, or nobody holds it.",
    Reason.NO_STARTTLS: "The server does not offer to encrypt the connection.",
    Reason.PACKET_LOSS: "Some packets were not answered.",
    Reason.UNHEALTHY: "The service says itself that it is not healthy.",
    Reason.HEARTBEAT_LATE: "The expected ping has not come.",
    Reason.HEARTBEAT_FAILED: "The job said itself that it failed.",
    Reason.HEARTBEAT_OVERDUE: "The job began and has not ended in time.",
    Reason.NOT_AVAILABLE: "This machine cannot make such checks, so this says nothing about the target.",
    Reason.NOT_KNOWN_YET: "There is nothing to judge by yet.",
    Reason.SECRET_UNREADABLE: "The stored secret could not be read, so this says nothing about the target.",
    Reason.NOT_DELIVERED: "The message was not delivered in time.",
    Reason.SEND_REFUSED: "The message was not taken.",
    Reason.COST_CAP: "No message was sent, as the monthly cap is spent; so this says nothing about the target.",
    Reason.NO_NETWORK: "Our own network did not work, so this says nothing about the target.",
    Reason.OUTVOTED: "It failed from this region alone, or from too few, so it costs no uptime.",
}
