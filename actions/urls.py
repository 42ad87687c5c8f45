from __future__ import annotations

from django.urls import path

from actions.views import bulk_retry, outbox, runs, templates

app_name = "actions"

urlpatterns = [
    path("action-runs/", runs.run_list, name="run_list"),
    path("action-runs/retry/", bulk_retry.runs_retry, name="runs_retry"),
    path("action-runs/<int:pk>/", runs.run_detail, name="run_detail"),
    path("action-runs/<int:pk>/retry/", runs.run_retry, name="run_retry"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:pk>/", outbox.message_detail, name="message_detail"),
    path("outbox/<int:pk>/redeliver/", outbox.message_redeliver, name="message_redeliver"),
    path("email-templates/", templates.email_template_list, name="email_template_list"),
    path("email-templates/new/", templates.email_template_create, name="email_template_create"),
    path("email-templates/preview/", templates.email_template_preview, name="email_template_preview"),
    path("email-templates/<int:pk>/", templates.email_template_detail, name="email_template_detail"),
    path("email-templates/<int:pk>/test/", templates.email_template_test, name="email_template_test"),
    path("email-templates/<int:pk>/edit/", templates.email_template_update, name="email_template_update"),
    path(
        "email-templates/<int:pk>/activate/",
        templates.email_template_activate,
        name="email_template_activate",
    ),
    path(
        "email-templates/<int:pk>/deactivate/",
        templates.email_template_deactivate,
        name="email_template_deactivate",
    ),
    path("email-templates/<int:pk>/clone/", templates.email_template_clone, name="email_template_clone"),
    path("email-templates/<int:pk>/delete/", templates.email_template_delete, name="email_template_delete"),
]
