"""What people fill in about organizations and members."""

from django import forms

from accounts.models import Role


class OrganizationForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name of your organization")


class MemberForm(forms.Form):
    email = forms.EmailField(label="Email address", help_text="The person needs an account here first.")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MEMBER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
