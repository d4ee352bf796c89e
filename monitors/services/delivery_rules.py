"""Rules about receipts that organizations switched on: the only writer of them, and of what they say."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from monitors.core.cells import Cell
from monitors.core.delivery import Minute, Symptom
from monitors.core.delivery_rules import Finding, Rule, apply_rule
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.models import DeliveryRule, SourceState
from monitors.queries.counts import Said, Witness, said_by
from monitors.services.scopes import scope_of_cell
from monitors.services.states import observe


def switch_rules(organization_id: int, wanted: Mapping[Rule, bool], *, now: datetime) -> None:
    """Make these the organization's rules: {rule: whether it looks at each scope by itself}; the others are off.

    A rule that goes, or looks elsewhere from now on, takes back what it said.
    """
    with transaction.atomic():
        rows = DeliveryRule.objects.select_for_update().filter(organization_id=organization_id)
        kept = set()
        for row in rows.order_by("id"):
            if wanted.get(Rule(row.rule)) == row.is_per_scope:
                kept.add(Rule(row.rule))
            else:
                _take_back(row, now)
        DeliveryRule.objects.bulk_create(
            [
                DeliveryRule(organization_id=organization_id, rule=rule, is_per_scope=is_per_scope, created_at=now)
                for rule, is_per_scope in wanted.items()
                if rule not in kept
            ],
            ignore_conflicts=True,  # of a colleague who switched it on at the same moment
        )


def _take_back(row: DeliveryRule, now: datetime) -> None:
    impaired = [said for said in said_by(row.ref) if said.state.is_impaired]
    reason = "The rule was switched off."
    observe([_observation(row, said.scope_id, State.UNKNOWN, reason, {}, now) for said in impaired], now=now)
    SourceState.objects.filter(ref=row.ref).delete()
    row.delete()


def judge_rules(witness: Witness, *, now: datetime) -> None:
    """Say where the rules of an organization apply, and where they no longer do. Safe to repeat."""
    for row in DeliveryRule.objects.filter(organization_id=witness.organization_id).order_by("id"):
        observe(_observations(row, witness, now), now=now)


def _observations(row: DeliveryRule, witness: Witness, now: datetime) -> Iterable[Observation]:
    said = {one.scope_id: one for one in said_by(row.ref)}
    for scope_id, minutes in _looked_at(row, witness).items():
        found = apply_rule(Rule(row.rule), minutes, now, fired=_fired(said.get(scope_id)))
        if found:
            cell = witness.cells.get(scope_id, Cell())
            state = found.state(of_component=bool(cell.component_id))
            yield _observation(row, scope_id, state, found.reason, _evidence(row, found), now)


def _looked_at(row: DeliveryRule, witness: Witness) -> Mapping[int, Sequence[Minute]]:
    """Return the minutes of each scope, or those of the whole provider."""
    if row.is_per_scope:
        return witness.minutes
    return {scope_of_cell(witness.provider_id, Cell()).id: witness.all_minutes}


def _fired(before: Said | None) -> bool:
    return before is not None and before.state.is_impaired


def _evidence(row: DeliveryRule, found: Finding) -> dict[str, object]:
    return {"symptom": Symptom.FAILING, "rule": row.rule, "finished": found.finished, "failed": found.failed}


def _observation(
    row: DeliveryRule, scope_id: int, state: State, reason: str, evidence: Mapping[str, object], now: datetime
) -> Observation:
    return Observation(
        source=Source.DELIVERY,
        ref=row.ref,
        scope_id=scope_id,
        state=state,
        at=now,
        reason=reason,
        evidence=evidence,
        organization_id=row.organization_id,
    )
