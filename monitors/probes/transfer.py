"""One HTTP exchange by libcurl, with everything that a hostile server could do to us bounded."""

import re
import time
from collections.abc import Callable
from ipaddress import ip_address
from socket import MSG_DONTWAIT, MSG_PEEK, socket

import pycurl

from monitors.probes.base import Answer, Certificate, Phases, Reason, Request, Secured
from monitors.probes.chains import chain_of
from monitors.probes.curl_errors import Failure
from monitors.probes.handles import Handles
from monitors.probes.hello import LONGEST, chosen_version
from monitors.probes.inbox import Inbox

_AGREED = re.compile(rb"SSL connection using TLSv(\d\.\d)")
_PEEK = MSG_PEEK | MSG_DONTWAIT
_VERSIONS = {1: "HTTP/1.0", 2: "HTTP/1.1", 3: "HTTP/2", 30: "HTTP/3"}


BeforeRead = Callable[[int, Callable[[], None]], None]


class Transfer:
    """A libcurl handle set up for one request to one literal address.

    `before_read` is told the descriptor of a TLS connection, and what to do before its first bytes are read. Who looks
    `closely` gets its certificates, else `remembered` ones if the handshake came to a good end.
    """

    def __init__(
        self,
        request: Request,
        address: str,
        timeout_s: float,
        handles: Handles,
        before_read: BeforeRead,
        *,
        closely: bool = False,
        remembered: Secured | None = None,
    ) -> None:
        self.inbox = Inbox()
        self._handles, self._before_read = handles, before_read
        self._tls_version, self._os_errno = "", 0
        self.handle = handles.take()
        self._address, self._request = address, request
        self._closely, self._remembered = closely, remembered
        self._sockets: list[socket] = []
        self._set_up_connection(timeout_s)
        self._set_up_request()

    def _set_up_connection(self, timeout_s: float) -> None:
        handle, address = self.handle, self._address
        literal = f"[{address}]" if ":" in address else address
        milliseconds = max(1, int(timeout_s * 1000))
        handle.setopt(pycurl.CONNECT_TO, [f"::{literal}:{self._request.target.port}"])
        handle.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        handle.setopt(pycurl.TIMEOUT_MS, milliseconds)
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, milliseconds)

    def _set_up_request(self) -> None:
        handle, request = self.handle, self._request
        handle.setopt(pycurl.URL, str(request.target))
        handle.setopt(
            pycurl.HTTP_VERSION,
            pycurl.CURL_HTTP_VERSION_2TLS if request.offers_http2 else pycurl.CURL_HTTP_VERSION_1_1,
        )
        handle.setopt(pycurl.HEADERFUNCTION, self.inbox.take_header)
        handle.setopt(pycurl.WRITEFUNCTION, self.inbox.take_body)
        if request.method == "HEAD":
            handle.setopt(pycurl.NOBODY, 1)
        elif request.method == "GET":
            handle.setopt(pycurl.HTTPGET, 1)
        else:  # as a POST, whatever the word
            handle.setopt(pycurl.POSTFIELDS, request.body)
            handle.setopt(pycurl.CUSTOMREQUEST, request.method)
        if request.target.scheme == "https":
            self._set_up_tls()
        handle.setopt(pycurl.HTTPHEADER, ["Expect:", *(f"{name}: {value}" for name, value in request.headers)])

    def _set_up_tls(self) -> None:
        self.handle.setopt(pycurl.SOCKOPTFUNCTION, self._await_hello)
        if self._closely:
            self.handle.setopt(pycurl.OPT_CERTINFO, 1)
            self.handle.setopt(pycurl.VERBOSE, 1)
            self.handle.setopt(pycurl.DEBUGFUNCTION, self._take_log)

    def _open_socket(self, _purpose: int, to: tuple[int, int, int, tuple[str, int]]) -> socket | int:
        """The second wall: no socket for anything but the address that was judged."""
        family, kind, protocol, where = to
        is_judged = where[0] == self._address or ip_address(where[0]) == ip_address(self._address)
        if not is_judged or where[1] != self._request.target.port:
            return pycurl.SOCKET_BAD
        opened = socket(family, kind, protocol)
        self._sockets.append(opened)  # libcurl works on a duplicate
        return opened

    def _take_log(self, kind: int, line: bytes) -> None:
        """libcurl's own words, for where the server's came too soon to be looked at: from this very machine."""
        if kind == pycurl.INFOTYPE_TEXT and (agreed := _AGREED.match(line)):
            self._tls_version = f"TLS {agreed[1].decode()}"

    def _await_hello(self, descriptor: int, _purpose: int) -> int:
        self._before_read(descriptor, self._read_hello)
        return pycurl.SOCKOPT_OK

    def _read_hello(self) -> None:
        """Look at the server's first words of TLS, and leave them to libcurl."""
        try:
            words = self._sockets[-1].recv(LONGEST, _PEEK)
        except OSError as error:  # libcurl finds out that there is one, but no more which
            self._os_errno = error.errno or 0
        else:
            self._tls_version = chosen_version(words) or self._tls_version

    def finish(self, code: int, message: str, *, dns_us: int = 0) -> Answer:
        """Return what came, given libcurl's result, and give everything back.

        `dns_us` is what looking up the name took before, in microseconds.
        """
        try:
            answer = self._answer(code, message, dns_us)
        except BaseException:
            self.close()
            raise
        self._close_sockets()
        if self._request.method not in ("GET", "HEAD"):
            self.handle.close()  # what it has sent is not for the next one
        else:
            self._handles.give_back(self.handle)
        return answer

    def close(self) -> None:
        """Give everything up, in whatever state it is."""
        self.handle.close()
        self._close_sockets()

    def _close_sockets(self) -> None:
        for opened in self._sockets:
            opened.close()

    def _answer(self, code: int, message: str, dns_us: int) -> Answer:
        inbox, handle = self.inbox, self.handle
        reason, trouble = self._verdict(code, message)
        phases, total_us = self._timing(dns_us)
        remembered = self._remembered if handle.getinfo(pycurl.APPCONNECT_TIME_T) > 0 else None
        return Answer(
            reason=reason,
            trouble=trouble,
            status=int(handle.getinfo(pycurl.RESPONSE_CODE)),
            headers=tuple(inbox.headers),
            body=bytes(inbox.body),
            is_truncated=inbox.is_truncated,
            total_us=total_us + dns_us,
            phases=phases,
            address=self._address,
            http_version=_VERSIONS.get(handle.getinfo(pycurl.INFO_HTTP_VERSION), ""),
            tls_version=self._tls_version,
            certificates=self._certificates(),
            remembered=remembered,
            remembered_s=time.monotonic() - remembered.at if remembered else 0.0,
            oddities=inbox.oddities,
        )

    def _verdict(self, code: int, message: str) -> tuple[Reason, str]:
        inbox, handle = self.inbox, self.handle
        if inbox.verdict != Reason.OK:
            return inbox.verdict, inbox.trouble
        if code == pycurl.E_OK or inbox.is_truncated:
            if handle.getinfo(pycurl.RESPONSE_CODE) < 100:
                return Reason.PROTOCOL_ERROR, "The answer has no status that HTTP knows."
            return Reason.OK, ""
        failure = Failure(
            code,
            message,
            self._address,
            os_errno=handle.getinfo(pycurl.OS_ERRNO) or self._os_errno,
            connected=handle.getinfo(pycurl.CONNECT_TIME_T) > 0,
            is_tls=self._request.target.scheme == "https",
            secured=handle.getinfo(pycurl.APPCONNECT_TIME_T) > 0,
            verify=handle.getinfo(pycurl.SSL_VERIFYRESULT),
        )
        return failure.verdict()

    def _timing(self, dns_us: int) -> tuple[Phases, int]:
        """Return phases and total in microseconds. libcurl gives times since the start, 0 for "never came to that"."""
        info = self.handle.getinfo
        looked_up, connected, secured, began, total = (
            info(pycurl.NAMELOOKUP_TIME_T), info(pycurl.CONNECT_TIME_T), info(pycurl.APPCONNECT_TIME_T),
            info(pycurl.STARTTRANSFER_TIME_T), info(pycurl.TOTAL_TIME_T),
        )  # fmt: skip
        is_tls = self._request.target.scheme == "https"
        return _phases(dns_us, looked_up, connected, secured, began, total, is_tls=is_tls), total

    def _certificates(self) -> tuple[Certificate, ...]:
        return chain_of(self.handle.getinfo(pycurl.INFO_CERTINFO)) if self._closely else ()


def _phases(
    dns_us: int, looked_up: int, connected: int, secured: int, began: int, total: int, *, is_tls: bool
) -> Phases:
    """Return phases from times since the start; the time until a failure belongs to the phase that failed."""
    if not connected:
        return Phases(dns=dns_us, connect=total - looked_up)
    if is_tls and not secured:
        return Phases(dns=dns_us, connect=connected - looked_up, tls=total - connected)
    ready = max(connected, secured)
    return Phases(
        dns=dns_us,
        connect=connected - looked_up,
        tls=ready - connected,
        first_byte=max(0, (began or total) - ready),
        transfer=max(0, total - began) if began else 0,
    )
