"""The settings page: administrators change, everybody else reads."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.accounts.policy import can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.selectors import settings_get
from sla_project.operations.services import settings_locked
from sla_project.operations.web import form_page
from slas.forms.settings import SettingsForm
from slas.services.policy.settings import service_settings_update


@signed_in
def settings_page(request: HttpRequest) -> HttpResponse:
    row, title = settings_get(), _("Settings")
    if not can_configure(request.user):
        if request.method == "POST":
            raise PermissionDenied
        facts = [{"label": field.label, "value": _words(field)} for field in _shown(SettingsForm(instance=row))]
        return render(request, "slas/settings.html", {"title": title, "facts": facts})

    form = SettingsForm(request.POST or None, instance=row)

    def save(values: dict[str, Any]) -> str:
        service_settings_update(changes=form.changes(), reason=values["reason"], by=user_of(request), now=clock_now())
        return reverse("slas:settings")

    return form_page(
        request,
        title=title,
        form=form,
        save=save,
        edits=Edited(row, lock=lambda _row: settings_locked()),
        message=_("The settings are saved."),
        template="slas/settings.html",
        context={
            "lead": _("What holds for all SLAs of the organisation."),
            "may_edit": True,
        },
    )


def _shown(form: SettingsForm) -> list[BoundField]:
    return [field for field in form.visible_fields() if field.name != "reason"]


def _words(field: BoundField) -> str:
    value = field.value()
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    labels = dict(getattr(field.field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(labels[each]) for each in value) or _("None")
    return str(labels.get(value, value))
