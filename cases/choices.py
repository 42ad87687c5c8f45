"""The codes that cases, activities and entitlements are written with, and which of them fit together."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class ServiceLevel(models.TextChoices):
    GOLD = "gold", _("Gold")
    SILVER = "silver", _("Silver")
    BRONZE = "bronze", _("Bronze")


class Channel(models.TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("Email")
    WEB = "web", _("Web")
    CHAT = "chat", _("Chat")
    API = "api", _("API")


class CaseType(models.TextChoices):
    QUESTION = "question", _("Question")
    PROBLEM = "problem", _("Problem")
    REQUEST = "request", _("Request")


class Priority(models.TextChoices):
    """From the least to the most pressing; pages sort and colour by this order."""

    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class CaseState(models.TextChoices):
    ACTIVE = "active", _("Active")
    RESOLVED = "resolved", _("Resolved")
    CANCELED = "canceled", _("Canceled")


class CaseStatus(models.TextChoices):
    NEW = "new", _("New")
    IN_PROGRESS = "in_progress", _("In progress")
    ON_HOLD = "on_hold", _("On hold")
    WAITING_FOR_CUSTOMER = "waiting_for_customer", _("Waiting for customer")
    RESEARCHING = "researching", _("Researching")
    PROBLEM_SOLVED = "problem_solved", _("Problem solved")
    INFORMATION_PROVIDED = "information_provided", _("Information provided")
    CANCELED = "canceled", _("Canceled")
    MERGED = "merged", _("Merged")


CASE_STATUSES: Mapping[str, tuple[str, ...]] = {
    CaseState.ACTIVE: (
        CaseStatus.NEW,
        CaseStatus.IN_PROGRESS,
        CaseStatus.ON_HOLD,
        CaseStatus.WAITING_FOR_CUSTOMER,
        CaseStatus.RESEARCHING,
    ),
    CaseState.RESOLVED: (CaseStatus.PROBLEM_SOLVED, CaseStatus.INFORMATION_PROVIDED),
    CaseState.CANCELED: (CaseStatus.CANCELED, CaseStatus.MERGED),
}


class HoldReason(models.TextChoices):
    """Why a case waits; people may say more in words of their own."""

    CUSTOMER = "customer", _("Waiting for the customer's answer")
    SUPPLIER = "supplier", _("Waiting for a supplier or partner")
    CHANGE = "change", _("Waiting for a release or a change")
    AGREED = "agreed", _("Agreed with the customer")
    OTHER = "other", _("Another reason")


class ActivityState(models.TextChoices):
    OPEN = "open", _("Open")
    COMPLETED = "completed", _("Completed")
    CANCELED = "canceled", _("Canceled")


class ActivityStatus(models.TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting")
    COMPLETED = "completed", _("Completed")
    CANCELED = "canceled", _("Canceled")


ACTIVITY_STATUSES: Mapping[str, tuple[str, ...]] = {
    ActivityState.OPEN: (
        ActivityStatus.NOT_STARTED,
        ActivityStatus.IN_PROGRESS,
        ActivityStatus.WAITING,
    ),
    ActivityState.COMPLETED: (ActivityStatus.COMPLETED,),
    ActivityState.CANCELED: (ActivityStatus.CANCELED,),
}


class EntitlementState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("Waiting")
    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")
    CANCELED = "canceled", _("Canceled")
