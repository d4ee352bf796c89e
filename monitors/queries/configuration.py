"""A monitor's settings as people read them, viewers too: what is secret or usually holds a secret is not shown."""

import re

from monitors.core.edits import Setting
from monitors.core.quorum import wanted_of
from monitors.models import Monitor
from monitors.probes import probe_kinds
from monitors.probes.base import Field, Probe
from monitors.probes.evidence import MASK, masked
from monitors.queries.monitors import watched_text
from monitors.queries.regions import region_name

STORED = "stored, and not shown"
# A header that a step sends: its name may be read, its value is as often a key as not.
_STEP_HEADER = re.compile(r"^(\s*header\s*:\s*[^:\n]+:[ \t]*)\S.*$", re.I | re.M)
_IN_THE_HEAD = ("name", "about")  # said above everything else on the page


def configuration(monitor: Monitor) -> list[tuple[str, str]]:
    """Return (label, text) of a monitor's settings for its page."""
    told = [(one.label, one.text) for one in settings_of(monitor) if one.text and one.name not in _IN_THE_HEAD]
    return [("Kind", probe_kinds()[monitor.kind].label), *told]


def settings_of(monitor: Monitor) -> list[Setting]:
    """Return all that a person may set about a monitor, but for its tags, and whether it is paused or muted."""
    kind = probe_kinds()[monitor.kind]
    return [
        Setting("name", "Name", monitor.name, monitor.name),
        Setting("about", "Is about", watched_text(monitor), monitor.scope_id),
        Setting("target", kind.target_label, masked(monitor.target), monitor.target),
        *_asked_for(monitor, kind),
        _confirmed_by(monitor),
        Setting("slow_factor", "Slower than usual", _slow(monitor, kind), monitor.slow_factor),
        *(_option(field, monitor.options.get(field.name, "")) for field in kind.fields),
    ]


def _asked_for(monitor: Monitor, kind: Probe) -> list[Setting]:
    """Return how often and for how long a target is asked; nothing where none is."""
    if kind.is_waiting or kind.is_sending:
        return []
    return [
        Setting("interval_s", "Every", f"{monitor.interval_s} s", monitor.interval_s),
        Setting("timeout_s", "Timeout", f"{monitor.timeout_s} s", monitor.timeout_s),
    ]


def _confirmed_by(monitor: Monitor) -> Setting:
    regions, up_after = list(monitor.regions), monitor.recovery_confirmations or monitor.confirmations
    stored = (monitor.confirmations, monitor.recovery_confirmations, regions, monitor.quorum)
    if len(regions) > 1:
        names = ", ".join(map(region_name, regions))
        text = f"{wanted_of(len(regions), monitor.quorum)} of {len(regions)} regions: {names}"
    else:
        text = "1 check" if monitor.confirmations == 1 else f"{monitor.confirmations} checks in a row"
        text += f", up after {up_after}" if up_after != monitor.confirmations else ""
    return Setting("confirmed", "Confirmed after", text, stored)


def _slow(monitor: Monitor, kind: Probe) -> str:
    if kind.is_waiting or kind.is_sending:
        return ""
    return f"{monitor.slow_factor:g} times, five checks in a row" if monitor.slow_factor else "however slow, no trouble"


def _option(field: Field, value: object) -> Setting:
    return Setting(f"option_{field.name}", field.label, _text(field, value), value)


def _text(field: Field, value: object) -> str:
    if field.kind == "secret":
        return STORED if value else ""
    if isinstance(value, list):  # headers, as pairs
        return "\n".join(f"{pair[0]}: {MASK}" for pair in value)
    return masked(_STEP_HEADER.sub(rf"\1{MASK}", str(value)))
