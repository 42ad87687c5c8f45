"""Send email: rendered once into the outbox; one run, and one mail, per recipient (engine.md R30)."""

from __future__ import annotations

import uuid
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions import lookups, placeholders, targets, text
from actions.kinds import people
from actions.kinds.base import Document, Kind, Outcome, Skip
from actions.kinds.documents import check_keys, refuse, text_of
from actions.models import ActionRun, EmailTemplate, Message
from actions.models.message import RETRIED_FOR
from actions.targets import Target
from sla_project.operations.errors import Invalid
from sla_project.operations.pointers import child
from sla_project.operations.selectors import settings_get

RECIPIENT_LIMIT = 20
NAME_LIMIT = 100
_NAMESPACE = uuid.UUID("6f1c0f0e-6f0b-5d0e-9b7b-2d7f0c1a9e55")

_ROLE_WORDS = {
    "owner": gettext_lazy("the owner"),
    "team": gettext_lazy("the team"),
    "lead": gettext_lazy("the team lead"),
    "contact": gettext_lazy("the contact"),
}


def validate(document: Document, *, target: Target, pointer: str) -> dict[str, Any]:
    """Either a template's code or a subject and a body; a published `text` is dropped."""
    check_keys(document, allowed=("to", "template", "subject", "body", "text"), pointer=pointer)
    clean: dict[str, Any] = {"kind": "send_email", "to": _recipients(document, pointer)}
    if "template" in document:
        if "subject" in document or "body" in document:
            refuse(
                child(pointer, "template"),
                "ambiguous",
                _("Give a template, or a subject and a body, not both."),
            )
        clean["template"] = _template(document, pointer, target_type=target.name).code
        return clean
    known = placeholders.for_mail(target)
    problems = [
        problem
        for key in ("subject", "body")
        for problem in text.text_problems(document.get(key), known=known, pointer=child(pointer, key))
    ]
    if problems:
        raise Invalid(problems)
    return {**clean, "subject": document["subject"], "body": document["body"]}


def _recipients(document: Document, pointer: str) -> list[str]:
    entries = document.get("to")
    place = child(pointer, "to")
    if not isinstance(entries, list) or not 0 < len(entries) <= RECIPIENT_LIMIT:
        refuse(place, "required", _("Give between 1 and %(limit)d recipients.") % {"limit": RECIPIENT_LIMIT})
    for index, entry in enumerate(entries):
        _check_recipient(entry, pointer=child(place, index))
    return list(dict.fromkeys(entries))


def _check_recipient(entry: Any, *, pointer: str) -> None:
    if entry in people.EMAIL_ROLES:
        return
    if not isinstance(entry, str) or not entry.startswith(people.ADDRESS):
        roles = ", ".join(people.EMAIL_ROLES)
        refuse(pointer, "unknown_recipient", _("This must be one of %(roles)s, or address:…") % {"roles": roles})
    address = entry.removeprefix(people.ADDRESS)
    if not people.is_email(address):
        refuse(pointer, "invalid_address", _("This is not one email address."))
    if people.is_inactive_user(address):
        refuse(pointer, "inactive_user", _("%(email)s belongs to an inactive user.") % {"email": address})


def _template(document: Document, pointer: str, *, target_type: str | None = None) -> EmailTemplate:
    code = text_of(document, "template", pointer=pointer)
    place = child(pointer, "template")
    template = lookups.template(code)
    if template is None:
        refuse(place, "unknown_template", _("There is no email template “%(code)s”.") % {"code": code})
    if not template.is_active:
        refuse(place, "inactive_template", _("The email template “%(code)s” is not active.") % {"code": code})
    if target_type is not None and template.target_type != target_type:
        refuse(place, "wrong_template", _("The email template “%(code)s” is for other records.") % {"code": code})
    return template


def freeze(document: Document) -> dict[str, Any]:
    """With the template's text inside: a later edit of the template changes nothing (engine.md R6)."""
    if "template" not in document:
        return dict(document)
    template = _template(document, "")
    return {**document, "text": {"name": template.name, "subject": template.subject, "body": template.body}}


def words(document: Document, target: Target | None) -> str:
    recipients = " and ".join(str(_ROLE_WORDS.get(to, to.removeprefix(people.ADDRESS))) for to in document["to"])
    return _("Email %(recipients)s: %(subject)s") % {"recipients": recipients, "subject": _title(document)}


def _title(document: Document) -> str:
    if "template" not in document:
        return str(document["subject"])
    if "text" in document:
        return str(document["text"]["name"])
    template = lookups.template(document["template"])
    return template.name if template else str(document["template"])


def perform(run: ActionRun, now: datetime) -> Outcome:
    """Renders the mail and stores it; one that was given up is sent again as it was rendered.

    Raises `Skip` when there is nobody to write to.
    """
    given_up = Message.objects.select_for_update().filter(run=run, state=Message.State.FAILED).first()
    if given_up is not None:
        _check_usable(given_up.to_email)
        given_up.send_again(now)
        return _handed_on(given_up.to_email)
    name, email = _recipient(run)
    already = Message.objects.filter(
        run__cause_kind=run.cause_kind,
        run__cause_key=run.cause_key,
        run__position=run.position,
        to_email__iexact=email,
    )
    if already.exists():
        raise Skip("duplicate_recipient", _("%(email)s gets this mail already.") % {"email": email})
    source = run.action.get("text", run.action)
    context = {**run.context, "recipient": {"name": name or email, "email": email}}
    zone = settings_get().time_zone
    body = text.render(source["body"], context, zone=zone)
    Message.objects.create(
        run=run,
        message_id=message_id(run.key),
        to_name=text.one_line(name, limit=NAME_LIMIT),
        to_email=email,
        subject=text.render_subject(source["subject"], context, zone=zone),
        text=body,
        html=text.html_of(body),
        created_at=now,
        next_try_at=now,
        give_up_at=now + RETRIED_FOR,
    )
    return _handed_on(email)


def _handed_on(email: str) -> Outcome:
    return Outcome(_("Email to %(email)s") % {"email": email}, handed_on=True)


def _recipient(run: ActionRun) -> tuple[str, str]:
    if run.recipient.startswith(people.ADDRESS):
        found: tuple[str, str] | None = ("", run.recipient.removeprefix(people.ADDRESS))
    else:
        found = targets.get(run.target_type).recipient(run.target_id, run.recipient)
    if found is None or not found[1]:
        raise Skip("no_recipient", _("There is nobody to write to."))
    _check_usable(found[1])
    return found


def _check_usable(email: str) -> None:
    if not people.is_email(email):
        raise Skip("invalid_address", _("“%(email)s” is not an email address.") % {"email": email})
    if people.is_inactive_user(email):
        raise Skip("inactive_user", _("%(email)s belongs to an inactive user.") % {"email": email})


def message_id(key: str, *, word: str = "run") -> str:
    """The same key always gives the same Message-ID, so that copies can be recognised."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"{message_id_start(key, word=word)}{domain}>"


def message_id_start(key: str, *, word: str = "run") -> str:
    """What of a Message-ID depends on its key alone: another sender may have another domain."""
    return f"<{word}.{uuid.uuid5(_NAMESPACE, key)}@"


KIND = Kind(
    name="send_email",
    label=gettext_lazy("Send email"),
    validate=validate,
    freeze=freeze,
    words=words,
    perform=perform,
    fans_out=True,
)
