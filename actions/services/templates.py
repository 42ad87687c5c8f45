"""Email templates: texts whose placeholders are checked whenever they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actions import placeholders, targets, text, usage
from actions.models import EmailTemplate, Message
from actions.services.messages import message_store
from sla_project.accounts.models import User
from sla_project.operations.codes import code_problems, create_copy
from sla_project.operations.errors import Invalid, NotPossible, Problem
from sla_project.operations.services import audit_write
from sla_project.operations.unique import unique_or_invalid

EDITABLE = ("name", "target_type", "subject", "body")
LIMITS = {"name": 200, "subject": 500, "body": text.SOURCE_LIMIT}


@transaction.atomic
def email_template_create(
    *, code: str, name: str, target_type: str, subject: str, body: str, by: User | None, now: datetime
) -> EmailTemplate:
    """A new, inactive template."""
    template = EmailTemplate(
        code=code,
        name=name,
        target_type=target_type,
        subject=subject,
        body=body,
        created_at=now,
        modified_at=now,
    )
    _check(template, code_problems(code, EmailTemplate.objects.all()))
    with unique_or_invalid("code"):
        template.save(force_insert=True)
    audit_write(by=by, action="email_template.create", obj=template, after=email_template_snapshot(template), now=now)
    return template


@transaction.atomic
def email_template_update(
    *,
    template: EmailTemplate,
    changes: Mapping[str, Any],
    by: User | None,
    now: datetime,
) -> EmailTemplate:
    """Changes name, target type, subject or body; never the code. Published SLAs keep the text they have."""
    template = _locked(template)
    before = email_template_snapshot(template)
    _refuse_other_code(template, changes)
    for attribute in EDITABLE:
        setattr(template, attribute, changes.get(attribute, getattr(template, attribute)))
    _check(template, [])
    return _save(template, "email_template.update", before, by, now)


@transaction.atomic
def email_template_clone(
    *, template: EmailTemplate, code: str = "", name: str = "", by: User | None, now: datetime
) -> EmailTemplate:
    """A new inactive template with the same text; code and name are made up where not given."""
    create = partial(
        email_template_create,
        name=name or _("%(name)s (copy)") % {"name": template.name[:180]},
        target_type=template.target_type,
        subject=template.subject,
        body=template.body,
        by=by,
        now=now,
    )
    return create_copy(create, code, of=template.code, taken=EmailTemplate.objects.all())


@transaction.atomic
def email_template_activate(*, template: EmailTemplate, by: User | None, now: datetime) -> EmailTemplate:
    """Offers it to actions. Activating an active one changes nothing."""
    template = _locked(template)
    before = email_template_snapshot(template)
    _check(template, [])
    template.state = EmailTemplate.State.ACTIVE
    return _save(template, "email_template.activate", before, by, now)


@transaction.atomic
def email_template_deactivate(*, template: EmailTemplate, by: User | None, now: datetime) -> EmailTemplate:
    """Takes it out of use for drafts; versions that were replaced go on sending its text. Refused while an active SLA
    or an active reusable action names it."""
    template = _locked(template)
    if template.is_active:
        usage.refuse_if_used(usage.TEMPLATE, template.code)
    before = email_template_snapshot(template)
    template.state = EmailTemplate.State.INACTIVE
    return _save(template, "email_template.deactivate", before, by, now)


@transaction.atomic
def email_template_delete(*, template: EmailTemplate, by: User | None, now: datetime) -> None:
    """Removes an inactive template; published SLA versions carry their own copy of its text."""
    template = _locked(template)
    if template.is_active:
        raise NotPossible(_("Deactivate the template before you delete it."), code="active")
    audit_write(by=by, action="email_template.delete", obj=template, before=email_template_snapshot(template), now=now)
    template.delete()


@transaction.atomic
def email_template_test(
    *, template: EmailTemplate, record: str, subject: str, text: str, html: str, by: User, now: datetime
) -> Message:
    """Puts a finished preview into the outbox, to whoever asked for it; audited, since mail leaves the house."""
    message = message_store(
        key=f"test-of-template-{template.pk}-{by.pk}-{now.isoformat()}",
        to=(str(by), by.email),
        subject=_("[Test] %(subject)s") % {"subject": subject},
        text=text,
        html=html,
        now=now,
    )
    after = {"to": by.email, "record": record, "message": message.pk}
    audit_write(by=by, action="email_template.test", obj=template, after=after, now=now)
    return message


def email_template_snapshot(template: EmailTemplate) -> dict[str, Any]:
    return {name: getattr(template, name) for name in ("code", *EDITABLE, "state")}


def _locked(template: EmailTemplate) -> EmailTemplate:
    return EmailTemplate.objects.select_for_update().get(pk=template.pk)


def _save(
    template: EmailTemplate, action: str, before: Mapping[str, Any], by: User | None, now: datetime
) -> EmailTemplate:
    after = email_template_snapshot(template)
    if after != before:
        template.modified_at = now
        template.save()
        audit_write(by=by, action=action, obj=template, before=before, after=after, now=now)
    return template


def _refuse_other_code(template: EmailTemplate, changes: Mapping[str, Any]) -> None:
    if changes.get("code", template.code) != template.code:
        message = _("The code cannot be changed once the template exists.")
        raise Invalid([Problem("/code", "immutable", message)])


def _check(template: EmailTemplate, problems: list[Problem]) -> None:
    """Raises `Invalid` with everything that is wrong with the template."""
    problems += [
        Problem(f"/{name}", "too_long", _("At most %(limit)d characters.") % {"limit": limit})
        for name, limit in LIMITS.items()
        if isinstance(getattr(template, name), str) and len(getattr(template, name)) > limit
    ]
    if not isinstance(template.name, str) or not template.name.strip():
        problems.append(Problem("/name", "required", _("Give it a name.")))
    problems += text_problems(template.target_type, subject=template.subject, body=template.body)
    if problems:
        raise Invalid(problems)


def text_problems(target_type: Any, *, subject: Any, body: Any) -> list[Problem]:
    """What is wrong with a subject and a body for mails about records of this type."""
    try:
        known = placeholders.for_mail(targets.get(target_type))
    except (targets.UnknownTarget, TypeError):
        return [Problem("/target_type", "unknown_type", _("There is no such record type."))]
    return [
        *text.text_problems(subject, known=known, pointer="/subject"),
        *text.text_problems(body, known=known, pointer="/body"),
    ]
