"""Where the app tells `slas` and `actions` what a case and an activity are."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models exist only from here on, so neither module can be imported above.
        from cases import registry, targets

        registry.register()
        targets.register()
