"""The SLA editor: items in evaluation order beside the form of the chosen one, their matrix, and the SLA's terms.

Everything is a plain form. With scripts, parts of the page are fetched alone: the list after a move, the moments after
*Add warning*, the example after a change of a time.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Stale, form_errors
from sla_project.operations.requests import user_of
from sla_project.operations.selectors import settings_get
from slas.forms.items.edits import item_edit
from slas.forms.items.raw import raw_of_post
from slas.forms.items.terms import TermsForm
from slas.selectors.policy.draft_history import theirs
from slas.selectors.policy.editor_rows import matrix
from slas.selectors.policy.reading import editable_document
from slas.services.policy.item_edits import sla_terms_update
from slas.starters import starters_for
from slas.views.editor.page import Editor
from slas.views.editor.saving import Typed, item_page, item_save
from slas.views.policy.frame import sla_get

SAVE = "save"


@administrator_required
def sla_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """`?item=` chooses the item (`new` for another one); `?view=` the matrix or the SLA's terms."""
    view = request.GET.get("view", "items")
    if view == "settings":
        return _terms(request, pk)
    editor = Editor(sla_get(pk), clock_now())
    if view == "matrix":
        return _matrix(request, editor)
    if request.method == "POST":
        return _posted(request, editor)
    chosen = editor.chosen_key(request.GET.get("item", ""))
    context = {**editor.frame("items"), **editor.list_context(chosen)}
    if chosen:
        raw = editor.raw(chosen, kpi=request.GET.get("kpi", ""), like=request.GET.get("like", ""))
        context |= editor.form_context(editor.form(raw, quiet=True), raw, chosen)
    else:
        context["starters"] = starters_for(editor.sla.record_type)
    return render(request, "slas/sla_edit.html", context)


def _posted(request: HttpRequest, editor: Editor) -> HttpResponse:
    """Saves the item; any other button only changes what is typed, or nothing: then the text is shown as it came."""
    typed, command = Typed(request), request.POST.get("do", SAVE)
    if command == SAVE:
        return item_save(request, editor, typed)
    focus = item_edit(typed.raw, command, editor.offers)
    form = editor.form(typed.raw, quiet=True)
    if request.headers.get("HX-Request"):
        context = {**editor.form_context(form, typed.raw, typed.chosen), "focus": focus}
        return render(request, "slas/editor/_moments.html", context)
    return item_page(request, editor, form, typed, focus=focus)


@require_POST
@administrator_required
def sla_edit_clock(request: HttpRequest, pk: int) -> HttpResponse:
    """The example for the times, hours and KPI that are typed."""
    editor, raw = Editor(sla_get(pk), clock_now()), raw_of_post(request.POST)
    return render(request, "slas/editor/_clock.html", {**editor.clock(raw), "sla": editor.sla, "alone": True})


def _matrix(request: HttpRequest, editor: Editor) -> HttpResponse:
    named = {row.kpi_code for row in editor.rows}
    columns = [kpi for kpi in editor.offers.kpis if kpi.state == kpi.State.ACTIVE or kpi.code in named]
    context = {
        **editor.frame("matrix"),
        "columns": [{"code": kpi.code, "label": editor.offers.kpi_label(kpi)} for kpi in columns],
        "matrix": matrix(editor.words, editor.document, editor.rows, [kpi.code for kpi in columns]),
    }
    return render(request, "slas/sla_edit_matrix.html", context)


def _terms(request: HttpRequest, pk: int) -> HttpResponse:
    editor = Editor(sla_get(pk), clock_now())
    form = _terms_form(request.POST or None, editor)
    status, conflict = 200, None
    if form.is_bound and form.is_valid():
        seen = form.cleaned_data["revision"]
        try:
            sla_terms_update(
                sla=editor.sla,
                changes=form.changes(),
                expected_revision=seen,
                by=user_of(request),
                now=clock_now(),
            )
        except Stale:
            editor, status = Editor(sla_get(pk), clock_now()), 409
            conflict = theirs(editor.sla, revision=seen, item_key="")
            form = _terms_form({**request.POST.dict(), "revision": editor.sla.draft_revision}, editor)
        except Invalid as invalid:
            form_errors(form, invalid)
        else:
            messages.success(request, _("Saved in the draft."))
            return redirect(f"{reverse('slas:sla_edit', args=[pk])}?view=settings")
    if form.errors:
        status = 422
    context = {**editor.frame("settings"), "form": form, "theirs": conflict}
    return render(request, "slas/sla_edit_settings.html", context, status=status)


def _terms_form(data: Any, editor: Editor) -> TermsForm:
    return TermsForm(
        data,
        document=editable_document(editor.sla),
        revision=editor.sla.draft_revision,
        hours=editor.offers.hours,
        settings=settings_get(),
    )
