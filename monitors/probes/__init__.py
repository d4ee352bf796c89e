"""One file per kind of probe; each defines PROBE and is found by itself. Probes know no Django."""

from kit.plugins import plugins
from monitors.probes.base import Probe


def probe_kinds() -> dict[str, Probe]:
    """Return every kind of probe by its slug, which is its module's name."""
    return plugins("monitors.probes", "PROBE", Probe)
