"""The form with which people report a problem, or say that it works again."""

from functools import cache, cached_property, partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from kit.countries import NAMES
from monitors.core.problems import WORKS, problems
from monitors.core.report_comments import LONGEST, cleaned, printable
from monitors.models import Component, Provider
from monitors.queries.crowd import carrier_named, carriers_in
from monitors.services.reports import Statement
from monitors.services.scopes import SERVICE_NAMES, component_for

# What people call the parts of a messaging provider, offered before the vendor's own long list.
SERVICES = ("sms", "mms", "voice", "verify", "whatsapp", "email", "console", "api")
MOST_COMPONENTS = 60
_SERVICE, _COMPONENT = "service:", "component:"


class _PartField(forms.ChoiceField):
    """A part of a provider. Its long list is read where it is shown; one that was chosen is looked up by itself."""

    provider: Provider

    def valid_value(self, value: object) -> bool:
        return _is_part(self.provider, str(value))


class _CountrySelect(forms.Select):
    """A choice of 250 countries, written in one go: Django renders a template for each, which was most of a page's cost."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        told = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        chosen = mark_safe(" selected")
        options = ((code, chosen if code == (value or "") else "", words) for code, words in _countries())
        return format_html(
            "<select{}>{}</select>", told, format_html_join("", '<option value="{}"{}>{}</option>', options)
        )


class ReportForm(forms.Form):
    """What is wrong, where. Only the problem is required; a country or carrier that we do not know is "not said".

    With `works` in it the form says that it works again, and needs no problem.

    `country` (ISO 3166-1 alpha-2) is what to fill in beforehand. `carriers` are names to choose from.
    """

    problem = forms.ChoiceField(label="What is wrong?")
    component = _PartField(label="With what?", required=False)
    country = forms.CharField(label="Where are you?", required=False, widget=_CountrySelect)
    carrier = forms.CharField(
        label="Mobile network", required=False, max_length=60, help_text="If you know it: NTT DOCOMO, Smartfren …"
    )
    comment = forms.CharField(
        label="Anything else?",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Shown to others once somebody has read it. Leave out names, numbers and links.",
    )

    def __init__(self, data: Any = None, *, provider: Provider, country: str = "") -> None:
        super().__init__(data, initial={"country": country})
        self.provider = provider
        self.has_carriers = asks_carrier(provider)
        self.near = country
        self.fields["problem"].choices = list(problems(provider.category).items())  # type: ignore[attr-defined]
        part = self.fields["component"]
        assert isinstance(part, _PartField)
        part.provider, part.choices = provider, partial(_parts, provider)
        self.fields["carrier"].widget.attrs |= {"list": "carriers", "autocomplete": "off"}
        self.says_well = bool(data) and "works" in data
        self.fields["problem"].required = not self.says_well
        if not self.has_carriers:
            del self.fields["carrier"]

    @cached_property
    def carriers(self) -> list[str]:
        return carriers_in(self.near) if self.near and self.has_carriers else []

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).upper()
        return country if country in NAMES else ""

    def clean_carrier(self) -> str:
        return printable(str(self.cleaned_data["carrier"]))

    def clean_comment(self) -> str:
        return cleaned(str(self.cleaned_data["comment"]))

    def statement(self) -> Statement:
        """Return what a valid form says."""
        chosen = self.cleaned_data
        typed = chosen.get("carrier", "")
        carrier = carrier_named(chosen["country"], typed)
        return Statement(
            provider=self.provider,
            problem=WORKS if self.says_well else chosen["problem"],
            component=_component(self.provider, chosen["component"]),
            country=chosen["country"],
            carrier=carrier,
            carrier_text="" if carrier else typed,
            comment=chosen["comment"],
        )


def asks_carrier(provider: Provider) -> bool:
    return provider.category == "comms"


@cache
def _countries() -> list[tuple[str, str]]:
    return [("", "Not said"), *sorted(NAMES.items(), key=lambda pair: pair[1])]


def _parts(provider: Provider) -> list[tuple[str, str]]:
    """The services of a messaging provider, then the parts that its own page lists."""
    services = SERVICES if provider.category == "comms" else ()
    named = {SERVICE_NAMES[service].casefold() for service in services}
    found = [("", "Not sure"), *((f"{_SERVICE}{service}", SERVICE_NAMES[service]) for service in services)]
    for row in _listed(provider).order_by("-service", "position", "name")[:MOST_COMPONENTS]:
        if row.service not in services and row.name.casefold() not in named:
            found.append((f"{_COMPONENT}{row.id}", row.name))
    return found


def _is_part(provider: Provider, choice: str) -> bool:
    if choice.startswith(_SERVICE):
        return provider.category == "comms" and choice.removeprefix(_SERVICE) in SERVICES
    number = choice.removeprefix(_COMPONENT)
    return choice != number and number.isdecimal() and _listed(provider).filter(id=int(number)).exists()


def _listed(provider: Provider) -> "QuerySet[Component]":
    return Component.objects.filter(provider=provider, is_group=False, gone_at=None)


def _component(provider: Provider, choice: str) -> Component | None:
    if choice.startswith(_SERVICE):
        return component_for(provider, choice.removeprefix(_SERVICE))
    if choice.startswith(_COMPONENT):
        return Component.objects.filter(provider=provider, id=int(choice.removeprefix(_COMPONENT))).first()
    return None
