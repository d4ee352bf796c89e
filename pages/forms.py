"""The forms of an organization's pages."""

from typing import Any

from django import forms

from accounts.services import RESERVED_SLUGS
from alerts.forms import components_of, countries
from alerts.queries import scope_label
from incidents.queries.naming import component_words
from monitors.models import Provider, Scope
from monitors.queries.providers import seen_by
from monitors.services.scopes import SERVICE_NAMES
from pages.models import StatusPage

# What receipts and titles of a messaging provider speak of, whether its page lists it or not.
MESSAGING = ("sms", "mms", "whatsapp", "rcs", "voice", "verify", "email")


class FollowChoice(forms.Form):
    """Choose what to follow; alerts' `follow` takes it. What can be chosen depends on the provider."""

    provider = forms.ModelChoiceField(Provider.objects.none(), to_field_name="slug", empty_label="Choose a provider")
    component = forms.ChoiceField(required=False, label="Part")
    country = forms.ChoiceField(required=False)

    def __init__(self, organization_id: int, provider: Provider | None = None) -> None:
        super().__init__(initial={"provider": provider.slug if provider else ""}, auto_id="follow_%s", label_suffix="")
        self.chosen = provider
        providers = self.fields["provider"]
        assert isinstance(providers, forms.ModelChoiceField)
        providers.queryset = seen_by(organization_id).order_by("name")
        _choose_from(self.fields["component"], "All of it", _parts(provider) if provider else [])
        _choose_from(self.fields["country"], "All countries", countries())


def _choose_from(field: forms.Field, everything: str, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", everything), *choices]


def _parts(provider: Provider) -> list[tuple[str, str]]:
    """Return (value, words) of what can be followed of a provider: its services, then what its page lists."""
    components = [c for c in components_of(provider.slug) if not c.is_group]
    listed = [(str(c.id), component_words(c)) for c in components]
    known = {c.service for c in components}
    missing = [(word, SERVICE_NAMES[word]) for word in MESSAGING if word not in known]
    return [*missing, *listed] if provider.category in ("comms", "telecom") else listed


class PageForm(forms.Form):
    """A status page's own settings."""

    title = forms.CharField(max_length=100)
    slug = forms.SlugField(max_length=50, label="Address", help_text="The last part of the page's address: /s/acme/")
    is_public = forms.BooleanField(
        required=False, label="Public", help_text="Off: everybody gets “not found”, on every address of the page."
    )

    def __init__(self, page: StatusPage, data: Any = None) -> None:
        super().__init__(
            data, initial={"title": page.title, "slug": page.slug, "is_public": page.is_public}, label_suffix=""
        )
        self._page = page

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError(f"{slug} is reserved. Choose another address.")
        if StatusPage.objects.filter(slug=slug).exclude(id=self._page.id).exists():
            raise forms.ValidationError(f"{slug} is taken by another page. Choose another address.")
        return slug


class ScopeChoice(forms.ModelChoiceField[Scope]):
    def label_from_instance(self, obj: Scope) -> str:
        return scope_label(obj)


class RowForm(forms.Form):
    """The words of a row."""

    name = forms.CharField(max_length=100, required=False)
    group = forms.CharField(max_length=100, required=False, label="Heading")


class NewRowForm(RowForm):
    """A row to add, out of what the organization may show."""

    scope = ScopeChoice(Scope.objects.none(), label="What", empty_label="Choose what to show")
    field_order = ("scope", "name", "group")

    def __init__(self, offered: Any, data: Any = None) -> None:
        super().__init__(data, auto_id="row_%s", label_suffix="")
        self.fields["name"].help_text = "What readers call it. Left empty, its own name."
        self.fields["group"].help_text = "Rows with the same heading stand together under it."
        field = self.fields["scope"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = offered
