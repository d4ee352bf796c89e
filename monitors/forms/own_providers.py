"""The forms of an organization's own providers."""

from typing import Any

from django import forms
from django.core import signing

from monitors.formats import formats
from monitors.formats.base import Snapshot
from monitors.services.detection import Detection

KEPT_S = 3600  # how long what was shown may be saved
SALT = "own provider"


class AddressForm(forms.Form):
    """Step one: the pasted address."""

    address = forms.CharField(
        max_length=1000,
        label="Address of the status page",
        help_text="Such as status.example.com. The address of its RSS, Atom or JSON feed will do as well.",
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )


class FoundForm(forms.Form):
    """Step two: what was found, as it was shown, under a name. `found` is signed, so it is what we found ourselves."""

    name = forms.CharField(max_length=100)
    found = forms.CharField(widget=forms.HiddenInput, max_length=5000)

    def __init__(self, data: Any = None, *, organization_id: int, shown: Detection | None = None) -> None:
        initial = {}
        if shown:
            initial = {"found": _sealed(shown, organization_id), "name": name_of(shown)}
        super().__init__(data, initial=initial, label_suffix="")
        self._organization_id = organization_id

    def clean_found(self) -> Detection:
        try:
            kept = signing.loads(self.cleaned_data["found"], salt=SALT, max_age=KEPT_S)
        except signing.BadSignature:
            raise forms.ValidationError("What was found is more than an hour old. Paste the address again.") from None
        if kept.pop("for") != self._organization_id or kept["format"] not in formats():
            raise forms.ValidationError("What was found is not for here. Paste the address again.")
        page_id = kept.pop("page_id")
        return Detection(**kept, snapshot=Snapshot(page_id=page_id))


class NameForm(forms.Form):
    name = forms.CharField(max_length=100)


def name_of(found: Detection) -> str:
    """Return a name to offer: the page's own, without "Status", or its host's."""
    own = found.snapshot.page_name.removesuffix(" Status").removesuffix(" status").strip()
    return (own or found.page_url.partition("://")[2].partition("/")[0])[:100]


def _sealed(found: Detection, organization_id: int) -> str:
    kept = {"asked": found.asked, "format": found.format, "feed_url": found.feed_url, "page_url": found.page_url}
    return signing.dumps(kept | {"page_id": found.snapshot.page_id, "for": organization_id}, salt=SALT)
