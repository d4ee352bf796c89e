"""An organization's monitors as drafts, to write into a file. No secret leaves."""

import re

from monitors.imports.base import About, Draft
from monitors.imports.statuswire import HIDDEN
from monitors.models import Monitor, Scope
from monitors.models.checks import only_home
from monitors.probes import probe_kinds
from monitors.probes.base import Probe
from monitors.probes.evidence import masked
from monitors.queries.monitors import option_text
from monitors.queries.regions import region_name

Key = tuple[str, str, str]
_SAVE = re.compile(r"\s*save\s*:", re.I)
_USE = re.compile(r"\{\{\s*\w+\s*\}\}")
_STAND_IN = re.compile("\ue000")


def drafts(organization_id: int) -> list[Draft]:
    """Return an organization's monitors by name, with their secrets hidden. One query."""
    rows = Monitor.objects.filter(organization_id=organization_id).order_by("name", "id")
    return [_draft(row) for row in rows.select_related("scope__provider", "scope__component__group")]


def key_of(name: str, kind: str, target: str) -> Key:
    """Return what makes two monitors the same for an import: an exported one has its secrets hidden."""
    return name, kind, masked(target)


def keys(organization_id: int) -> list[Key]:
    """Return the keys of all monitors of an organization, one for each."""
    rows = Monitor.objects.filter(organization_id=organization_id).values_list("name", "kind", "target")
    return [key_of(*row) for row in rows]


def _draft(row: Monitor) -> Draft:
    return Draft(
        name=row.name,
        kind=row.kind,
        target=masked(row.target),
        options=_options(row, probe_kinds()[row.kind]),
        about=_about(row.scope),
        interval_s=row.interval_s,
        timeout_s=row.timeout_s,
        confirmations=row.confirmations,
        recovery_confirmations=row.recovery_confirmations,
        slow_factor=row.slow_factor,
        regions=() if row.regions == only_home() else tuple(map(region_name, row.regions)),
        quorum=row.quorum,
        tags=tuple(row.tags),
        is_paused=row.is_paused,
    )


def _options(row: Monitor, probe: Probe) -> dict[str, str]:
    return {
        field.name: HIDDEN if field.kind == "secret" else without_secrets(option_text(row.options[field.name]))
        for field in probe.fields
        if row.options.get(field.name)
    }


def without_secrets(text: str) -> str:
    """Return a text with what looks like a secret hidden. Where values of steps are kept and used are only names."""
    return "\n".join(line if _SAVE.match(line) else _masked_between(line) for line in text.split("\n"))


def _masked_between(line: str) -> str:
    uses = _USE.findall(line)
    # One character for each {{name}}: too short to look like a secret.
    return _STAND_IN.sub(lambda match: uses.pop(0), masked(_USE.sub("\ue000", line.replace("\ue000", ""))))


def _about(scope: Scope) -> About:
    part = scope.component
    if scope.provider is None:
        return About(system=part.name if part else "")
    group = part.group.name if part and part.group else ""
    return About(provider=scope.provider.slug, group=group, component=part.name if part else "")
