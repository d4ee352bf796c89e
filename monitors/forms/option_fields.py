"""A probe's own options as fields of a form, and what a person wrote there."""

from collections.abc import Mapping
from typing import Any

from django import forms

from monitors.models import Monitor
from monitors.probes.base import KEPT, Field, Probe
from monitors.queries.monitors import option_text

OPTION = "option_"  # the prefix of a probe's own fields


def option_fields(probe: Probe, stored: Mapping[str, object]) -> dict[str, forms.Field]:
    """Return the fields of a probe's options; `stored` are those of a monitor that is there already, or nothing."""
    return {OPTION + field.name: _form_field(field, is_stored=bool(stored.get(field.name))) for field in probe.fields}


def option_values(probe: Probe, monitor: Monitor) -> dict[str, str]:
    """Return what a form of a stored monitor starts from, without its secrets."""
    return {
        OPTION + field.name: option_text(monitor.options.get(field.name, ""))
        for field in probe.fields
        if field.kind != "secret"
    }


def written_options(probe: Probe, cleaned: Mapping[str, Any], stored: Mapping[str, object]) -> dict[str, str]:
    """Return options as a person wrote them, for the probe's `clean`; a stored secret that was left empty is KEPT."""
    return {field.name: _written(field, cleaned, stored) for field in probe.fields}


def _written(field: Field, cleaned: Mapping[str, Any], stored: Mapping[str, object]) -> str:
    given = str(cleaned.get(OPTION + field.name) or "")
    return KEPT if field.kind == "secret" and not given and stored.get(field.name) else given


def _form_field(field: Field, *, is_stored: bool) -> forms.Field:
    common: dict[str, Any] = {
        "label": field.label,
        "required": False,
        "initial": field.initial,
        "help_text": field.help,
        "strip": False,
    }
    if field.kind == "choice":
        del common["strip"]
        return forms.ChoiceField(choices=[(choice, choice) for choice in field.choices], **common)
    if field.kind == "secret":
        common["help_text"] = "Stored. Leave empty to keep it." if is_stored else field.help
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(max_length=1000, widget=widget, **common)
    if field.kind == "lines":
        attributes = {"rows": 3, "spellcheck": "false"}
        return forms.CharField(widget=forms.Textarea(attrs=attributes), max_length=20_000, **common)
    attributes = {"inputmode": "numeric"} if field.kind == "whole" else {}
    return forms.CharField(max_length=300, widget=forms.TextInput(attrs=attributes), **common)
