"""What people fill in to switch the simple rules about receipts on."""

from typing import Any

from django import forms

from monitors.core.delivery_rules import WORDS, Rule
from monitors.models import DeliveryRule

WHOLE, EACH = "whole", "each"
OVER = [(WHOLE, "all messages of a provider together"), (EACH, "each component, country and carrier by itself")]


class DeliveryRulesForm(forms.Form):
    """For each rule: whether it is on, and over what it counts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule, words in WORDS.items():
            self.fields[rule.value] = forms.BooleanField(required=False, label=words)
            over = forms.ChoiceField(choices=OVER, required=False, label="counted over", initial=WHOLE)
            self.fields[f"{rule.value}_over"] = over

    @classmethod
    def of(cls, organization_id: int) -> "DeliveryRulesForm":
        """Return the form as the organization last filled it in."""
        rows = DeliveryRule.objects.filter(organization_id=organization_id)
        on = {row.rule: True for row in rows}
        over = {f"{row.rule}_over": EACH if row.is_per_scope else WHOLE for row in rows}
        return cls(initial=on | over)

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each rule's box with its choice."""
        return [(self[rule.value], self[f"{rule.value}_over"]) for rule in Rule]

    def wanted(self) -> dict[Rule, bool]:
        """Return the rules that are to be on: {rule: whether each scope by itself}. Call it on a valid form."""
        values = self.cleaned_data
        return {rule: values[f"{rule.value}_over"] == EACH for rule in Rule if values[rule.value]}
