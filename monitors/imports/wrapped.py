"""What lies in manifests of Kubernetes and in values of Helm charts: a configuration within, or what one is made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

_CONFIGURED = {
    "endpoints",
    "external-endpoints",
    "suites",
    "modules",
    "scrape_configs",
    "monitorList",
    "checks",
    "statuswire",
}
_JOB = {"scrapeTimeout": "scrape_timeout", "interval": "scrape_interval"}  # of a Probe, as scrape_configs have it
_RULE = {"sourceLabels": "source_labels", "targetLabel": "target_label"}


def unwrapped(document: object, parsed: Callable[[str], object]) -> Iterator[object]:
    """Give the documents that one stands for: itself, unless it wraps others. `parsed` reads a text within, or gives None."""
    if not isinstance(document, Mapping):
        yield document
    elif isinstance(document.get("apiVersion"), str) and isinstance(document.get("kind"), str):
        yield from _of_manifest(document, parsed)
    elif isinstance(document.get("config"), Mapping | str) and not document.keys() & _CONFIGURED:
        yield from _of_chart(document, parsed)
    else:
        yield document


def _of_manifest(manifest: Mapping[Any, Any], parsed: Callable[[str], object]) -> Iterator[object]:
    kind = manifest["kind"]
    if kind == "List":
        for one in _list(manifest.get("items")):
            yield from unwrapped(one, parsed)
    elif kind in ("ConfigMap", "Secret"):
        texts = [text for key in ("data", "stringData") for text in _map(manifest.get(key)).values()]
        yield from (found for text in texts if isinstance(text, str) and isinstance(found := parsed(text), Mapping))
    elif kind == "Probe":
        yield {"scrape_configs": [_job(manifest)]}
    elif kind == "HelmRelease":
        yield from unwrapped(_map(_map(manifest.get("spec")).get("values")), parsed)


def _of_chart(values: Mapping[Any, Any], parsed: Callable[[str], object]) -> Iterator[object]:
    """The values of the charts of Gatus and of prometheus-blackbox-exporter."""
    config = values["config"]
    yield parsed(config) if isinstance(config, str) else config
    monitor = _map(values.get("serviceMonitor"))
    usual = _map(monitor.get("defaults"))
    if targets := _list(monitor.get("targets")):
        yield {"scrape_configs": [_target({**usual, **_map(one)}) for one in targets]}


def _target(one: Mapping[Any, Any]) -> dict[str, object]:
    return _without_nothing({
        "job_name": one.get("name"),
        "metrics_path": "/probe",
        "params": _without_nothing({"module": [one["module"]] if one.get("module") else None}),
        "static_configs": [{"targets": [one.get("url")]}],
        **{ours: one.get(theirs) for theirs, ours in _JOB.items()},
    })  # fmt: skip


def _job(manifest: Mapping[Any, Any]) -> dict[str, object]:
    """Return a Probe of the Prometheus operator as a job."""
    spec = _map(manifest.get("spec"))
    fixed = _map(_map(spec.get("targets")).get("staticConfig"))
    rules = [
        {_RULE.get(key, key): value for key, value in _map(rule).items()}
        for rule in _list(fixed.get("relabelingConfigs"))
    ]
    return _without_nothing({
        "job_name": spec.get("jobName") or _map(manifest.get("metadata")).get("name"),
        "metrics_path": _map(spec.get("prober")).get("path") or "/probe",
        "params": _without_nothing({"module": [spec["module"]] if spec.get("module") else None}),
        "static_configs": [_without_nothing({"targets": fixed.get("static"), "labels": fixed.get("labels")})],
        "kubernetes_sd_configs": "ingress" if _map(spec.get("targets")).get("ingress") else None,
        "relabel_configs": rules,
        **{ours: spec.get(theirs) for theirs, ours in _JOB.items()},
    })  # fmt: skip


def _without_nothing(found: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in found.items() if value is not None}


def _map(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
