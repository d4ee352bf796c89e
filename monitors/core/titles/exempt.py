"""Cut out of a text what it says is not affected: "only Claro, Tigo is not affected", "all but Vivo".

What is left keeps its words, so that "except" and its like never make a scope of what they spare.
"""

import re

_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
_CLAUSES = re.compile(r"(,?\s+(?:but|while|whereas|although|however)\s+|\s*[,()]\s*|\s+[-–—]\s+)", re.IGNORECASE)
# Of the subject before it, in the same clause.
_SPARED = re.compile(
    r"\b(?:not|n't|n’t|never|no longer)\s+(?:currently\s+|being\s+|be\s+|been\s+)*(?:affect|impact)\w*|\bunaffected\b|\bunimpacted\b"
    r"|(?<!not )(?<!n't )\b(?:work|operat|function|deliver|perform)\w*\s+(?:as\s+(?:expected|normal|usual)|normally|fine)\b|\bno\s+impact\s+(?:to|on|for)\b"
    r"|\b(?:please\s+)?(?:contact|reach\s+out)\b|\bengineers\s+(?:in|based)\b|\b(?:are|is)\s+safe\b",
    re.IGNORECASE,
)
# Of what follows, as far as the next word that says where or how.
_EXCEPT = re.compile(
    r"\b(?:except(?:ing)?|exclud(?:ing|es)|with the exception of|apart from|aside from|other than|besides|but not|not including)\b"
    r"(?:\s+(?:for|in|to|from|on|those))*\s+.*?(?=$|[.;()]|\s(?:in|from|via|over|using|due|when)\s)",
    re.IGNORECASE,
)
_ALL_BUT = re.compile(
    r"(\b(?:all|every|any)\b[^.;()]*?)\bbut\s+.*?(?=$|[.;()]|\s(?:in|from|via|over)\s)", re.IGNORECASE
)
_LISTED = 3  # words; a shorter clause before a spared one belongs to its list: "Claro, Tigo and Vivo are not affected"


def affected(text: str) -> str:
    """Return the text without the parts that name what is not affected."""
    if not any(pattern.search(text) for pattern in (_SPARED, _EXCEPT, _ALL_BUT)):
        return text
    sentences = (_ALL_BUT.sub(r"\1", _unspared(sentence)) for sentence in _SENTENCES.split(text))
    return "\n".join(_EXCEPT.sub(" ", sentence) for sentence in sentences)


def _unspared(sentence: str) -> str:
    pieces = _CLAUSES.split(sentence)  # clause, separator, clause, ...
    clauses, marks = pieces[::2], ["", *pieces[1::2]]
    kept = [not _SPARED.search(clause) for clause in clauses]
    for at in range(len(clauses) - 2, -1, -1):
        names = clauses[at].split()
        is_listed = marks[at + 1].strip() == "," and len(names) <= _LISTED and all(w[:1].isupper() for w in names)
        kept[at] = kept[at] and not (is_listed and not kept[at + 1])
    return "".join(mark + clause for mark, clause, keep in zip(marks, clauses, kept, strict=True) if keep)
