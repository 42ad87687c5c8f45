from __future__ import annotations

from django.db import models


class NumberSeries(models.Model):
    """The last number given out per series; `cases.services.numbers` takes the next under a row lock."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveBigIntegerField()

    class Meta:
        verbose_name_plural = "number series"

    def __str__(self) -> str:
        return f"{self.name}-{self.last}"
