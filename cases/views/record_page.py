"""What the pages of a case and of an activity show: timers, clock history, transitions, log, facts, reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.models import ActionRun, Message
from actions.wording import action_summary
from cases import forms
from cases.choices import ActivityState
from cases.clock_history import Clock, clock_history
from cases.models import Activity, Case
from cases.views.timers import card_of
from cases.wording import ChangeWords, within_sentence
from slas.models import KPIEvent, KPIInstance, RecordChange, SLASource
from slas.selectors.clocks.explanations import explain_record, pause_words
from slas.selectors.clocks.instances import RecordView, record_of, record_view
from slas.selectors.clocks.timers import Timers, failure_due
from slas.wording import EVENT_ICONS, event_words, source_words

LOG_SHOWN = 60
CLOCKS_DRAWN = 8


def timers_context(obj: Case | Activity, *, now: datetime) -> dict[str, Any]:
    return timers_shown(obj, record_view(record_of(obj), now))


def timers_shown(obj: Case | Activity, view: RecordView) -> dict[str, Any]:
    """The cards of each KPI's latest instance, the earlier ones of the same KPI under them, and the clock history."""
    timers = Timers(view.now)
    cards = [_card(view, latest, earlier, timers) for latest, *earlier in _by_kpi(view)]
    kind = "case" if isinstance(obj, Case) else "activity"
    zone = timezone.get_current_timezone()
    return {
        "cards": cards,
        "updating": view.is_updating,
        "timers_url": reverse(f"cases:{kind}_timers", args=[obj.pk]),
        "clock_history": clock_history(_clocks(view, timers), now=view.now, zone=zone),
        "server_now": view.now,
    }


def _by_kpi(view: RecordView) -> list[list[KPIInstance]]:
    """The instances of each KPI, the latest first; KPIs that only an earlier SLA has come last, so nothing is lost."""
    found: dict[int, list[KPIInstance]] = {}
    for each in (*view.instances, *view.earlier):
        found.setdefault(each.kpi_id, []).append(each)
    return list(found.values())


def _card(view: RecordView, latest: KPIInstance, earlier: Sequence[KPIInstance], timers: Timers) -> dict[str, Any]:
    card = card_of(latest, timers, earlier=earlier, paused_by=_paused_by(view, latest))
    if latest in view.instances or latest.status == KPIInstance.Status.CANCELED:
        return card
    return {**card, "note": _("Under “%(sla)s”, which applied before") % {"sla": latest.sla.name}}


def _paused_by(view: RecordView, instance: KPIInstance) -> str:
    """What holds it up, and what a person said of why."""
    words = pause_words(view, instance)
    if not words:
        return ""
    paused_on = instance.paused_on
    told = next((note for at, note in view.notes if paused_on is not None and at >= paused_on), "")
    return f"{words} – {told}" if told else words


def _clocks(view: RecordView, timers: Timers) -> list[Clock]:
    """The latest few instances, oldest first, each with the pauses that its events tell of."""
    drawn = sorted([*view.instances, *view.earlier], key=lambda each: each.number)[-CLOCKS_DRAWN:]
    pauses: dict[int, list[tuple[datetime, datetime | None]]] = {each.number: [] for each in drawn}
    for event in view.events:
        known = pauses.get(event.instance.number)
        if known is None:
            continue
        if event.kind == KPIEvent.Kind.PAUSED:
            known.append((event.at, None))
        elif event.kind == KPIEvent.Kind.RESUMED and known:
            known[-1] = (known[-1][0], event.at)
    return [_clock(each, _drawn_from(view, each), pauses[each.number], timers) for each in drawn]


def _drawn_from(view: RecordView, instance: KPIInstance) -> datetime:
    """From when it counts, also before it was recorded; one that follows another goes on where that one's bar ends."""
    judged = {each.number: each.previous for each in (*view.state.past, *view.state.instances.values())}
    if judged.get(instance.number, instance.previous_id) is None:
        return instance.applicable_from_value
    return max(instance.started_at, instance.applicable_from_value)


