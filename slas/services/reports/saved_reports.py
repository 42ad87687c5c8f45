"""Saved reports: writing them, and mailing each once a week whoever and however many want to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.kinds.people import is_email
from actions.services import message_store
from sla_project.accounts.models import User
from sla_project.operations.errors import Invalid, NotPossible, Problem
from sla_project.operations.etags import etag_of
from sla_project.operations.selectors import settings_get
from sla_project.operations.services import audit_write
from slas.models import ReportMailing, SavedReport
from slas.selectors.reports.mails import recipients_of, report_mail
from slas.selectors.reports.questions import question_parse

WEEK = timedelta(days=7)
RECIPIENTS_LIMIT = 50


@transaction.atomic
def saved_report_create(*, by: User | None, now: datetime, **given: Any) -> SavedReport:
    """`given`: name, query, weekday (None: not mailed), hour, users, addresses."""
    report = SavedReport(created_by=by, created_at=now)
    return _save(report, given, action="saved_report.create", before=None, by=by, now=now)


@transaction.atomic
def saved_report_update(*, report: SavedReport, by: User | None, now: datetime, **given: Any) -> SavedReport:
    report = _locked(report)
    return _save(report, given, action="saved_report.update", before=snapshot(report), by=by, now=now)


@transaction.atomic
def saved_report_delete(*, report: SavedReport, by: User | None, now: datetime) -> None:
    report = _locked(report)
    audit_write(by=by, action="saved_report.delete", obj=report, before=snapshot(report), now=now)
    report.delete()


def report_etag(report: SavedReport) -> str:
    """Changes with what somebody wrote, people included; not with the next mail's time, which moves by itself."""
    return etag_of({"id": report.pk, **snapshot(report)})


def _locked(report: SavedReport) -> SavedReport:
    return SavedReport.objects.select_for_update().get(pk=report.pk)


def snapshot(report: SavedReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "query": report.query,
        "weekday": report.weekday,
        "hour": report.hour,
        "users": [user.email for user in report.users.order_by("pk")],
        "addresses": report.addresses,
    }


def _save(
    report: SavedReport,
    given: Mapping[str, Any],
    *,
    action: str,
    before: Mapping[str, Any] | None,
    by: User | None,
    now: datetime,
) -> SavedReport:
    values = dict(given)
    users: list[User] | None = values.pop("users", None)
    for name, value in values.items():
        setattr(report, name, value)
    report.addresses = list(dict.fromkeys(address.strip() for address in report.addresses))
    _check(report, now)
    report.next_mail_at = next_mail_at(report, after=now)
    report.modified_at = now
    report.full_clean()
    report.save()
    if users is not None:
        _check_people(report, users)
        report.users.set(users)
    if report.users.count() + len(report.addresses) > RECIPIENTS_LIMIT:
        message = _("At most %(limit)d recipients.") % {"limit": RECIPIENTS_LIMIT}
        raise Invalid([Problem("/addresses", "too_many", message)])
    if report.weekday is not None and not (report.addresses or report.users.exists()):
        raise Invalid([Problem("/users", "required", _("Name somebody who gets the mail."))])
    after = snapshot(report)
    if after != before:
        audit_write(by=by, action=action, obj=report, before=before, after=after, now=now)
    return report


def _check(report: SavedReport, now: datetime) -> None:
    """What is saved must be a question that can be answered, and who gets it must have an address."""
    try:
        question_parse(report.query, now=now)
    except Invalid as error:
        problems = [Problem(f"/query{problem.pointer}", problem.code, problem.message) for problem in error.problems]
        raise Invalid(problems) from None
    for address in report.addresses:
        if not is_email(address):
            message = _("“%(address)s” is not an email address.") % {"address": address}
            raise Invalid([Problem("/addresses", "invalid_address", message)])


def _check_people(report: SavedReport, users: Iterable[User]) -> None:
    """Who has left gets no mail. Those who were named while they were here may stay named."""
    known = set(report.users.values_list("pk", flat=True))
    gone = [user for user in users if not user.is_active and user.pk not in known]
    if gone:
        message = _("%(name)s has left and gets no mail.") % {"name": gone[0]}
        raise Invalid([Problem("/users", "inactive", message)])


def next_mail_at(report: SavedReport, *, after: datetime) -> datetime | None:
    """The next time that its weekday has its hour in the organisation's zone; None if it is not mailed."""
    if report.weekday is None:
        return None
    zone = ZoneInfo(settings_get().time_zone)
    local = after.astimezone(zone)
    day = local.date() + timedelta(days=(report.weekday - local.weekday()) % 7)
    due = datetime(day.year, day.month, day.day, report.hour, tzinfo=zone)
    if due <= after:
        day += WEEK
        due = datetime(day.year, day.month, day.day, report.hour, tzinfo=zone)
    return due


def week_key(due: datetime) -> str:
    """The ISO week of a mailing in the organisation's zone, such as 2026-W48."""
    year, week, _day = due.astimezone(ZoneInfo(settings_get().time_zone)).isocalendar()
    return f"{year}-W{week:02d}"


@transaction.atomic
def saved_report_send(*, report: SavedReport, by: User | None, now: datetime) -> ReportMailing:
    """Mail it now, beside its weekly mail."""
    if not recipients_of(report):
        raise NotPossible(_("Nobody is named who would get the mail."), code="no_recipient")
    mailing = _mail(report, key=f"by-hand-{uuid.uuid4()}", asked_at=now, by=by, now=now)
    assert mailing is not None
    audit_write(by=by, action="saved_report.send", obj=report, after={"to": mailing.recipients}, now=now)
    return mailing


def weekly_mail_one(*, now: datetime) -> bool:
    """Mail the report that has waited longest and set its next time. False if none is due.

    A report that another process has in hand is passed over. After a stop of some weeks one mail goes out, for the
    week that was due; the mail and the next time are one commit, so none is lost and none goes twice.
    """
    if not SavedReport.objects.filter(next_mail_at__lte=now).exists():
        return False  # on SQLite an empty claim would take the write lock for nothing
    with transaction.atomic():
        due = SavedReport.objects.filter(next_mail_at__lte=now).order_by("next_mail_at", "pk")
        report = due.select_for_update(skip_locked=True).first()
        if report is None or report.next_mail_at is None:
            return False
        _mail(report, key=week_key(report.next_mail_at), asked_at=report.next_mail_at, by=None, now=now)
        report.next_mail_at = next_mail_at(report, after=now)
        report.save(update_fields=["next_mail_at"])
    return True


def _mail(report: SavedReport, *, key: str, asked_at: datetime, by: User | None, now: datetime) -> ReportMailing | None:
    """None if this mailing exists: a week has one, however often its day is moved."""
    people = recipients_of(report)
    mailing, is_new = ReportMailing.objects.get_or_create(
        report=report, key=key, defaults={"at": now, "by": by, "recipients": [email for _name, email in people]}
    )
    if not is_new:
        return None
    with timezone.override(ZoneInfo(settings_get().time_zone)):
        mail = report_mail(report, asked_at=asked_at, now=now)
    for name, email in people:
        message_store(
            key=f"report:{mailing.pk}:{email.lower()}",
            to=(name, email),
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            now=now,
            is_report=True,
        )
    return mailing
