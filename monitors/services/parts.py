"""What a health document says of its parts: each is a scope of its own, inside the monitor's.

A part is a component below the monitor's own component, so trouble in it belongs to the trouble of the whole. A provider's
components are not ours to add to: there a document's parts are shown with the check and are no scopes.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.models import Component, Monitor, Scope, SourceState
from monitors.queries.monitor_parts import parts_of
from monitors.services.verdicts import Finding

STATES = {state.word: state for state in State}


def part_observations(findings: Iterable[Finding]) -> list[Observation]:
    """Return what documents say that is new of their parts; that the rest still is as it was is noted.

    A part that the document no longer names is well: whoever took it out knew. One whose word is unknown says nothing.
    """
    return [observation for finding in findings if _has_parts(finding) for observation in _of(finding)]


def _has_parts(finding: Finding) -> bool:
    named = "components" in finding.result.detail
    return named and finding.monitor.scope.provider_id is None and finding.word is not None


def _of(finding: Finding) -> Iterator[Observation]:
    monitor = finding.monitor
    known = {part.name: part.word for part in parts_of(monitor)}
    named: list[Mapping[str, Any]] = finding.result.detail["components"]  # type: ignore[assignment]  # of the probe's making
    listed = {part["name"]: part for part in named}
    still: list[int] = []
    for name, part in listed.items():
        state, before = STATES[part["state"]], known.get(name)
        if state == State.UNKNOWN or (finding.word and finding.word.state == State.MAINTENANCE and state.is_impaired):
            continue
        if before and before.state == state and before.pending is None:
            still.append(before.id)
        else:
            scope_id = before.scope_id if before else _scope(monitor, name).id
            yield _observation(finding, scope_id, state, f"{monitor.name}, {name}: {part['words']}.")
    for name, row in known.items():
        if name not in listed and row.state.is_impaired:
            yield _observation(finding, row.scope_id, State.OPERATIONAL, f"{monitor.name} no longer names {name}.")
    fresh_for_s = int(finding.fresh_for.total_seconds())
    SourceState.objects.filter(id__in=still).update(observed_at=finding.check.slot, fresh_for_s=fresh_for_s)


def _observation(finding: Finding, scope_id: int, state: State, reason: str) -> Observation:
    monitor, word = finding.monitor, finding.word
    assert word is not None
    return Observation(
        source=Source.PROBE,
        ref=f"monitor:{monitor.id}",
        scope_id=scope_id,
        state=state,
        at=finding.check.slot,
        reason=reason,
        organization_id=monitor.organization_id,
        confirmations=word.confirmations,
        fresh_for_s=int(finding.fresh_for.total_seconds()),
    )


def _scope(monitor: Monitor, name: str) -> Scope:
    """Return the scope of a part, made if it is new."""
    whole = monitor.scope.component_id
    component, _ = Component.objects.get_or_create(
        organization_id=monitor.organization_id, provider=None, group_id=whole, name=name[:300]
    )
    scope, _ = Scope.objects.get_or_create(organization_id=monitor.organization_id, provider=None, component=component)
    return scope
