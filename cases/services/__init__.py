"""All writes of this app. Services take keywords only, and `now`; `via` says through which door: web, api, system."""

from cases.services.activities import (
    ActivityValues,
    activity_apply_sla,
    activity_cancel,
    activity_complete,
    activity_create,
    activity_delete,
    activity_reactivate,
    activity_update,
)
from cases.services.case_lifecycle import case_cancel, case_merge, case_reactivate, case_resolve
from cases.services.case_values import CaseValues
from cases.services.cases import (
    case_apply_sla,
    case_assign,
    case_create,
    case_delete,
    case_set_status,
    case_update,
)
from cases.services.customers import (
    contact_create,
    contact_delete,
    contact_set_active,
    contact_update,
    customer_create,
    customer_delete,
    customer_set_active,
    customer_update,
)
from cases.services.entitlements import (
    entitlement_activate,
    entitlement_cancel,
    entitlement_create,
    entitlement_deactivate,
    entitlement_delete,
    entitlement_set_default,
    entitlement_update,
    entitlements_by_date,
)
from cases.services.erasing import Erased, case_erase
from cases.services.holding import case_hold
from cases.services.numbers import numbers_take
from cases.services.products import product_create, product_delete, product_set_active, product_update
from cases.services.replies import case_reply, values_of_reply

__all__ = [
    "ActivityValues",
    "CaseValues",
    "Erased",
    "activity_apply_sla",
    "activity_cancel",
    "activity_complete",
    "activity_create",
    "activity_delete",
    "activity_reactivate",
    "activity_update",
    "case_apply_sla",
    "case_assign",
    "case_cancel",
    "case_create",
    "case_delete",
    "case_erase",
    "case_hold",
    "case_merge",
    "case_reactivate",
    "case_reply",
    "case_resolve",
    "case_set_status",
    "case_update",
    "contact_create",
    "contact_delete",
    "contact_set_active",
    "contact_update",
    "customer_create",
    "customer_delete",
    "customer_set_active",
    "customer_update",
    "entitlement_activate",
    "entitlement_cancel",
    "entitlement_create",
    "entitlement_deactivate",
    "entitlement_delete",
    "entitlement_set_default",
    "entitlement_update",
    "entitlements_by_date",
    "numbers_take",
    "product_create",
    "product_delete",
    "product_set_active",
    "product_update",
    "values_of_reply",
]
