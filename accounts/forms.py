"""What people fill in about organizations and members."""

from typing import Any

from django import forms

from accounts.models import Role
from kit.zones import zone_choices


class OrganizationForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name of your organization")


class OrganizationSettingsForm(OrganizationForm):
    """`now` is the zone that the organization has, offered even where the list of zones no longer has it."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="Times are shown in it beside UTC; maintenance windows follow its clock, in summer and in winter.",
    )

    def __init__(self, data: Any = None, *, initial: dict[str, str], now: str) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        zones = self.fields["time_zone"]
        assert isinstance(zones, forms.ChoiceField)
        known = {name for _, group in zone_choices() for name, _ in group}
        zones.choices = [*([] if now in known else [(now, now)]), *zone_choices()]


class MemberForm(forms.Form):
    email = forms.EmailField(label="Email address", help_text="The person needs an account here first.")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MEMBER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
