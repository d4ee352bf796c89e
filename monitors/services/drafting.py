"""Hold a draft of a file against what a monitor can be: its kind, its options, its times, what it is about."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.conf import settings as installation
from django.db.models import Q

from kit.addresses import AddressRefused, check_place
from monitors.imports import Draft
from monitors.imports.writing import tags_of
from monitors.models import HOME, Component, Provider, Scope
from monitors.probes import probe_kinds
from monitors.probes.base import KEPT, BadOptions, Probe
from monitors.probes.dns import PORT as RESOLVER_PORT
from monitors.probes.evidence import printable
from monitors.queries.providers import seen_by
from monitors.services.monitors import Settings
from monitors.services.scopes import own_scope, scope_of

LEAST_INTERVAL_S, MOST_INTERVAL_S = 10, 86_400
MOST_TIMEOUT_S, MOST_CONFIRMATIONS, MOST_RECOVERIES = 30, 5, 10
LEAST_SLOW, MOST_SLOW = 1.2, 100.0
MOST_NAME, MOST_TARGET = 100, 2048


class Unfit(Exception):
    """A draft that can be no monitor; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that can be a monitor, with what had to be changed in its `lost`. No provider: an own system."""

    draft: Draft
    settings: Settings
    provider: Provider | None = None
    component: Component | None = None


def settings_for(organization_id: int, draft: Draft, *, least_interval_s: int = 0) -> Drafted:
    """Return what a draft becomes, checked no more often than that. Raises Unfit, and AddressRefused by its text."""
    probe = probe_kinds().get(draft.kind)
    if probe is None:
        raise Unfit(f"There is no kind {draft.kind[:40]!r}. There are {', '.join(probe_kinds())}.")
    if draft.missing or KEPT in draft.options.values():
        raise Unfit(draft.missing or f"A secret is missing: the file has {KEPT} where it was. Write it there.")
    _judge_texts(draft)
    probe.locate(draft.target, installation.ALLOWED_PRIVATE_HOSTS, [urlsplit(installation.PUBLIC_URL).netloc])
    _judge_reach(draft)
    fitting = _fitting(draft, probe, 0 if probe.is_waiting or probe.is_sending else least_interval_s)
    provider, component = _watched(organization_id, draft)
    if draft.about.provider and provider is None:
        lost = f"What it is about, {draft.about.provider}, is not known here: it becomes a system of your own."
        fitting = replace(fitting, lost=(*fitting.lost, lost))
    return Drafted(fitting, _settings(fitting, probe), provider, component)


def scope_for(organization_id: int, drafted: Drafted) -> Scope:
    """Return what the monitor is about, made if it is new."""
    if drafted.provider:
        return scope_of(drafted.provider, component=drafted.component)
    return own_scope(organization_id, drafted.draft.about.system or drafted.draft.name)


def _judge_texts(draft: Draft) -> None:
    if not draft.name.strip() or printable(draft.name) != draft.name or "\n" in draft.name:
        raise Unfit("Its name is empty, or has characters that cannot be shown. Change it in the file.")
    if len(draft.target) > MOST_TARGET or not draft.target.isprintable():
        raise Unfit(f"Its address is longer than {MOST_TARGET:,} characters, or has some that cannot be shown.")
    if len(draft.about.system) > MOST_NAME or printable(draft.about.system) != draft.about.system:
        raise Unfit(f"The name of its system has at most {MOST_NAME} characters, all of which can be shown.")


def _judge_reach(draft: Draft) -> None:
    """Refuse a resolver that every check would refuse. Raises AddressRefused."""
    if draft.kind == "dns" and (resolver := draft.options.get("resolver", "").strip()):
        place = check_place(resolver, scheme="dns", port=RESOLVER_PORT, allowed=installation.ALLOWED_PRIVATE_HOSTS)
        if place.port != RESOLVER_PORT and place.netloc not in installation.ALLOWED_PRIVATE_HOSTS:
            raise AddressRefused(f"{resolver}: a resolver is asked on port {RESOLVER_PORT} and no other.")


def _settings(draft: Draft, probe: Probe) -> Settings:
    known = {field.name: field for field in probe.fields}
    if strange := sorted(draft.options.keys() - known.keys()):
        raise Unfit(f"{probe.label} has no option {strange[0][:40]!r}. There are {', '.join(known)}.")
    try:
        options = probe.clean(draft.options)
    except BadOptions as error:
        faults = (f"{known[name].label if name in known else name}: {said}" for name, said in error.errors.items())
        raise Unfit(" ".join(faults)) from error
    return Settings(
        name=draft.name,
        kind=draft.kind,
        target=draft.target,
        options=options,
        interval_s=draft.interval_s,
        timeout_s=draft.timeout_s,
        confirmations=draft.confirmations,
        recovery_confirmations=draft.recovery_confirmations,
        slow_factor=draft.slow_factor,
        regions=_regions(draft) or (HOME,),
        quorum=draft.quorum,
    )


def _fitting(draft: Draft, probe: Probe, least_interval_s: int) -> Draft:
    """Return a draft within our bounds and the plan's, each change told."""
    least = max(LEAST_INTERVAL_S, probe.least_interval_s, least_interval_s)
    interval_s = min(max(draft.interval_s, least), MOST_INTERVAL_S)
    timeout_s = min(max(draft.timeout_s, 1), MOST_TIMEOUT_S, interval_s)
    confirmations = min(max(draft.confirmations, 1), MOST_CONFIRMATIONS)
    recoveries = min(draft.recovery_confirmations, MOST_RECOVERIES) if draft.recovery_confirmations else None
    slow_factor = min(max(draft.slow_factor, LEAST_SLOW), MOST_SLOW) if draft.slow_factor is not None else None
    regions = tuple(name for name in draft.regions if name in installation.PROBE_REGIONS)
    quorum = min(draft.quorum, max(1, len(regions))) if draft.quorum else None
    tags = tags_of(draft.tags)
    lost = [
        *_changed("Every", draft.interval_s, interval_s, "s"),
        *_changed("Timeout", draft.timeout_s, timeout_s, "s"),
        *_changed("Confirmed after", draft.confirmations, confirmations, "checks"),
        *_changed("Up again after", draft.recovery_confirmations, recoveries, "checks"),
        *_changed("Slower than usual", draft.slow_factor, slow_factor, "times"),
        *(f"The region {name[:40]}: there is none of that name here." for name in draft.regions if name not in regions),
        *_changed("Down when", draft.quorum, quorum, "regions"),
        *(["Some tags: a monitor has ten, of letters, digits and . : / - _."] if tags != draft.tags else []),
    ]
    return replace(
        draft,
        interval_s=interval_s,
        timeout_s=timeout_s,
        confirmations=confirmations,
        recovery_confirmations=recoveries,
        slow_factor=slow_factor,
        regions=regions,
        quorum=quorum,
        tags=tags,
        lost=(*draft.lost, *lost),
    )


def _regions(draft: Draft) -> tuple[int, ...]:
    return tuple(sorted({installation.PROBE_REGIONS.index(name) for name in draft.regions}))


def _changed(what: str, asked: float | None, given: float | None, unit: str) -> list[str]:
    return [] if asked == given else [f"{what} {asked:,} {unit}: it becomes {given:,} {unit}."]


def _watched(organization_id: int, draft: Draft) -> tuple[Provider | None, Component | None]:
    """Return the provider, and the part of it, that a draft is about; nothing where one of them is unknown here."""
    about = draft.about
    provider = seen_by(organization_id).filter(slug=about.provider).first() if about.provider else None
    if provider is None or not about.component:
        return provider, None
    group = Q(group__name=about.group) if about.group else Q(group=None)
    parts = Component.objects.filter(group, provider=provider, name=about.component, is_group=False)
    component = parts.order_by("-gone_at", "id").first()
    return (provider, component) if component else (None, None)
