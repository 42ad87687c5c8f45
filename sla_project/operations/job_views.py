"""Pages of jobs: how far they are, and what came of them."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.jobs import job_retry
from sla_project.operations.models import Job
from sla_project.operations.requests import user_of
from sla_project.operations.selectors import job_words, jobs_visible_to
from sla_project.operations.web import Cell, Column, command_view, list_page

TONES = {"queued": "neutral", "running": "info", "done": "good", "failed": "bad"}


@signed_in
def job_list(request: HttpRequest) -> HttpResponse:
    def row(job: Job) -> list[Cell]:
        url = reverse("operations:job_detail", args=[job.pk])
        return [
            {"text": job_words(job).title, "url": url},
            {"badge": job.get_state_display(), "tone": TONES[job.state]},
            {"text": f"{job.done} / {job.total}"},
            {"text": job.created_by or _("the system")},
            {"time": job.created_at},
        ]

    return list_page(
        request,
        title=_("Jobs"),
        queryset=jobs_visible_to(user_of(request)),
        columns=[
            Column(_("What"), first=True),
            Column(_("State"), "state"),
            Column(_("Records"), num=True),
            Column(_("By")),
            Column(_("Started"), "created_at"),
        ],
        row=row,
        context={
            "lead": _("Long work that goes on in the background, such as re-applying an SLA to open records."),
            "empty": {"icon": "list-check", "heading": _("No job yet"), "text": ""},
        },
    )


@signed_in
def job_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The whole page, or for htmx the part that moves; without JavaScript one reloads."""
    job = get_object_or_404(jobs_visible_to(user_of(request)), pk=pk)
    words = job_words(job)
    template = "operations/_job.html" if request.headers.get("HX-Request") else "operations/job_detail.html"
    may_retry = can_configure(request.user)
    return render(request, template, {"title": words.title, "job": job, "words": words, "may_retry": may_retry})


@require_POST
@administrator_required
def job_retry_view(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    job = get_object_or_404(jobs_visible_to(user_of(request)), pk=pk)

    def act() -> str:
        job_retry(job=job, by=user_of(request), now=clock_now())
        return _("The job goes on.")

    return command_view(request, act=act, to=reverse("operations:job_detail", args=[pk]))
