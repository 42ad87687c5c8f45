"""How often one caller may ask. Each web process counts for itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle


class PerCallerThrottle(SimpleRateThrottle):
    """`API_REQUESTS_PER_MINUTE` for each user, or for each address of strangers; 0 for no limit."""

    scope = "caller"

    def get_rate(self) -> str | None:
        limit = settings.API_REQUESTS_PER_MINUTE
        return f"{limit}/min" if limit else None

    def get_cache_key(self, request: Any, view: Any) -> str:
        caller = request.user.pk if request.user and request.user.is_authenticated else None
        return self.cache_format % {"scope": self.scope, "ident": caller or self.get_ident(request)}
