"""The audit trail for people: what each entry is about, in words, and where its object has a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.models import AuditEntry, OrganisationSettings

# Type of object → name of its page, spelled as in the shell's navigation: this floor imports no app.
OBJECT_PAGES = {
    "slas.sla": "slas:sla_detail",
    "slas.kpi": "slas:kpi_detail",
    "slas.businesshours": "slas:business_hours_detail",
    "slas.holidayschedule": "slas:holiday_schedule_detail",
    "slas.kpiinstance": "slas:kpi_instance_detail",
    "slas.savedreport": "slas:saved_report_detail",
    "actions.action": "slas:action_detail",
    "actions.emailtemplate": "actions:email_template_detail",
    "actions.actionrun": "actions:run_detail",
    "actions.message": "actions:message_detail",
    "accounts.user": "accounts:person_detail",
    "accounts.team": "accounts:team_detail",
    "cases.customer": "cases:customer_detail",
    "cases.entitlement": "cases:entitlement_detail",
    "cases.product": "cases:product_detail",
    "operations.job": "operations:job_detail",
}
TABS = {
    **dict.fromkeys(("slas:sla_check", "slas:sla_versions", "slas:sla_try", "slas:sla_document"), "slas.sla"),
    **dict.fromkeys(("slas:business_hours_year", "slas:business_hours_versions"), "slas.businesshours"),
}
"""Further pages of an object, with the same buttons."""
SETTINGS_TYPE, SETTINGS_PAGE = "operations.organisationsettings", "slas:settings"

VERBS = {
    "create": gettext_lazy("created"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("deleted"),
    "import": gettext_lazy("imported"),
    "publish": gettext_lazy("published"),
    "republish": gettext_lazy("published with a changed part"),
    "activate": gettext_lazy("activated"),
    "deactivate": gettext_lazy("deactivated"),
    "set_default": gettext_lazy("made the default"),
    "unset_default": gettext_lazy("no longer the default"),
    "clear_default": gettext_lazy("no longer the default"),
    "retry": gettext_lazy("tried again"),
    "redeliver": gettext_lazy("sent again"),
    "send": gettext_lazy("sent"),
    "recalculate": gettext_lazy("recalculated"),
    "recalculated": gettext_lazy("recalculated"),
    "extended": gettext_lazy("given more time"),
    "cancel": gettext_lazy("canceled"),
    "revoke": gettext_lazy("revoked"),
    "rename": gettext_lazy("renamed"),
    "update_draft": gettext_lazy("draft changed"),
    "discard_draft": gettext_lazy("draft discarded"),
    "add": gettext_lazy("days added"),
    "remove": gettext_lazy("days taken out"),
    "test": gettext_lazy("sent as a test"),
    "wake": gettext_lazy("given to the next pass"),
    "erase": gettext_lazy("erased"),
    "set_password": gettext_lazy("password changed"),
}
TYPES = {
    "accounts.user": gettext_lazy("Person"),
    "accounts.apitoken": gettext_lazy("API token"),
    "actions.action": gettext_lazy("Action"),
    "actions.message": gettext_lazy("Mail"),
    "operations.organisationsettings": gettext_lazy("Settings"),
    "slas.kpi": gettext_lazy("KPI"),
    "slas.kpiinstance": gettext_lazy("KPI instance"),
}
"""What pages call an object, where the name of its model is another."""
FIELDS = {
    "applicable_from": gettext_lazy("Counts from"),
    "draft_revision": gettext_lazy("Times the draft was saved"),
    "pause_override": gettext_lazy("Pauses of its own"),
    "record_type": gettext_lazy("Record type"),
    "sla": gettext_lazy("SLA"),
    "target_type": gettext_lazy("Record type"),
    "tz": gettext_lazy("Time zone"),
}
NOTHING = object()


@dataclass(frozen=True)
class Difference:
    """One field, such as `items › gold-first-response › failure`; a side that had none is empty, and says so."""

    path: str
    before: str
    after: str
    had_before: bool
    has_after: bool

    @property
    def words(self) -> str:
        """The path as people read it, *Default*; the keys of items have hyphens and stay as they are."""
        field, *inner = self.path.split(" › ")
        return " › ".join([field_label(field), *(name.replace("_", " ") for name in inner)])

    @property
    def kind(self) -> str:
        if not self.had_before:
            return "added"
        return "changed" if self.has_after else "removed"


def differences(before: Any, after: Any) -> list[Difference]:
    """Field by field, nested ones by their path; what is the same on both sides is left out.

    Members of lists are matched by their key, code or name where all have one, else by place.
    """
    return list(_walk(before if before is not None else {}, after if after is not None else {}, ()))


def _walk(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    one, other = _members(before), _members(after)
    if one is None or other is None or (path and not (one or other)):
        if before == after and type(before) is type(after):
            return
        yield Difference(
            path=" › ".join(path),
            before=_text(before),
            after=_text(after),
            had_before=before is not NOTHING,
            has_after=after is not NOTHING,
        )
        return
    for name in {**one, **other}:
        yield from _walk(one.get(name, NOTHING), other.get(name, NOTHING), (*path, name))


def _members(value: Any) -> dict[str, Any] | None:
    """A container's members by name; a missing side is like an empty one. None: a plain value."""
    if value is NOTHING:
        return {}
    if isinstance(value, Mapping):
        return {str(name): member for name, member in value.items()}
    if isinstance(value, list) and any(isinstance(member, dict | list) for member in value):
        for name in ("key", "code", "name", "date"):
            keys = [str(member.get(name)) if isinstance(member, Mapping) else "None" for member in value]
            if "None" not in keys and len(set(keys)) == len(keys):
                return dict(zip(keys, value, strict=True))
        return {str(number): member for number, member in enumerate(value, 1)}
    return None


