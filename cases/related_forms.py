"""Forms of products and entitlements. They check types and choices; services check everything else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import form_for
from cases.lookup_fields import LookupField
from cases.models import Customer, Entitlement, Product
from slas.models import SLA

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
PRODUCT_FIELDS = ["name", "code"]
ENTITLEMENT_FIELDS = ["name", "customer", "sla", "start_date", "end_date", "description"]

ProductForm = form_for(
    Product, PRODUCT_FIELDS, help_texts={"code": _("A stable name for the API, such as invoice-server.")}
)


_EntitlementForm = form_for(
    Entitlement,
    ENTITLEMENT_FIELDS,
    field_classes={"customer": LookupField},
    widgets={"start_date": DATE, "end_date": DATE},
)


class EntitlementForm(_EntitlementForm):  # type: ignore[misc, valid-type]  # form_for made its base
    """Offers active customers and SLAs for cases, and what the entitlement has already."""

    def __init__(self, *args: Any, entitlement: Entitlement | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customers, slas = Customer.objects.filter(is_active=True), SLA.objects.filter(record_type="case")
        offered = slas.filter(state=SLA.State.ACTIVE)
        if entitlement is not None:
            customers = customers | Customer.objects.filter(pk=entitlement.customer_id)
            offered = offered | slas.filter(pk__in=[entitlement.sla_id] if entitlement.sla_id else [])
        self.fields["customer"].queryset = customers
        self.fields["sla"].queryset = offered
        self.fields["sla"].empty_label = _("The default SLA")
        self.fields["sla"].label = _("SLA")
        self.fields["end_date"].help_text = _("Included.")
