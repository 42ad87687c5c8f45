"""Names of time zones as people enter them."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_time_zone(value: str) -> None:
    """Raises ValidationError unless the tz database knows the name."""
    if value not in available_timezones():
        message = _("“%(value)s” is not a time zone such as Europe/London.")
        raise ValidationError(message, code="unknown_time_zone", params={"value": value})


def time_zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
