"""What relabel_configs of Prometheus make of a target: its address and its module often come about only there."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import re2

from monitors.imports.base import Impossible
from monitors.imports.parts import Part

Labels = Mapping[str, str]
_LONGEST = 2048  # of a label's value
_OPTIONS = re2.Options()
_OPTIONS.max_mem, _OPTIONS.log_errors = 1 << 20, False


def relabelled(labels: Labels, rules: Sequence[Part]) -> Labels | None:
    """Return the labels of a target after all rules, None where one drops it. Raises Impossible."""
    for rule in rules:
        action = rule.text("action", "replace").lower()
        if action not in _ACTIONS:
            raise Impossible(f"{rule.at('action')} is {action[:20]!r}, which StatusWire does not follow.")
        changed = _ACTIONS[action](labels, rule)
        if changed is None:
            return None
        labels = changed
    return labels


def _replace(labels: Labels, rule: Part) -> Labels | None:
    match = _regex(rule).fullmatch(_source(labels, rule))
    if not match:
        return labels
    target, value = (
        _expanded(match, rule.text(key, usual)) for key, usual in (("target_label", ""), ("replacement", "$1"))
    )
    kept = {name: text for name, text in labels.items() if name != target}
    return kept | ({target: value[:_LONGEST]} if target and value else {})


def _keep(labels: Labels, rule: Part) -> Labels | None:
    return labels if _regex(rule).fullmatch(_source(labels, rule)) else None


def _drop(labels: Labels, rule: Part) -> Labels | None:
    return None if _regex(rule).fullmatch(_source(labels, rule)) else labels


def _map(labels: Labels, rule: Part) -> Labels | None:
    regex, replacement = _regex(rule), rule.text("replacement", "$1")
    found = {name: regex.fullmatch(name) for name in labels}
    return {**labels, **{_expanded(match, replacement): labels[name] for name, match in found.items() if match}}


def _drop_labels(labels: Labels, rule: Part) -> Labels | None:
    regex = _regex(rule)
    return {name: value for name, value in labels.items() if not regex.fullmatch(name)}


def _lower(labels: Labels, rule: Part) -> Labels | None:
    return {**labels, rule.needed("target_label"): _source(labels, rule).lower()}


_ACTIONS: Mapping[str, Callable[[Labels, Part], Labels | None]] = {
    "replace": _replace,
    "keep": _keep,
    "drop": _drop,
    "labelmap": _map,
    "labeldrop": _drop_labels,
    "lowercase": _lower,
}


def _source(labels: Labels, rule: Part) -> str:
    separator = rule.exactly("separator") if rule.has("separator") else ";"
    return separator.join(labels.get(name, "") for name in rule.texts("source_labels"))


def _regex(rule: Part) -> Any:
    try:
        return _compiled(rule.text("regex", "(.*)"))
    except re2.error as error:
        raise Impossible(f"{rule.at('regex')} is no regular expression.") from error


@lru_cache(maxsize=256)
def _compiled(text: str) -> Any:
    return re2.compile(f"(?s){text}", _OPTIONS)


def _expanded(match: Any, replacement: str) -> str:
    """Return a replacement with $1, ${1} and ${name} for what they stand for, and $$ for $."""

    def value(found: Any) -> str:
        if found[0] == "$$":
            return "$"
        name = found[1] or found[2]
        try:
            return match[int(name) if name.isdigit() else name] or ""
        except (IndexError, KeyError):
            return ""

    return str(_REFERENCE.sub(value, replacement))


_REFERENCE = re2.compile(r"\$\$|\$\{([A-Za-z0-9_]{1,40})\}|\$([A-Za-z0-9_]{1,40})")
