"""Our own file of monitors, as docs/IMPORTING.md describes it: read and written here, so that both stay alike."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from monitors.imports.base import (
    CONFIRMATIONS,
    INTERVAL_S,
    SLOW_FACTOR,
    TIMEOUT_S,
    About,
    Draft,
    Found,
    Impossible,
    Source,
    each,
    has_key,
)
from monitors.imports.parts import Part, Unreadable
from monitors.imports.writing import seconds_of
from monitors.probes.evidence import MASK

VERSION = 1
HIDDEN = f"{MASK} not exported, write it here"  # stands where a secret was
_KEYS = (
    "name", "kind", "target", "about", "every", "timeout", "confirmations", "recovery_confirmations", "slow_factor",
    "regions", "quorum", "tags", "paused", "options",
)  # fmt: skip
_NUMBER = re.compile(r"\d{1,3}(\.\d{1,6})?", re.ASCII)
_ENDS = re.compile("[\x85\u2028\u2029]")
NEVER = "never"  # however slow
_HEAD = f"""\
# Monitors of StatusWire. docs/IMPORTING.md says what may stand here; what is left out is as usual.
# Secrets are not in this file: where one was stands {MASK}. Write it there before you import the file elsewhere.
"""


def read(document: object) -> list[Found]:
    """Return the monitors of a file. Raises Unreadable."""
    whole = Part.of(document)
    if whole.number("statuswire", 0) != VERSION:
        raise Unreadable(f"statuswire must be {VERSION}: this file is of another version. Export it anew.")
    return each(whole.parts("monitors"), lambda one: one.text("name"), lambda one: [_draft(one)])


def _draft(one: Part) -> Draft:
    if unknown := sorted(str(key) for key in one.values if key not in _KEYS):
        raise Impossible(f"{one.at(unknown[0])} is not known. There are {', '.join(_KEYS)}.")
    options, target = _options(one), one.needed("target")
    texts = [("target", target), *((f"options.{name}", value) for name, value in options.items())]
    hidden = [one.at(key) for key, text in texts if MASK in text]
    return Draft(
        name=one.needed("name"),
        kind=one.text("kind", "http"),
        target=target,
        options=options,
        about=_about(one.part("about")),
        interval_s=_seconds(one, "every", INTERVAL_S),
        timeout_s=_seconds(one, "timeout", TIMEOUT_S),
        confirmations=one.number("confirmations", CONFIRMATIONS),
        recovery_confirmations=one.number("recovery_confirmations", 0) or None,
        slow_factor=_slow_factor(one),
        regions=tuple(one.texts("regions")),
        quorum=one.number("quorum", 0) or None,
        tags=tuple(one.texts("tags")),
        is_paused=one.flag("paused"),
        missing=f"{hidden[0]} has {MASK} where a secret was. Write the secret there." if hidden else "",
    )


def _options(one: Part) -> dict[str, str]:
    """Return options as a form has them. YAML reads a plain yes as true."""
    part = one.part("options")
    words = {key: ("no", "yes")[value] if isinstance(value, bool) else value for key, value in part.values.items()}
    return dict(Part({"options": words}, one.place).pairs("options"))


def _about(part: Part) -> About:
    return About(part.text("system"), part.text("provider"), part.text("group"), part.text("component"))


def _slow_factor(one: Part) -> float | None:
    text = one.text("slow_factor")
    if not text or text == NEVER:
        return None if text else SLOW_FACTOR
    if not _NUMBER.fullmatch(text):
        raise Impossible(f"{one.at('slow_factor')} must be a number or {NEVER}, and is {text[:40]!r}.")
    return float(text)


def _seconds(one: Part, key: str, usual: int) -> int:
    text = one.text(key)
    return round(seconds_of(text if not text.isdigit() else f"{text}s", one.at(key))) if text else usual


def write(drafts: Iterable[Draft]) -> str:
    """Return drafts as a file. Their secrets must be hidden already."""
    document = {"statuswire": VERSION, "monitors": [_entry(draft) for draft in drafts]}
    dumped = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return _HEAD + dumped


def _entry(draft: Draft) -> Mapping[str, Any]:
    about = draft.about
    entry = {
        "name": draft.name,
        "kind": draft.kind,
        "target": draft.target,
        "about": {
            key: value
            for key in ("system", "provider", "group", "component")
            if (value := getattr(about, key))
        },
        "every": f"{draft.interval_s}s",
        "timeout": f"{draft.timeout_s}s",
        "confirmations": draft.confirmations,
        "recovery_confirmations": draft.recovery_confirmations,
        "slow_factor": None if draft.slow_factor == SLOW_FACTOR else draft.slow_factor or NEVER,
        "regions": list(draft.regions),
        "quorum": draft.quorum,
        "tags": list(draft.tags),
        "paused": draft.is_paused,
        "options": dict(draft.options),
    }  # fmt: skip
    return {key: value for key, value in entry.items() if value}


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and nothing as an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # What YAML takes for the end of a line, though it is none, must be written with a backslash.
    style = '"' if _ENDS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)

SOURCE = Source(label="StatusWire", mark="YAML with statuswire: 1", recognises=has_key("statuswire"), read=read)
