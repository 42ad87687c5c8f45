from __future__ import annotations

from django.db import models

from sla_project.operations.codes import foreign_code


class Product(models.Model):
    name = models.CharField(max_length=160)
    name_folded = models.CharField(max_length=480, editable=False)
    code = models.CharField(max_length=60, unique=True, validators=[foreign_code])
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name_folded", "id"]

    def __str__(self) -> str:
        return self.name