def _clock(
    instance: KPIInstance, start: datetime, pauses: Sequence[tuple[datetime, datetime | None]], timers: Timers
) -> Clock:
    end = instance.ended_at
    return Clock(
        name=instance.kpi.name,
        start=start,
        end=end,
        pauses=pauses if end is None else [(since, until or end) for since, until in pauses],
        windows=timers.hours_of(instance).windows,
        due=None if instance.status == KPIInstance.Status.CANCELED else failure_due(instance),
        warn=instance.nearing_at or (instance.warning_at if end is None else None),
        note=instance.get_status_display().lower() if end else "",
    )


def transitions_of(view: RecordView) -> list[dict[str, Any]]:
    """Every transition, newest first, with its reason in words."""
    return [
        {
            "kpi": event.instance.kpi.name,
            "item": event.instance.item_name,
            "kind": event.get_kind_display(),
            "at": event.at,
            "due": event.due_at,
            "words": event_words(event),
            "icon": EVENT_ICONS.get(event.kind, "history"),
        }
        for event in reversed(view.events)
    ]


def log_of(view: RecordView) -> list[dict[str, Any]]:
    """What people and clocks did, newest first; changes name their author, transitions whom they told."""
    changes = list(view.record.changes.select_related("by").order_by("-seq")[:LOG_SHOWN])
    words = ChangeWords(view.record_type, view.now)
    words.read_names(changes)
    lines = [
        {
            "at": each.at,
            "icon": EVENT_ICONS.get(each.kind, "history"),
            "who": each.instance.kpi.name,
            "text": event_words(each),
            "runs": [_run(run, view) for run in view.runs.get(each.pk, ())],
        }
        for each in reversed(view.events)
    ]
    lines += [{"at": each.at, "icon": "edit", "who": f"{_author(each)}:", "text": words.of(each)} for each in changes]
    return sorted(lines, key=_when, reverse=True)[:LOG_SHOWN]


def _run(run: ActionRun, view: RecordView) -> dict[str, str]:
    return {
        "text": action_summary(run, number=view.record.number),
        "state": "" if run.state == ActionRun.State.DONE else run.get_state_display(),
        "url": reverse("actions:run_detail", args=[run.pk]),
    }


def _when(line: dict[str, Any]) -> datetime:
    at: datetime = line["at"]
    return at


def _author(change: RecordChange) -> str:
    return str(change.by) if change.by else str(RecordChange.Source(change.source).label)


def case_context(case: Case, *, now: datetime) -> dict[str, Any]:
    activities = case.activities.select_related("owner", "message").order_by("-created_on")
    return {
        "title": case.title,
        "case": case,
        "breadcrumbs": [
            {"label": _("Cases"), "url": reverse("cases:case_list")},
            {"label": case.number, "url": ""},
        ],
        "channel": within_sentence(str(case.get_channel_display())),
        "status_form": forms.StatusForm(initial={"status": case.status, "shown": case.status}),
        "facts": _case_facts(case),
        "activities": activities[:LOG_SHOWN],
        **_shared(case, now),
    }


def activity_context(activity: Activity, *, now: datetime) -> dict[str, Any]:
    return {
        "title": activity.subject,
        "activity": activity,
        "breadcrumbs": [
            {"label": _("Activities"), "url": reverse("cases:activity_list")},
            {"label": activity.number, "url": ""},
        ],
        "facts": _activity_facts(activity),
        **_shared(activity, now),
    }


def _shared(obj: Case | Activity, now: datetime) -> dict[str, Any]:
    view = record_view(record_of(obj), now)
    explanation = explain_record(view)
    return {
        **timers_shown(obj, view),
        "transitions": transitions_of(view),
        "log": log_of(view),
        "explanation": explanation,
        "sla_source": _source_words(view, explanation.source),
        "sla_source_url": _source_url(obj, explanation.source),
        "has_ended": view.record.lifecycle != "open",
    }


