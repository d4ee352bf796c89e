"""What people fill in about where their receipts come in."""

from decimal import Decimal
from typing import Any

from django import forms

from monitors.models import NumberLookup, Provider
from monitors.receipts import receipt_kinds
from monitors.receipts.base import Receipts


class SourceForm(forms.Form):
    """A new place for receipts: of which kind, and for our own format whose messages they tell of."""

    kind = forms.ChoiceField(label="What sends them")
    provider: "forms.ModelChoiceField[Provider]" = forms.ModelChoiceField(
        Provider.objects.none(),
        to_field_name="slug",
        required=False,
        label="Who carries the messages",
        help_text="Only for our own format.",
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        providers, kinds = self.fields["provider"], self.fields["kind"]
        if isinstance(providers, forms.ModelChoiceField):
            providers.queryset = _carrying().order_by("name")
            providers.empty_label = "As the sender says"
        if isinstance(kinds, forms.ChoiceField):
            named = sorted((kind.label, name) for name, kind in receipt_kinds().items() if kind.providers)
            own = [(kind.label, name) for name, kind in receipt_kinds().items() if not kind.providers]
            kinds.choices = [(name, label) for label, name in named + own]

    def clean(self) -> dict[str, Any]:
        """Settle whose messages a kind tells of: its own provider's, or the one chosen."""
        data: dict[str, Any] = super().clean() or {}
        kind = receipt_kinds().get(data.get("kind", ""))
        if kind and kind.providers:
            data["provider"] = _carrying().filter(slug__in=kind.providers).order_by("id").first()
            if data["provider"] is None:
                self.add_error("kind", f"There is no provider {kind.providers[0]} here. Load the catalogue first.")
        elif kind and not data.get("provider"):
            self.add_error("provider", "Say whose service carries these messages.")
        return data


def _carrying() -> Any:
    return Provider.objects.filter(category="comms", organization=None)


class SecretForm(forms.Form):
    """One more secret that the sender may sign with."""

    secret = forms.CharField(
        max_length=400, strip=True, widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, data: Any = None, *, kind: Receipts, source_id: int) -> None:
        super().__init__(data, auto_id=f"id_{source_id}_%s", label_suffix="")
        self.kind = kind
        self.fields["secret"].label = kind.guide.secret
        self.fields["secret"].help_text = kind.guide.secret_help

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        wrong = self.kind.check_secret(secret)
        if wrong:
            raise forms.ValidationError(wrong)
        return secret


class LookupForm(forms.Form):
    """On which terms Twilio is asked for the networks of numbers. An empty secret keeps the one that is stored."""

    user = forms.RegexField(
        r"^(AC|SK)[0-9a-fA-F]{32}$",
        label="Account SID, or SID of an API key",
        error_messages={"invalid": "Write AC or SK and 32 hexadecimal digits."},
    )
    secret = forms.CharField(
        max_length=100,
        required=False,
        label="Auth token, or secret of the API key",
        help_text="A restricted API key that may do nothing but look up is best.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    price = forms.DecimalField(
        min_value=Decimal("0.000001"), max_digits=12, decimal_places=6, label="Price of one lookup, as on your bill"
    )
    daily_cap = forms.DecimalField(
        min_value=Decimal("0.000001"), max_digits=12, decimal_places=6, label="At most per day (UTC), in the same money"
    )

    def __init__(self, data: Any = None, *, lookup: NumberLookup | None, source_id: int) -> None:
        known = (
            {
                "user": lookup.user,
                "price": f"{lookup.price.normalize():f}",
                "daily_cap": f"{lookup.daily_cap.normalize():f}",
            }
            if lookup
            else {}
        )
        super().__init__(data, initial=known, auto_id=f"id_lookup_{source_id}_%s", label_suffix="")
        self.needs_secret = lookup is None or not lookup.sealed_secret

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"].strip()
        if self.needs_secret and not secret:
            raise forms.ValidationError("Twilio answers nobody without it.")
        return secret


class FingerprintForm(forms.Form):
    """Which of the secrets to remove, by what the page shows of it."""

    fingerprint = forms.CharField(max_length=16)
