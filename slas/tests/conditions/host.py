"""A page with several builders, for the browser; the product's own pages host the same field."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from sla_project.urls import urlpatterns as console_urls
from slas.forms.condition_fields import ConditionField, condition_assets

PAGE = """{% extends "base.html" %}
{% block scripts %}{% include "slas/_condition_assets.html" %}{% endblock %}
{% block content %}<div class="page-narrow">{% include "parts/_form.html" %}</div>
<button type="button" hx-get="/builder/part/" hx-target="#swapped">Swap</button><div id="swapped"></div>
{% endblock %}"""
PART = "<form><div class='field'>{{ form.applicable_when.as_field_group }}</div></form>"

saved: list[dict[str, Any]] = []


class HostForm(forms.Form):
    record_type = forms.ChoiceField(choices=[("case", "Cases"), ("activity", "Activities")], initial="case")
    applicable_when = ConditionField("case", label="Applicable when", help_text="Which records.")
    success_when = ConditionField(
        "case", label="Success when", purpose="success", follow={"record_type": "record_type"}, preview=False
    )


def _initial(request: HttpRequest) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in request.GET.items()}


def host(request: HttpRequest) -> HttpResponse:
    form = HostForm(request.POST or None, initial=_initial(request))
    if form.is_bound and form.is_valid():
        saved.append(form.cleaned_data)
    context = {"title": "Builders", "form": form, "condition_assets": condition_assets("case", "activity")}
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


def part(request: HttpRequest) -> HttpResponse:
    form = HostForm(initial={"applicable_when": {"all": []}}, auto_id="swapped_%s")
    return HttpResponse(engines["django"].from_string(PART).render({"form": form}, request))


urlpatterns = [path("builder/", host), path("builder/part/", part), *console_urls]
