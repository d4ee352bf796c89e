"""The backup of Uptime Kuma 1 (Settings, Backup, Export), and of what reads and writes the same shape for 2."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import ceil

from monitors.imports.base import Draft, Found, Impossible, Source, each, heartbeat
from monitors.imports.parts import Part
from monitors.imports.uptime_kuma_kinds import KINDS
from monitors.imports.writing import tags_of

_USUAL_INTERVAL_S, _SHARE = 60, 0.8  # of the interval, which is the timeout where there is none
_PORT_HINT = "Watch its port with a TCP monitor."
_JOB_HINT = "Let a job of yours look at it and ping a heartbeat."
_HINTS = {
    **dict.fromkeys(
        ("postgres", "mysql", "sqlserver", "mongodb", "redis", "rabbitmq", "radius", "mqtt", "kafka-producer"), _PORT_HINT
    ),
    "grpc-keyword": "Watch an HTTP address of the same service.",
    "real-browser": "Watch the same address with an HTTP monitor.",
    "docker": "Let the container ping a heartbeat.",
    "tailscale-ping": "StatusWire is not in your network: let the host ping a heartbeat.",
    "manual": "There is nothing to watch: write an incident when there is one.",
}  # fmt: skip
_TOLD = {
    "description": "Its description.",
    "cacheBust": "That its address changes at each check.",
    "ipFamily": "Its choice of IPv4 or IPv6: StatusWire tries both.",
    "domainExpiryNotification": "Its domain's expiry: add a monitor of the kind Domain registration.",
    "proxyId": "Its proxy is not used: StatusWire asks directly.",
    "notificationIDList": "Its notifications: set up routes under Alerts.",
}


def recognises(document: object) -> bool:
    """A backup, or the list of monitors alone, as its interfaces give it."""
    if isinstance(document, list):
        return bool(document) and all(isinstance(one, Mapping) and one.keys() >= {"type", "name"} for one in document)
    return isinstance(document, Mapping) and "monitorList" in document


def read(document: object) -> list[Found]:
    """Return the monitors of a backup. Raises Unreadable."""
    monitors = list(_listed(document))
    groups = {one.number("id", 0): one for one in monitors if one.values.get("type") == "group"}
    peopled = {one.number("parent", 0) for one in monitors}
    return each(
        (one for one in monitors if one.values.get("type") != "group" or one.number("id", 0) not in peopled),
        lambda one: one.text("name"),
        lambda one: [_draft(one, groups)],
    )


def _listed(document: object) -> Iterator[Part]:
    whole = Part({"monitorList": document} if isinstance(document, list) else Part.of(document).values)
    listed = whole.values.get("monitorList")
    if isinstance(listed, Mapping):  # by their numbers, as the server tells its pages
        whole = Part({"monitorList": list(listed.values())})
    return whole.parts("monitorList")


def _draft(one: Part, groups: dict[int, Part]) -> Draft:
    kind = one.needed("type")
    if kind == "group":
        raise Impossible("It is a group without monitors in it, which StatusWire has not. Groups become tags.")
    if kind not in KINDS:
        raise Impossible(f"It is of the kind {kind[:30]}. {_HINTS.get(kind, _JOB_HINT)}")
    if one.flag("upsideDown"):
        raise Impossible("It is upside down: down counts as up, which StatusWire does not do.")
    ours, target, options, lost = KINDS[kind](one)
    tags = _tags(one, groups, lost)
    is_paused = not one.flag("active", default=True) or one.flag("forceInactive")
    lost += (words for key, words in _TOLD.items() if one.values.get(key))
    if ours == "heartbeat":
        return replace(heartbeat(target, options, tags=tags, is_paused=is_paused), lost=tuple(lost))
    interval_s = one.number("interval", _USUAL_INTERVAL_S) or _USUAL_INTERVAL_S
    timeout_s = ceil(one.decimal("timeout", 0) or _SHARE * interval_s)
    retries = one.number("maxretries", 0)
    return Draft(
        name=one.needed("name"),
        kind=ours,
        target=target,
        options=options,
        interval_s=interval_s,
        timeout_s=timeout_s,
        confirmations=retries + 1,
        recovery_confirmations=1 if retries else None,  # one good answer is enough
        tags=tags,
        is_paused=is_paused,
        lost=tuple(lost),
    )


def _tags(one: Part, groups: dict[int, Part], lost: list[str]) -> tuple[str, ...]:
    """Return the groups that a monitor is in, the innermost first, and its own tags."""
    names, parent, seen = [], one.number("parent", 0), set[int]()
    while parent in groups and parent not in seen:
        seen.add(parent)
        names.append(groups[parent].text("name"))
        parent = groups[parent].number("parent", 0)
    own = (":".join(filter(None, (tag.text("name"), tag.text("value")))) for tag in one.parts("tags"))
    return tags_of([*names, *own], lost)


SOURCE = Source(label="Uptime Kuma", mark="JSON of a backup, with monitorList", recognises=recognises, read=read)
