"""What people fill in to plan maintenance."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from monitors.core.windows import BadRule, check_rule
from monitors.services.windows import NewWindow

_ONCE, _OWN = "once", "own"
_YEARS = range(2000, 2100)  # of the first window; calendars end, and what began long ago is tedious to count
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
REPEATS = [
    (_ONCE, "Once"),
    ("FREQ=DAILY", "Every day"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every weekday"),
    ("FREQ=WEEKLY", "Every week, on that day"),
    ("FREQ=WEEKLY;INTERVAL=2", "Every two weeks, on that day"),
    ("FREQ=MONTHLY;BYDAY={nth}{day}", "Every month, on that day of that week"),
    ("FREQ=MONTHLY", "Every month, on that date"),
    (_OWN, "By a rule of your own"),
]
LENGTHS = [(15, "15 minutes"), (30, "30 minutes"), (60, "1 hour"), (120, "2 hours"), (240, "4 hours"), (480, "8 hours"), (1440, "1 day")]  # fmt: skip


class WindowForm(forms.Form):
    """Gives `window`. `monitors` are the organization's, as (id, name, tags)."""

    name = forms.CharField(max_length=100, help_text="As your colleagues will read it, as in “Database upgrade”.")
    first = forms.DateTimeField(
        label="Opens first",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    minutes = forms.TypedChoiceField(label="For", coerce=int, choices=LENGTHS, initial=60)
    repeats = forms.ChoiceField(choices=REPEATS, initial=_ONCE)
    rule = forms.CharField(
        label="Rule", max_length=200, required=False, help_text="Only for a rule of your own, as in FREQ=WEEKLY;BYDAY=SA,SU."
    )  # fmt: skip
    tag = forms.ChoiceField(
        label="Monitors with the tag",
        required=False,
        help_text="Whichever have it when the window is open, also those that get it later.",
    )
    monitors = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        help_text="Those chosen, besides those with the tag. No tag and none chosen: it is for all, also those to come.",
    )

    def __init__(self, data: Any = None, *, monitors: Sequence[tuple[int, str, Sequence[str]]], zone: str) -> None:
        super().__init__(data, label_suffix="")
        self.fields["first"].help_text = f"On the clock of {zone.replace('_', ' ')}, in summer and in winter."
        chosen = self.fields["monitors"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = [(id_, name) for id_, name, _ in monitors]
        chosen.widget.attrs["size"] = min(8, max(2, len(monitors)))
        counts = Counter(tag for _, _, tags in monitors for tag in tags)
        tag = self.fields["tag"]
        assert isinstance(tag, forms.ChoiceField)
        tag.choices = [("", "no tag"), *((name, f"{name} (now {counts[name]:,})") for name in sorted(counts))]
        if not counts:
            del self.fields["tag"]

    def clean_first(self) -> datetime:
        first: datetime = self.cleaned_data["first"]
        if first.year not in _YEARS:
            raise forms.ValidationError(f"Choose a year from {_YEARS[0]} to {_YEARS[-1]}.")
        return first.replace(tzinfo=None)  # what stands on the wall; Django has given it the server's zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, repeats = cleaned.get("first"), cleaned.get("repeats")
        if first and repeats:
            try:
                cleaned["rule"] = check_rule(_rule(repeats, cleaned.get("rule", ""), first), first=first)
            except BadRule as error:
                self.add_error("rule", str(error))
        return cleaned

    @property
    def window(self) -> NewWindow:
        """What was asked for; only after is_valid()."""
        cleaned = self.cleaned_data
        ids, tag = cleaned["monitors"], cleaned.get("tag", "")
        return NewWindow(cleaned["name"], cleaned["first"], cleaned["minutes"], cleaned["rule"], ids, tag)


def _rule(repeats: str, own: str, first: datetime) -> str:
    if repeats == _ONCE:
        return ""
    if repeats == _OWN:
        if not own:
            raise BadRule("Write the rule, as in FREQ=WEEKLY;BYDAY=SA,SU, or choose how it repeats.")
        return own
    week = (first.day - 1) // 7 + 1
    return repeats.format(nth=week if week < 5 else -1, day=_WEEKDAYS[first.weekday()])
