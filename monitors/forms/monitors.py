"""The form of a monitor; its options are asked for as its probe says."""

import re
from typing import Any

from django import forms
from django.conf import settings

from monitors.catalogue.check_templates import Template
from monitors.forms.option_fields import OPTION, option_fields, option_values, written_options
from monitors.forms.watched import OWN, Choices, scope_of_value, value_of, value_of_provider, with_current
from monitors.models import HOME, Monitor, Scope
from monitors.probes.base import BadOptions, Probe
from monitors.services.monitors import Settings

INTERVALS = [
    (30, "30 seconds"), (60, "1 minute"), (300, "5 minutes"), (900, "15 minutes"), (3600, "1 hour"),
    (21_600, "6 hours"), (86_400, "1 day"),
]  # fmt: skip
JUDGED, PLACES = ("recovery_confirmations", "slow_factor"), ("regions", "quorum")
_BLANK = re.compile(r"\{(\w+)\}")  # as templates of the catalogue leave one: /Accounts/{AccountSid}.json


class MonitorForm(forms.Form):
    """Gives `settings` and, with the organization, the scope. `choices` are those of queries.monitors.watchable."""

    name = forms.CharField(max_length=100, help_text="As you will read it in an alert.")
    watches = forms.ChoiceField(label="Is about", help_text="A part of a provider, or a system of your own.")
    system = forms.CharField(
        label="Name of your system", max_length=100, required=False, help_text="Only for a system of your own."
    )
    target = forms.CharField(max_length=2048)
    interval_s = forms.TypedChoiceField(label="Check every", coerce=int, choices=INTERVALS, initial=60)
    timeout_s = forms.IntegerField(
        label="Timeout", min_value=1, max_value=30, initial=10, help_text="Seconds for one check, all in all."
    )
    confirmations = forms.IntegerField(
        label="Confirmed after",
        min_value=1,
        max_value=5,
        initial=2,
        help_text="Checks in a row that must agree before the state counts as changed.",
    )
    recovery_confirmations = forms.IntegerField(
        label="Up again after",
        min_value=1,
        max_value=10,
        required=False,
        help_text="Good checks in a row before it counts as up; empty: as many as above.",
    )
    slow_factor = forms.FloatField(
        label="Slower than usual",
        min_value=1.2,
        max_value=100,
        required=False,
        initial=2.0,
        help_text="So many times its usual, five checks in a row: degraded. Empty: however slow, it is no trouble.",
    )
    regions = forms.TypedMultipleChoiceField(
        label="Checked from",
        coerce=int,
        initial=[HOME],
        widget=forms.CheckboxSelectMultiple,
        help_text="Regions check in turn. When one sees a failure, each of the others looks at once.",
    )
    quorum = forms.IntegerField(
        label="Down when",
        min_value=1,
        required=False,
        help_text="So many regions must see it fail, in place of checks in a row; empty: more than half of them.",
    )

    def __init__(
        self,
        kind: str,
        probe: Probe,
        choices: Choices,
        data: Any = None,
        *,
        monitor: Monitor | None = None,
        template: Template | None = None,
        least_interval_s: int = 0,
    ) -> None:
        started = _from_template(template, choices) if template else None
        super().__init__(data, initial=_initial(monitor, probe) if monitor else started, label_suffix="")
        self._kind, self._probe, self._monitor = kind, probe, monitor
        watches = self.fields["watches"]
        assert isinstance(watches, forms.ChoiceField)
        watches.choices = list(with_current(choices, monitor))
        self.fields["target"].label = probe.target_label
        self._stored = monitor.options if monitor else {}
        self.fields.update(option_fields(probe, self._stored))
        self._suit(probe, max(probe.least_interval_s, least_interval_s), is_new=monitor is None)
        if monitor:
            self._keep_interval(monitor.interval_s)

    def _suit(self, probe: Probe, least_interval_s: int, *, is_new: bool) -> None:
        """Leave out what a kind does not need, and start from what suits it."""
        interval = self.fields["interval_s"]
        assert isinstance(interval, forms.TypedChoiceField)
        interval.choices = [(s, label) for s, label in INTERVALS if s >= least_interval_s] or INTERVALS[-1:]
        if is_new and least_interval_s > 60:
            interval.initial = interval.choices[0][0]
        regions = self.fields["regions"]
        assert isinstance(regions, forms.TypedMultipleChoiceField)
        regions.choices = list(enumerate(settings.PROBE_REGIONS))
        is_ours = probe.is_sending or probe.is_waiting  # nobody is asked, so neither the place nor the time matters
        for name in [*(JUDGED if is_ours else ()), *(PLACES if is_ours or len(regions.choices) < 2 else ())]:
            del self.fields[name]
        if probe.is_sending:  # it is our own table that is asked, so how often and for how long is no question
            for name in ("timeout_s", "interval_s", "confirmations"):  # to look again at one message confirms nothing
                self.fields[name].widget = forms.HiddenInput()
            self.fields["confirmations"].initial = 1
        if probe.is_waiting:  # the job comes to us, and says it once
            self.fields["target"].required = False
            for name in ("target", "timeout_s", "interval_s"):
                self.fields[name].widget = forms.HiddenInput()
            self.fields["confirmations"].initial = 1

    def _keep_interval(self, interval_s: int) -> None:
        """Offer also the interval that an imported monitor came with."""
        interval = self.fields["interval_s"]
        assert isinstance(interval, forms.TypedChoiceField)
        choices = {int(str(seconds)): str(label) for seconds, label in interval.choices}  # type: ignore[union-attr, misc]
        interval.choices = sorted(({interval_s: f"{interval_s} seconds"} | choices).items())

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self._extra]

    @property
    def extra_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in self._extra]

    @property
    def is_extra_open(self) -> bool:
        """Whether something is written, or wrong, in what is folded away."""
        return any(
            field.errors or field.field.has_changed(field.field.initial, field.value()) for field in self.extra_fields
        )

    @property
    def _extra(self) -> set[str]:
        return {*JUDGED, *PLACES, *(OPTION + field.name for field in self._probe.fields if field.is_extra)}

    def clean_target(self) -> str:
        target = str(self.cleaned_data["target"]).strip()
        if blank := _BLANK.search(target):
            raise forms.ValidationError(f"Write your own {blank[1]} in place of {blank[0]}.")
        return target

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("watches") == OWN and not cleaned.get("system"):
            self.add_error("system", "Name your system, as in “Checkout API”.")
        if cleaned.get("timeout_s", 0) > cleaned.get("interval_s", 30):
            self.add_error("timeout_s", "The timeout must not be longer than the time between two checks.")
        if (cleaned.get("quorum") or 0) > len(cleaned.get("regions") or settings.PROBE_REGIONS):
            self.add_error("quorum", "There must not be more of them than regions that check it.")
        try:
            cleaned["options"] = self._probe.clean(written_options(self._probe, cleaned, self._stored))
        except BadOptions as error:
            for name, message in error.errors.items():
                self.add_error(OPTION + name, message)
        return cleaned

    @property
    def settings(self) -> Settings:
        """What was asked for; only after is_valid()."""
        cleaned = self.cleaned_data
        return Settings(
            name=cleaned["name"],
            kind=self._kind,
            target=cleaned["target"],
            options=cleaned["options"],
            interval_s=cleaned["interval_s"],
            timeout_s=cleaned["timeout_s"],
            confirmations=cleaned["confirmations"],
            recovery_confirmations=cleaned.get("recovery_confirmations"),
            slow_factor=cleaned.get("slow_factor", self._kept("slow_factor")),
            regions=cleaned.get("regions", self._kept("regions")),
            quorum=cleaned.get("quorum", self._kept("quorum")),
        )

    def _kept(self, name: str) -> Any:
        """Return what is stored, or what a new monitor has, of what this form does not ask for."""
        return getattr(self._monitor or Monitor(), name)

    def scope(self, organization_id: int) -> Scope:
        """Return what the monitor is about, made if it is new; only after is_valid()."""
        return scope_of_value(organization_id, str(self.cleaned_data["watches"]), self.cleaned_data["system"])


def _from_template(template: Template, choices: Choices) -> dict[str, Any]:
    """Return what a form starts from; it is about the template's provider where that can be watched."""
    watches = value_of_provider(template.provider, choices)
    options = {OPTION + name: value for name, value in template.options.items()}
    return {"name": template.name, "target": template.target, **({"watches": watches} if watches else {}), **options}


def _initial(monitor: Monitor, probe: Probe) -> dict[str, Any]:
    scope = monitor.scope
    return {
        "name": monitor.name,
        "watches": value_of(scope),
        "system": scope.component.name if scope.provider_id is None and scope.component else "",
        "target": monitor.target,
        "interval_s": monitor.interval_s,
        "timeout_s": monitor.timeout_s,
        "confirmations": monitor.confirmations,
        **{name: getattr(monitor, name) for name in (*JUDGED, *PLACES)},
        **option_values(probe, monitor),
    }
