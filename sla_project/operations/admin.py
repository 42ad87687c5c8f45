"""Django's admin, where an installation asks for it (`ADMIN_URL`): everything can be looked at, nothing changed.

Tracked records, published versions and the log are written by services only, so that no timer and no history is lost.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

SECRET = ("password", "key_hash", "body")


class ReadOnlyAdmin(admin.ModelAdmin):
    list_per_page = 50
    show_full_result_count = False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return SECRET

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def register_read_only(app_label: str) -> None:
    """Show every model of an app."""
    admin.site.register(list(apps.get_app_config(app_label).get_models()), ReadOnlyAdmin)


register_read_only("operations")
