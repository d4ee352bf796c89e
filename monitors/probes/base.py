"""What every probe is, what it may use, and what it gives: one measured look at a target."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kit.addresses import Target
from monitors.core.conditions import Names
from monitors.core.states import State
from monitors.probes.reasons import Reason as Reason


@dataclass(frozen=True, slots=True)
class Phases:
    """Durations in microseconds; 0 where a phase did not take place."""

    dns: int = 0
    connect: int = 0
    tls: int = 0
    first_byte: int = 0
    transfer: int = 0

    def __add__(self, other: "Phases") -> "Phases":
        return Phases(
            self.dns + other.dns,
            self.connect + other.connect,
            self.tls + other.tls,
            self.first_byte + other.first_byte,
            self.transfer + other.transfer,
        )


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one check saw. `detail` is evidence for people: status, headers, piece of body, address, chain."""

    state: State
    reason: Reason
    total_us: int
    phases: Phases = Phases()
    summary: str = ""  # one sentence for people
    detail: Mapping[str, object] = field(default_factory=dict)


def failed(reason: Reason, summary: str, *, total_us: int = 0, phases: Phases = Phases()) -> ProbeResult:
    """Return a result without an answer: down, or unknown where the reason is ours."""
    state = State.UNKNOWN if reason.is_ours else State.MAJOR_OUTAGE
    return ProbeResult(state, reason, total_us, phases, summary)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to a judged target. `closely` asks for the certificates of this very connection."""

    target: Target
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    offers_http2: bool = False
    closely: bool = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of a chain; `days_left` until it expires, negative when it has; the hosts it is for."""

    subject: str
    issuer: str
    days_left: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Secured:
    """What an earlier connection to the same place showed of itself, and when: a monotonic time."""

    certificates: tuple[Certificate, ...]
    tls_version: str
    at: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one request. `reason` is OK when an answer came, whatever its status.

    `trouble` says in words what went wrong. `oddities` are faults of the server that we could read past.
    `total_us` and `phases` include looking up the name. `certificates` are this connection's, if they were asked for;
    else `remembered` are those of one before, which was `remembered_s` seconds earlier.
    """

    reason: Reason
    trouble: str = ""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()  # names in lower case
    body: bytes = b""
    is_truncated: bool = False
    total_us: int = 0
    phases: Phases = Phases()
    address: str = ""  # the literal that was dialled
    http_version: str = ""
    tls_version: str = ""  # "TLS 1.3"; "" where there is none, or it is not known
    certificates: tuple[Certificate, ...] = ()
    remembered: Secured | None = None
    remembered_s: float = 0.0
    oddities: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


class Net(Protocol):
    """The guarded way out that a probe is given: it refuses addresses that are not public."""

    @property
    def allowed(self) -> Collection[str]:
        """Private hosts that this installation may watch, as kit.addresses takes them."""

    @property
    def ca_file(self) -> str:
        """The certificate authorities that are trusted."""

    @property
    def user_agent(self) -> str:
        """What we call ourselves to a server of HTTP."""

    @property
    def mail_name(self) -> str:
        """What we call ourselves to a mail server: a host name, or an address as RFC 5321 (4.1.3) writes it."""

    async def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        """Return the judged literals of a host, to dial in this order.

        Raises AddressRefused, and NameUnresolved, of kit.addresses.
        """

    async def fetch(self, request: Request, timeout_s: float) -> Answer:
        """Send one request and return what came within `timeout_s` seconds.

        Raises AddressRefused, and NameUnresolved, of kit.addresses.
        """


KEPT = "•••"  # stands in a form for a secret that is stored and stays as it is
KNOWN = "known"  # the option under which a check is told what only the database knows


@dataclass(frozen=True, slots=True)
class Field:
    """One option of a probe as a form asks for it.

    `kind` is "text", "choice", "whole", "lines", or "secret": stored encrypted and never shown again.
    What `is_extra` is folded away until it is wanted.
    """

    name: str
    label: str
    kind: str = "text"
    initial: str = ""
    choices: tuple[str, ...] = ()
    help: str = ""
    is_extra: bool = False


class BadOptions(Exception):
    """Options that a probe cannot work with. `errors` has one sentence for people per field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {error}" for name, error in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Probe:
    """One kind of monitor.

    `locate` judges a target by its text and says where it is, given the private hosts that are allowed
    and this installation's own, which are not; None where nothing is connected to; raises AddressRefused. `clean` turns
    what a person wrote into options as they are stored; raises BadOptions. `probe` looks once, given
    target, stored options, seconds and whether to describe a good answer as fully as a bad one;
    it may raise AddressRefused and NameUnresolved, which the engine turns into results. Secrets are in
    the clear in the options that `clean` gives and `probe` gets; what only the database knows is under KNOWN.
    `names` are what its conditions may speak of. `is_waiting` says that nothing is asked: the target reports to us.
    `is_sending`: a task of ours sends something that costs money, and a check only judges what came of it, so that none
    is ever sent because somebody looked. `least_interval_s` is how often it may be asked.
    """

    label: str
    target_label: str
    fields: tuple[Field, ...]
    locate: Callable[[str, Collection[str], Collection[str]], Target | None]
    clean: Callable[[Mapping[str, str]], dict[str, object]]
    probe: Callable[[str, Mapping[str, object], float, bool, Net], Awaitable[ProbeResult]]
    names: Names = field(default_factory=dict)
    is_waiting: bool = False
    is_sending: bool = False
    least_interval_s: int = 10


@dataclass(frozen=True, slots=True)
class ProbeTask:
    """One check to make. `wait_s` seconds from now until its slot; `in_full` describes a good answer too.

    `tenant` is whose it is, so that nobody's targets take all places; 0: our own.
    """

    kind: str
    target: str
    options: Mapping[str, object]
    timeout_s: float
    wait_s: float = 0.0
    in_full: bool = False
    tenant: int = 0
