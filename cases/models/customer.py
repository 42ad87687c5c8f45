from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.choices import ServiceLevel
from cases.models.checks import choice_check
from sla_project.operations.codes import foreign_code


class Customer(models.Model):
    """Whose case it is. The service level is copied to a new case and is then the case's own."""

    name = models.CharField(max_length=160)
    # NFC + casefold of the name, written by the services: search gives the same answer on every database.
    name_folded = models.CharField(max_length=480, editable=False)
    code = models.CharField(max_length=60, blank=True, db_index=True, validators=[foreign_code])
    service_level = models.CharField(max_length=20, choices=ServiceLevel.choices, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name_folded", "id"]
        constraints = [
            choice_check("customer_service_level_known", "service_level", ServiceLevel.values, blank=True),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="customer_code_unique"),
        ]
        indexes = [models.Index(fields=["name_folded", "id"], name="customer_by_name")]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person at a customer; the one that mails to *contact* reach."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=160)
    name_folded = models.CharField(max_length=480, editable=False)
    email = models.EmailField(blank=True)
    email_folded = models.CharField(max_length=762, blank=True, editable=False)
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name_folded", "id"]
        indexes = [models.Index(fields=["name_folded", "id"], name="contact_by_name")]

    def __str__(self) -> str:
        return self.name
