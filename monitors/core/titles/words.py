"""Cut a text into words that compare equal however they are typed, and find known phrases in it."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_](?:[\w&.'’`+-]*[\w&+])?|[&+](?=\w)[\w&+]*|[,/():;|–—-]|&")
_JOINTS = re.compile(r"[-–—]")
_OWNERS = re.compile(r"['’`][sS]$")  # "Italy's Three network"
_DROPPED = re.compile(r"[.'’`]")
LONGEST = 9  # words of the longest name, "United Kingdom of Great Britain and Northern Ireland"
HEAD = 4  # letters by which most words are told from every name


@dataclass(frozen=True, slots=True)
class Word:
    """A word as typed, and folded for comparing: no case, no accents, no dots, no apostrophes."""

    typed: str
    folded: str

    @property
    def is_name_like(self) -> bool:
        return self.typed[:1].isupper() or self.typed[:1].isdigit()


@dataclass(frozen=True, slots=True)
class Span:
    """The words from `start` to before `end`, and what they mean."""

    start: int
    end: int
    kind: str
    key: str


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _DROPPED.sub("", "".join(c for c in plain if not unicodedata.combining(c)))


def words_of(text: str) -> list[Word]:
    """Return the words and the separating marks of a text. A hyphen inside a name separates words too."""
    found = []
    for typed in _WORD.findall(text):
        parts = [part for part in _JOINTS.split(typed) if part] or [typed]
        found += [Word(part, fold(_OWNERS.sub("", part))) for part in parts]
    return found


def key_of(words: Sequence[Word]) -> str:
    """Return what two spellings of one name share: "Asia Cell" and "AsiaCell", "C-Spire" and "C Spire"."""
    return "".join(word.folded for word in words if word.folded not in _MARKS)


_MARKS = {",", "/", "(", ")", ":", ";", "|", "-", "–", "—"}


def is_mark(word: Word) -> bool:
    return word.folded in _MARKS


def heads_of(keys: Iterable[str]) -> frozenset[str]:
    """Return how the keys begin. No phrase that begins otherwise is one of them."""
    return frozenset(key[:HEAD] for key in keys)


def phrases(words: Sequence[Word], start: int, *heads: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield (end, key) of the phrases that begin at `start`, longest first. None ends with a mark but ")".

    With `heads` (see heads_of) only as far as they begin like one of the names.
    """
    found, key = [], ""
    for at in range(start, min(len(words), start + LONGEST + 2)):
        if not is_mark(words[at]):
            key += words[at].folded
        elif words[at].folded != ")":
            continue
        if heads and len(key) >= HEAD and not any(key[:HEAD] in known for known in heads):
            break
        found.append((at + 1, key))
    yield from reversed(found)
