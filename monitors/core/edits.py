"""What changed between two readings of a monitor's settings, as people may read it."""

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 300  # characters of a text that are kept: enough to see what was done, not another copy of a long script


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `text` is how people read it, without secrets; "" for nothing. `stored` says whether two are the same."""

    name: str
    label: str
    text: str
    stored: object


@dataclass(frozen=True, slots=True)
class Edit:
    """One setting that was changed. Both texts None: what it was and is, is not for telling."""

    what: str
    before: str | None
    after: str | None

    @property
    def has_lines(self) -> bool:
        """Whether one of its texts has several lines, such as conditions."""
        return "\n" in f"{self.before or ''}{self.after or ''}"


def edits(before: Sequence[Setting], after: Sequence[Setting]) -> list[Edit]:
    """Return what differs, in the order of `after`. What reads alike and is not, such as a secret, is told without texts."""
    old = {setting.name: setting for setting in before}
    return [
        _edit(old[new.name], new)
        for new in after
        if new.name in old and (old[new.name].stored, old[new.name].text) != (new.stored, new.text)
    ]


def _edit(old: Setting, new: Setting) -> Edit:
    before, after = _cut(old.text), _cut(new.text)
    return Edit(new.label, None, None) if before == after else Edit(new.label, before, after)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
