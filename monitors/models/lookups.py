"""Which network numbers are in, as Twilio Lookup says it at an organization's cost."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from monitors.models.receipts import ReceiptSource


class NumberLookup(models.Model):
    """The terms on which numbers of one source are looked up. Nothing is asked before somebody switched it on.

    `spent` is what was set aside on `day` (UTC); money is set aside before it is spent, and never given back.
    `trouble` is what the API said when it refused the key, which switches this off.
    """

    source = models.OneToOneField(ReceiptSource, models.CASCADE, related_name="lookup")
    is_on = models.BooleanField(default=False)
    user = models.CharField(max_length=34)  # the SID of the account, or of an API key
    sealed_secret = models.TextField()
    price = models.DecimalField(max_digits=12, decimal_places=6)
    daily_cap = models.DecimalField(max_digits=12, decimal_places=6)
    day = models.DateField(null=True)
    spent = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(0))
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="lookup_has_a_price"),
            models.CheckConstraint(condition=Q(spent__gte=0), name="lookup_spends"),
        ]

    def __str__(self) -> str:
        return f"lookups of source {self.source_id}"


class KnownNumber(models.Model):
    """The network (MCC-MNC) that a number was in when it was looked up; empty: Twilio does not know. Of the number only
    the keyed hash that receipts keep."""

    source = models.ForeignKey(ReceiptSource, models.CASCADE, related_name="known_numbers")
    to_hash = models.CharField(max_length=64)
    network = models.CharField(max_length=6, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "to_hash"], name="number_known_once")]
        indexes = [models.Index(fields=["at"], name="known_number_by_time")]

    def __str__(self) -> str:
        return f"a number of source {self.source_id}"
