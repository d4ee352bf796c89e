"""What an organization's plan lets it watch. Whoever makes or changes monitors asks here first."""

from accounts.models import Organization, Plan
from monitors.models import Monitor
from monitors.probes import probe_kinds


class BeyondPlan(Exception):
    """More than the plan allows; the text says what it allows, for people. `field` is the setting at fault, if one is."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def least_interval_s(plan: Plan | None) -> int:
    """Return the shortest time between two checks of a monitor that a plan allows, in seconds; 0 without a limit."""
    return (plan.least_interval_s if plan else None) or 0


def room_for(organization: Organization) -> int | None:
    """Return how many more monitors an organization may have; None: as many as it likes."""
    plan = organization.plan
    if plan is None or plan.most_monitors is None:
        return None
    return max(0, plan.most_monitors - Monitor.objects.filter(organization=organization).count())


def no_room(plan: Plan | None) -> str:
    """Return why there is no room for another monitor."""
    most = plan.most_monitors if plan else 0
    return f"Your plan, {plan}, has room for {most:,} monitors. Remove one, or ask for a larger plan."


def judge_room(organization_id: int) -> None:
    """Refuse one monitor more than the plan allows, until the end of the transaction. Raises BeyondPlan."""
    rows = Organization.objects.select_related("plan").select_for_update(no_key=True, of=("self",))
    organization = rows.get(id=organization_id)  # locked: two who add the last one must not both succeed
    if room_for(organization) == 0:
        raise BeyondPlan(no_room(organization.plan))


def judge_interval(organization_id: int, kind: str, interval_s: int) -> None:
    """Refuse checks that are closer together than the plan allows. Raises BeyondPlan."""
    probe = probe_kinds()[kind]
    plan = Plan.objects.filter(organizations=organization_id).first()
    least = least_interval_s(plan)
    if interval_s < least and not (probe.is_waiting or probe.is_sending):
        raise BeyondPlan(f"Your plan, {plan}, checks every {least:,} seconds at the most.", "interval_s")