def _source_words(view: RecordView, source: str) -> str:
    """Who chose the SLA, or why none applies; a reply is recorded as done, and nobody chose that for it."""
    if source == SLASource.NONE_BY_HAND:
        chosen = view.record.changes.filter(data__has_key="choice").order_by("-seq").first()
        if chosen and chosen.seq == 1 and chosen.fields.get("state", [None, None])[1] == ActivityState.COMPLETED:
            return _("a reply is done once it is given")
    return source_words(source)


def _source_url(obj: Case | Activity, source: str) -> str:
    """The page of what chose the SLA, where it has one."""
    return _entitlement_url(obj) if isinstance(obj, Case) and source == SLASource.ENTITLEMENT else ""


def _case_facts(case: Case) -> list[dict[str, Any]]:
    customer, contact, product = case.customer, case.contact, case.product
    contacts = reverse("cases:customer_detail", args=[contact.customer_id]) + "#contacts-title" if contact else ""
    linked = [
        (_("Contact"), contact, contacts),
        (_("Product"), product, product and reverse("cases:product_detail", args=[product.pk])),
        (_("Entitlement"), case.entitlement, _entitlement_url(case)),
    ]
    optional = [
        (_("Resolution"), case.resolution),
        (_("Billable minutes"), case.billable_minutes),
        (_("Source"), f"{case.source} {case.external_number}".strip()),
    ]
    merged = case.merged_into
    return [
        {
            "label": _("Customer"),
            "value": customer.name if customer else None,
            "url": reverse("cases:customer_detail", args=[customer.pk]) if customer else "",
        },
        {"label": _("Service level"), "value": case.get_service_level_display() or None},
        {"label": _("Priority"), "value": case.get_priority_display()},
        {"label": _("Type"), "value": case.get_type_display()},
        {"label": _("State"), "value": case.get_state_display()},
        {"label": _("Owner"), "value": str(case.owner) if case.owner else None},
        {"label": _("Team"), "value": str(case.team) if case.team else None},
        {"label": _("First response sent"), "value": _("Yes") if case.first_response_sent else _("No")},
        *([{"label": _("Escalated"), "time": case.escalated_on}] if case.is_escalated else []),
        *({"label": label, "value": str(value), "url": url} for label, value, url in linked if value),
        *({"label": label, "value": str(value)} for label, value in optional if value not in (None, "")),
        *([{"label": _("Merged into"), "value": merged.number, "url": merged.get_absolute_url()}] if merged else []),
        {"label": _("Opened"), "time": case.opened_on},
        *([{"label": _("Resolved"), "time": case.resolved_on}] if case.resolved_on else []),
        {"label": _("Your time zone"), "value": timezone.get_current_timezone_name()},
    ]


def _entitlement_url(case: Case) -> str:
    return reverse("cases:entitlement_detail", args=[case.entitlement_id]) if case.entitlement_id else ""


def _activity_facts(activity: Activity) -> list[dict[str, Any]]:
    case = activity.case
    return [
        *([{"label": _("Case"), "value": str(case), "url": case.get_absolute_url()}] if case else []),
        {"label": _("State"), "value": activity.get_state_display()},
        {"label": _("Status"), "value": activity.get_status_display()},
        {"label": _("Priority"), "value": activity.get_priority_display()},
        {"label": _("Owner"), "value": str(activity.owner) if activity.owner else None},
        {"label": _("Team"), "value": str(activity.team) if activity.team else None},
        *([{"label": _("Due"), "time": activity.due_at}] if activity.due_at else []),
        {"label": _("Created"), "time": activity.created_on},
        *([{"label": _("Completed"), "time": activity.completed_on}] if activity.completed_on else []),
        *([_mail_fact(activity.message)] if activity.message else []),
        {"label": _("Duration in minutes"), "value": activity.duration_minutes},
        {"label": _("Your time zone"), "value": timezone.get_current_timezone_name()},
    ]


def _mail_fact(message: Message) -> dict[str, Any]:
    words = _("%(state)s, to %(email)s") % {"state": message.state_words, "email": message.to_email}
    return {"label": _("Mail"), "value": words, "url": reverse("actions:message_detail", args=[message.pk])}
