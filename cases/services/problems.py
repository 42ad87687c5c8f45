"""Checking a record's values, so that a caller hears of all faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from sla_project.operations.problems import Problems
from sla_project.operations.times import EARLIEST, LATEST


class RecordProblems(Problems):
    """What is wrong with the values of a record, by the name of the field."""

    def check_columns(self, model: type[models.Model], values: Mapping[str, Any]) -> None:
        """Lengths, codes, addresses and the like, as the model's fields state them."""
        for name, value in values.items():
            field = model._meta.get_field(name)
            if isinstance(field, models.Field) and not field.is_relation:
                self._check_column(field, value)

    def _check_column(self, field: models.Field[Any, Any], value: Any) -> None:
        if isinstance(value, datetime) and value.utcoffset() is None:
            self.add(f"/{field.name}", "no_time_zone", _("A time must say its zone."))
            return
        if isinstance(value, datetime) and not EARLIEST <= value < LATEST:
            self.add(f"/{field.name}", "out_of_range", _("The time is not between 1970 and 2200."))
            return
        try:
            field.clean(value, None)
        except ValidationError as error:
            for each in error.error_list:
                self.add(f"/{field.name}", each.code or "invalid", " ".join(each.messages))

    def check_active(self, values: Mapping[str, Any]) -> None:
        """Records that are inactive cannot be chosen anew."""
        for name, value in values.items():
            if isinstance(value, models.Model) and not getattr(value, "is_active", True):
                self.add(f"/{name}", "inactive", _("%(name)s is inactive.") % {"name": value})
