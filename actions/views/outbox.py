"""Pages of the outbox: every mail as it was written, and what became of it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions import selectors, services
from actions.delivery import leaves_the_house
from actions.filters import MessageFilter
from actions.models import DeliveryAttempt, Message
from actions.models.message import KEPT
from actions.wording import KEPT_TONE, OUTCOME_TONES, message_tone
from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.web import Cell, Column, command_view, list_page

COLUMNS = (
    Column(gettext_lazy("State"), order="state"),
    Column(gettext_lazy("Subject"), order="subject", first=True),
    Column(gettext_lazy("To"), order="to_email"),
    Column(gettext_lazy("Written"), order="created_at"),
    Column(gettext_lazy("Sent"), order="sent_at"),
    Column(gettext_lazy("Attempts"), order="attempts", num=True),
)


@signed_in
def outbox(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        title=_("Outbox"),
        queryset=selectors.messages_visible_to(request.user),
        columns=COLUMNS,
        row=_row,
        filterset=OutboxFilter,
        context={
            "lead": _lead(),
            "empty": {
                "icon": "mail",
                "heading": _("No mail"),
                "text": _("Mails appear here when an action writes one."),
            },
        },
    )


class OutboxFilter(MessageFilter):
    """What a person filters by."""

    state = django_filters.ChoiceFilter(
        empty_label=gettext_lazy("Any"),
        label=gettext_lazy("State"),
        choices=[*Message.State.choices, ("kept", KEPT)],
        method="by_state",
    )
    run = message_id = to_email = None

    def by_state(self, queryset: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """As the badge says it: what was kept is stored as sent, but was not."""
        if value == "kept":
            return queryset.filter(state=Message.State.SENT, delivery="outbox")
        return queryset.filter(state=value).exclude(state=Message.State.SENT, delivery="outbox")


def _lead() -> str:
    if leaves_the_house():
        return _("Mail is sent over SMTP, at least once; every copy has the same Message-ID.")
    return _("No mail server is set up, so mail is kept here and sent to nobody.")


def _row(message: Message) -> list[Cell]:
    url = reverse("actions:message_detail", args=[message.pk])
    held = _("Held back: too many mails in an hour") if message.is_held_back else ""
    return [
        {"badge": message.state_words, "tone": message_tone(message)},
        {"text": message.subject, "url": url, "sub": held or message.last_error[:120]},
        {"text": message.to_name or message.to_email, "sub": message.to_email if message.to_name else ""},
        {"time": message.created_at},
        {"time": message.sent_at} if message.sent_at and not message.was_kept else {"text": "–"},
        {"text": message.attempts},
    ]


@signed_in
def message_detail(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(selectors.messages_visible_to(request.user), pk=pk)
    return render(
        request,
        "actions/message_detail.html",
        {
            "title": message.subject,
            "breadcrumbs": [{"label": _("Outbox"), "url": reverse("actions:outbox")}],
            "message": message,
            "state": message.state_words,
            "tone": message_tone(message),
            "facts": _facts(message),
            "attempts": [_attempt(message, attempt) for attempt in message.delivery_attempts.all()],
            "can_redeliver": message.can_redeliver and can_configure(request.user),
        },
    )


def _attempt(message: Message, attempt: DeliveryAttempt) -> dict[str, Any]:
    if message.was_kept and attempt.outcome == DeliveryAttempt.Outcome.SENT:
        return {"at": attempt.at, "outcome": KEPT, "tone": KEPT_TONE, "detail": "–"}
    return {
        "at": attempt.at,
        "outcome": attempt.get_outcome_display(),
        "tone": OUTCOME_TONES[attempt.outcome],
        "detail": attempt.detail,
    }


def _facts(message: Message) -> list[dict[str, Any]]:
    run_url = reverse("actions:run_detail", args=[message.run_id]) if message.run_id else ""
    return [
        {"label": _("To"), "value": message.to_name or message.to_email},
        {"label": _("Address"), "value": message.to_email},
        {"label": _("Written"), "time": message.created_at},
        {"label": _("Sent"), "time": None if message.was_kept else message.sent_at, "value": "–"},
        {"label": _("Next try"), "time": message.next_try_at, "value": "–"},
        {"label": _("Attempts"), "value": message.attempts},
        {"label": _("Action run"), "value": message.run_id or "–", "url": run_url},
        {"label": _("Message-ID"), "value": message.message_id},
    ]


@administrator_required
def message_redeliver(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=pk)

    def act() -> str:
        services.message_redeliver(message=message, by=user_of(request), now=clock_now())
        return _("The mail will be sent again within seconds, if it is still deserved.")

    return command_view(request, act=act, to=reverse("actions:message_detail", args=[pk]))
