"""What people fill in about where their receipts come in."""

from typing import Any

from django import forms

from monitors.models import Provider
from monitors.receipts import receipt_kinds


class SourceForm(forms.Form):
    """A new place for receipts: which provider's, of which kind."""

    provider: "forms.ModelChoiceField[Provider]" = forms.ModelChoiceField(Provider.objects.none(), to_field_name="slug")
    kind = forms.ChoiceField(label="What it sends")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = self.fields["provider"]
        if isinstance(providers, forms.ModelChoiceField):
            providers.queryset = Provider.objects.filter(category="comms", slug="twilio")
            providers.empty_label = None
        kinds = self.fields["kind"]
        if isinstance(kinds, forms.ChoiceField):
            kinds.choices = [(name, kind.label) for name, kind in receipt_kinds().items()]


class SecretForm(forms.Form):
    """One more secret, or the only one from now on."""

    secret = forms.CharField(
        max_length=200,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="A webhook shared key (better), or the auth token of the account that sends.",
    )
    keep_old = forms.BooleanField(
        required=False, label="Accept the old ones too, until the sender has changed over", initial=True
    )
