"""Rows that a body names by their ids."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class RowField(serializers.PrimaryKeyRelatedField[Any]):
    """DRF's own takes 1.5 for 1, and so writes to a row that nobody named."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("incorrect_type", data_type="")
        return super().to_internal_value(data)
