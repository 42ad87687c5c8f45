from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cases.choices import EntitlementState
from cases.models.checks import choice_check


class Entitlement(models.Model):
    """The support a customer may ask for, and the SLA it is given under. Both dates are included."""

    name = models.CharField(max_length=160)
    name_folded = models.CharField(max_length=480, editable=False)
    description = models.TextField(blank=True)
    customer = models.ForeignKey("cases.Customer", on_delete=models.PROTECT, related_name="entitlements")
    sla = models.ForeignKey("slas.SLA", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    start_date = models.DateField()
    end_date = models.DateField()
    state = models.CharField(max_length=12, choices=EntitlementState.choices, default=EntitlementState.DRAFT)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["name_folded", "id"]
        constraints = [
            choice_check("entitlement_state_known", "state", EntitlementState.values),
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="entitlement_ends_after_start"),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(state="active"), name="entitlement_default_is_active"
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default=True), name="entitlement_one_default_per_customer"
            ),
        ]
        indexes = [models.Index(fields=["customer", "state"], name="entitlement_by_customer")]

    def __str__(self) -> str:
        return self.name
