"""What a server may send in one exchange, and no more."""

from dataclasses import dataclass, field

from monitors.probes.base import Reason

MAX_BODY = 1_000_000  # bytes, after inflating
MAX_HEADERS = 200  # of all answers of one exchange together, so that a storm of 1xx ends too
MAX_HEADER_BYTES = 64_000
_CODINGS = ("", "identity", "gzip", "x-gzip")


@dataclass(slots=True)
class Inbox:
    """Takes in what the server sends, and stops the transfer (-1) at the first thing too much."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    is_truncated: bool = False
    verdict: Reason = Reason.OK
    trouble: str = ""
    _lines: int = 0
    _bytes: int = 0

    def take_header(self, line: bytes) -> int | None:
        self._lines += 1
        self._bytes += len(line)
        if self._lines > MAX_HEADERS or self._bytes > MAX_HEADER_BYTES:
            return self._stop(Reason.PROTOCOL_ERROR, f"More than {MAX_HEADERS} headers, or {MAX_HEADER_BYTES:,} bytes.")
        if line.startswith(b"HTTP/"):
            self.headers.clear()  # those of an interim answer
            return None
        name, colon, value = line.decode("latin-1").partition(":")
        # RFC 9110 5.5: only these surround a value; str.strip would take more away, half of a UTF-8 letter included.
        return self._judge(name.strip().lower(), value.strip(" \t\r\n")) if colon else None

    def _judge(self, name: str, value: str) -> int | None:
        if name == "content-encoding" and value.lower() not in _CODINGS:
            return self._stop(Reason.BAD_ENCODING, f"The body is encoded as {value[:60]!r}; we asked for gzip or none.")
        if name == "transfer-encoding" and value.lower() not in ("chunked", "identity"):
            return self._stop(Reason.BAD_ENCODING, f"The transfer is encoded as {value[:60]!r}; we asked for none.")
        if name == "content-encoding" and any(n == name for n, _ in self.headers):
            return self._stop(Reason.BAD_ENCODING, "The body is encoded more than once.")
        if name == "content-length" and any(n == name and v != value for n, v in self.headers):
            return self._stop(Reason.PROTOCOL_ERROR, "Two Content-Length headers contradict each other.")
        self.headers.append((name, value))
        return None

    def take_body(self, piece: bytes) -> int | None:
        room = MAX_BODY - len(self.body)
        self.body += piece[:room]
        if len(piece) <= room:
            return None
        self.is_truncated = True
        return -1

    def _stop(self, verdict: Reason, trouble: str) -> int:
        self.verdict, self.trouble = verdict, trouble
        return -1

    @property
    def oddities(self) -> tuple[str, ...]:
        names = {name for name, _ in self.headers}
        # RFC 9112 6.3: a sign of request smuggling; libcurl goes by the chunks.
        return ("Content-Length beside Transfer-Encoding",) if {"content-length", "transfer-encoding"} <= names else ()
