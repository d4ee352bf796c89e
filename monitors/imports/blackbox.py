"""blackbox_exporter: how it looks (blackbox.yml) with what it looks at (scrape_configs of prometheus.yml), in one text."""

import re
from collections.abc import Iterator, Mapping

from monitors.imports.base import Draft, Found, Impossible, Refused, Source, each
from monitors.imports.blackbox_modules import Looked, look_of
from monitors.imports.parts import Part, Unreadable
from monitors.imports.writing import seconds_of, tags_of

_DISCOVERY = re.compile(r".+_sd_configs")
_DEFAULT_TIMEOUT_S, _LEEWAY_S = 10.0, 0.5  # of Prometheus and of the exporter
_NO_TARGETS = (
    "blackbox.yml says how to look and not at what. Put the scrape_configs of prometheus.yml below it and import both."
)
_NO_MODULES = "The scrape_configs name modules that are not here. Put blackbox.yml above them and import both."


def recognises(document: object) -> bool:
    return isinstance(document, Mapping) and bool(document.keys() & {"modules", "scrape_configs"})


def read(document: object) -> list[Found]:
    """Return one monitor for each target of each job that probes. Raises Unreadable."""
    whole = Part.of(document)
    if not whole.has("scrape_configs"):
        raise Unreadable(_NO_TARGETS)
    if not whole.has("modules"):
        raise Unreadable(_NO_MODULES)
    modules, usual = whole.part("modules"), whole.part("global")
    jobs = [job for job in whole.parts("scrape_configs") if job.text("metrics_path") == "/probe"]
    found: list[Found] = []
    for job in jobs:
        found.extend(each([job], lambda one: one.text("job_name"), lambda one: _drafts(one, modules, usual)))
        if searched := [key for key in job.values if _DISCOVERY.fullmatch(str(key)) and key != "static_configs"]:
            why = f"It finds targets through {searched[0]}, which a file does not tell. Write them as static_configs."
            found.append(Refused(job.text("job_name") or job.place, why))
    return found


def _drafts(job: Part, modules: Part, usual: Part) -> Iterator[Draft]:
    names = job.part("params").texts("module") or ["http_2xx"]
    interval_s = round(
        seconds_of(job.text("scrape_interval") or usual.text("scrape_interval", "1m"), job.at("scrape_interval"))
    )
    for name in names:
        if not modules.has(name):
            raise Impossible(f"Its module {name[:40]!r} is not in the text. Put blackbox.yml above, with this module.")
        module = modules.part(name)
        look, timeout_s = look_of(module), _timeout_s(job, module, usual)
        for group in job.parts("static_configs"):
            tags = tags_of([job.text("job_name"), *(f"{key}:{value}" for key, value in group.pairs("labels"))])
            for target in group.texts("targets"):
                yield _draft(look, target, name if len(names) > 1 else "", tags, interval_s, timeout_s)


def _timeout_s(job: Part, module: Part, usual: Part) -> int:
    """Return what the exporter does: the module's, or a bit less than Prometheus waits."""
    if module.has("timeout"):
        return max(1, round(seconds_of(module.text("timeout"), module.at("timeout"))))
    written = job.text("scrape_timeout") or usual.text("scrape_timeout")
    waits_s = seconds_of(written, job.at("scrape_timeout")) if written else _DEFAULT_TIMEOUT_S
    return max(1, round(waits_s - _LEEWAY_S))


def _draft(look: Looked, target: str, module: str, tags: tuple[str, ...], interval_s: int, timeout_s: int) -> Draft:
    options = dict(look.options)
    if look.kind == "http" and "://" not in target:
        target = f"http://{target}"
    name = target.partition("://")[2] or target
    if look.kind == "dns":  # its target is the server that is asked
        options, target, name = options | {"resolver": target}, look.name, f"{look.name} at {target}"
    return Draft(
        name=f"{name} ({module})" if module else name,
        kind=look.kind,
        target=target,
        options=options,
        interval_s=interval_s,
        timeout_s=timeout_s,
        confirmations=1,
        tags=tags,
        lost=tuple(look.lost),
    )


SOURCE = Source(
    label="blackbox_exporter",
    mark="YAML with modules, and scrape_configs of Prometheus below",
    recognises=recognises,
    read=read,
)