def _text(value: Any) -> str:
    match value:
        case None:
            return _("nothing")
        case bool():
            return _("yes") if value else _("no")
        case list():
            return ", ".join(_text(member) for member in value) or _("none")
        case dict():
            return json.dumps(value, ensure_ascii=False) if value else _("empty")
    return "" if value is NOTHING else str(value)


def type_label(object_type: str) -> str:
    """What an object of this type is called; the type itself if its model is gone."""
    if object_type in TYPES:
        return str(TYPES[object_type])
    try:
        words = str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return object_type
    return _capitalized(words)


def field_label(name: str) -> str:
    """What a field is called; one without words of its own as it is spelled: *Active* for `is_active`."""
    return str(FIELDS.get(name) or _capitalized(name.removeprefix("is_").replace("_", " ")))


def _capitalized(words: str) -> str:
    """With a capital first; what has capitals already, such as KPI, keeps them."""
    return words[:1].upper() + words[1:]


def action_words(action: str) -> str:
    """*published*; an action without words of its own is said as it is spelled."""
    verb = action.rpartition(".")[2]
    return str(VERBS.get(verb, verb.replace("_", " ")))


def object_url(entry: AuditEntry) -> str:
    """The page of the object, or nothing: it may have none, or be gone."""
    if entry.object_type == SETTINGS_TYPE:
        return _url(SETTINGS_PAGE)
    name = OBJECT_PAGES.get(entry.object_type)
    if name is None or entry.action.endswith(".delete"):
        return ""
    return _url(name, entry.object_id)


def history_query(view_name: str, kwargs: Mapping[str, Any]) -> dict[str, str]:
    """Which entries are about the object of this page; empty for pages that are about none."""
    if view_name == SETTINGS_PAGE:
        return {"object_type": SETTINGS_TYPE, "object_id": str(OrganisationSettings.SINGLETON)}
    types = {name: object_type for object_type, name in OBJECT_PAGES.items()} | TABS
    if view_name in types and "pk" in kwargs:
        return {"object_type": types[view_name], "object_id": str(kwargs["pk"])}
    return {}


def _url(name: str, *arguments: str) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
