"""The body of an answer, taken in within a limit, whatever it says of itself."""

import zlib


class FetchFailed(Exception):
    """No usable answer came. `reason` is a word for code, the message is for people and names no secret."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Body:
    """Collects a body up to its limit, inflating gzip in bounded steps: 64 KB may hold 67 MB of zeros."""

    def __init__(self, host: str, encoding: str, *, limit: int, truncate: bool) -> None:
        self._host, self._limit, self._truncate = host, limit, truncate
        self._parts: list[bytes] = []
        self._size = 0
        self.is_full = False
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise FetchFailed("bad_encoding", f"{host} answered in the encoding {encoding[:40]!a}, we asked for gzip.")
        self._gzip = zlib.decompressobj(31) if "gzip" in encoding else None

    def take(self, chunk: bytes) -> bool:
        """Add a chunk; False when nothing more is wanted."""
        if self._gzip is None:
            return self._add(chunk)
        while chunk and not self._gzip.eof:
            try:
                out = self._gzip.decompress(chunk, self._limit - self._size + 1)
            except zlib.error as error:
                raise FetchFailed("bad_encoding", f"{self._host} sent a body that is not valid gzip.") from error
            if not self._add(out):
                return False
            chunk = self._gzip.unconsumed_tail
        return True

    def finish(self) -> bytes:
        if self._gzip is not None and self._size and not self._gzip.eof and not self.is_full:
            raise FetchFailed("bad_encoding", f"{self._host} sent a gzip body that ends too early.")
        return b"".join(self._parts)

    def _add(self, data: bytes) -> bool:
        if self._size + len(data) > self._limit:
            if not self._truncate:
                raise FetchFailed("too_large", f"{self._host} sent more than {self._limit:,} bytes.")
            self._parts.append(data[: self._limit - self._size])
            self.is_full = True
            return False
        self._parts.append(data)
        self._size += len(data)
        return True
