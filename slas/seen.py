"""Forms that know what their user has seen, so that nobody overwrites unseen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from sla_project.operations.errors import Stale
from sla_project.operations.etags import etag_of


class SeenField(forms.CharField):
    """The ETag of the object for which the form is shown; nothing for a new one."""

    widget = forms.HiddenInput

    def __init__(self, obj: Any) -> None:
        super().__init__(required=False, initial=etag_of(obj) if obj.pk else "", empty_value=None)


def has_seen(form: forms.BaseForm, obj: Any) -> Stale:
    """Once the user was told of the other change, the next save may replace it. Returns what to tell."""
    assert isinstance(form.data, QueryDict)
    form.data = form.data.copy()
    form.data["seen"] = etag_of(type(obj)._default_manager.get(pk=obj.pk))
    return Stale(_("Somebody else has changed it meanwhile. Save again to replace their changes by yours."))
