"""What a module of blackbox_exporter says to a port and expects of it: one text of ours, or a greeting by STARTTLS."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitors.imports.base import Impossible
from monitors.imports.parts import Part
from monitors.imports.writing import pattern

_ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_ANYTHING = re.compile(r"^(\.\*)+|(\.[*+])+$")


@dataclass(slots=True)
class Dialogue:
    kind: str = "tcp"
    options: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def dialogue(steps: Sequence[Part]) -> Dialogue:
    """Return what steps become. Raises Impossible."""
    sends, expects = [step.exactly("send") for step in steps], [step.text("expect") for step in steps]
    if any(step.flag("starttls") for step in steps):
        return _greeting(steps, sends)
    found = Dialogue()
    # In one step it listens before it speaks. What is said after all is heard changes nothing.
    last = max((number for number, regex in enumerate(expects) if regex), default=len(sends))
    if any("${" in line for line in sends[:last]):
        raise Impossible("It answers with a piece of what the server said, which StatusWire does not.")
    if said := "".join(f"{_written(line)}\\n" for line in sends[:last] if line):
        found.options["send"] = said
    if any(sends[last:]):
        found.lost.append("What it says at the end, when all that is expected was heard.")
    wanted = [regex for regex in expects if regex]
    if wanted:
        found.options |= _expected(wanted[-1], found.lost, is_greeting=len(wanted) == 1)
    if len(wanted) > 1:
        found.lost.append("Its expectations but the last: StatusWire looks for one text.")
    return found


def _greeting(steps: Sequence[Part], sends: Sequence[str]) -> Dialogue:
    """A mail server is greeted in its own way."""
    lines = [line.strip().upper() for line in sends]
    if any(line.startswith(("EHLO", "HELO")) for line in lines):
        kind = "smtp"
    elif any(re.fullmatch(r"[A-Z0-9.]+ STARTTLS", line) for line in lines):
        kind = "imap"
    else:
        step = next(step for step in steps if step.flag("starttls"))
        raise Impossible(f"{step.at('starttls')}: add a monitor of the kind SMTP or IMAP instead.")
    lost = "Its own words: the server is greeted, and must encrypt by STARTTLS."
    return Dialogue(kind, {"encryption": "STARTTLS"}, [lost])


def _expected(regex: str, lost: list[str], *, is_greeting: bool) -> dict[str, str]:
    """Return the text that a pattern is, which may begin a line. Raises Impossible for more than a text.

    Of a greeting, which comes in one piece, a condition can say any pattern.
    """
    if regex.startswith("^+"):
        lost.append(f"Its pattern {regex[:40]!r} is taken for the text {regex[1:41]!r}.")
        regex = "^\\" + regex[1:]
    begins = regex.startswith("^") and not regex.startswith("^.*")
    core = _ANYTHING.sub("", regex.removeprefix("^").removesuffix("$"))
    text = _ESCAPED.sub("", core)
    # A dot stands for anything; where one is written without a backslash, as in SSH-2.0, a dot is meant.
    if is_greeting and re.search(r"[\\^$*+?()\[\]{}|]", text):
        lost.append("Its pattern is looked for in the first piece of the answer.")
        return {"conditions": f"answer matches {pattern(f'(?m){regex}')}"}
    if not core or re.search(r"[\\^$*+?()\[\]{}|]", text):
        raise Impossible(f"It expects the pattern {regex[:40]!r}; of TCP, StatusWire looks for a text.")
    literal = _ESCAPED.sub(r"\1", core)
    options = {"expect": literal}
    return options | ({"conditions": f"answer matches {pattern('(?m)^' + re.escape(literal))}"} if begins else {})


def _written(line: str) -> str:
    r"""Return a line as a TCP monitor takes it, with \r and \t."""
    for raw, written in (("\\", "\\\\"), ("\r", "\\r"), ("\n", "\\n"), ("\t", "\\t")):
        line = line.replace(raw, written)
    return line
