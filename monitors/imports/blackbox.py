"""blackbox_exporter: how it looks (blackbox.yml) with what it looks at (scrape_configs of prometheus.yml), in one text."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from monitors.imports.base import Draft, Found, Impossible, Refused, Source, each
from monitors.imports.blackbox_modules import SHIPPED, Looked, look_of
from monitors.imports.parts import Part, Unreadable
from monitors.imports.relabelling import relabelled
from monitors.imports.writing import seconds_of, tags_of, whole_seconds, without_login

_DISCOVERY = re.compile(r".+_sd_configs")
_DEFAULT_TIMEOUT_S, _LEEWAY_S = 10.0, 0.5  # of Prometheus and of the exporter
_MOST_STEPS = 100_000  # of relabelling, in one file: some 20 µs each
_TARGET, _MODULE, _ADDRESS = "__param_target", "__param_module", "__address__"
_NO_TARGETS = (
    "blackbox.yml says how to look and not at what. Put the scrape_configs of prometheus.yml below it and import both."
)
_NO_MODULES = "The scrape_configs name modules that are not here. Put blackbox.yml above them and import both."


class _Work:
    """How many steps of relabelling a file may still take: what an alias repeats costs the writer nothing."""

    def __init__(self) -> None:
        self._left = _MOST_STEPS

    def begin(self, steps: int) -> None:
        """Raises Impossible."""
        self._left -= steps
        if self._left < 0:
            raise Impossible("The file has too many targets for so many rules. Split it into several.")


def recognises(document: object) -> bool:
    return isinstance(document, Mapping) and bool(document.keys() & {"modules", "scrape_configs"})


def read(document: object) -> list[Found]:
    """Return one monitor for each target of each job that probes. Raises Unreadable."""
    whole = Part.of(document)
    if not whole.has("scrape_configs"):
        raise Unreadable(_NO_TARGETS)
    jobs = [job for job in whole.parts("scrape_configs") if job.text("metrics_path").rstrip("/").endswith("/probe")]
    if not jobs and not whole.has("modules"):
        raise Unreadable(_NO_MODULES)
    modules, usual = whole.part("modules"), whole.part("global")
    found, work = list[Found](), _Work()
    for job in jobs:
        made = each([job], lambda one: one.text("job_name"), lambda one: _drafts(one, modules, usual, work))
        searched = [key for key in job.values if _DISCOVERY.fullmatch(str(key)) and key != "static_configs"]
        if searched:
            why = f"It finds targets through {searched[0]}, which a file does not tell. Write them as static_configs."
            made.append(Refused(job.text("job_name") or job.place, why))
        found += made or [
            Refused(job.text("job_name") or job.place, "It has no targets. Write them as static_configs.")
        ]
    return list(_told_apart(found))


def _told_apart(found: list[Found]) -> Iterator[Found]:
    """Give what was found, with the job in the name of a draft whose name another job's has as well."""
    names = Counter(one.name for one in found if isinstance(one, Draft))
    for one in found:
        is_unclear = isinstance(one, Draft) and names[one.name] > 1 and one.tags
        yield replace(one, name=f"{one.name} [{one.tags[0]}]") if isinstance(one, Draft) and is_unclear else one


def _drafts(job: Part, modules: Part, usual: Part, work: _Work) -> Iterator[Draft]:
    lost: list[str] = []
    names = job.part("params").texts("module") or ["http_2xx"]
    written = job.text("scrape_interval") or usual.text("scrape_interval", "1m")
    interval_s = whole_seconds(written, job.at("scrape_interval"), lost)
    rules, looks = list(job.parts("relabel_configs")), dict[str, tuple[Looked, int]]()
    groups = list(job.parts("static_configs"))
    work.begin(len(names) * (len(rules) + 1) * sum(len(group.texts("targets")) for group in groups))
    for asked in names:
        for group in groups:
            for target in group.texts("targets"):
                labels = _labels(job, group, target, asked)
                if (changed := relabelled(labels, rules)) is None:  # it is dropped, there as here
                    continue
                name = changed.get(_MODULE, "")
                if name not in looks:
                    looks[name] = _look(job, modules, usual, name)
                look, timeout_s = looks[name]
                draft = _draft(look, changed.get(_TARGET) or target, name if len(names) > 1 else "")
                told = [*lost, *draft.lost]
                tags = tags_of([job.text("job_name"), *_tags(group)], told)
                yield replace(
                    draft, interval_s=interval_s, timeout_s=timeout_s, confirmations=1, tags=tags, lost=tuple(told)
                )  # fmt: skip


def _labels(job: Part, group: Part, target: str, module: str) -> dict[str, str]:
    """Return what a target is called before relabelling, as Prometheus does."""
    params = {f"__param_{name}": job.part("params").texts(name)[:1] for name in map(str, job.part("params").values)}
    return {
        "job": job.text("job_name"),
        **{name: values[0] for name, values in params.items() if values},
        _ADDRESS: target,
        _MODULE: module,
        **dict(group.pairs("labels")),
    }


def _tags(group: Part) -> Iterator[str]:
    return (f"{name}:{value}" for name, value in group.pairs("labels") if not name.startswith("__"))


def _look(job: Part, modules: Part, usual: Part, name: str) -> tuple[Looked, int]:
    if not modules.values and name in SHIPPED:
        look = look_of(Part(SHIPPED[name], f"modules.{name}"))
        look.lost.append(f"Its module {name} is not in the text: it is taken for the one of this name that is shipped.")
        return look, _timeout_s(job, Part({}), usual, look.lost)
    if not modules.has(name):
        raise Impossible(f"Its module {name[:40]!r} is not in the text. Put blackbox.yml above, with this module.")
    module = modules.part(name)
    look = look_of(module)
    return look, _timeout_s(job, module, usual, look.lost)


def _timeout_s(job: Part, module: Part, usual: Part, lost: list[str]) -> int:
    """Return what the exporter does: the module's, or a bit less than Prometheus waits."""
    if module.has("timeout"):
        return whole_seconds(module.text("timeout"), module.at("timeout"), lost)
    written = job.text("scrape_timeout") or usual.text("scrape_timeout")
    waits_s = seconds_of(written, job.at("scrape_timeout")) if written else _DEFAULT_TIMEOUT_S
    return max(1, round(waits_s - _LEEWAY_S))


def _draft(look: Looked, target: str, module: str) -> Draft:
    options = dict(look.options)
    if look.kind == "http":
        target, login = without_login(target if "://" in target else f"http://{target}")
        if login and "auth" in options:
            raise Impossible("It sends two secrets, one of its module and one in its address; one can be stored.")
        options |= login
    name = target.partition("://")[2] or target
    if look.kind == "dns":  # its target is the server that is asked
        options, target, name = options | {"resolver": target}, look.name, f"{look.name} at {target}"
    return Draft(f"{name} ({module})" if module else name, look.kind, target, options, lost=tuple(look.lost))


SOURCE = Source(
    label="blackbox_exporter",
    mark="YAML with modules, and scrape_configs of Prometheus below",
    recognises=recognises,
    read=read,
)
