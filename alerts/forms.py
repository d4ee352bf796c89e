"""The forms of channels and routes."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Organization
from alerts.channels.base import Channel as Kind
from alerts.channels.base import Field
from alerts.models import Channel
from incidents.queries.naming import component_words, country_name
from monitors.models import Carrier, Component, Provider, Scope
from monitors.queries.providers import scopes_seen_by, seen_by
from monitors.services.scopes import SERVICE_NAMES, component_for, scope_of

INPUTS: dict[str, type[forms.Widget]] = {
    "email": forms.EmailInput,
    "url": forms.URLInput,
    "password": forms.PasswordInput,
    "text": forms.TextInput,
}


class ChannelForm(forms.Form):
    """A channel's name and what its kind asks for. The kind itself judges the values."""

    name = forms.CharField(max_length=100, required=False, help_text="What you call it. Left empty, its kind.")

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for field in kind.fields:
            self.fields[field.name] = _form_field(field)
        self.order_fields([*(field.name for field in kind.fields), "name"])

    @property
    def config(self) -> dict[str, str]:
        return {field.name: self.cleaned_data[field.name] for field in self.kind.fields}


def _form_field(field: Field) -> forms.CharField:
    widget = INPUTS.get(field.type, forms.TextInput)(attrs={"autocomplete": "off"} if field.secret else {})
    return forms.CharField(
        label=field.label, help_text=field.help, required=field.required, widget=widget, max_length=2000
    )


class ComponentChoice(forms.ModelChoiceField[Component]):
    def label_from_instance(self, obj: Component) -> str:
        return component_words(obj)


class CarrierChoice(forms.ModelChoiceField[Carrier]):
    def label_from_instance(self, obj: Carrier) -> str:
        return obj.name


class ChannelChoice(forms.ModelChoiceField[Channel]):
    def label_from_instance(self, obj: Channel) -> str:
        return f"{obj.name} ({obj.hint})"


class RouteForm(forms.Form):
    """What to follow and where to send it. Components depend on the provider, carriers on the country."""

    provider = forms.ModelChoiceField(Provider.objects.none(), to_field_name="slug", empty_label="Choose a provider")
    component = ComponentChoice(Component.objects.none(), required=False, empty_label="Everything of this provider")
    country = forms.ChoiceField(required=False)
    carrier = CarrierChoice(Carrier.objects.none(), required=False, empty_label="All carriers")
    channel = ChannelChoice(Channel.objects.none(), label="Send to")

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data if self.is_bound else self.initial
        providers = seen_by(organization.id).order_by("name")
        _offer(self.fields["provider"], providers)
        chosen_slug = str(chosen.get("provider") or "")
        _offer(self.fields["component"], components_of(chosen_slug).filter(provider__in=providers))
        _offer(self.fields["carrier"], Carrier.objects.filter(country=chosen.get("country") or "-").order_by("name"))
        channels = Channel.objects.filter(organization=organization, disabled_at=None).order_by("name", "id")
        _offer(self.fields["channel"], channels)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", "All countries"), *countries()]


def _offer(field: forms.Field, rows: "QuerySet[Any]") -> None:
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


def components_of(provider_slug: str) -> "QuerySet[Component]":
    """Return what can be followed of a provider, its services first."""
    rows = Component.objects.filter(provider__slug=provider_slug, gone_at=None).select_related("group")
    return rows.order_by("-service", "position", "name")


def countries() -> list[tuple[str, str]]:
    """Return (code, name) of the countries whose carriers we know, by name."""
    codes = Carrier.objects.order_by().values_list("country", flat=True).distinct()
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])


class FollowForm(forms.Form):
    """What a "Follow" button says: a scope's id, or a provider and its narrowings."""

    scope = forms.ModelChoiceField(Scope.objects.none(), required=False)
    provider = forms.ModelChoiceField(Provider.objects.none(), to_field_name="slug", required=False)
    component = forms.CharField(max_length=20, required=False)  # an id, or a service
    country = forms.RegexField(r"^[A-Z]{2}$", required=False)
    carrier = forms.ModelChoiceField(Carrier.objects.all(), to_field_name="slug", required=False)

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["scope"], scopes_seen_by(organization.id))
        _offer(self.fields["provider"], seen_by(organization.id))

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        provider, component = chosen.get("provider"), chosen.get("component", "")
        if not chosen.get("scope") and not provider:
            raise forms.ValidationError("Say what to follow: a scope, or a provider.")
        chosen["component"] = self._component(provider, component) if component else None
        return chosen

    def _component(self, provider: Provider | None, text: str) -> Component | str:
        """Return a component by its id, or the service that `text` names."""
        if text.isascii() and text.isdigit():
            found = Component.objects.filter(id=int(text), provider=provider).first()
            if found:
                return found
        if text not in SERVICE_NAMES:
            raise forms.ValidationError("This provider has no such component.")
        return text

    def chosen_scope(self) -> Scope:
        """Return the scope, made if it is new; for a form that is valid."""
        chosen = self.cleaned_data
        if chosen["scope"]:
            found: Scope = chosen["scope"]
            return found
        component = chosen["component"]
        if isinstance(component, str):
            component = component_for(chosen["provider"], component)
        return scope_of(chosen["provider"], component=component, country=chosen["country"], carrier=chosen["carrier"])
