"""Where a parser is in a text: its next token, and errors that point at it."""

from monitors.core.conditions.tokens import ConditionError, Kind, Token, tokens


class Cursor:
    """The tokens of a text, taken one after the other. The last is the end, which nobody takes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens, self._at = tokens(text), 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at]

    @property
    def after_next(self) -> Token:
        return self._tokens[self._at + 1]

    @property
    def is_right_side(self) -> bool:
        """Whether the next token is what something is compared with."""
        before = self._tokens[self._at - 1].source if self._at else ""
        return before in ("==", "!=", "contains", "[", ",")

    def step(self, by: int = 1) -> None:
        self._at += by

    def take(self, source: str) -> bool:
        """Step over a word or a sign if it is the next."""
        token = self.next
        if token.kind not in (Kind.NAME, Kind.SIGN) or token.source != source:
            return False
        self.step()
        return True

    def expect(self, source: str, message: str) -> None:
        """Step over a word or a sign; raises ConditionError, with the start of its message, if another is the next."""
        if not self.take(source):
            raise self.error(f"{message}, and found {self.next}.")

    def since(self, start: Token) -> str:
        """Return the text from `start` to the token that was taken last."""
        last = self._tokens[self._at - 1]
        return self._text[start.at : last.at + len(last.source)]

    def error(self, message: str, token: Token | None = None) -> ConditionError:
        """Return an error that points at a token, the next if none is given."""
        return ConditionError(self._text, (token or self.next).at, message)
